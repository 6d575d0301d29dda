"""What could not be sent in time is not sent; and who asked learns when it was sent."""

import asyncio

import pytest

from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    CommandExpired,
    LinkClosed,
    LinkError,
    LinkState,
    LinkTiming,
    Meter,
    Priority,
    RunState,
    UnusableAnswer,
)
from emulator import DropAnswer, Latency, ReplaceAnswer

from .conftest import Connect
from .helpers import lines, now, state_of

ANSWER_TIMEOUT_S = LinkTiming().answer_timeout_s


@pytest.mark.parametrize("in_s", [-5.0, 0.0, 0.5, 0.9])
async def test_a_command_that_waits_for_too_long_is_never_sent(connect: Connect, in_s: float) -> None:
    """Its caller is told at that moment, and not before."""
    emulated, meter = await connect()
    await meter.run_state()
    asked_at = now()
    with pytest.raises(CommandExpired, match="Measure,Start"):
        await meter.start(deadline=asked_at + in_s)
    assert now() - asked_at == pytest.approx(max(0.0, in_s), abs=0.001)
    await asyncio.sleep(10)
    assert lines(emulated) == ["Measure?"]
    assert await meter.run_state() is RunState.STOP


async def test_a_command_that_is_sent_in_time_is_answered_later(connect: Connect) -> None:
    """The deadline is for the sending."""
    _, meter = await connect(latency=Latency((2.0, 2.0), (2.0, 2.0)))
    await meter.run_state()
    sent: list[float] = []
    asked_at = now()
    await meter.start(deadline=asked_at + 1.1, on_sent=sent.append)
    assert sent == [pytest.approx(asked_at + 1.05, abs=0.05)]
    assert now() - asked_at >= 3


async def test_a_link_out_of_step_lets_it_expire(connect: Connect) -> None:
    """It does not wait for the link to recover."""
    emulated, meter = await connect()
    emulated.faults.add(ReplaceAnswer("Measure?", "x"))
    emulated.faults.add(DropAnswer("Type?"))
    asking = asyncio.create_task(meter.run_state())
    await asyncio.sleep(0.3)
    asked_at = now()
    with pytest.raises(CommandExpired):
        await meter.start(deadline=asked_at + 3)
    assert now() - asked_at == pytest.approx(3.0, abs=0.001)
    with pytest.raises(UnusableAnswer):
        await asking
    assert "Measure,Start" not in lines(emulated)


async def test_a_person_in_front_makes_it_expire(connect: Connect) -> None:
    """Those who come in time are served."""
    emulated, meter = await connect()
    await meter.run_state()
    deadline = now() + 2.5
    asked = [meter.set_setting("Store Name", f"{number:04}", deadline=deadline) for number in range(4)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), type(None), CommandExpired, CommandExpired]
    assert now() == pytest.approx(deadline, abs=0.001)
    assert lines(emulated) == ["Measure?", "Store Name,0000", "Store Name,0001"]


async def test_no_second_try_after_the_deadline(connect: Connect) -> None:
    """It was sent, and its caller learns how that ended."""
    emulated, meter = await connect()
    emulated.faults.add(DropAnswer("Measure?"))
    sent: list[float] = []
    asked_at = now()
    with pytest.raises(AnswerTimedOut):
        await meter.run_state(deadline=asked_at + 1, on_sent=sent.append)
    assert now() - asked_at == pytest.approx(ANSWER_TIMEOUT_S, abs=0.01)
    assert len(sent) == 1
    emulated.faults.add(DropAnswer("Measure?"))
    await state_of(meter.link, LinkState.CONNECTED)
    asked_at = now()
    deadline = asked_at + ANSWER_TIMEOUT_S + 1.6
    with pytest.raises(AnswerTimedOut):
        await meter.run_state(deadline=deadline)
    assert now() == pytest.approx(deadline, abs=0.01)
    await asyncio.sleep(10)
    assert lines(emulated) == ["Measure?", "Type?", "Measure?", "Type?"]


async def test_every_try_is_told(connect: Connect) -> None:
    """At the time at which it goes out."""
    emulated, meter = await connect()
    emulated.faults.add(DropAnswer("Measure?"))
    sent: list[float] = []
    assert await meter.run_state(deadline=now() + 30, on_sent=sent.append) is RunState.STOP
    assert sent == [record.at for record in emulated.referee.commands if record.line == "Measure?"]
    assert len(sent) == 2


async def test_who_is_told_may_break_down(connect: Connect) -> None:
    """That is not the link's concern."""
    _, meter = await connect()
    shown: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: shown.append(context["exception"]))

    def break_down(at: float) -> None:
        raise ZeroDivisionError(at)

    assert await meter.run_state(on_sent=break_down) is RunState.STOP
    assert [type(error) for error in shown] == [ZeroDivisionError]


async def test_nothing_is_told_of_what_was_not_sent(connect: Connect) -> None:
    """There is no connection, and that is told at once."""
    emulated, meter = await connect()
    sent: list[float] = []
    await meter.run_state()
    await meter.link.close()
    with pytest.raises(LinkClosed):
        await meter.start(on_sent=sent.append, deadline=now() + 10)
    assert not sent
    assert lines(emulated) == ["Measure?"]


async def test_a_lost_connection_ends_the_waiting_before_the_deadline(connect: Connect) -> None:
    """The caller decides whether to ask again."""
    emulated, meter = await connect()
    await meter.run_state()
    asked_at = now()
    starting = asyncio.create_task(meter.start(deadline=asked_at + 10))
    await asyncio.sleep(0.5)
    await emulated.power_off()
    with pytest.raises(LinkError):
        await starting
    assert now() - asked_at < 0.6


async def test_all_that_can_be_asked_takes_a_turn(connect: Connect) -> None:
    """With priority, deadline and word of its sending."""
    emulated, meter = await connect(settings={"Store Mode": "Manual"})
    sent: list[float] = []
    for ask in (
        *(meter.levels, meter.results, meter.run_state, meter.is_paused, meter.clock, meter.overwrites),
        *(meter.start, meter.pause, meter.resume, meter.stop, meter.store),
    ):
        await ask(priority=Priority.PERSON, deadline=now() + 5, on_sent=sent.append)
    await meter.set_clock((await meter.clock()).replace(microsecond=0), on_sent=sent.append)
    await meter.setting("Store Name", on_sent=sent.append)
    await meter.set_setting("Store Name", "0012", priority=Priority.POLL, on_sent=sent.append)
    await meter.percentile(1, on_sent=sent.append)
    await meter.send("Type?", on_sent=sent.append)
    assert len(sent) == 16
    assert len(emulated.referee.commands) == 17
    with pytest.raises(CommandExpired):
        await Meter(meter.link).send("Type?", deadline=now())
