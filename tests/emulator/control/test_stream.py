"""`DRD?`: rows at 10/s, the counter, SUB, and what follows it."""

import asyncio
import re
import socket

import pytest

from emulator import Kind, Latency
from emulator.config import PROMPTS
from tests.emulator.client import Client
from tests.emulator.conftest import Connect
from tests.fixtures import MeterFactory


def rows_of(received: bytes) -> list[list[str]]:
    """Return the rows of a stream, field by field."""
    begin, *lines = received.removesuffix(b"$").decode("ascii").removesuffix("\r\n").split("\r\n")
    assert begin == "R+0000"
    return [line.split(",") for line in lines]


async def stop(client: Client) -> None:
    """Send SUB and wait for the prompt."""
    client.send_bytes(b"\x1a")
    await client.until(lambda: client.received.endswith(b"$"))


async def test_a_row_comes_every_100_ms_and_the_counter_wraps(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A row comes every 100 ms and the counter wraps."""
    client = await connect(await emulated_meter(latency=Latency.none()))
    client.send("DRD?")
    await asyncio.sleep(120.05)
    await stop(client)
    rows = rows_of(client.received)
    assert [int(row[0]) for row in rows] == [*range(1, 601), *range(1, 601), 1]
    assert all(len(row) == 33 for row in rows)
    assert rows[599][0] == "600"
    assert rows[600][0] == "  1"
    assert len({tuple(row[1:]) for row in rows}) > 1000


async def test_the_stream_has_each_slot_once(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Leq of the measurement is the energy mean of the rows' Leq."""
    meter = await emulated_meter(settings={"Measurement Time Preset Manual": "10s"})
    client = await connect(meter)
    client.send("DRD?")
    await asyncio.sleep(1.05)
    meter.instrument.press_start()
    await asyncio.sleep(20)
    await stop(client)
    rows = rows_of(client.received)
    energies = [10 ** (float(row[2]) / 10) for row in rows]
    leq = meter.instrument.results[0].leq
    assert leq is not None
    means = [sum(energies[begin : begin + 100]) / 100 for begin in range(8, 13)]
    assert min(abs(10 ** (leq / 10) / mean - 1) for mean in means) < 0.003


async def test_sub_ends_the_stream_and_a_row_is_still_on_its_way(
    emulated_meter: MeterFactory, connect: Connect
) -> None:
    """SUB ends the stream and a row is still on its way."""
    meter = await emulated_meter(latency=Latency.none(), rows_after_sub=3)
    client = await connect(meter)
    client.send("DRD?")
    await asyncio.sleep(1.05)
    assert len(rows_of(client.received)) == 10
    await stop(client)
    assert len(rows_of(client.received)) == 13
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]
    assert meter.referee.connections[0].stream_rows == 13
    assert meter.referee.connections[0].subs == 1
    assert meter.referee.commands[0].answer == b"R+0000\r\n"


async def test_the_stream_may_end_with_sub(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The stream may end with SUB."""
    client = await connect(await emulated_meter(latency=Latency.none(), rows_after_sub=0))
    client.send("DRD?")
    await asyncio.sleep(0.95)
    client.send_bytes(b"\x1a")
    assert await client.hear(3) == b"$"


async def test_a_stream_with_status(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Each row of it tells the status."""
    client = await connect(await emulated_meter(latency=Latency.none()))
    client.send("drd?STATUS")
    await asyncio.sleep(1.05)
    await stop(client)
    for row in rows_of(client.received):
        assert len(row) == 38
        assert re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d,E,F,29120,S", ",".join(row[33:]))


async def test_other_input_during_a_stream_is_lost(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Other input during a stream is lost."""
    meter = await emulated_meter()
    meter.referee.expect(Kind.PIPELINING)
    meter.referee.expect(Kind.AFTER_SUB)
    client = await connect(meter)
    client.send("DRD?")
    await asyncio.sleep(2)
    client.send("Measure,Start")
    await asyncio.sleep(2)
    client.send_bytes(b"Measure,Start\r\n\x1aMeasure,Start\r\n")
    await client.until(lambda: client.received.endswith(b"$"))
    assert await client.exchange("Measure?") == ["R+0000", "Stop"]
    assert [violation.kind for violation in meter.referee.violations] == [
        Kind.PIPELINING,
        Kind.PIPELINING,
        Kind.AFTER_SUB,
    ]


async def test_without_a_prompt_the_stream_just_ends(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Without a prompt the stream just ends."""
    client = await connect(await emulated_meter(prompt=PROMPTS["none"]))
    client.send("DRD?")
    await asyncio.sleep(1)
    client.send_bytes(b"\x1a")
    await asyncio.sleep(2)
    client.send("Type?")
    assert await client.hear(1) == b"R+0000\r\nNL-43\r\n"


@pytest.mark.parametrize("wait_s", [0.0, 3.0])
async def test_the_slot_may_stay_taken_after_a_stream(
    emulated_meter: MeterFactory, connect: Connect, wait_s: float
) -> None:
    """The slot may stay taken after a stream."""
    meter = await emulated_meter(slot_release_after_stream_s=wait_s, second_connection="refused")
    meter.referee.expect(Kind.RECONNECT)
    client = await connect(meter)
    client.send("DRD?")
    await asyncio.sleep(2)
    await client.close()
    if wait_s:
        await asyncio.sleep(wait_s - 0.1)
        with pytest.raises(ConnectionRefusedError):
            await connect(meter)
    await asyncio.sleep(0.2)
    client = await connect(meter)
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]


async def test_a_client_that_does_not_read_costs_little_memory(emulated_meter: MeterFactory) -> None:
    """A client that does not read costs little memory."""
    meter = await emulated_meter(latency=Latency.none())
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await loop.sock_connect(sock, (meter.host, meter.port))
    await loop.sock_sendall(sock, b"DRD?\r\n")
    await asyncio.sleep(300)
    rows = meter.referee.connections[0].stream_rows
    await asyncio.sleep(300)
    assert meter.referee.connections[0].stream_rows == rows < 3000
    sock.close()


async def test_the_end_of_the_stream_may_be_answered(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The end of the stream may be answered."""
    client = await connect(await emulated_meter(answers_sub=True, counter_last=7))
    client.send("DRD?")
    await asyncio.sleep(1)
    await stop(client)
    assert client.received.endswith(b"\r\nR+0000\r\n$")
    rows = rows_of(client.received.replace(b"R+0000\r\n$", b""))
    assert [int(row[0]) for row in rows] == [1 + number % 7 for number in range(len(rows))]
