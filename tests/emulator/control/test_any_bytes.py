"""Whatever a client sends, the meter gives legal answers or none, and serves the next client."""

import asyncio
import re

from hypothesis import given, settings, strategies as st

from emulator import EmulatedMeter, Latency, MeterConfig
from emulator.config import PROMPTS
from emulator.instrument import COMMANDS
from tests.emulator.client import Client

LINE = rb"[ -~]*\r\n"
ANSWER = re.compile(rb"(R\+000[0-4]\r\n(%b)?\$)*" % LINE)

lines = st.builds(
    lambda command, tail: (command.name + tail).encode("ascii"),
    st.sampled_from(COMMANDS),
    st.sampled_from(["?", ",On", ",Off", ", 1", ",Start", ",Stop", "?status", ",", ""]),
)


@st.composite
def spoilt_lines(draw: st.DrawFn) -> bytes:
    """Return a command with some bytes put in place of others."""
    line = draw(lines)
    begin = draw(st.integers(0, len(line)))
    end = draw(st.integers(begin, min(len(line), begin + 3)))
    return line[:begin] + draw(st.binary(max_size=3)) + line[end:]


pieces = st.one_of(
    st.binary(max_size=300),
    lines.map(lambda line: line + b"\r\n"),
    spoilt_lines().map(lambda line: line + b"\r\n"),
    st.sampled_from([b"\x1a", b"\r\n", b"\r", b"\n", b"$", b"DRD?\r\n", b"Echo,On\r\n"]),
)
inputs = st.lists(st.tuples(pieces, st.sampled_from([0.0, 0.02, 0.15, 1.0])), max_size=25)


async def answers_to(sent: list[tuple[bytes, float]], config: MeterConfig) -> bytes:
    """Return what a meter answers to all this, having seen that it serves a client afterwards."""
    async with EmulatedMeter(config) as meter:
        client = await Client.connect(meter)
        for data, wait_s in sent:
            client.send_bytes(data)
            await asyncio.sleep(wait_s)
        await asyncio.sleep(1)
        await client.close()
        for name, value in (
            ("TCP", "On"),
            ("Ethernet", "On"),
            ("Web", "Off"),
            ("USB Class", "Off"),
            ("IO Func", "Off"),
        ):
            meter.instrument.settings[name] = value
        meter.instrument.settings["Echo"] = "Off"
        await asyncio.sleep(1)
        afterwards = await Client.connect(meter)
        assert await afterwards.exchange("Type?") == ["R+0000", "NL-43"]
        await afterwards.close()
        meter.referee.report()
        return client.received


@given(inputs)
@settings(deadline=None, max_examples=100)
async def test_any_bytes(sent: list[tuple[bytes, float]]) -> None:
    config = MeterConfig(latency=Latency.lan(), second_connection="silent")
    received = await answers_to(sent, config)
    everything = b"".join(data for data, _ in sent).lower()
    if b"echo" not in everything and b"drd" not in everything:
        assert ANSWER.fullmatch(received)


@given(inputs, st.sampled_from(list(PROMPTS)), st.booleans())
@settings(deadline=None, max_examples=60)
async def test_any_bytes_with_any_switches(sent: list[tuple[bytes, float]], prompt: str, strict: bool) -> None:
    config = MeterConfig(
        latency=Latency.none(),
        prompt=PROMPTS[prompt],
        strict=strict,
        second_connection="silent",
        line_limit=40,
    )
    async with EmulatedMeter(config) as meter:
        client = await Client.connect(meter)
        for data, wait_s in sent:
            client.send_bytes(data)
            await asyncio.sleep(wait_s)
        await asyncio.sleep(1)
        await client.close()
        results = re.findall(rb"R\+(\d*)", client.received)
        assert set(results) <= {b"0000", b"0001", b"0002", b"0003", b"0004"} or b"Echo" in b"".join(
            data for data, _ in sent
        )
