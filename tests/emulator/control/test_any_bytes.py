"""Whatever a client sends, the meter gives legal answers or none, and serves the next client."""

import asyncio
import re

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from emulator import EmulatedMeter, Latency, MeterConfig
from emulator.config import PROMPTS
from emulator.instrument import COMMANDS
from tests.emulator.client import Client

RESULTS = {b"R+0000", b"R+0001", b"R+0002", b"R+0003", b"R+0004"}
LINE = rb"[ -~]*\r\n"
# One clock serves all examples; it only ever goes on.
ON_ONE_CLOCK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

pytestmark = pytest.mark.usefixtures("virtual_clock", "no_loop_errors")

ANSWER = re.compile(rb"(R\+000[0-4]\r\n(%b)?\$)*" % LINE)

lines = st.builds(
    lambda command, tail: (command.name + tail).encode("ascii"),
    st.sampled_from(COMMANDS),
    st.sampled_from(["?", ",On", ",Off", ", 1", ",Start", ",Stop", "?status", ",", ""]),
)


@st.composite
def spoilt_lines(draw: st.DrawFn) -> bytes:
    """Return a command with some bytes put in place of others."""
    line: bytes = draw(lines)
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
@settings(ON_ONE_CLOCK, max_examples=100)
async def test_any_bytes(sent: list[tuple[bytes, float]]) -> None:
    """Any bytes."""
    config = MeterConfig(latency=Latency.lan(), second_connection="silent")
    received = await answers_to(sent, config)
    everything = b"".join(data for data, _ in sent).lower()
    if b"echo" not in everything and b"drd" not in everything:
        assert ANSWER.fullmatch(received)


@given(inputs, st.sampled_from(list(PROMPTS)), st.booleans(), st.sampled_from([0, 1, 40, 256]))
@settings(ON_ONE_CLOCK, max_examples=60)
async def test_any_bytes_with_any_switches(
    sent: list[tuple[bytes, float]], prompt: str, strict: bool, line_limit: int
) -> None:
    """The last client is served whatever the switches are; what its line limit allows."""
    config = MeterConfig(
        latency=Latency.none(),
        prompt=PROMPTS[prompt],
        strict=strict,
        second_connection="silent",
        line_limit=line_limit,
    )
    async with EmulatedMeter(config) as meter:
        for _ in range(2):
            client = await Client.connect(meter)
            for data, wait_s in sent:
                client.send_bytes(data)
                await asyncio.sleep(wait_s)
            await asyncio.sleep(1)
            await client.close()
            if b"echo" not in b"".join(data for data, _ in sent).lower():
                assert set(re.findall(rb"R\+\d*", client.received)) <= RESULTS
            if not meter.instrument.lan_control:
                return
