"""Faults of the link in their other forms."""

import asyncio
from collections.abc import AsyncIterator
import math

import pytest

from emulator.config import PROMPTS

from .witness import Witness


@pytest.fixture
async def client(virtual_time: None) -> AsyncIterator[Witness]:
    """Return the client of a meter, not connected yet."""
    witness = await Witness.of()
    yield witness
    await witness.done()


async def again(client: Witness, wait_s: float = 5) -> str:
    """Let go, wait, and connect again."""
    await client.hang_up()
    await asyncio.sleep(wait_s)
    return await client.connect()


@pytest.mark.parametrize(("connection", "seen"), [("reset", "reset"), ("silent", "nothing in 5 s"), ("keep", "$`")])
async def test_a_wedge_and_the_open_connection(client: Witness, connection: str, seen: str) -> None:
    await client.connect()
    client.meter.faults.switch_on("wedge", connection=connection)
    await client.ask("Type?")
    assert client.notes[-1].endswith(seen)
    assert await again(client) == "refused"


async def test_a_wedge_after_connections_and_some_time(client: Witness) -> None:
    client.meter.faults.switch_on("wedge", after_connects=2, after_s=3)
    assert await client.connect() == "accepted"
    assert await again(client) == "accepted"
    assert await client.ask("Type?")
    await asyncio.sleep(2)
    assert await again(client) == "refused"
    client.meter.faults.switch_off("wedge")
    assert await client.connect() == "accepted"


async def test_a_wedge_after_some_time(client: Witness) -> None:
    client.meter.faults.switch_on("wedge", after_s=60)
    assert await client.connect() == "accepted"
    assert await again(client, 50) == "accepted"
    assert await again(client, 10) == "refused"


async def test_a_wedge_leaves_measurement_and_ftp_alone(client: Witness) -> None:
    instrument = client.meter.instrument
    instrument.settings["FTP"] = "On"
    instrument.press_start()
    client.meter.faults.switch_on("wedge")
    await asyncio.sleep(60)
    assert await client.connect() == "refused"
    assert instrument.results[0].duration_s == pytest.approx(60, abs=0.2)
    assert client.meter.ftp.address is not None
    reader, writer = await asyncio.open_connection(*client.meter.ftp.address)
    assert await reader.readline() == b"220 Connection Ready\r\n"
    writer.close()


async def test_the_slot_after_a_stream_without_sub(client: Witness) -> None:
    client.meter.faults.switch_on("slot-not-freed", hold_s=1, after_stream_s=20, times=2)
    await client.connect()
    await client.send(b"DRD?\r\n")
    await asyncio.sleep(1)
    assert await again(client, 10) == "no answer in 5 s"
    assert await again(client, 10) == "accepted"
    assert await again(client, 2) == "accepted"
    assert client.meter.faults.active() == []


async def test_a_slot_that_is_never_freed(client: Witness) -> None:
    client.meter.faults.switch_on("slot-not-freed", hold_s=None)
    await client.connect()
    assert await again(client, 80_000) == "no answer in 5 s"
    await client.meter.power_cycle()
    assert await again(client) == "accepted"


async def test_a_slot_that_is_set_free(client: Witness) -> None:
    client.meter.faults.switch_on("slot-not-freed", hold_s=None, times=1)
    await client.connect()
    assert await again(client) == "no answer in 5 s"
    client.meter.control.release()
    assert await again(client) == "accepted"
    client.meter.control.release()
    assert await client.ask("Type?")


async def test_a_second_client_by_the_last_word(client: Witness) -> None:
    faults = client.meter.faults
    await client.connect()
    second = Witness(client.meter)
    faults.switch_on("second-client", fate="refused")
    inner = faults.switch_on("second-client", fate="close")
    await second.connect()
    await second.hear("second")
    assert second.notes == ["connect: accepted", "second: closed"]
    faults.switch_off(inner)
    assert await second.connect() == "refused"
    faults.clear()
    assert await second.connect() == "no answer in 5 s"


async def test_a_foreign_client_waits_for_the_slot(client: Witness) -> None:
    await client.connect()
    client.meter.faults.switch_on("foreign-client")
    assert await client.ask("Type?")
    assert await again(client) == "no answer in 5 s"
    client.meter.faults.switch_off("foreign-client")
    assert await again(client) == "accepted"


async def test_strict_pacing_swallows_what_is_too_early(client: Witness) -> None:
    await client.connect()
    await client.ask("Type?")
    client.meter.faults.switch_on("strict-pacing")
    await asyncio.sleep(5)
    await client.send(b"Type?\r\n")
    await asyncio.sleep(0.5)
    await client.send(b"DOD?\r\n")
    assert (await client.hear("DOD? too early")).count(b"R+") == 1
    client.meter.faults.switch_off("strict-pacing")
    await client.send(b"Type?\r\n")
    await asyncio.sleep(0.5)
    await client.send(b"DOD?\r\n")
    assert (await client.hear("both")).count(b"R+") == 2


async def test_connect_timeouts_by_chance(client: Witness) -> None:
    client.meter.faults.switch_on("connect-timeout", probability=0.5)
    seen = [await again(client, 7) for _ in range(30)]
    assert set(seen) == {"accepted", "no answer in 5 s"}
    assert 8 <= seen.count("accepted") <= 22


async def test_connect_timeouts_while_somebody_is_connected(client: Witness) -> None:
    await client.connect()
    client.meter.faults.switch_on("connect-timeout", times=1)
    await asyncio.sleep(100)
    assert await client.ask("Type?")
    assert await again(client, 60) == "no answer in 5 s"
    assert await again(client, 2) == "accepted"


async def test_connect_timeouts_where_nobody_counts_them(client: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "other")
    client.meter.faults.switch_on("connect-timeout", times=1)
    assert await client.connect() == "no answer in 5 s"
    assert await again(client, 2) == "accepted"


async def test_half_open_answered_by_a_reset(client: Witness) -> None:
    client.meter.faults.switch_on("half-open", idle_s=10, then="reset", times=1)
    await client.connect()
    await client.ask("Type?")
    await asyncio.sleep(20)
    await client.ask("Type?")
    assert client.notes[-1] == "`Type?`: reset"
    assert await again(client) == "accepted"
    await asyncio.sleep(60)
    assert await client.ask("Type?")
    assert client.meter.faults.active() == []


async def test_half_open_and_a_slot_that_is_never_freed(client: Witness) -> None:
    client.meter.faults.switch_on("half-open", idle_s=10, slot_freed_after_s=None)
    await client.connect()
    await asyncio.sleep(11)
    assert await again(client, 3600) == "no answer in 5 s"
    client.meter.faults.switch_off("half-open")
    assert await again(client) == "accepted"
    await asyncio.sleep(60)
    assert await client.ask("Type?")


async def test_half_open_by_chance(client: Witness) -> None:
    client.meter.faults.switch_on("half-open", idle_s=10, probability=0.0)
    await client.connect()
    for _ in range(3):
        await asyncio.sleep(25)
        assert await client.ask("Type?")


async def test_a_stream_does_not_rest(client: Witness) -> None:
    client.meter.faults.switch_on("half-open", idle_s=5)
    await client.connect()
    await client.send(b"DRD?\r\n")
    await asyncio.sleep(20)
    await client.send(b"\x1a")
    assert (await client.hear("rows")).endswith(b"$")


@pytest.mark.parametrize("seen", ["refused", "timeout"])
async def test_unreachable_for_who_is_connected(client: Witness, seen: str) -> None:
    await client.connect()
    await client.send(b"DRD?\r\n")
    await asyncio.sleep(1)
    number = client.meter.faults.switch_on("unreachable", seen=seen)
    rows = await client.hear("rows")
    assert rows.count(b"\r\n") <= 11
    await client.ask("Type?")
    assert client.notes[-1].endswith("nothing in 5 s")
    assert await again(client) == {"refused": "refused", "timeout": "no answer in 5 s"}[seen]
    client.meter.faults.switch_off(number)
    assert await again(client) == "accepted"


async def test_two_bars_at_once(client: Witness) -> None:
    """On a dead link nothing is refused."""
    faults = client.meter.faults
    faults.switch_on("unreachable", seen="timeout")
    faults.switch_on("wedge")
    assert await client.connect() == "no answer in 5 s"
    faults.switch_off("unreachable")
    assert await client.connect() == "refused"


@pytest.mark.parametrize("mode", ["late", "bare", "space", "crlf", "before", "none"])
async def test_prompts(client: Witness, mode: str) -> None:
    client.meter.faults.switch_on("stale-prompt", mode=mode)
    await client.connect()
    data = await client.ask("Type?")
    text = b"R+0000\r\nNL-43\r\n"
    expected = {"before": b"$" + text, "none": text}.get(mode, text + PROMPTS[mode].text)
    assert data == expected
    if mode == "late":
        assert 0.2 <= client.times[-1] <= 0.9


async def test_late_rows_of_both_streams(client: Witness) -> None:
    client.meter.faults.switch_on("late-rows", rows=20)
    await client.connect()
    for line in (b"DRD?\r\n", b"DRD?status\r\n"):
        await client.send(line)
        await asyncio.sleep(0.05)
        await client.send(b"\x1a")
        assert (await client.hear("rows")).count(b"\r\n") == 1 + 20


async def test_a_swap_is_for_two_answers(client: Witness) -> None:
    client.meter.faults.switch_on("swapped-answers", times=1)
    await client.connect()
    assert await client.ask("Measure?") == b""
    assert await client.ask("Type?") == b"R+0000\r\nNL-43\r\nR+0000\r\nStop\r\n$"
    assert client.meter.faults.active() == []


async def test_a_split_needs_bytes(client: Witness) -> None:
    for how in ("bytes", "crlf", "line"):
        client.meter.faults.switch_on("no-answer", acts=True, times=1)
        client.meter.faults.switch_on("split-segments", how=how, times=1)
    client.meter.faults.switch_on("slow-answer")
    client.meter.faults.switch_on("stale-prompt", mode="before", times=1)
    await client.connect()
    assert await client.ask("Type?") == b""


async def test_a_command_without_answer_that_is_done(client: Witness) -> None:
    client.meter.faults.switch_on("no-answer", acts=True, command="Measure,Start")
    await client.connect()
    assert await client.ask("Measure,Start") == b""
    assert b"Start" in await client.ask("Measure?")


async def test_what_is_vanished_stays_so(client: Witness) -> None:
    """A connection whose way died hears nothing more, not even of the end of the meter."""
    await client.connect()
    await client.ask("Type?")
    client.meter.control.lose("silent")
    client.meter.control.lose("silent")
    await client.meter.power_cycle()
    await client.ask("Type?")
    assert client.notes[-1].endswith("nothing in 5 s")
    assert math.isfinite(client.meter.referee.connections[0].closed_at or math.inf)
    assert await again(client) == "accepted"


async def test_dead_connections_are_not_kept_for_ever(client: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.control.port.MOST_VANISHED", 2)
    for _ in range(4):
        assert await again(client) == "accepted"
        client.meter.control.lose("silent")
        client.meter.control.forget_vanished()
    # The event loop tells in its next turn that a connection is lost.
    await client.hang_up()
    assert len(client.meter.control._vanished) == 2


async def test_there_is_nobody_to_lose(client: Witness) -> None:
    client.meter.control.lose("reset")
    client.meter.control.forget_vanished()
    assert await client.connect() == "accepted"


async def test_a_slow_answer_and_a_way_that_dies_meanwhile(client: Witness) -> None:
    client.meter.faults.switch_on("slow-answer", delay_s=3)
    await client.connect()
    await client.send(b"Type?\r\n")
    await asyncio.sleep(1)
    client.meter.faults.switch_on("unreachable", for_s=10)
    assert await client.hear("nothing", patience_s=5) == b""
    await asyncio.sleep(10)
    client.meter.faults.clear()
    assert await again(client) == "accepted"
    assert await client.ask("Type?")
