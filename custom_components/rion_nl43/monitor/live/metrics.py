"""The levels that a live view can have."""

from collections.abc import Iterable

from ...acoustics import PERCENTAGES, WindowLevels, WindowSpec
from ...alerts import Metric, Quantity
from ...nl43 import ChannelLevels
from ..alerting.readings import OF_METER, OF_WINDOW
from ..windows import MeterWindows


def known_metrics(specs: Iterable[WindowSpec]) -> dict[str, Metric]:
    """Return the levels that the meter tells and those over these windows, by their keys."""
    of_meter = [Metric(quantity) for quantity in OF_METER]
    of_windows = [
        metric
        for spec in specs
        for metric in (
            *(Metric(quantity, spec) for quantity in OF_WINDOW),
            *(Metric(Quantity.WINDOW_LN, spec, percentage) for percentage in PERCENTAGES),
        )
    ]
    return {metric.key: metric for metric in (*of_meter, *of_windows)}


class MetricLevels:
    """Levels of one moment; each window is asked once."""

    def __init__(self, main: ChannelLevels, windows: MeterWindows) -> None:
        """Take the main channel of a sample, and the windows that have taken it too."""
        self._main = main
        self._windows = windows
        self._levels: dict[WindowSpec, WindowLevels | None] = {}

    def level(self, metric: Metric) -> float | None:
        """Return a level in dB; None where there is none, as over a window that there is not any more."""
        if metric.window is None:
            return OF_METER[metric.quantity](self._main)
        if (levels := self._window(metric.window)) is None:
            return None
        if metric.percentage is not None:
            return levels.percentiles.get(metric.percentage)
        return OF_WINDOW[metric.quantity](levels)

    def _window(self, spec: WindowSpec) -> WindowLevels | None:
        if spec not in self._levels:
            self._levels[spec] = self._windows.levels(spec) if spec in self._windows.specs else None
        return self._levels[spec]
