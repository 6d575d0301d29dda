"""All faults at once, in any order: whatever comes of it, nothing is left of it."""

import asyncio
import contextlib
from random import Random
from typing import Any

import pytest

from emulator.faults import FAULTS

from .witness import Witness

# Nobody at the meter needs to be told what to do.
ARGUMENTS: dict[str, dict[str, Any]] = {"operator": {"key": "start"}, "clock-off": {"ahead_s": 0.0}}


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_is_left_of_a_mixture(seed: int) -> None:
    rng = Random(seed)
    client = await Witness.of(settings={"FTP": "On"})
    faults, settings = client.meter.faults, client.meter.instrument.settings
    before, card_before = dict(settings), client.meter.instrument.card.free_mb
    names = [*FAULTS, *rng.choices(tuple(FAULTS), k=10)]
    rng.shuffle(names)
    await client.connect()
    for name in names:
        command = "Type?" if FAULTS[name].on == "commands" and rng.random() < 0.2 else None
        # A meter that is off has no operator.
        with contextlib.suppress(RuntimeError):
            faults.switch_on(name, command=command, probability=rng.choice((0.5, 1.0)), **ARGUMENTS.get(name, {}))
        if client.meter.instrument.powered and rng.random() < 0.3:
            await client.ask(rng.choice(("Type?", "DOD?", "Measure?")))
    await asyncio.sleep(rng.uniform(0, 300))
    await client.hang_up()
    await client.connect()
    numbers = [fault.id for fault in faults.active()]
    rng.shuffle(numbers)
    for number in numbers:
        if number in {fault.id for fault in faults.active()}:
            faults.switch_off(number)
    await asyncio.sleep(1)
    client.meter.instrument.press_stop()
    await client.hang_up()
    await asyncio.sleep(5)

    assert faults.active() == []
    assert dict(settings) == before
    assert client.meter.instrument.card.free_mb == card_before
    assert await client.connect() == "accepted"
    assert await client.ask("Type?") == b"R+0000\r\nNL-43\r\n$"
    assert client.meter.ftp.address is not None
    reader, writer = await asyncio.open_connection(*client.meter.ftp.address)
    assert await reader.readline() == b"220 Connection Ready\r\n"
    writer.close()
    await client.done()
