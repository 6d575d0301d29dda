"""What alert rules cost: many meters, each streamed at 10 samples a second, with many rules each."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
import random
from time import process_time

from custom_components.rion_nl43.acoustics import WindowKind
from custom_components.rion_nl43.alerts import Metric, Quantity, Rule, Transition, Weekly
from custom_components.rion_nl43.monitor import MeterAlerts, Sample, Standby
from custom_components.rion_nl43.monitor.state import MeterState
from custom_components.rion_nl43.monitor.windows import MeterWindows
from custom_components.rion_nl43.nl43 import ChannelLevels, Levels, Link, RunState, SlotLevels

from .table import Finding, at_most, exactly, show

METERS = 50
SLOTS_PER_S = 10
# Until some rules are pending, one has its episode, and the windows have levels.
BEFORE_S = 150
MEASURED_S = 20
ROUNDS = 3
LIMIT_PERCENT = 10.0
LOUD_DB, PENDING_DB, OPEN_DB = 90.0, 61.0, 58.0

RUNNING, ALIGNED = WindowKind.RUNNING, WindowKind.ALIGNED
NIGHT = Weekly(time(22), time(6))
QUIET = (
    Metric(Quantity.LP),
    Metric(Quantity.LEQ),
    Metric(Quantity.LMAX),
    Metric(Quantity.LN1),
    Metric(Quantity.LPEAK),
    *(Metric.over(Quantity.WINDOW_LEQ, 60 * minutes, kind) for minutes in (1, 5, 15) for kind in WindowKind),
    Metric.over(Quantity.WINDOW_LMAX, 60, RUNNING),
    Metric.over(Quantity.WINDOW_LN, 60, RUNNING, 10),
    Metric.over(Quantity.WINDOW_LN, 900, ALIGNED, 90),
)


def rules() -> list[Rule]:
    """Make rules of all sorts: quiet ones, some at night alone, some that are pending, and one that has an episode."""
    lp, minute = Metric(Quantity.LP), Metric.over(Quantity.WINDOW_LEQ, 60, RUNNING)
    made = [
        Rule(id=f"quiet {number}", name="", metric=metric, warning_db=LOUD_DB - 5, alarm_db=LOUD_DB, duration_s=30)
        for number, metric in enumerate(QUIET)
    ]
    made += [
        Rule(id="night", name="", metric=lp, alarm_db=LOUD_DB, duration_s=5, schedule=NIGHT),
        Rule(id="pending", name="", metric=lp, alarm_db=PENDING_DB, duration_s=120, share_percent=80),
        Rule(id="pending long", name="", metric=lp, warning_db=PENDING_DB, duration_s=3600, share_percent=60),
        Rule(id="measuring", name="", metric=lp, alarm_db=LOUD_DB, only_while_measuring=True),
        Rule(id="window", name="", metric=minute, alarm_db=LOUD_DB, duration_s=10),
        Rule(id="open", name="", metric=minute, warning_db=OPEN_DB, alarm_db=LOUD_DB, duration_s=10, clear_margin_db=3),
    ]
    return made


class Meter:
    """The parts of a monitor that get samples."""

    def __init__(self, seed: int, began: datetime, judged: Iterable[Rule]) -> None:
        """Have these rules."""
        self._rng = random.Random(seed)
        state = MeterState(None, UTC)
        state.take_run(RunState.START, 0.0)
        self.windows = MeterWindows()
        self.alerts = MeterAlerts(state, self.windows, Standby(Link("127.0.0.1", 1)))
        self.alerts.configure(judged)
        self._began = began
        self._number = 0

    def samples(self, seconds: int) -> list[Sample]:
        """Make the next samples of a sound that goes up and down around 60 dB; the results come once a minute."""
        return [self._sample() for _ in range(SLOTS_PER_S * seconds)]

    def _sample(self) -> Sample:
        self._number += 1
        at = self._began + timedelta(seconds=self._number / SLOTS_PER_S)
        level = round(60 + self._rng.gauss(0, 3), 1)
        slot = SlotLevels(level, level, level + 0.5, level - 0.5, None, None, over=False, under=False)
        lns = (66.0, 64.0, 60.0, 56.0, 54.0)
        main = ChannelLevels(level, 60.0, 90.0, 75.0, 45.0, lns, 80.0, None, None, None, over=False, under=False)
        row = self._number % (60 * SLOTS_PER_S) == 1
        return Sample(
            at, 1.0 if row else 0.1, Levels((main,)), RunState.START, held=False, slot=None if row else (slot,)
        )


async def run() -> bool:
    """Time windows and rules of many meters; returns whether the promise was kept."""
    began = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    judged = rules()
    meters = [Meter(seed, began, judged) for seed in range(METERS)]
    told: list[Transition] = []
    meters[0].alerts.on_transition(told.append)
    for meter in meters:
        for sample in meter.samples(BEFORE_S):
            meter.windows.take_sample(sample)
            meter.alerts.take_sample(sample)
    shares = [_shares(meters) for _ in range(ROUNDS)]
    windows_percent = min(windows for windows, _ in shares)
    alerts_percent = min(alerts for _, alerts in shares)
    states = [meters[0].alerts.state(rule.id) for rule in judged]
    findings = [
        Finding("meters, rules of each, samples a second", f"{METERS}, {len(judged)}, {SLOTS_PER_S}"),
        exactly("rules with an episode", sum(state.episode is not None for state in states), 1),
        Finding("rules that are pending or more", str(sum(state.pending for state in states))),
        exactly("transitions of a meter", len(told), 1),
        Finding("their windows without rules: of a core", f"{windows_percent:.2f} %"),
        at_most("their rules: of a core", alerts_percent, LIMIT_PERCENT, " %", 2),
        Finding("one sample through all rules of a meter", f"{1e4 * alerts_percent / METERS / SLOTS_PER_S:.1f} µs"),
    ]
    return show("alerts, streamed feed", findings)


def _shares(meters: Iterable[Meter]) -> tuple[float, float]:
    """Return how much of a core windows and rules take, in percent, with the samples of some time at once."""
    windows_s = alerts_s = 0.0
    for meter in meters:
        for sample in meter.samples(MEASURED_S):
            since = process_time()
            meter.windows.take_sample(sample)
            between = process_time()
            meter.alerts.take_sample(sample)
            alerts_s += process_time() - between
            windows_s += between - since
    return 100 * windows_s / MEASURED_S, 100 * alerts_s / MEASURED_S
