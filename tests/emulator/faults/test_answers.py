"""Faults to order, seen from the client's side."""

import asyncio
from random import Random

import pytest

from emulator import (
    CutAnswer,
    DelayAnswer,
    DropAnswer,
    Fault,
    Faults,
    Kind,
    Latency,
    RefuseWith,
    ReplaceAnswer,
    ReplaceBytes,
)
from tests.emulator.conftest import Connect
from tests.fixtures import MeterFactory

TYPE = b"R+0000\r\nNL-43\r\n"


@pytest.mark.parametrize("after_bytes", range(len(TYPE) + 1))
async def test_an_answer_cut_and_the_connection_closed(
    emulated_meter: MeterFactory, connect: Connect, after_bytes: int
) -> None:
    """At every byte the answer can end, and with it the connection."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(CutAnswer("type?", after_bytes))
    client.send("Type?")
    await client.closed.wait()
    assert client.received == TYPE[:after_bytes]
    assert meter.referee.commands[0].answer == TYPE[:after_bytes]
    await asyncio.sleep(5)
    assert await (await connect(meter)).exchange("Type?") == ["R+0000", "NL-43"]


async def test_an_answer_cut_and_the_connection_reset(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The same with a reset."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(CutAnswer("Type?", after_bytes=5, then="reset"))
    client.send("Type?")
    await client.closed.wait()
    assert meter.referee.commands[0].answer == TYPE[:5]


async def test_an_answer_cut_and_nothing_more(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The connection stays open and is of no use any more."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(CutAnswer("Type?", after_bytes=9, then="stall"))
    client.send("Type?")
    await asyncio.sleep(10)
    client.send("Type?")
    await asyncio.sleep(10)
    assert client.received == TYPE[:9]
    await client.close()
    await asyncio.sleep(5)
    assert await (await connect(meter)).exchange("Type?") == ["R+0000", "NL-43"]


async def test_an_answer_cut_and_the_meter_goes_on(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Some bytes get lost; the next answer is whole."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(CutAnswer("Type?", after_bytes=9, then="go_on"))
    client.send("Type?")
    await client.until(lambda: client.received == TYPE[:9] + b"$")
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]


async def test_another_data_line(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The meter says something else, twice."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(ReplaceAnswer("Percentile 1?", data="??", times=2))
    assert await client.exchange("Percentile 1?") == ["R+0000", "??"]
    assert await client.exchange("Percentile 2?") == ["R+0000", "10"]
    assert await client.exchange("Percentile 1?") == ["R+0000", "??"]
    assert await client.exchange("Percentile 1?") == ["R+0000", "5"]


async def test_other_bytes(emulated_meter: MeterFactory, connect: Connect) -> None:
    """An answer may be torn into any shape."""
    meter = await emulated_meter(latency=Latency.lan())
    client = await connect(meter)
    meter.faults.add(ReplaceBytes("Measure?", b"R+0000\r\n386Stop\r\nStop\r\n"))
    assert await client.exchange("Measure?") == ["R+0000", "386Stop", "Stop"]
    assert await client.exchange("Measure?") == ["R+0000", "Stop"]


@pytest.mark.parametrize("code", [1, 2, 3, 4])
async def test_a_refusal_comes_before_the_deed(emulated_meter: MeterFactory, connect: Connect, code: int) -> None:
    """A refusal comes before the deed."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(RefuseWith("Measure,Start", code))
    assert await client.exchange("Measure,Start") == [f"R+000{code}"]
    assert await client.exchange("Measure?") == ["R+0000", "Stop"]
    assert await client.exchange("Measure,Start") == ["R+0000"]
    assert await client.exchange("Measure?") == ["R+0000", "Start"]


async def test_a_slow_meter_loses_what_comes_meanwhile(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A slow meter loses what comes meanwhile."""
    meter = await emulated_meter(latency=Latency.none())
    client = await connect(meter)
    meter.faults.add(DelayAnswer("Measure,Start", 8))
    client.send("Measure,Start")
    await asyncio.sleep(6)
    client.send("Type?")
    await asyncio.sleep(1.999)
    assert client.received == b""
    assert await client.hear(5) == b"R+0000\r\n$"
    assert await client.exchange("Measure?") == ["R+0000", "Start"]


async def test_a_slow_way_delivers_late_what_comes_meanwhile(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A slow way delivers late what comes meanwhile."""
    meter = await emulated_meter(latency=Latency.none())
    client = await connect(meter)
    meter.faults.add(DelayAnswer("Measure?", 8, on_the_way=True))
    client.send("Measure?")
    await asyncio.sleep(6)
    client.send("Type?")
    assert await client.hear(1.999) == b""
    assert await client.hear(1) == b"R+0000\r\nStop\r\n$" + TYPE + b"$"


async def test_a_strict_meter_takes_what_crossed_a_late_answer(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The meter itself had answered long before: neither `DOD?` nor anything else came too soon."""
    meter = await emulated_meter(latency=Latency.none(), strict=True)
    client = await connect(meter)
    for line in ("Type?", "DOD?"):
        meter.faults.add(DelayAnswer("Measure?", 8, on_the_way=True))
        client.send("Measure?")
        await asyncio.sleep(7.9)
        client.send(line)
        assert (await client.hear(1.5)).count(b"R+0000") == 2
    meter.referee.assert_clean()


async def test_a_command_without_an_answer_is_carried_out(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A command without an answer is carried out."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(DropAnswer("Measure,Start"))
    client.send("Measure,Start")
    assert await client.hear(6) == b""
    assert await client.exchange("Measure?") == ["R+0000", "Start"]
    assert meter.referee.commands[0].answer == b""
    assert meter.referee.commands[0].answered_at is None


async def test_a_stream_whose_begin_was_cut_does_not_begin(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A stream whose begin was cut does not begin."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(DropAnswer("DRD?"))
    client.send("DRD?")
    assert await client.hear(6) == b""
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]


async def test_faults_can_meet_in_one_answer(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Faults can meet in one answer."""
    meter = await emulated_meter(latency=Latency.none())
    client = await connect(meter)
    for fault in (
        ReplaceAnswer("Type?", "NL-42"),
        CutAnswer("Type?", 10, then="go_on"),
        DelayAnswer("Type?", 2),
        RefuseWith("Clock?", 4),
        ReplaceBytes("Clock?", b"?"),
    ):
        meter.faults.add(fault)
    client.send("Type?")
    assert await client.hear(1.99) == b""
    assert await client.hear(1) == b"R+0000\r\nNL$"
    await client.rest()
    client.send("Clock?")
    assert await client.hear(1) == b"?$"


async def test_what_is_gone_stays_gone(emulated_meter: MeterFactory, connect: Connect) -> None:
    """What is gone stays gone."""
    meter = await emulated_meter()
    client = await connect(meter)
    for fault in (DropAnswer("Type?"), CutAnswer("Type?", 3, then="go_on"), ReplaceBytes("Clock?", b"")):
        meter.faults.add(fault)
    client.send("Type?")
    assert await client.hear(2) == b"$"


async def test_orders_can_be_taken_back(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Orders can be taken back."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(DropAnswer(None, times=None))
    client.send("Type?")
    assert await client.hear(6) == b""
    meter.faults.clear()
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]


async def test_a_fault_does_not_outlive_the_meter(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A fault does not outlive the meter."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(DelayAnswer("Type?", 1e6))
    client.send("Type?")
    await asyncio.sleep(6)
    await meter.power_off()
    await client.closed.wait()
    assert asyncio.get_running_loop().time() < 1e5


@pytest.mark.parametrize(
    ("fault", "strikes"),
    [
        (Fault("DOD?"), [1, 0, 0, 0, 0]),
        (Fault("dod?", times=3), [1, 1, 1, 0, 0]),
        (Fault("DOD?", times=None), [1, 1, 1, 1, 1]),
        (Fault("DOD?", skip=2), [0, 0, 1, 0, 0]),
        (Fault("DOD?", times=2, skip=1), [0, 1, 1, 0, 0]),
        (Fault(None, times=2), [1, 1, 0, 0, 0]),
        (Fault("DLC?", times=None), [0, 0, 0, 0, 0]),
        (Fault("DOD?", times=None, probability=0), [0, 0, 0, 0, 0]),
    ],
)
def test_when_a_fault_strikes(fault: Fault, strikes: list[int]) -> None:
    """When a fault strikes."""
    faults = Faults(Random(1))
    faults.add(fault)
    assert [len(faults.striking("DOD?")) for _ in strikes] == strikes


def test_chance_is_of_the_seed() -> None:
    """Chance is of the seed."""

    def strikes(seed: int) -> list[int]:
        faults = Faults(Random(seed))
        faults.add(Fault("DOD?", times=None, probability=0.2))
        return [len(faults.striking("DOD?")) for _ in range(1000)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 150 < sum(strikes(1)) < 250


async def test_refusals_are_no_fault_of_the_client(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Refusals are no fault of the client."""
    meter = await emulated_meter()
    client = await connect(meter)
    meter.faults.add(RefuseWith("Type?", 1))
    await client.exchange("Type?")
    assert Kind.NO_COMMAND not in {violation.kind for violation in meter.referee.violations}
