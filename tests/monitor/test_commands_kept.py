"""Requests, the commands of other parts, and what is remembered of all of them."""

import asyncio
from datetime import UTC, datetime
import json
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import (
    Command,
    CommandState,
)
from custom_components.rion_nl43.nl43 import LinkError
from emulator import CutAnswer
from tests.fixtures import MeterFactory

from .commanding import (
    COMPLETED,
    EXPIRED,
    FAILED,
    QUEUED,
    SENT,
    longest_gap_s,
    states,
    two_slots_s,
)
from .test_commands import ASKED, prepare
from .watching import Watching, watching


async def test_five_requests_at_once(emulated_meter: MeterFactory) -> None:
    """All are answered in the order in which they were asked for, and the samples go on in between."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        since = len(watch.samples) - 1
        lines = ["Type?", "Serial Number?", "Store Mode?", "Index Number?", "Battery Level?"]
        answers = await asyncio.gather(*(watch.monitor.commands.send(line) for line in lines))
        assert answers == ["NL-43", meter.config.serial, "Manual", "0001", "Full"]
        await watch.until_rows(2)
        assert longest_gap_s(watch, since) <= two_slots_s(0.06)
        assert [command.detail for command in told if command.state is SENT] == lines
        assert [command.detail for command in told if command.state is COMPLETED] == lines


async def test_a_request_whose_connection_ends(emulated_meter: MeterFactory) -> None:
    """It has no effect, and whoever asked may ask again."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        meter.faults.add(CutAnswer("Type?", 3, "reset"))
        with pytest.raises(LinkError):
            await watch.monitor.commands.send("Type?")
        assert states(told) == [QUEUED, SENT, FAILED]


async def test_what_other_parts_do_has_a_life_too(emulated_meter: MeterFactory) -> None:
    """Whatever it raises is raised on, and told without what must not be shown."""
    meter = await emulated_meter()

    async def work() -> int:
        return 7

    async def fail() -> None:
        raise OSError("no \r\n socket")

    async with watching(meter) as watch:
        told: list[Command] = []
        watch.monitor.commands.on_change(told.append)
        assert await watch.monitor.commands.run("power_cycle", "switch", ASKED, work) == 7
        assert states(told) == [QUEUED, SENT, COMPLETED]
        with pytest.raises(OSError, match="socket"):
            await watch.monitor.commands.run("power_cycle", "switch", ASKED, fail)
        assert told[-1].state is FAILED
        assert told[-1].error is None
        assert told[-1].reason == r"no \r\n socket"


async def test_only_the_last_ones_are_remembered(emulated_meter: MeterFactory) -> None:
    """The oldest are forgotten first."""
    meter = await emulated_meter()

    async def nothing() -> None:
        """Do nothing."""

    async with watching(meter) as watch:
        for number in range(60):
            await watch.monitor.commands.run("power_cycle", str(number), ASKED, nothing)
        assert [command.detail for command in watch.monitor.commands.recent] == [
            str(number) for number in range(10, 60)
        ]


@pytest.mark.parametrize("sent", [False, True])
async def test_a_restart_in_the_middle_of_a_command(emulated_meter: MeterFactory, sent: bool) -> None:
    """The next run knows of it, calls it over, and sends it no more."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        await watch.monitor.commands.sync_clock(ASKED)
        if not sent:
            await meter.power_off()
        command = asyncio.create_task(watch.monitor.commands.start(ASKED))
        await watch.until(lambda: told[-1].state is (SENT if sent else QUEUED) and told[-1].name == "start", 3)
        memory = json.loads(json.dumps(watch.monitor.memory))
        command.cancel()
        await asyncio.wait({command})
    if not sent:
        await meter.power_on()
    before = len(watch.lines)
    await asyncio.sleep(6)
    async with watching(meter, restored=memory) as watch:
        clock, start = watch.monitor.commands.recent
        assert (clock.state, clock.reason) == (COMPLETED, "")
        assert (start.state, start.reason) == (FAILED if sent else EXPIRED, "restarted")
        assert (start.id, start.name, start.asked) == (told[-1].id, "start", ASKED)
        await watch.settled()
        assert not [line for line in watch.lines[before:] if "," in line]
        assert watch.monitor.memory["commands"] == [clock.to_json(), start.to_json()]


KEPT = Command("1", "start", "", ASKED, CommandState.COMPLETED, datetime.now(UTC), datetime.now(UTC)).to_json()


@pytest.mark.parametrize(
    ("nonsense", "taken"),
    [
        ({"a": 1}, 0),
        ("commands", 0),
        ([None, 7, "x", {}], 0),
        ([KEPT, KEPT | {"id": 7}], 1),
        ([KEPT | {"by": 7}], 0),
        ([KEPT | {"state": "odd"}], 0),
        ([KEPT | {"asked_at": "2026-11-20T12:00:00"}], 0),
        ([KEPT | {"changed_at": "yesterday"}], 0),
        ([KEPT | {"id": str(number)} for number in range(70)], 50),
    ],
)
async def test_nonsense_in_the_memory_is_borne(emulated_meter: MeterFactory, nonsense: Any, taken: int) -> None:
    """What can be understood is taken, and nothing else."""
    watch = Watching(await emulated_meter(), restored={"commands": nonsense})
    assert len(watch.monitor.commands.recent) == taken
