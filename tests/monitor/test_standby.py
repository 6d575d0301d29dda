"""Giving the meter's only connection to somebody else, and taking it back."""

import asyncio
from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import CommandBlocked
from custom_components.rion_nl43.nl43 import Link, LinkState, Meter
from tests.fixtures import MeterFactory

from .watching import Watching, watching


def in_(**span: float) -> datetime:
    return datetime.now(UTC) + timedelta(**span)


def released(watch: Watching) -> bool:
    return watch.monitor.standby.active


async def somebody_else_can_have(watch: Watching) -> bool:
    """Let another program have the meter for a moment, a few seconds after its slot became free."""
    await asyncio.sleep(5)
    other = Link(watch.meter.host, watch.meter.port)
    other.open()
    await other.connected()
    identity = await Meter(other).identity()
    await other.close()
    return identity.serial == watch.meter.config.serial


async def test_a_released_meter_is_free_for_others_until_it_is_taken_back(emulated_meter: MeterFactory) -> None:
    async with watching(await emulated_meter()) as watch:
        told = list[bool]()
        watch.monitor.standby.on_change(told.append)
        await watch.until_rows(3)
        await watch.monitor.standby.release()
        assert released(watch)
        assert watch.link.status.state is LinkState.STANDBY
        assert not watch.link.slot.held
        await asyncio.sleep(0.1)  # the way to the meter
        assert watch.meter.control.session is None
        assert await somebody_else_can_have(watch)
        await asyncio.sleep(86400)
        assert released(watch)
        with pytest.raises(CommandBlocked):
            await watch.monitor.commands.start()
        await watch.monitor.standby.take_back()
        assert not released(watch)
        await watch.until(lambda: watch.monitor.available, 10)
        assert told == [True, False]


async def test_a_release_for_a_time_ends_by_itself(emulated_meter: MeterFactory) -> None:
    async with watching(await emulated_meter()) as watch:
        await watch.until_rows(3)
        until = in_(minutes=10)
        await watch.monitor.standby.release(until)
        assert watch.monitor.standby.until == until
        assert await somebody_else_can_have(watch)
        await watch.until(lambda: not released(watch), 700)
        assert abs(datetime.now(UTC) - until) < timedelta(seconds=1)
        assert watch.monitor.memory["standby"] == {"active": False, "until": None}
        await watch.until(lambda: watch.monitor.available, 10)


async def test_the_last_word_on_a_release_counts(emulated_meter: MeterFactory) -> None:
    async with watching(await emulated_meter()) as watch:
        told = list[bool]()
        watch.monitor.standby.on_change(told.append)
        await watch.until_rows(3)
        await watch.monitor.standby.release(in_(minutes=1))
        await watch.monitor.standby.release()
        await watch.monitor.standby.release()
        await asyncio.sleep(600)
        assert released(watch)
        await watch.monitor.standby.release(in_(hours=-1))
        await watch.until(lambda: not released(watch), 1)
        await watch.until(lambda: watch.monitor.available, 10)
        assert told == [True, True, True, False]


async def test_two_releases_at_once_both_end_with_a_free_slot(emulated_meter: MeterFactory) -> None:
    async with watching(await emulated_meter()) as watch:
        await watch.until_rows(3)
        first = asyncio.create_task(watch.monitor.standby.release())
        second = asyncio.create_task(watch.monitor.standby.release(in_(hours=1)))
        await first
        assert not watch.link.slot.held
        await second
        assert not watch.link.slot.held
        await watch.monitor.standby.take_back()


async def restarted(watch: Watching) -> dict[str, Any]:
    memory: dict[str, Any] = json.loads(json.dumps(watch.monitor.memory))
    return memory


async def test_a_release_is_kept_over_a_restart(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = list[object]()
        watch.monitor.on_memory(lambda: told.append(watch.monitor.memory["standby"]))
        await watch.until_rows(3)
        await watch.monitor.standby.release()
        assert told[-1] == {"active": True, "until": None}
        memory = await restarted(watch)
    await asyncio.sleep(6)
    connections = len(meter.referee.connections)
    async with watching(meter, restored=memory) as watch:
        assert released(watch)
        await asyncio.sleep(600)
        assert watch.link.status.state is LinkState.STANDBY
        assert len(meter.referee.connections) == connections
        await watch.monitor.standby.take_back()
        await watch.until(lambda: watch.monitor.available, 10)


@pytest.mark.parametrize("away_s", [60, 1200])
async def test_a_release_for_a_time_ends_by_itself_after_a_restart(emulated_meter: MeterFactory, away_s: float) -> None:
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until_rows(3)
        await watch.monitor.standby.release(in_(minutes=10))
        memory = await restarted(watch)
    await asyncio.sleep(away_s)
    async with watching(meter, restored=memory) as watch:
        assert released(watch) is (away_s < 600)
        await watch.until(lambda: watch.monitor.available, 560)


async def test_a_link_that_is_open_at_the_beginning_is_closed_if_released(emulated_meter: MeterFactory) -> None:
    watch = Watching(await emulated_meter(), restored={"standby": {"active": True}})
    watch.link.open()
    await watch.link.connected()
    task = asyncio.create_task(watch.monitor.run())
    await watch.until(lambda: watch.link.status.state is LinkState.STANDBY, 1)
    task.cancel()
    await asyncio.wait({task})
    assert not watch.link.slot.held


async def test_a_wall_clock_that_is_put_right_meanwhile_counts(emulated_meter: MeterFactory) -> None:
    async with watching(await emulated_meter()) as watch:
        await watch.until_rows(3)
        standby = watch.monitor.standby
        await standby.release(in_(days=300))
        # A clock that was wrong by months is put right.
        standby._until = in_(seconds=1)
        assert await watch.until(lambda: not standby.active, 61) > 1


@pytest.mark.parametrize(
    "kept",
    [None, 7, "yes", [], {"active": "yes"}, {"active": 1}, {"active": False, "until": "2099-01-01T00:00:00+00:00"}],
)
async def test_nonsense_that_was_kept_is_no_release(emulated_meter: MeterFactory, kept: object) -> None:
    async with watching(await emulated_meter(), restored={"standby": kept}) as watch:
        assert not released(watch)
        await watch.until_rows(1)


async def test_a_release_until_nonsense_is_one_without_an_end(emulated_meter: MeterFactory) -> None:
    async with watching(await emulated_meter(), restored={"standby": {"active": True, "until": "soon"}}) as watch:
        await asyncio.sleep(3600)
        assert released(watch)
        assert watch.monitor.memory["standby"] == {"active": True, "until": None}
