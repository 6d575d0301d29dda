"""What rules are given to judge of a sample."""

import asyncio
from datetime import UTC

import pytest

from custom_components.rion_nl43.acoustics import WindowKind
from custom_components.rion_nl43.alerts import Metric, Quantity, Reading, Rule
from custom_components.rion_nl43.monitor.alerting.readings import OF_METER, Readings
from custom_components.rion_nl43.monitor.feed.facts import Facts
from custom_components.rion_nl43.monitor.feed.sample import Sample
from custom_components.rion_nl43.monitor.state import MeterState
from custom_components.rion_nl43.monitor.windows import MeterWindows
from custom_components.rion_nl43.nl43 import ChannelLevels, Levels, RunState, SlotLevels
from tests.conftest import START as BEGAN

from .rows import levels

LP, LEQ = Metric(Quantity.LP), Metric(Quantity.LEQ)
LAEQ_10 = Metric.over(Quantity.WINDOW_LEQ, 10, WindowKind.RUNNING)
L10_10 = Metric.over(Quantity.WINDOW_LN, 10, WindowKind.RUNNING, 10)
RESULTS = [quantity for quantity in OF_METER if quantity is not Quantity.LP]


def rule(metric: Metric, rule_id: str = "", *, only_while_measuring: bool = False) -> Rule:
    """Make a rule; its id is the metric, unless it is told."""
    return Rule(
        id=rule_id or metric.key, name="", metric=metric, alarm_db=70.0, only_while_measuring=only_while_measuring
    )


def row(lp: float, *, over: bool | None = False) -> Levels:
    """Make a row whose levels all differ."""
    main = ChannelLevels(lp, 61.0, 70.0, 62.0, 63.0, (1.0, 2.0, 3.0, 4.0, 5.0), 64.0, 65.0, 66.0, 67.0, over, False)
    return levels(main)


class Meter:
    """The state of a meter that gets a row a second, and the readings of its last sample."""

    def __init__(self, *rules: Rule) -> None:
        """Look at what the rules look at."""
        self.state = MeterState(None, UTC)
        self.windows = MeterWindows()
        self.readings = Readings(self.state, self.windows)
        self.readings.configure(rules)
        self.told: dict[str, Reading] = {}
        self.state.samples.connect(self.windows.take_sample)
        self.state.samples.connect(self._take)

    def _take(self, sample: Sample) -> None:
        self.told = self.readings.of(sample)

    async def rows(self, count: int, lp: float = 60.0, *, over: bool | None = False) -> Reading:
        """Let so many rows come; returns the reading of the first rule."""
        for _ in range(count):
            await asyncio.sleep(1)
            now = asyncio.get_running_loop().time()
            self.state.take_levels(row(lp, over=over), now, now)
        return next(iter(self.told.values()))

    async def slots(self, count: int, lp: float = 60.0, leq: float = 59.0) -> Reading:
        """Let so many slots come; returns the reading of the first rule."""
        slot = SlotLevels(lp, leq, lp, lp, None, None, over=True, under=False)
        for _ in range(count):
            await asyncio.sleep(0.1)
            self.state.take_slot((slot,), asyncio.get_running_loop().time())
        return next(iter(self.told.values()))

    def run(self, run: RunState) -> None:
        """The meter says this of its run state."""
        self.state.take_run(run, asyncio.get_running_loop().time())
        self.state.take_paused(paused=False, at=0)

    def pause(self) -> None:
        """The meter says that it is paused."""
        self.state.take_paused(paused=True, at=asyncio.get_running_loop().time())

    def close(self) -> None:
        """Leave no timer behind."""
        self.state.availability.close()


async def test_rules_that_look_at_the_same_get_the_same() -> None:
    """It is made once."""
    meter = Meter(rule(LP, "a"), rule(LP, "b"), rule(LP, "c", only_while_measuring=True))
    await meter.rows(2, 71.5, over=True)
    first = meter.told["a"]
    assert first is meter.told["b"]
    assert first is not meter.told["c"]
    assert first == Reading(BEGAN.timestamp() + 2, 1.0, 71.5, None, 71.5, overload=True)
    meter.close()


async def test_no_rule_no_reading() -> None:
    """What nobody looks at costs nothing."""
    meter = Meter(rule(LP))
    meter.readings.configure([])
    await asyncio.sleep(1)
    meter.state.take_levels(row(60.0), 1.0, 1.0)
    assert meter.told == {}
    meter.close()


async def test_a_slot_is_its_own_sound() -> None:
    """Lp of the slot is judged, Leq of the slot is the sound meanwhile; whether it is an overload says the slot."""
    meter = Meter(rule(LP))
    await meter.rows(1, 50.0)
    reading = await meter.slots(3, 72.0, 71.0)
    assert (reading.covered_s, reading.level_db, reading.leq_db, reading.overload) == (0.1, 72.0, 71.0, True)
    assert reading.ended == pytest.approx(BEGAN.timestamp() + 1.3)
    meter.close()


@pytest.mark.parametrize(
    ("quantity", "level"),
    zip(RESULTS, (61.0, 62.0, 63.0, 64.0, 1.0, 2.0, 3.0, 4.0, 5.0), strict=True),
)
async def test_results_are_those_of_a_running_measurement(quantity: Quantity, level: float) -> None:
    """Not known, stopped or paused: there is no such level."""
    meter = Meter(rule(Metric(quantity)))
    found = [await meter.rows(1)]
    meter.run(RunState.STOP)
    found.append(await meter.rows(1))
    meter.run(RunState.START)
    found.append(await meter.rows(1))
    meter.pause()
    found.append(await meter.rows(1))
    assert [(reading.level_db, reading.measuring) for reading in found] == [
        (None, None),
        (None, False),
        (level, True),
        (None, True),
    ]
    meter.close()


async def test_lp_of_a_pause() -> None:
    """It is judged, but not by a rule for measurements; the measurement goes on."""
    meter = Meter(rule(LP, "always"), rule(LP, "measuring", only_while_measuring=True))
    meter.run(RunState.START)
    await meter.rows(1)
    assert [reading.level_db for reading in meter.told.values()] == [60.0, 60.0]
    meter.pause()
    await meter.rows(1)
    assert [(reading.level_db, reading.measuring) for reading in meter.told.values()] == [(60.0, True), (None, True)]
    meter.close()


async def test_results_in_a_stream_are_those_of_the_last_row() -> None:
    """If that was of the same measurement."""
    meter = Meter(rule(LEQ))
    await meter.rows(1)
    meter.run(RunState.STOP)
    await meter.rows(1)
    meter.run(RunState.START)
    assert (await meter.slots(1)).level_db is None
    await meter.rows(1)
    assert (await meter.slots(1)).level_db == 61.0
    meter.run(RunState.STOP)
    assert (await meter.slots(1)).level_db is None
    meter.run(RunState.START)
    assert (await meter.slots(1)).level_db is None
    meter.close()


async def test_a_level_over_a_window() -> None:
    """As soon as the window is covered well enough."""
    lmin, lmax = (Metric.over(each, 10, WindowKind.RUNNING) for each in (Quantity.WINDOW_LMIN, Quantity.WINDOW_LMAX))
    meter = Meter(*(rule(metric) for metric in (LAEQ_10, L10_10, lmin, lmax)))
    await meter.rows(7)
    assert {reading.level_db for reading in meter.told.values()} == {None}
    await meter.rows(1, 66.0)
    assert [reading.level_db for reading in meter.told.values()] == [pytest.approx(61.37, abs=0.01), 66.0, 60.0, 66.0]
    meter.close()


async def test_windows_are_worked_out_once_a_second() -> None:
    """However many samples and rules there are."""
    meter = Meter(rule(LAEQ_10), rule(L10_10))
    await meter.rows(1)
    await meter.slots(100)
    found = [(await meter.slots(1, 80.0, 80.0)).level_db or 0.0 for _ in range(30)]
    assert found == sorted(found)
    assert len(set(found)) in (3, 4)
    meter.close()


async def test_windows_are_worked_out_anew_when_our_clock_is_set_back() -> None:
    """What was worked out for a time that is still to come is not kept until then."""
    meter = Meter(rule(LAEQ_10))
    await meter.rows(10)
    sample = meter.state.sample
    assert sample
    meter.windows.take_facts(Facts(frequency_weightings=("A", None, None, None)))
    meter.windows.take_facts(Facts(frequency_weightings=("C", None, None, None)))
    assert meter.readings.of(sample)[LAEQ_10.key].level_db == pytest.approx(60)
    earlier = Sample(BEGAN, 1.0, sample.levels, None, held=True)
    assert meter.readings.of(earlier)[LAEQ_10.key].level_db is None
    meter.close()
