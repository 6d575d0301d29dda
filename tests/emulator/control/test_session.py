"""One connection: commands, answers and prompts, byte by byte and on time."""

import asyncio
import socket
from typing import Any, Literal

import pytest

from emulator import Kind, Latency, Prompt
from emulator.config import PROMPTS
from tests.emulator.conftest import Connect
from tests.fixtures import MeterFactory


async def test_the_first_commands_of_a_client(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The first commands of a client."""
    client = await connect(await emulated_meter())
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]
    assert await client.exchange("Serial Number?") == ["R+0000", "00830001"]
    assert await client.exchange("System Version?") == ["R+0000", "01.02.0304"]
    assert await client.exchange("Measure?") == ["R+0000", "Stop"]
    assert await client.exchange("Measure,Start") == ["R+0000"]
    assert await client.exchange("Measure?") == ["R+0000", "Start"]
    assert await client.exchange("Measure,Start") == ["R+0004"]
    assert await client.exchange("Measure,Stop") == ["R+0000"]
    assert await client.exchange("Measure,Stop") == ["R+0004"]
    row = await client.exchange("DOD?")
    assert len(row[1].split(",")) == 64
    assert client.received.startswith(b"R+0000\r\nNL-43\r\n$R+0000\r\n00830001\r\n$")


async def test_the_clock_follows_the_wall(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The clock follows the wall."""
    client = await connect(await emulated_meter(latency=Latency.none()))
    await client.exchange("Clock,2026/03/29 01:59:00")
    await asyncio.sleep(3600)
    assert await client.exchange("Clock?") == ["R+0000", "2026/03/29 02:59:00"]


@pytest.mark.parametrize(
    ("latency", "low_s", "high_s", "slow_low_s", "slow_high_s"),
    [
        (Latency.none(), 0.0, 0.0, 0.0, 0.0),
        (Latency.lan(), 0.02, 0.06, 0.5, 0.5),
        (Latency.lte(), 0.13, 0.33, 0.46, 0.63),
    ],
)
async def test_answers_take_their_time(
    emulated_meter: MeterFactory,
    connect: Connect,
    *,
    latency: Latency,
    low_s: float,
    high_s: float,
    slow_low_s: float,
    slow_high_s: float,
) -> None:
    """Answers take their time."""
    meter = await emulated_meter(latency=latency)
    client = await connect(meter)
    for _ in range(5):
        for line in ("Measure,Start", "DOD?", "Measure,Stop", "Manual Store,Start", "Manual Store,Stop"):
            await client.exchange(line)
    for command in meter.referee.commands:
        assert command.answered_at is not None
        slow = command.line.endswith(",Start")
        low, high = (slow_low_s, slow_high_s) if slow else (low_s, high_s)
        assert low - 0.001 <= command.answered_at - command.at <= high + 0.001, command.line


@pytest.mark.parametrize(
    ("prompt", "answer", "earliest_s", "latest_s"),
    [
        ("bare", b"R+0000\r\nStop\r\n$", 0.01, 0.05),
        ("space", b"R+0000\r\nStop\r\n$ ", 0.01, 0.05),
        ("crlf", b"R+0000\r\nStop\r\n$\r\n", 0.01, 0.05),
        ("before", b"$R+0000\r\nStop\r\n", 0.0, 0.0),
        ("late", b"R+0000\r\nStop\r\n$", 0.2, 0.9),
        ("none", b"R+0000\r\nStop\r\n", 0.0, 0.0),
    ],
)
async def test_forms_of_the_prompt(
    emulated_meter: MeterFactory, connect: Connect, *, prompt: str, answer: bytes, earliest_s: float, latest_s: float
) -> None:
    """Each form of the prompt, to the byte and in time."""
    meter = await emulated_meter(prompt=PROMPTS[prompt])
    client = await connect(meter)
    assert await client.hear(5) == b""
    for _ in range(3):
        before = len(client.received)
        client.send("Measure?")
        await asyncio.sleep(3)
        assert client.received[before:] == answer
        answered_at = meter.referee.commands[-1].answered_at
        assert answered_at is not None
        assert earliest_s - 0.001 <= client.received_at - answered_at <= latest_s + 0.001


@pytest.mark.parametrize("place", ["after", "before", "none"])
async def test_a_prompt_on_connect(
    emulated_meter: MeterFactory, connect: Connect, place: Literal["after", "before", "none"]
) -> None:
    """A prompt on connect needs no command."""
    meter = await emulated_meter(prompt=Prompt(place=place, on_connect=True))
    client = await connect(meter)
    assert await client.hear(0.3) == b"$"
    client.send("Type?")
    before, after = (b"$" if place == name else b"" for name in ("before", "after"))
    assert await client.hear(1) == before + b"R+0000\r\nNL-43\r\n" + after


async def test_an_echo_comes_before_the_result(emulated_meter: MeterFactory, connect: Connect) -> None:
    """An echo comes before the result."""
    client = await connect(await emulated_meter())
    assert await client.exchange("Echo,On") == ["R+0000"]
    assert await client.exchange("eCHO?") == ["eCHO?", "R+0000", "On"]
    assert await client.exchange("Measure,Stop") == ["Measure,Stop", "R+0004"]
    assert await client.exchange("Echo,Off") == ["Echo,Off", "R+0000"]
    assert await client.exchange("Echo?") == ["R+0000", "Off"]


async def test_a_command_may_come_in_pieces(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A command may come in pieces."""
    client = await connect(await emulated_meter())
    for byte in b"Type?\r\n":
        client.send_bytes(bytes([byte]))
        await asyncio.sleep(0.09)
    await client.until(lambda: client.received.endswith(b"$"))
    assert client.received == b"R+0000\r\nNL-43\r\n$"


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"\n",
        b"Type?\n",
        b"\rType?\r\n",
        b"Type\r\n",
        b"\xff\xfe\r\n",
        b"T" * 256 + b"\r\n",
        b"T" * 9999 + b"\n",
    ],
)
async def test_what_is_no_command_is_answered_so(emulated_meter: MeterFactory, connect: Connect, data: bytes) -> None:
    """What is no command is answered so."""
    meter = await emulated_meter()
    meter.referee.expect(Kind.NO_COMMAND)
    client = await connect(meter)
    client.send_bytes(data)
    await client.until(lambda: client.received == b"R+0001\r\n$")
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]


async def test_a_line_of_any_length_takes_little_memory(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A line of any length takes little memory."""
    meter = await emulated_meter()
    meter.referee.expect(Kind.NO_COMMAND)
    client = await connect(meter)
    for _ in range(200):
        client.send_bytes(b"x" * 10_000)
        await client.writer.drain()
    client.send_bytes(b"\r\n")
    await client.until(lambda: client.received == b"R+0001\r\n$")
    assert len(meter.referee.commands[0].line) <= 257


async def test_a_client_that_does_not_read_waits_for_itself(emulated_meter: MeterFactory) -> None:
    """Its commands are not taken any more, until it reads; then everything is there."""
    meter = await emulated_meter(latency=Latency.none())
    meter.referee.expect(Kind.PIPELINING)
    loop = asyncio.get_running_loop()
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await loop.sock_connect(sock, (meter.host, meter.port))
        for _ in range(1000):
            await loop.sock_sendall(sock, b"DOD?\r\n")
            await asyncio.sleep(1.1)
        taken = len(meter.referee.commands)
        assert taken < 500
        received = b""
        while received.count(b"$") < taken:
            received += await loop.sock_recv(sock, 65536)
        assert received.count(b"R+0000\r\n") == taken
        await asyncio.sleep(1)
        await loop.sock_sendall(sock, b"Type?\r\n")
        await asyncio.sleep(1)
        assert await loop.sock_recv(sock, 100) == b"R+0000\r\nNL-43\r\n$"


async def test_the_line_limit_is_a_switch(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The line limit is a switch."""
    meter = await emulated_meter(line_limit=5)
    meter.referee.expect(Kind.NO_COMMAND)
    client = await connect(meter)
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]
    assert await client.exchange("Clock?") == ["R+0001"]


async def test_input_while_a_command_is_processed_is_lost(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Input while a command is processed is lost."""
    meter = await emulated_meter()
    meter.referee.expect(Kind.PIPELINING)
    client = await connect(meter)
    client.send_bytes(b"Type?\r\nMeasure,Start\r\nMeasure?\r\n")
    assert await client.hear(3) == b"R+0000\r\nNL-43\r\n$"
    client.send("Measure,Start")
    await asyncio.sleep(0.3)
    client.send("Measure,Stop")
    assert await client.hear(3) == b"R+0000\r\n$"
    assert await client.exchange("Measure?") == ["R+0000", "Start"]
    assert [command.line for command in meter.referee.commands] == ["Type?", "Measure,Start", "Measure?"]


async def test_input_before_a_late_prompt_is_lost(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Input before a late prompt is lost."""
    meter = await emulated_meter(latency=Latency.none(), prompt=Prompt(delay_s=(0.9, 0.9)))
    meter.referee.expect(Kind.PIPELINING)
    client = await connect(meter)
    client.send("Type?")
    await asyncio.sleep(0.5)
    client.send("Clock?")
    assert await client.hear(3) == b"$"


async def test_a_command_that_was_sent_is_carried_out_though_nobody_waits(
    emulated_meter: MeterFactory, connect: Connect
) -> None:
    """A command that was sent is carried out though nobody waits."""
    meter = await emulated_meter()
    client = await connect(meter)
    client.send("Measure,Start")
    await client.writer.drain()
    await client.close()
    await asyncio.sleep(6)
    client = await connect(meter)
    assert await client.exchange("Measure?") == ["R+0000", "Start"]


async def test_sub_without_a_stream_does_nothing(emulated_meter: MeterFactory, connect: Connect) -> None:
    """SUB without a stream does nothing."""
    meter = await emulated_meter()
    client = await connect(meter)
    client.send_bytes(b"\x1a")
    assert await client.hear(2) == b""
    client.send_bytes(b"\x1a\x1aType?\r\n")
    assert await client.hear(2) == b"R+0000\r\nNL-43\r\n$"
    assert meter.referee.connections[0].subs == 3


class TestStrict:
    """A strict meter does not take what comes too soon."""

    @pytest.fixture
    def config(self) -> dict[str, Any]:
        """Have answers at known times."""
        return {"strict": True, "latency": Latency.none(), "prompt": PROMPTS["none"]}

    async def test_what_comes_within_200_ms_is_lost(
        self, emulated_meter: MeterFactory, connect: Connect, config: dict[str, Any]
    ) -> None:
        """What comes within 200 ms is lost."""
        meter = await emulated_meter(**config)
        meter.referee.expect(Kind.SPACING)
        client = await connect(meter)
        client.send("Type?")
        await client.until(lambda: client.received.endswith(b"NL-43\r\n"))
        await asyncio.sleep(0.19)
        client.send("Type?")
        assert await client.hear(1) == b""
        client.send("Type?")
        await client.until(lambda: client.received.endswith(b"NL-43\r\nR+0000\r\nNL-43\r\n"))
        assert len(meter.referee.commands) == 2
        assert len(meter.referee.violations) == 1

    async def test_dod_within_1_s_is_lost(
        self, emulated_meter: MeterFactory, connect: Connect, config: dict[str, Any]
    ) -> None:
        """DOD within 1 s is lost."""
        meter = await emulated_meter(**config)
        meter.referee.expect(Kind.SPACING)
        client = await connect(meter)
        for wait_s, line, answered in ((0, "dod?", 1), (0.9, "DOD?", 0), (0, "Type?", 1), (1.001, "DOD?", 1)):
            await asyncio.sleep(wait_s)
            before = len(client.received)
            client.send(line)
            await asyncio.sleep(0.001)
            assert (len(client.received) > before) == answered, line


async def test_a_meter_asked_seldom_catches_up_before_it_answers(
    emulated_meter: MeterFactory, connect: Connect
) -> None:
    """A meter asked seldom catches up before it answers."""
    meter = await emulated_meter(settings={"Measurement Time Preset Manual": "1h"})
    client = await connect(meter)
    await client.exchange("Measure,Start")
    await asyncio.sleep(4000)
    assert await client.exchange("Measure?") == ["R+0000", "Stop"]
    assert meter.instrument.results[0].duration_s == pytest.approx(3600)


@pytest.mark.parametrize("line", ["TCP,Off", "Web,On", "Ethernet,Off", "USB Class,CDC", "IO Func,Communication"])
async def test_a_setting_that_cuts_the_link_is_answered_and_cuts_it(
    emulated_meter: MeterFactory, connect: Connect, line: str
) -> None:
    """A setting that cuts the link is answered and cuts it."""
    meter = await emulated_meter()
    meter.referee.expect(Kind.FORBIDDEN)
    client = await connect(meter)
    assert await client.exchange(line) == ["R+0000"]
    await client.closed.wait()
    with pytest.raises(ConnectionRefusedError):
        await connect(meter)
    name, _, value = line.partition(",")
    meter.instrument.settings[name] = {"Off": "On", "On": "Off"}.get(value, "Off")
    await asyncio.sleep(6)
    client = await connect(meter)
    assert await client.exchange("Type?") == ["R+0000", "NL-43"]


async def test_the_operator_can_cut_the_link(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The operator can cut the link."""
    meter = await emulated_meter()
    client = await connect(meter)
    await client.exchange("Type?")
    meter.instrument.settings["Web"] = "On"
    await client.closed.wait()
    assert client.received == b"R+0000\r\nNL-43\r\n$"
