"""What goes wrong in an exchange: no wrong value, never a setting sent twice, and the link comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

import pytest

from custom_components.rion_nl43.nl43 import (
    AnswerError,
    AnswerTimedOut,
    ConnectionLost,
    ConnectionTimedOut,
    LinkError,
    LinkState,
    Meter,
    NL43Error,
    Request,
    RunState,
    UnusableAnswer,
)
from emulator import (
    CutAnswer,
    DelayAnswer,
    DropAnswer,
    EmulatedMeter,
    Kind,
    Prompt,
    RefuseWith,
    ReplaceAnswer,
    ReplaceBytes,
)
from emulator.config import PROMPTS
from emulator.faults import Delivery, Fault, Piece

from .conftest import Connect, LinkFactory, Serve
from .helpers import lines
from .oracle import flat, sent

type Then = Literal["close", "reset", "stall", "go_on"]

DOD_ANSWER_LENGTH = len("R+0000\r\n") + 4 * 14 * 6 + 4 * 4 - 1 + len("\r\n")


@dataclass(slots=True)
class Append(Fault):
    """More bytes follow the answer, after a pause."""

    data: bytes
    pause_s: float = 0.0

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the answer and the other bytes."""
        if not self.pause_s:
            return replace(delivery, pieces=(*delivery.pieces[:-1], Piece(0.0, delivery.pieces[-1].data + self.data)))
        return replace(delivery, pieces=(*delivery.pieces, Piece(self.pause_s, self.data)))


async def assert_right(emulated: EmulatedMeter, meter: Meter) -> bool:
    """Ask for levels; whatever comes of it, they are those of one of the meter's last whole answers, or an error."""
    try:
        levels = await meter.levels()
    except NL43Error:
        return False
    answers = [record.answer for record in emulated.referee.commands[-4:] if record.line == "DOD?"]
    assert flat(levels) in [sent(answer) for answer in answers if len(answer) == DOD_ANSWER_LENGTH]
    return True


async def assert_recovers(emulated: EmulatedMeter, meter: Meter) -> None:
    """Within one back-off the link gives right values again."""
    async with asyncio.timeout(30):
        await meter.link.connected()
        assert await assert_right(emulated, meter)


@pytest.mark.parametrize(
    ("then", "prompt"),
    [("close", "bare"), ("reset", "bare"), ("stall", "bare"), ("go_on", "bare"), ("go_on", "crlf")],
)
async def test_no_wrong_value_from_an_answer_cut_after_any_byte(connect: Connect, then: Then, prompt: str) -> None:
    """And the link gets over each of them."""
    emulated, meter = await connect(prompt=PROMPTS[prompt])
    await meter.start()
    for length in range(DOD_ANSWER_LENGTH):
        emulated.faults.add(CutAnswer("DOD?", after_bytes=length, then=then))
        await assert_right(emulated, meter)
        await assert_recovers(emulated, meter)
    statistics = meter.link.statistics
    assert statistics.losses == (0 if then == "go_on" else DOD_ANSWER_LENGTH)
    assert statistics.connects == statistics.losses + 1
    assert len(emulated.referee.connections) == statistics.connects


@pytest.mark.parametrize(("then", "prompt"), [("close", "bare"), ("stall", "bare"), ("go_on", "crlf")])
@pytest.mark.parametrize("command", ["Measure?", "Clock?", "Serial Number?", "DRD?status"])
async def test_no_wrong_word_from_an_answer_cut_after_any_byte(
    connect: Connect, command: str, then: Then, prompt: str
) -> None:
    """A word, a time and a number are no better than a row."""
    emulated, meter = await connect(prompt=PROMPTS[prompt])
    asks: dict[str, Callable[[], Awaitable[object]]] = {
        "Measure?": meter.run_state,
        "Clock?": meter.clock,
        "Serial Number?": meter.serial_number,
        "DRD?status": meter.status_row,
    }
    ask = asks[command]
    right = await ask()
    answer = next(record.answer for record in emulated.referee.commands if record.line == command)
    for length in range(len(answer)):
        emulated.faults.add(CutAnswer(command, after_bytes=length, then=then))
        try:
            value = await ask()
        except NL43Error:
            await meter.link.connected()
            value = await ask()
        assert type(value) is type(right)
        if command in {"Measure?", "Serial Number?"}:
            assert value == right
    emulated.referee.expect(Kind.PIPELINING)  # SUB ends a stream that may have begun unheard


@pytest.mark.parametrize("on_the_way", [False, True])
@pytest.mark.parametrize("seconds", [4.7, 4.95, 5.3, 5.5, 5.9, 5.95, 6.0, 6.5, 6.9, 6.95, 7.0, 7.5, 9.0, 12.0])
async def test_a_late_answer_is_never_taken_for_another(connect: Connect, seconds: float, on_the_way: bool) -> None:
    """Neither for the next command's nor for that of the one after it."""
    emulated, meter = await connect()
    await meter.start()
    emulated.faults.add(DelayAnswer("Percentile 1?", seconds, on_the_way))
    asked = [asyncio.create_task(meter.percentile(number)) for number in (1, 2, 3, 4, 5)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    for result, right in zip(results, (5, 10, 50, 90, 95), strict=True):
        assert isinstance(result, NL43Error) or result == right
    await assert_recovers(emulated, meter)


async def test_one_lost_answer_costs_no_connection(connect: Connect) -> None:
    """A request is asked once more, after a request with a known answer; meanwhile the link is not called connected."""
    emulated, meter = await connect()
    states: list[LinkState] = []
    meter.link.on_status(lambda status: states.append(status.state))
    emulated.faults.add(DropAnswer("Measure?"))
    assert await meter.run_state() is RunState.STOP
    assert lines(emulated) == ["Measure?", "Type?", "Measure?"]
    assert states == [LinkState.TIMEOUT, LinkState.CONNECTED]
    statistics = meter.link.statistics
    assert (statistics.timeouts, statistics.resyncs, statistics.retries, statistics.losses) == (1, 1, 1, 0)


async def test_silence_is_noticed_within_six_seconds(connect: Connect) -> None:
    """From the last byte of the meter on; who asks meanwhile is told at once."""
    emulated, meter = await connect()
    loop = asyncio.get_running_loop()
    noticed: list[float] = []
    meter.link.on_status(lambda status: noticed.append(status.since))
    await meter.levels()
    await asyncio.sleep(0.1)
    last_byte_at = emulated.referee.connections[-1].last_sent_at
    assert last_byte_at is not None
    emulated.faults.add(CutAnswer("DOD?", after_bytes=0, then="stall"))
    asking = asyncio.create_task(meter.levels())
    await asyncio.sleep(last_byte_at + 6.0 - loop.time())
    assert len(noticed) == 1
    assert meter.link.status.state is LinkState.TIMEOUT
    with pytest.raises(ConnectionTimedOut):
        await meter.run_state()
    with pytest.raises(AnswerTimedOut):
        await asking
    assert isinstance(meter.link.status.error, ConnectionTimedOut)
    await assert_recovers(emulated, meter)


@pytest.mark.parametrize("fault", [DropAnswer("Measure,Start"), ReplaceBytes("Measure,Start", b"R+00$\r\n")])
async def test_a_setting_is_never_sent_twice(connect: Connect, fault: Fault) -> None:
    """Whether it took effect is for the caller to read back."""
    emulated, meter = await connect()
    emulated.faults.add(fault)
    with pytest.raises(AnswerError):
        await meter.start()
    await meter.link.connected()
    assert await meter.run_state() is RunState.START
    assert lines(emulated).count("Measure,Start") == 1


async def test_a_request_is_sent_twice_at_most(connect: Connect) -> None:
    """A lasting fault is told to the caller."""
    emulated, meter = await connect()
    emulated.faults.add(ReplaceAnswer("Measure?", "Measure", times=None))
    with pytest.raises(UnusableAnswer):
        await meter.run_state()
    assert lines(emulated) == ["Measure?", "Type?", "Measure?"]
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.losses == 0


async def test_a_person_goes_before_the_second_try(connect: Connect) -> None:
    """The link has to be in step again first."""
    emulated, meter = await connect()
    emulated.faults.add(DropAnswer("DOD?"))
    asking = asyncio.create_task(meter.levels())
    await asyncio.sleep(2)
    pressing = asyncio.create_task(meter.start())
    await asyncio.gather(asking, pressing)
    assert lines(emulated) == ["DOD?", "Type?", "Measure,Start", "DOD?"]


async def test_nobody_waits_for_the_second_try(connect: Connect) -> None:
    """Then there is none."""
    emulated, meter = await connect()
    emulated.faults.add(DropAnswer("DOD?"))
    asking = asyncio.create_task(meter.levels())
    await asyncio.sleep(2)
    asking.cancel()
    await asyncio.sleep(10)
    assert lines(emulated) == ["DOD?", "Type?"]
    assert meter.link.status.state is LinkState.CONNECTED


GARBAGE = [
    b"R+0000",
    b"\r\n",
    b"\n",
    b"$",
    b"R+0004\r\n",
    b"Start",
    b"Stop",
    b"Stop\r\n",
    b" 43.7,",
    b"\xff",
    b"\0",
    b"R+",
]


@pytest.mark.parametrize("seed", range(60))
async def test_garbage_never_becomes_a_run_state(connect: Connect, seed: int) -> None:
    """Unless it is a whole well-formed answer by chance."""
    emulated, meter = await connect()
    emulated.referee.expect(Kind.PIPELINING)
    rng = Random(seed)
    bad = b"".join(rng.choices(GARBAGE, k=rng.randint(1, 8)))
    emulated.faults.add(ReplaceBytes("Measure?", bad))
    try:
        state = await meter.run_state()
    except NL43Error:
        await meter.link.connected()
        state = await meter.run_state()
    whole = bad.replace(b"\r", b"").replace(b"$", b"")
    allowed = {RunState.STOP} | ({RunState.START} if b"R+0000\nStart\n" in whole else set())
    assert state in allowed
    await assert_recovers(emulated, meter)


@pytest.mark.parametrize(
    "data",
    [
        *("Measure", "start", "Stop Start", "43.7", "", "Stop$", "StopR+0000"),
        " 46.2, 43.7",
    ],
)
async def test_only_start_and_stop_are_states(connect: Connect, data: str) -> None:
    """A stray value is no transition."""
    emulated, meter = await connect()
    emulated.faults.add(ReplaceAnswer("Measure?", data))
    assert await meter.run_state() is RunState.STOP
    assert meter.link.statistics.retries == 1


@pytest.mark.parametrize("pause_s", [0.0, 0.3])
async def test_a_line_too_much_means_out_of_step(connect: Connect, pause_s: float) -> None:
    """Prompts may come unasked, answers not: the link makes sure before it goes on."""
    emulated, meter = await connect(prompt=Prompt(delay_s=(0.4, 0.4)))
    emulated.faults.add(Append("Measure?", b"R+0000\r\nStart\r\n", pause_s))
    assert await meter.run_state() is RunState.STOP
    assert await meter.percentile(1) == 5
    assert "Type?" in lines(emulated)
    assert meter.link.statistics.losses == 0


async def test_after_a_recovery_an_answer_has_to_be_the_only_one(connect: Connect) -> None:
    """A late answer would come just before the right one."""
    emulated, meter = await connect()
    emulated.faults.add(DropAnswer("Measure?"))
    emulated.faults.add(ReplaceBytes("Measure?", b"R+0000\r\nStart\r\n", skip=1))
    emulated.faults.add(Append("Measure?", b"R+0000\r\nStop\r\n", 0.2, skip=1))
    with pytest.raises(UnusableAnswer):
        await meter.run_state()
    assert await meter.run_state() is RunState.STOP


@pytest.mark.parametrize(
    "fault",
    [
        ReplaceAnswer("Type?", "Stop"),
        RefuseWith("Type?", 1),
        ReplaceBytes("Type?", b"R+0000\r\nNL-"),
        CutAnswer("Type?", 3, "close"),
        Append("Type?", b"NL-43\r\n", 0.2),
    ],
)
async def test_a_link_that_gets_not_back_in_step_is_dropped(connect: Connect, fault: Fault) -> None:
    """Callers learn what went wrong first; the next connection is in step."""
    emulated, meter = await connect()
    emulated.faults.add(DropAnswer("Measure?"))
    emulated.faults.add(fault)
    asking = asyncio.create_task(meter.run_state())
    await asyncio.sleep(1)
    waiting = asyncio.create_task(meter.levels())
    with pytest.raises(AnswerTimedOut):
        await asking
    with pytest.raises(LinkError):
        await waiting
    assert meter.link.statistics.losses == 1
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.connects == 2


async def test_endless_bytes_are_not_drained_for_ever(make_link: LinkFactory, serve: Serve) -> None:
    """A peer that chatters is given up, in bounded time and memory."""

    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        while not writer.is_closing():
            writer.write(b"x" * 5000)
            await asyncio.sleep(0.1)

    link = make_link(*await serve(chatter))
    link.open()
    await link.connected()
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    with pytest.raises(UnusableAnswer, match=r"xxx'\.\.\. \(16384 bytes\)"):
        await Meter(link).run_state()
    assert loop.time() - asked_at < 7
    assert isinstance(link.status.error, ConnectionLost)


async def test_first_row_of_a_stream(connect: Connect) -> None:
    """Then SUB, and silence before the next command."""
    emulated, meter = await connect(rows_after_sub=3)
    row = await meter.status_row()
    assert (row.power, row.battery, row.measuring) == ("E", "F", False)
    assert await assert_right(emulated, meter)
    connection = emulated.referee.connections[0]
    assert (connection.subs, connection.stream_rows) == (1, 4)
    assert meter.link.statistics.resyncs == 0


async def test_a_stream_that_does_not_stop_is_given_up(connect: Connect) -> None:
    """The connection goes, and comes back."""
    emulated, meter = await connect(rows_after_sub=1000)
    emulated.referee.expect(Kind.AFTER_SUB)
    with pytest.raises(UnusableAnswer):
        await meter.status_row()
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.losses == 1


async def test_a_refused_stream_needs_no_sub(connect: Connect) -> None:
    """It never began."""
    emulated, meter = await connect()
    emulated.faults.add(RefuseWith("DRD?status", 4))
    with pytest.raises(NL43Error):
        await meter.status_row()
    assert await assert_right(emulated, meter)
    assert emulated.referee.connections[0].subs == 0


async def test_a_link_closed_while_streaming_ends_the_stream(connect: Connect) -> None:
    """The meter would go on and keep its only connection."""
    emulated, meter = await connect()
    asking = asyncio.create_task(meter.status_row())
    await asyncio.sleep(0.08)
    await meter.link.close()
    with pytest.raises(LinkError):
        await asking
    await asyncio.sleep(1)
    assert emulated.referee.connections[0].subs == 1


async def test_a_parser_that_breaks_down_takes_nobody_along(connect: Connect) -> None:
    """The error is shown, callers are told, and the link can be closed and opened again."""
    emulated, meter = await connect()
    shown: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: shown.append(context["exception"]))

    def break_down(text: str) -> str:
        raise RuntimeError(text)

    with pytest.raises(LinkError, match="broken down"):
        await meter.link.exchange(Request("Type?", break_down))
    with pytest.raises(LinkError, match="broken down"):
        await meter.run_state()
    await meter.link.close()
    meter.link.open()
    await assert_recovers(emulated, meter)
