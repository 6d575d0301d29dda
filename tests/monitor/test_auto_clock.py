"""The clock is put right by itself, between measurements and nowhere else."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.monitor import CommandState
from custom_components.rion_nl43.monitor.control.auto_clock import near_change
from tests.fixtures import MeterFactory

from .commanding import Refused, begin
from .watching import Watching, watching

BERLIN = ZoneInfo("Europe/Berlin")
OFF_S = 100.0


def sets(watch: Watching) -> int:
    """How often the clock was set."""
    return sum(line.startswith("Clock,") for line in watch.lines)


def pending(watch: Watching) -> bool:
    """Whether it is about to be set."""
    return watch.monitor.auto_clock.pending


def off_s(watch: Watching) -> float:
    """How far off the meter's clock is."""
    return (watch.meter.instrument.clock - datetime.now(UTC).replace(tzinfo=None)).total_seconds()


async def test_a_clock_that_is_off_is_set(emulated_meter: MeterFactory) -> None:
    """Once, by a command that says who asked for it; not before the meter has been stopped for a while."""
    meter = await emulated_meter(clock_offset_s=OFF_S)
    async with watching(meter) as watch:
        told = begin(watch)
        await watch.settled()
        await asyncio.sleep(60)
        assert sets(watch) == 0
        watch.monitor.auto_clock.enabled = True
        await asyncio.sleep(60)
        assert abs(off_s(watch)) < 0.5
        await asyncio.sleep(120)
        assert sets(watch) == 1
        assert watch.monitor.auto_clock.enabled
        assert watch.monitor.baseline.drifts == ()
    assert {command.asked.reason for command in told} == {"auto_clock"}
    assert (told[-1].name, told[-1].state) == ("set_clock", CommandState.COMPLETED)


async def test_it_waits_for_the_end_of_a_measurement(emulated_meter: MeterFactory) -> None:
    """A pause is none."""
    meter = await emulated_meter(clock_offset_s=OFF_S)
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        watch.monitor.auto_clock.enabled = True
        await asyncio.sleep(90)
        assert not pending(watch)
        await watch.monitor.commands.pause()
        await asyncio.sleep(90)
        assert sets(watch) == 0
        await watch.monitor.commands.resume()
        await watch.monitor.commands.stop()
        await asyncio.sleep(20)
        assert sets(watch) == 0
        await asyncio.sleep(60)
        assert sets(watch) == 1


@pytest.mark.parametrize("offset_s", [0.0, 1.5, -1.0])
async def test_a_clock_that_is_right_is_left_alone(emulated_meter: MeterFactory, offset_s: float) -> None:
    meter = await emulated_meter(clock_offset_s=offset_s)
    async with watching(meter) as watch:
        await watch.settled()
        watch.monitor.auto_clock.enabled = True
        await asyncio.sleep(120)
        assert sets(watch) == 0


async def test_a_program_by_the_clock_is_left_alone(emulated_meter: MeterFactory) -> None:
    """What Timer Auto begins, it begins by that clock."""
    meter = await emulated_meter(clock_offset_s=OFF_S)
    meter.instrument.settings["Store Mode"] = "Timer Auto"
    async with watching(meter) as watch:
        await watch.settled()
        watch.monitor.auto_clock.enabled = True
        await asyncio.sleep(120)
        assert sets(watch) == 0


async def test_no_more_than_once_an_hour(emulated_meter: MeterFactory) -> None:
    """However far a clock goes, and whether it worked; over a restart too."""
    meter = await emulated_meter(clock_offset_s=OFF_S, clock_drift_s_per_day=50_000)
    meter.faults.add(Refused("Clock,"))
    async with watching(meter) as watch:
        told = begin(watch)
        await watch.settled()
        watch.monitor.auto_clock.enabled = True
        assert pending(watch)
        await asyncio.sleep(300)
        assert not pending(watch)
        assert told[-1].state is CommandState.FAILED
        assert sets(watch) == 1
        kept = watch.monitor.memory
    await asyncio.sleep(30)
    async with watching(meter, restored=kept) as watch:
        await watch.settled()
        watch.monitor.auto_clock.enabled = True
        await asyncio.sleep(1800)
        assert sets(watch) == 1
        await asyncio.sleep(1800)
        assert sets(watch) == 2


async def test_not_while_a_command_is_under_way(emulated_meter: MeterFactory) -> None:
    """A start cycle has its own way with the clock."""
    meter = await emulated_meter(clock_offset_s=OFF_S)
    async with watching(meter) as watch:
        await watch.settled()
        await asyncio.sleep(60)
        told = begin(watch)
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle(set_clock=False))
        await watch.until(lambda: told, 5)
        watch.monitor.auto_clock.enabled = True
        await cycle
        await asyncio.sleep(120)
        assert sets(watch) == 0
        assert {command.name for command in told} == {"start_cycle"}


async def test_after_a_change_of_local_time(emulated_meter: MeterFactory) -> None:
    """The meter does not follow summer time: an hour after the change it does."""
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert [near_change(change + timedelta(minutes=minutes), BERLIN) for minutes in (-61, -59, 0, 59, 61)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert near_change(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), BERLIN)
    assert not near_change(change, UTC)
