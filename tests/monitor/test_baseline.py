"""What somebody else changed at the meter is noticed; what was changed by an own command is not."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
import json
import math
from typing import Any
from zoneinfo import ZoneInfo

from freezegun import freeze_time
import pytest

from custom_components.rion_nl43.monitor import Baseline, Drift, NotConfirmed
from custom_components.rion_nl43.monitor.control.baseline import CLOCK, SETTINGS
from custom_components.rion_nl43.monitor.state import MeterState
from emulator import ReplaceAnswer
from tests.fixtures import MeterFactory

from .commanding import Ignored, Unanswered
from .watching import Watching, watching

CHANGES = [
    ("Frequency Weighting (Main)", "A", "C"),
    ("Time Weighting (Main)", "F", "S"),
    *((f"Percentile {number}", usual, "33") for number, usual in enumerate(("5", "10", "50", "90", "95"), 1)),
]


def drifts(watch: Watching) -> tuple[Drift, ...]:
    """What differs now."""
    return watch.monitor.baseline.drifts


@pytest.mark.parametrize(("name", "expected", "found"), CHANGES)
async def test_somebody_changes_a_setting(emulated_meter: MeterFactory, name: str, expected: str, found: str) -> None:
    """It is told once when that is seen, and once when it is as it was."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        told: list[tuple[Drift, ...]] = []
        watch.monitor.baseline.on_change(told.append)
        meter.faults.switch_on("operator", setting=name, value=found)
        await watch.monitor.refresh_facts()
        drift = Drift(name, expected, found)
        assert told == [(drift,)]
        assert drifts(watch) == (drift,)
        await watch.monitor.refresh_facts()
        assert told == [(drift,)]
        meter.faults.switch_on("operator", setting=name, value=expected)
        await watch.monitor.refresh_facts()
        assert told == [(drift,), ()]


@pytest.mark.parametrize("ahead_s", [30.0, -30.0, 3600.0, -86_400.0 * 400])
async def test_somebody_sets_the_clock(emulated_meter: MeterFactory, ahead_s: float) -> None:
    """It jumps: by how much it was off before and is off now."""
    meter = await emulated_meter(clock_offset_s=100)
    async with watching(meter) as watch:
        await watch.settled()
        meter.instrument.clock += timedelta(seconds=ahead_s)
        await watch.monitor.refresh_facts()
        drift = drifts(watch)[0]
        assert drift.name == CLOCK
        assert int(drift.expected) == pytest.approx(100, abs=1)
        assert int(drift.found) == pytest.approx(100 + ahead_s, abs=1)
        await watch.monitor.refresh_facts()
        assert drifts(watch) == (drift,)
        meter.instrument.clock -= timedelta(seconds=ahead_s)
        await watch.monitor.refresh_facts()
        assert drifts(watch) == ()


async def test_a_clock_that_is_slow_by_nature(emulated_meter: MeterFactory) -> None:
    """Nobody set it."""
    meter = await emulated_meter()
    meter.faults.switch_on("clock-off", ahead_s=0.0, drift_s_per_day=-288.0)
    async with watching(meter) as watch:
        await watch.settled()
        for _ in range(6):
            await asyncio.sleep(600)
            await watch.monitor.refresh_facts()
        assert watch.monitor.facts.clock_offset_s == pytest.approx(-13, abs=2)
        assert drifts(watch) == ()


class Read:
    """A baseline, and the meter's clock as it is read."""

    def __init__(self, zone: tzinfo) -> None:
        """Nothing has been read."""
        self.state = MeterState(None, zone)
        self.baseline = Baseline(self.state, None, lambda: None)

    @property
    def drifting(self) -> list[str]:
        """The names of what has drifted."""
        return [drift.name for drift in self.baseline.drifts]

    def clock(self, offset_s: float, at: datetime) -> None:
        """The meter's clock is so far ahead, when ours shows this."""
        with freeze_time(at):
            self.state.change_facts(lambda facts: replace(facts, clock_offset_s=offset_s))


async def test_our_own_clock_is_put_right() -> None:
    """The meter is not to blame; it would be, if its clock jumped at the same time."""
    read, now = Read(UTC), datetime.now(UTC)
    read.clock(0.1, now)
    read.clock(-7200.0, now + timedelta(hours=2))
    assert read.drifting == []
    read.clock(0.2, now + timedelta(hours=2))
    assert read.drifting == [CLOCK]


@pytest.mark.parametrize(("day", "step_s"), [("2026-03-29", -3600.0), ("2026-10-25", 3600.0)])
async def test_summer_time_begins_and_ends(day: str, step_s: float) -> None:
    """The meter does not follow it, and nobody set its clock."""
    read = Read(ZoneInfo("Europe/Berlin"))
    before = datetime.fromisoformat(f"{day}T00:30:00+00:00")
    read.clock(0.0, before)
    await asyncio.sleep(3600)
    read.clock(step_s, before + timedelta(hours=1))
    assert read.drifting == []
    await asyncio.sleep(3600)
    read.clock(0.0, before + timedelta(hours=2))
    assert read.drifting == [CLOCK]


async def test_accepting(emulated_meter: MeterFactory) -> None:
    """From then on the meter is right as it is."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.switch_on("operator", setting="Percentile 5", value="99")
        meter.instrument.clock += timedelta(hours=1)
        await watch.monitor.refresh_facts()
        assert [drift.name for drift in drifts(watch)] == ["Percentile 5", CLOCK]
        watch.monitor.baseline.accept()
        assert drifts(watch) == ()
        await watch.monitor.refresh_facts()
        assert drifts(watch) == ()


@pytest.mark.parametrize(("name", "_", "value"), CHANGES)
async def test_own_settings_are_right(emulated_meter: MeterFactory, name: str, _: str, value: str) -> None:
    """Also where somebody had changed them before; what he changes afterwards is noticed again."""
    meter = await emulated_meter()
    other = {"C": "Z", "S": "I", "33": "44"}[value]
    async with watching(meter) as watch:
        await watch.settled()
        told: list[tuple[Drift, ...]] = []
        watch.monitor.baseline.on_change(told.append)
        await watch.monitor.commands.set_setting(name, value)
        await watch.monitor.refresh_facts()
        assert told == []
        meter.faults.switch_on("operator", setting=name, value=other)
        await watch.monitor.refresh_facts()
        assert drifts(watch) == (Drift(name, value, other),)
        await watch.monitor.commands.set_setting(name, value)
        assert drifts(watch) == ()


async def test_the_other_name_of_the_weighting(emulated_meter: MeterFactory) -> None:
    """It is the same setting."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.send("Frequency Weighting,Z")
        await watch.monitor.refresh_facts()
        assert watch.monitor.facts.frequency_weighting == "Z"
        assert drifts(watch) == ()


async def test_an_own_clock_is_right(emulated_meter: MeterFactory) -> None:
    """Set to local time after somebody had set it otherwise."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.instrument.clock += timedelta(hours=1)
        await watch.monitor.refresh_facts()
        assert drifts(watch)
        await watch.monitor.commands.sync_clock()
        assert drifts(watch) == ()
        await watch.monitor.refresh_facts()
        assert drifts(watch) == ()


@pytest.mark.parametrize("took_effect", [True, False])
async def test_an_own_setting_of_unknown_outcome(emulated_meter: MeterFactory, took_effect: bool) -> None:
    """If it is seen to have taken effect later, nobody else did it."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add((Unanswered if took_effect else Ignored)("Percentile 4,88"))
        meter.faults.add(ReplaceAnswer("Percentile 4?", data="?,?", times=2))
        with pytest.raises(NotConfirmed):
            await watch.monitor.commands.set_setting("Percentile 4", "88")
        await watch.monitor.refresh_facts()
        assert watch.monitor.facts.percentiles[3] == (88 if took_effect else 90)
        assert drifts(watch) == ()


async def test_a_refused_setting_was_not_changed(emulated_meter: MeterFactory) -> None:
    """What differs afterwards was changed by somebody else."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(Ignored("Percentile 4,88"))
        with pytest.raises(NotConfirmed):
            await watch.monitor.commands.set_setting("Percentile 4", "88")
        meter.faults.switch_on("operator", setting="Percentile 4", value="77")
        await watch.monitor.refresh_facts()
        assert drifts(watch) == (Drift("Percentile 4", "90", "77"),)


async def test_over_a_restart(emulated_meter: MeterFactory) -> None:
    """What was changed meanwhile is noticed, and what had been noticed is still known."""
    meter = await emulated_meter(clock_offset_s=3)
    async with watching(meter) as watch:
        await watch.settled()
        kept: list[dict[str, Any]] = []
        watch.monitor.on_memory(lambda: kept.append(watch.monitor.memory))
        meter.faults.switch_on("operator", setting="Percentile 1", value="1")
        await watch.monitor.refresh_facts()
        meter.instrument.clock += timedelta(hours=2)
        await watch.monitor.refresh_facts()
        before = drifts(watch)
        assert len(before) == 2
        memory = json.loads(json.dumps(kept[-1]))
    meter.faults.switch_on("operator", setting="Time Weighting (Main)", value="S")
    await asyncio.sleep(3 * 86_400)
    async with watching(meter, restored=memory) as watch:
        assert drifts(watch) == before[1:]
        await watch.settled()
        assert drifts(watch) == (Drift("Time Weighting (Main)", "F", "S"), *before)
        memory = json.loads(json.dumps(watch.monitor.memory))
    meter.instrument.clock -= timedelta(hours=2)
    await asyncio.sleep(600)
    async with watching(meter, restored=memory) as watch:
        await watch.settled()
        assert drifts(watch) == (Drift("Time Weighting (Main)", "F", "S"), before[0])


async def test_nothing_new_is_not_kept_anew(emulated_meter: MeterFactory) -> None:
    """A clock that is read once more is nothing to write to disk."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.until_rows(3)
        kept: list[None] = []
        watch.monitor.on_memory(lambda: kept.append(None))
        for _ in range(3):
            await watch.monitor.refresh_facts()
        assert kept == []


GOOD = {"expected": {"Percentile 1": "7"}, "clock": {"ahead_of_utc_s": 5.0, "at": "2026-01-01T00:00:00+00:00"}}


@pytest.mark.parametrize(
    "nonsense",
    [
        7,
        [],
        {},
        "x",
        {"expected": [], "clock": None},
        {"expected": {"Percentile 1": 7}, "clock": None, "clock_drift": None},
        GOOD | {"clock_drift": [1]},
        GOOD | {"clock_drift": [math.nan, 1]},
        GOOD | {"clock_drift": ["x", 1]},
        GOOD | {"clock_drift": None, "clock": {"ahead_of_utc_s": math.inf, "at": "2026-01-01T00:00:00+00:00"}},
        GOOD | {"clock_drift": None, "clock": {"ahead_of_utc_s": 1.0, "at": "2026-01-01T00:00:00"}},
        GOOD | {"clock_drift": None, "clock": {"ahead_of_utc_s": 1.0, "at": 7}},
        GOOD | {"clock_drift": None, "clock": {}},
    ],
)
async def test_nonsense_in_the_memory_is_borne(emulated_meter: MeterFactory, nonsense: Any) -> None:
    """Nothing of it is believed, and what is read is the baseline."""
    watch = Watching(await emulated_meter(), restored={"baseline": nonsense})
    assert drifts(watch) == ()
    assert watch.monitor.memory["baseline"] == {"expected": {}, "clock": None, "clock_drift": None}


async def test_unknown_settings_in_the_memory_are_left_out(emulated_meter: MeterFactory) -> None:
    """Only those that are watched over are kept."""
    kept = GOOD | {"clock_drift": [0, 60]}
    kept["expected"] = dict.fromkeys(("Nonsense", *SETTINGS), "7")
    watch = Watching(await emulated_meter(), restored={"baseline": kept})
    assert watch.monitor.memory["baseline"]["expected"] == dict.fromkeys(SETTINGS, "7")
    assert drifts(watch) == (Drift(CLOCK, "0", "60"),)
