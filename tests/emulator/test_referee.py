"""The referee: a misbehaving client for each kind of violation, and one that does everything right."""

import asyncio
import json
import math

import pytest

from emulator import EmulatedMeter, Kind, Latency, Prompt
from emulator.config import PROMPTS
from tests.fixtures import MeterFactory

from .conftest import Connect


def kinds(meter: EmulatedMeter) -> list[Kind]:
    """Return the kinds of violations, oldest first; they are expected."""
    for violation in meter.referee.violations:
        meter.referee.expect(violation.kind)
    return [violation.kind for violation in meter.referee.violations]


async def test_a_client_that_keeps_all_rules(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A client that keeps all rules is clean, and uses every slot."""
    meter = await emulated_meter(latency=Latency.lan())
    client = await connect(meter)
    for _ in range(100):
        await client.exchange("DOD?")
    meter.referee.assert_clean()
    report = meter.referee.report()
    assert report["commands"] == 100
    assert report["by_command"] == {"DOD?": 100}
    assert report["connections"] == {"total": 1, "served": 1, "open": 1}
    assert report["gap_s"] == {"minimum": pytest.approx(1.0), "histogram": {"1.0": 99}}
    assert report["slots_used"] == pytest.approx(1.0)
    assert report["violations"] == {}
    assert report["swallowed_bytes"] == 0


async def test_what_is_recorded_of_a_command(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Line, times, gap and answer."""
    meter = await emulated_meter(latency=Latency((0.25, 0.25), (0.5, 0.5)), prompt=Prompt(delay_s=(0.05, 0.05)))
    loop = asyncio.get_running_loop()
    client = await connect(meter)
    begin = loop.time()
    await client.exchange("Type?")
    await client.exchange("Manual Store,Start")
    first, second = meter.referee.commands
    assert (first.line, first.gap_s, first.connection) == ("Type?", None, 1)
    assert first.answer == b"R+0000\r\nNL-43\r\n"
    assert first.at == pytest.approx(begin, abs=1e-3)
    assert first.answered_at == pytest.approx(begin + 0.25, abs=1e-3)
    assert second.line == "Manual Store,Start"
    assert second.answer == b"R+0004\r\n"
    assert second.gap_s == pytest.approx(1.0, abs=1e-3)
    assert second.at == pytest.approx(begin + 1.3, abs=1e-3)


async def test_a_slow_client_does_not_use_all_slots(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A slow client does not use all slots."""
    meter = await emulated_meter(latency=Latency.none(), prompt=PROMPTS["none"])
    client = await connect(meter)
    for _ in range(11):
        client.send("Type?")
        await asyncio.sleep(4)
    assert meter.referee.report()["slots_used"] == pytest.approx(0.25, abs=0.001)
    assert meter.referee.report()["gap_s"] == {"minimum": pytest.approx(4, abs=1e-3), "histogram": {"3.0": 10}}


@pytest.mark.parametrize(("wait_s", "expected"), [(0.99, [Kind.SPACING]), (1.0, [])])
async def test_spacing(emulated_meter: MeterFactory, connect: Connect, wait_s: float, expected: list[Kind]) -> None:
    """One second from the meter's last byte, the prompt included, to the next command."""
    meter = await emulated_meter()
    client = await connect(meter)
    await client.exchange("Type?")
    await asyncio.sleep(wait_s)
    client.send("Type?")
    await asyncio.sleep(1)
    assert kinds(meter) == expected


@pytest.mark.parametrize(("wait_s", "expected"), [(0.1, [Kind.SPACING]), (0.3, [])])
async def test_spacing_after_a_prompt_on_connect(
    emulated_meter: MeterFactory, connect: Connect, wait_s: float, expected: list[Kind]
) -> None:
    """A prompt on connect needs no second, but 200 ms."""
    meter = await emulated_meter(prompt=PROMPTS["connect"])
    client = await connect(meter)
    await client.until(lambda: client.received == b"$")
    await asyncio.sleep(wait_s)
    client.send("Type?")
    await asyncio.sleep(1)
    assert kinds(meter) == expected


async def test_spacing_holds_after_a_refusal(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Spacing holds after a refusal."""
    meter = await emulated_meter()
    client = await connect(meter)
    assert await client.exchange("Measure,Stop") == ["R+0004"]
    client.send("Measure,Start")
    await asyncio.sleep(1)
    assert kinds(meter) == [Kind.SPACING]


async def test_pipelining(emulated_meter: MeterFactory, connect: Connect) -> None:
    """One command at a time."""
    meter = await emulated_meter(latency=Latency.lte())
    client = await connect(meter)
    client.send("Type?")
    await asyncio.sleep(0.1)
    client.send("Clock?")
    await asyncio.sleep(1)
    assert kinds(meter) == [Kind.PIPELINING]
    assert meter.referee.report()["swallowed_bytes"] == len("Clock?\r\n")


async def test_who_has_waited_long_enough_may_ask_again(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Who has waited long enough may ask again."""
    meter = await emulated_meter(latency=Latency((10, 10), (10, 10)))
    client = await connect(meter)
    client.send("Type?")
    await asyncio.sleep(5)
    client.send("Type?")
    await asyncio.sleep(1)
    assert kinds(meter) == []


async def test_a_second_connection(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A connection while another one is open, served or not."""
    meter = await emulated_meter()
    await connect(meter)
    await asyncio.sleep(10)
    await connect(meter)
    await asyncio.sleep(1)
    assert kinds(meter) == [Kind.SECOND_CONNECTION]
    assert [record.served for record in meter.referee.connections] == [True, False]
    assert meter.referee.report()["connections"] == {"total": 2, "served": 1, "open": 2}


@pytest.mark.parametrize(("wait_s", "expected"), [(4.99, [Kind.RECONNECT]), (5.001, [])])
async def test_reconnecting(
    emulated_meter: MeterFactory, connect: Connect, wait_s: float, expected: list[Kind]
) -> None:
    """Five seconds from the end of a connection to the next one."""
    meter = await emulated_meter()
    first = await connect(meter)
    await first.exchange("Type?")
    await first.close()
    await asyncio.sleep(wait_s)
    await (await connect(meter)).exchange("Type?")
    assert kinds(meter) == expected
    opened, closed = meter.referee.connections[1].opened_at, meter.referee.connections[0].closed_at
    assert closed is not None
    assert opened - closed == pytest.approx(wait_s, abs=1e-3)


@pytest.mark.parametrize("data", [b"Measure,Run?\r\n"[:-3] + b"\n", b"Manual Store\r\n", b"\r\n", b"Type ?\r\n"])
async def test_bytes_that_are_no_command(emulated_meter: MeterFactory, connect: Connect, data: bytes) -> None:
    """Neither misspelt names nor bare lines."""
    meter = await emulated_meter()
    client = await connect(meter)
    client.send_bytes(data)
    await asyncio.sleep(1)
    assert kinds(meter) == [Kind.NO_COMMAND]
    assert meter.referee.report()["by_command"] == {"(no command)": 1}


@pytest.mark.parametrize(
    "line",
    [
        "TCP,Off",
        "web,on",
        "Ethernet,Off",
        "Ethernet,On",
        "Ethernet DHCP,On",
        "Ethernet IP,10.0.0.1",
        "Ethernet Subnet,255.0.0.0",
        "Ethernet Gateway,10.0.0.2",
        "USB Class,CDC",
        "IO Func,Off",
        "TCP, off",
    ],
)
async def test_a_forbidden_command(emulated_meter: MeterFactory, connect: Connect, line: str) -> None:
    """What cuts the link must not be sent."""
    meter = await emulated_meter()
    client = await connect(meter)
    client.send(line)
    await asyncio.sleep(1)
    assert kinds(meter) == [Kind.FORBIDDEN]


@pytest.mark.parametrize("line", ["TCP?", "Web?", "Ethernet?", "Ethernet IP?", "USB Class?", "IO Func?", "FTP,On"])
async def test_asking_is_not_forbidden(emulated_meter: MeterFactory, connect: Connect, line: str) -> None:
    """Only the settings cut the link."""
    meter = await emulated_meter()
    await (await connect(meter)).exchange(line)
    assert kinds(meter) == []


async def test_a_prompt_from_the_client(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The `$` is the meter's alone."""
    meter = await emulated_meter()
    assert await (await connect(meter)).exchange("$Measure,Start") == ["R+0001"]
    assert kinds(meter) == [Kind.PROMPT]


async def test_bytes_after_sub(emulated_meter: MeterFactory, connect: Connect) -> None:
    """SUB, and then silence until the stream has come to rest."""
    meter = await emulated_meter(rows_after_sub=3)
    client = await connect(meter)
    client.send("DRD?")
    await asyncio.sleep(2)
    client.send_bytes(b"\x1a")
    await asyncio.sleep(0.1)
    client.send("Type?")
    await client.until(lambda: client.received.endswith(b"$"))
    assert kinds(meter) == [Kind.AFTER_SUB]


async def test_a_command_too_soon_after_a_stream(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The 1 s holds after a stream as well."""
    meter = await emulated_meter()
    client = await connect(meter)
    client.send("DRD?")
    await asyncio.sleep(2)
    client.send_bytes(b"\x1a")
    await client.until(lambda: client.received.endswith(b"$"))
    await asyncio.sleep(0.5)
    client.send("Type?")
    await asyncio.sleep(1)
    assert kinds(meter) == [Kind.SPACING]


async def test_a_command_in_a_stream(emulated_meter: MeterFactory, connect: Connect) -> None:
    """While a stream runs, only SUB may be sent."""
    meter = await emulated_meter()
    client = await connect(meter)
    client.send("DRD?")
    await asyncio.sleep(10)
    client.send("Type?")
    await asyncio.sleep(1)
    assert kinds(meter) == [Kind.PIPELINING]


@pytest.mark.parametrize(("wait_s", "expected"), [(0.2, [Kind.CHARACTER_GAP]), (0.1, [])])
async def test_a_gap_between_characters(
    emulated_meter: MeterFactory, connect: Connect, wait_s: float, expected: list[Kind]
) -> None:
    """A command comes in one go: more than 100 ms between its characters is too much."""
    meter = await emulated_meter()
    client = await connect(meter)
    client.send_bytes(b"Ty")
    await asyncio.sleep(wait_s)
    client.send_bytes(b"pe?\r\n")
    await asyncio.sleep(1)
    assert client.received == b"R+0000\r\nNL-43\r\n$"
    assert kinds(meter) == expected


async def test_the_verdict_names_the_violations(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The verdict names the violations."""
    meter = await emulated_meter()
    client = await connect(meter)
    await client.exchange("$Type?")
    client.send("Reset")
    await asyncio.sleep(1)
    with pytest.raises(AssertionError, match=r"broke 3 rules:\n.*prompt sent: \$Type\?\n.*spacing.*\n.*command: Reset"):
        meter.referee.assert_clean()
    meter.referee.expect("prompt sent")
    meter.referee.expect(Kind.SPACING)
    with pytest.raises(AssertionError, match="broke 1 rules"):
        meter.referee.assert_clean()
    meter.referee.expect(Kind.NO_COMMAND)
    meter.referee.assert_clean()
    assert meter.referee.report()["violations"] == {"prompt sent": 1, "spacing": 1, "no command": 1}


async def test_the_report_is_fit_for_json(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The report is fit for JSON."""
    meter = await emulated_meter()
    assert json.loads(json.dumps(meter.referee.report()))["gap_s"]["minimum"] is None
    client = await connect(meter)
    for line in ("Type?", "Clock,2026/01/01 00:00:00", "Clock,2026/01/02 00:00:00", "System Version?nx-43ex", "DRD?x"):
        await client.exchange(line)
    report = json.loads(json.dumps(meter.referee.report(), allow_nan=False))
    assert report["by_command"] == {"Clock,…": 2, "Type?": 1, "System Version?NX-43EX": 1, "DRD?…": 1}


async def test_a_referee_may_forget_details_but_counts_on(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A referee may forget details but counts on."""
    meter = await emulated_meter(referee_keeps=3)
    client = await connect(meter)
    for _ in range(10):
        await client.exchange("$Type?")
    assert len(meter.referee.commands) == len(meter.referee.violations) == 3
    assert meter.referee.report()["commands"] == 10
    assert meter.referee.report()["violations"] == {"prompt sent": 10}
    assert kinds(meter) == [Kind.PROMPT] * 3


async def test_the_smallest_gap_is_finite(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The smallest gap is finite."""
    meter = await emulated_meter()
    client = await connect(meter)
    for _ in range(3):
        await client.exchange("Type?")
    gaps = [command.gap_s for command in meter.referee.commands if command.gap_s is not None]
    assert len(gaps) == 2
    assert all(math.isclose(gap, 1.0, abs_tol=1e-3) for gap in gaps)
