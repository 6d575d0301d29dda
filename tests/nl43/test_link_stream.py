"""A stream over a link: every row once, until somebody else wants to speak."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib

import pytest

from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    CommandUnknown,
    DesignationRefused,
    InvalidCommand,
    LinkClosed,
    LinkState,
    LinkTiming,
    Meter,
    NL43Error,
    Priority,
    Request,
    RunState,
    StateRefused,
    StreamRow,
)
from emulator import DropAnswer, Latency, RefuseWith
from emulator.config import PROMPTS
from emulator.faults.fault import ROW

from .conftest import Connect, LinkFactory
from .helpers import lines, now, state_of
from .streaming import Listener, Wire, assert_in_step


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
async def test_every_row_comes_once_and_at_once(connect: Connect, latency: Latency) -> None:
    """Over more than a minute, in which the counter begins anew."""
    emulated, meter = await connect(latency=latency)
    wire = Wire(emulated)
    await meter.start()
    began_at = now()
    listener = Listener(meter, until=began_at + 130)
    await listener.task
    assert now() - began_at < 130.7
    listener.assert_heard(wire)
    assert len(listener.rows) > 1270
    assert [row.counter for row in listener.rows] == [index % 600 + 1 for index in range(len(listener.rows))]
    for (sent_at, _), received_at in zip(wire.rows, listener.times, strict=False):
        assert 0 <= received_at - sent_at < 0.01
    await assert_in_step(emulated, meter)
    statistics = meter.link.statistics
    assert (statistics.streams, statistics.stream_rows, statistics.exchanges) == (1, len(listener.rows), 2)
    assert lines(emulated) == ["Measure,Start", "DRD?", "DOD?"]
    assert len(wire.rows_before_sub) == 1


@pytest.mark.parametrize("echo", ["Off", "On"])
@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("strict", [False, True])
async def test_every_form_of_prompt_and_echo(connect: Connect, prompt: str, echo: str, strict: bool) -> None:
    """Streams begin and end in step."""
    emulated, meter = await connect(prompt=PROMPTS[prompt], settings={"Echo": echo}, strict=strict)
    for _ in range(3):
        wire = Wire(emulated)
        listener = Listener(meter)
        await listener.heard(7)
        assert await meter.run_state() is RunState.STOP
        await listener.task
        listener.assert_heard(wire)
        await assert_in_step(emulated, meter)
    assert meter.link.statistics.unusable == 0


@pytest.mark.parametrize("answers_sub", [False, True])
@pytest.mark.parametrize("counter_padded", [False, True])
async def test_other_forms_of_a_stream(connect: Connect, answers_sub: bool, counter_padded: bool) -> None:
    """SUB may be answered, and the counter may be short."""
    emulated, meter = await connect(answers_sub=answers_sub, counter_padded=counter_padded)
    wire = Wire(emulated)
    listener = Listener(meter, until=now() + 3)
    await listener.task
    listener.assert_heard(wire)
    await assert_in_step(emulated, meter)


@pytest.mark.parametrize(("how", "pause_s"), [("bytes", 0.0005), ("crlf", 0.03), ("line", 0.05), ("line", 0.0)])
async def test_segments_do_not_matter(connect: Connect, how: str, pause_s: float) -> None:
    """A row may come in pieces."""
    emulated, meter = await connect()
    emulated.faults.switch_on("split-segments", command=ROW, how=how, pause_s=pause_s)
    listener = Listener(meter, until=now() + 1)
    await listener.task
    assert [row.counter for row in listener.rows] == list(range(1, len(listener.rows) + 1))
    assert len(listener.rows) > 5
    await assert_in_step(emulated, meter)


async def test_the_begin_of_a_stream_may_take_as_long_as_any_answer(connect: Connect) -> None:
    """Only then rows have to come quickly."""
    emulated, meter = await connect()
    emulated.faults.switch_on("split-segments", command="DRD?", how="line", pause_s=3.0)
    listener = Listener(meter, until=now() + 5)
    await listener.task
    assert len(listener.rows) > 8
    await assert_in_step(emulated, meter)


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
@pytest.mark.parametrize("rows_after_sub", [0, 1, 3])
async def test_whoever_wants_to_speak_does_so_within_one_and_a_half_seconds(
    connect: Connect, latency: Latency, rows_after_sub: int
) -> None:
    """Whenever it is, and the stream can go on at once."""
    emulated, meter = await connect(latency=latency, rows_after_sub=rows_after_sub)
    for number in range(12):
        listener = Listener(meter)
        await listener.heard(2 + number)
        await asyncio.sleep(0.013 * number)
        wanted_at = now()
        if number % 2:
            await meter.set_setting("Store Name", f"{number:04}")
        else:
            assert await meter.run_state() is RunState.STOP
        assert emulated.referee.commands[-1].at - wanted_at <= 1.5
        await listener.task
    assert meter.link.statistics.resyncs == 0
    assert emulated.referee.connections[0].subs == 12


@pytest.mark.parametrize("after_s", [0.01, 0.1, 0.2, 0.25])
async def test_a_stream_that_has_just_begun_gives_way_too(connect: Connect, after_s: float) -> None:
    """Before its first row, and before its result."""
    emulated, meter = await connect(latency=Latency((0.2, 0.2), (0.2, 0.2)))
    listener = Listener(meter)
    await asyncio.sleep(after_s)
    asked_at = now()
    assert await meter.run_state() is RunState.STOP
    assert emulated.referee.commands[-1].at - asked_at <= 1.5
    await listener.task
    assert len(listener.rows) <= 1
    await assert_in_step(emulated, meter)


async def test_a_stream_waits_until_nobody_else_wants_to_speak(connect: Connect) -> None:
    """Whoever was first."""
    emulated, meter = await connect()
    first = asyncio.create_task(meter.run_state())
    await asyncio.sleep(0)
    listener = Listener(meter)
    await asyncio.sleep(0)
    others = [asyncio.create_task(meter.setting(f"Percentile {number}")) for number in (1, 2)]
    await asyncio.gather(first, *others)
    await listener.heard(1)
    assert lines(emulated) == ["Measure?", "Percentile 1?", "Percentile 2?", "DRD?"]
    await meter.link.close()
    with pytest.raises(LinkClosed):
        await listener.task


async def test_two_streams_take_turns(connect: Connect) -> None:
    """Each makes way for the other."""
    emulated, meter = await connect()
    first = Listener(meter)
    await first.heard(3)
    second = Listener(meter)
    await first.task
    await second.heard(3)
    third = Listener(meter, until=now() + 4)
    await asyncio.gather(second.task, third.task)
    assert lines(emulated) == ["DRD?"] * 3
    assert len(third.rows) > 10


@pytest.mark.parametrize("already", [False, True])
async def test_a_stream_whose_time_is_over_before_it_began(connect: Connect, already: bool) -> None:
    """Nothing is sent for it."""
    emulated, meter = await connect(latency=Latency((0.5, 0.5), (0.5, 0.5)))
    asking = asyncio.create_task(meter.run_state())
    await asyncio.sleep(0.1)
    until = now() + (-1 if already else 0.9)
    listener = Listener(meter, until=until)
    await listener.task
    assert now() == pytest.approx(max(until, now() if already else 0), abs=0.01)
    await asking
    await asyncio.sleep(3)
    assert lines(emulated) == ["Measure?"]
    assert not listener.rows


@pytest.mark.parametrize("after_s", [0.02, 0.15, 0.22, 1.0, 1.07])
async def test_a_listener_who_is_cancelled_leaves_the_link_in_step(connect: Connect, after_s: float) -> None:
    """SUB is sent, once, if there was a stream."""
    emulated, meter = await connect(latency=Latency((0.2, 0.2), (0.2, 0.2)))
    wire = Wire(emulated)
    listener = Listener(meter)
    await asyncio.sleep(after_s)
    listener.task.cancel()
    heard = len(listener.rows)
    await asyncio.sleep(5)
    assert listener.task.cancelled()
    assert len(listener.rows) == heard
    assert len(wire.rows_before_sub) == 1
    await assert_in_step(emulated, meter)


async def test_a_listener_who_is_cancelled_in_the_queue_sends_nothing(connect: Connect) -> None:
    """And disturbs nobody."""
    emulated, meter = await connect()
    asking = asyncio.create_task(meter.run_state())
    await asyncio.sleep(0.01)
    listener = Listener(meter)
    await asyncio.sleep(0.01)
    listener.task.cancel()
    await asking
    await assert_in_step(emulated, meter)
    assert lines(emulated) == ["Measure?", "DOD?"]


async def test_a_listener_who_breaks_down_leaves_the_link_in_step(connect: Connect) -> None:
    """The error is the listener's own."""
    emulated, meter = await connect()
    heard: list[StreamRow] = []

    def take(row: StreamRow, at: float) -> None:
        heard.append(row)
        if len(heard) == 5:
            raise ZeroDivisionError(at)

    with pytest.raises(ZeroDivisionError):
        await meter.stream(take)
    await assert_in_step(emulated, meter)
    assert len(heard) == 5
    assert emulated.referee.connections[0].subs == 1


@pytest.mark.parametrize("code", [1, 2, 3, 4])
async def test_a_refused_stream_needs_no_sub(connect: Connect, code: int) -> None:
    """It never began; that a meter cannot do it at all is remembered until it reconnects."""
    emulated, meter = await connect()
    emulated.faults.add(RefuseWith("DRD?", code, times=None))
    for _ in range(2):
        with pytest.raises(NL43Error, match=f"R\\+000{code}"):
            await meter.stream(lambda row, at: None)
        await assert_in_step(emulated, meter)
    assert lines(emulated).count("DRD?") == (1 if code in {1, 3} else 2)
    assert emulated.referee.connections[0].subs == 0
    assert meter.link.statistics.refusals == lines(emulated).count("DRD?")
    assert meter.link.statistics.streams == 0
    await meter.link.close()
    meter.link.open()
    await meter.link.connected()
    with pytest.raises(NL43Error):
        await meter.stream(lambda row, at: None)
    assert emulated.referee.commands[-1].line == "DRD?"


@pytest.mark.parametrize(("code", "error"), [(1, CommandUnknown), (3, DesignationRefused)])
async def test_a_meter_without_the_option_has_no_stream(connect: Connect, code: int, error: type[NL43Error]) -> None:
    """It says so."""
    _, meter = await connect(options=frozenset(), missing_option_code=code)
    with pytest.raises(error):
        await meter.stream(lambda row, at: None)


async def test_a_stream_that_is_not_answered(connect: Connect) -> None:
    """Is not tried again; SUB ends what may have begun unheard."""
    emulated, meter = await connect()
    emulated.faults.add(DropAnswer("DRD?"))
    asked_at = now()
    with pytest.raises(AnswerTimedOut):
        await meter.stream(lambda row, at: None)
    assert now() - asked_at == pytest.approx(LinkTiming().answer_timeout_s, abs=0.01)
    assert emulated.referee.connections[0].subs == 1
    assert meter.link.status.state is LinkState.TIMEOUT
    await state_of(meter.link, LinkState.CONNECTED)
    assert lines(emulated) == ["DRD?", "Type?"]


async def test_no_stream_without_a_connection(connect: Connect, make_link: LinkFactory) -> None:
    """Neither before nor after; who listens is told at once."""
    emulated, meter = await connect()
    listener = Listener(meter)
    await listener.heard(2)
    await meter.link.close()
    with pytest.raises(LinkClosed):
        await listener.task
    await asyncio.sleep(1)
    assert emulated.referee.connections[0].subs == 1
    with pytest.raises(LinkClosed):
        await meter.stream(lambda row, at: None)


@pytest.mark.parametrize("ask", [Meter.start, Meter.run_state, Meter.levels, Meter.status_row])
async def test_a_stream_goes_on_after_each_command(connect: Connect, ask: Callable[[Meter], Awaitable[object]]) -> None:
    """As often as somebody speaks."""
    emulated, meter = await connect()
    wire = Wire(emulated)
    for _ in range(3):
        listener = Listener(meter)
        await listener.heard(3)
        with contextlib.suppress(StateRefused):
            await ask(meter)
        await listener.task
        assert [row.counter for row in listener.rows] == list(range(1, len(listener.rows) + 1))
    assert len(wire.rows_before_sub) == (6 if ask is Meter.status_row else 3)
    assert meter.link.statistics.resyncs == 0


async def test_ones_own_stream(connect: Connect) -> None:
    """The link hands on the rows of any stream, and refuses what is no command line."""
    _, meter = await connect()
    heard: list[int] = []
    request = Request("DRD?status", len, stream=True)
    await meter.link.stream(request, lambda row, _: heard.append(row), until=now() + 1)
    assert len(heard) > 5
    with pytest.raises(InvalidCommand):
        await meter.link.stream(Request("DRD?\r\n", len, stream=True), lambda row, _: heard.append(row))
    with pytest.raises(InvalidCommand):
        await meter.link.exchange(Request("$Measure?", len), priority=Priority.PERSON)
    assert meter.link.status.state is LinkState.CONNECTED
