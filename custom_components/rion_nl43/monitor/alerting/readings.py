"""What the rules of a meter judge: each of its samples made one reading for each level that any of them looks at."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Final, NamedTuple

from ...acoustics import WindowLevels, WindowSpec
from ...alerts import Metric, Quantity, Reading, Rule
from ...nl43 import ChannelLevels
from ..calibration.calibration import MeterCalibration
from ..feed.sample import Sample
from ..measurement.measurement import MeasurementState
from ..state import MeterState
from ..windows import MeterWindows

# Levels over a window are worked out as often as this, in streams too.
WINDOW_EVERY_S = 1.0

# A measurement that is paused is not over.
MEASURING: Final[Mapping[MeasurementState | None, bool | None]] = {
    MeasurementState.MEASURING: True,
    MeasurementState.PAUSED: True,
    MeasurementState.STOPPED: False,
    None: None,
}


def _ln(at: int) -> Callable[[ChannelLevels], float | None]:
    return lambda channel: channel.ln[at]


OF_METER: Final[Mapping[Quantity, Callable[[ChannelLevels], float | None]]] = {
    Quantity.LP: attrgetter("lp"),
    Quantity.LEQ: attrgetter("leq"),
    Quantity.LMAX: attrgetter("lmax"),
    Quantity.LMIN: attrgetter("lmin"),
    Quantity.LPEAK: attrgetter("lpeak"),
    Quantity.LN1: _ln(0),
    Quantity.LN2: _ln(1),
    Quantity.LN3: _ln(2),
    Quantity.LN4: _ln(3),
    Quantity.LN5: _ln(4),
}
OF_WINDOW: Final[Mapping[Quantity, Callable[[WindowLevels], float | None]]] = {
    Quantity.WINDOW_LEQ: attrgetter("leq"),
    Quantity.WINDOW_LMAX: attrgetter("lmax"),
    Quantity.WINDOW_LMIN: attrgetter("lmin"),
}


class Look(NamedTuple):
    """What a rule looks at, and whether it does so only while a measurement runs."""

    metric: Metric
    needs_measurement: bool


class Readings:
    """Makes readings of samples, and none of what no rule looks at."""

    def __init__(self, state: MeterState, windows: MeterWindows, calibration: MeterCalibration | None = None) -> None:
        """Look at nothing yet; the windows have to take each sample before this does."""
        self._state = state
        self._tracker = state.tracker
        self._windows = windows
        self._calibration = calibration or MeterCalibration()
        self._looks: dict[Look, list[str]] = {}
        self._of_measurement: int | None = None
        self._levels: dict[WindowSpec, WindowLevels] = {}
        self._levels_at = float("-inf")

    def configure(self, rules: Iterable[Rule]) -> None:
        """Look at what these rules look at."""
        self._looks = {}
        for rule in rules:
            self._looks.setdefault(Look(rule.metric, rule.needs_measurement), []).append(rule.id)
        self._windows.need(look.metric.window for look in self._looks if look.metric.window)

    def of(self, sample: Sample) -> dict[str, Reading]:
        """Return what each rule is to judge, by its id: the same for those that look at the same."""
        main, slot, ended = sample.levels.main, sample.slot, sample.at.timestamp()
        if slot is None:
            # The results in a stream are those of the last row, which may be of an earlier measurement.
            self._of_measurement = None if sample.held else self._tracker.measurement_number
        measuring = MEASURING[self._tracker.state]
        leq, overload = main.lp if slot is None else slot[0].leq, main.over is True
        readings: dict[str, Reading] = {}
        for look, rule_ids in self._looks.items():
            level = None if self._is_held(look, sample) else self._level(look.metric, main, ended)
            reading = Reading(ended, sample.duration_s, level, measuring, leq, overload)
            for rule_id in rule_ids:
                readings[rule_id] = reading
        return readings

    def _is_held(self, look: Look, sample: Sample) -> bool:
        if look.needs_measurement and sample.held:
            return True
        if not look.metric.quantity.of_measurement:
            return False
        # The results of a measurement that heard a calibrator tell of that until it ends.
        return self._of_measurement != self._tracker.measurement_number or self._calibration.spoils(
            self._state.measurement.started_at
        )

    def _level(self, metric: Metric, main: ChannelLevels, at: float) -> float | None:
        if metric.window is None:
            return OF_METER[metric.quantity](main)
        levels = self._window_levels(metric.window, at)
        if metric.percentage is not None:
            return levels.percentiles.get(metric.percentage)
        return OF_WINDOW[metric.quantity](levels)

    def _window_levels(self, spec: WindowSpec, at: float) -> WindowLevels:
        if not 0 <= at - self._levels_at < WINDOW_EVERY_S:
            self._levels.clear()
            self._levels_at = at
        if spec not in self._levels:
            self._levels[spec] = self._windows.levels(spec)
        return self._levels[spec]
