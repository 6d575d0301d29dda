"""Exchanges over a link: paced, in order, one at a time."""

import asyncio
from dataclasses import dataclass, replace
import itertools

import pytest

from custom_components.rion_nl43.nl43 import (
    CommandRefused,
    CommandUnknown,
    DesignationRefused,
    Link,
    LinkState,
    ParameterRefused,
    Priority,
    Request,
    StateRefused,
)
from emulator import Latency, Prompt, RefuseWith
from emulator.config import PROMPTS
from emulator.faults import Delivery, Fault, Piece

from .conftest import Connect
from .helpers import lines
from .oracle import flat, sent


async def settle() -> None:
    """Let everybody who is ready run."""
    for _ in range(5):
        await asyncio.sleep(0)


@dataclass(slots=True)
class Split(Fault):
    """The answer comes byte by byte, with a pause before each."""

    pause_s: float

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return single bytes."""
        pieces = [Piece(self.pause_s, bytes([byte])) for byte in delivery.data]
        return replace(delivery, pieces=tuple(pieces))


async def test_polling_uses_the_links_slots_and_one_connection(connect: Connect) -> None:
    """The floor is kept and nearly reached; the meter's referee has nothing to say."""
    emulated, meter = await connect()
    for _ in range(200):
        levels = await meter.levels()
        assert flat(levels) == sent(emulated.referee.commands[-1].answer)
    report = emulated.referee.report()
    assert isinstance(report["slots_used"], float)
    assert report["slots_used"] >= 0.98
    assert len(emulated.referee.connections) == 1
    gaps = [record.gap_s for record in emulated.referee.commands if record.gap_s is not None]
    assert min(gaps) >= 1.0
    assert max(gaps) < 1.01
    statistics = meter.link.statistics
    assert (statistics.attempts, statistics.connects, statistics.losses) == (1, 1, 0)
    assert (statistics.exchanges, statistics.resyncs, statistics.retries) == (200, 0, 0)
    assert statistics.drained_bytes == 199
    assert statistics.last_answer_s is not None
    assert 0.02 <= statistics.last_answer_s <= 0.06


@pytest.mark.parametrize("echo", ["Off", "On"])
@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("strict", [False, True])
async def test_every_form_of_prompt_and_echo(connect: Connect, prompt: str, echo: str, strict: bool) -> None:
    """Nobody knows the meter's bytes for certain: all are understood, without a retry."""
    emulated, meter = await connect(prompt=PROMPTS[prompt], settings={"Echo": echo}, strict=strict)
    assert (await meter.identity()).serial == "00830001"
    await meter.start()
    for _ in range(5):
        levels = await meter.levels()
        assert flat(levels) == sent(emulated.referee.commands[-1].answer)
        assert await meter.run_state() == "Start"
    await meter.status_row()
    await meter.stop()
    assert meter.link.statistics.resyncs == 0
    assert meter.link.status.state is LinkState.CONNECTED


@pytest.mark.parametrize("pause_s", [0.0, 0.001, 0.2])
@pytest.mark.parametrize("prompt", ["bare", "crlf"])
async def test_segments_do_not_matter(connect: Connect, pause_s: float, prompt: str) -> None:
    """An answer may come byte by byte, and the time runs from the last of them."""
    emulated, meter = await connect(prompt=PROMPTS[prompt])
    emulated.faults.add(Split("Measure?", pause_s, times=None))
    for _ in range(3):
        assert await meter.run_state() == "Stop"
    assert len(emulated.referee.commands) == 3


async def test_persons_and_polls_take_turns(connect: Connect) -> None:
    """A person goes first, then a poll that waits; among equals the first come is served first."""
    emulated, meter = await connect()
    polls = [asyncio.create_task(meter.setting(f"Percentile {number}")) for number in (1, 2, 3)]
    await settle()
    persons = [asyncio.create_task(meter.set_setting("Store Name", name)) for name in ("0001", "0002")]
    await asyncio.gather(*polls, *persons)
    assert lines(emulated) == [
        "Percentile 1?",
        "Store Name,0001",
        "Percentile 2?",
        "Store Name,0002",
        "Percentile 3?",
    ]


async def test_persons_do_not_wait_for_polls_that_are_not_there(connect: Connect) -> None:
    """Nor does a stream go before any of them."""
    emulated, meter = await connect()
    persons = [asyncio.create_task(meter.set_setting("Store Name", f"000{number}")) for number in (1, 2, 3)]
    await settle()
    streaming = asyncio.create_task(meter.stream(lambda row, at: None))
    await asyncio.gather(*persons)
    await meter.set_setting("Store Name", "0004")
    streaming.cancel()
    assert lines(emulated)[:3] == ["Store Name,0001", "Store Name,0002", "Store Name,0003"]
    assert lines(emulated)[-1] == "Store Name,0004"


async def test_whether_a_person_waits(connect: Connect) -> None:
    """In the queue and on the wire."""
    _, meter = await connect()
    seen: list[bool] = []
    asking = asyncio.create_task(meter.levels())
    await settle()
    seen.append(meter.link.person_waits)
    pressing = asyncio.create_task(meter.start())
    await settle()
    seen.append(meter.link.person_waits)
    await asking
    seen.append(meter.link.person_waits)
    await pressing
    seen.append(meter.link.person_waits)
    assert seen == [False, True, True, False]


async def test_five_commands_at_once_never_stop_the_polling(connect: Connect) -> None:
    """Each costs the polls one slot."""
    emulated, meter = await connect()

    async def poll_for_ever() -> None:
        while True:
            await meter.levels()

    polling = asyncio.create_task(poll_for_ever())
    await asyncio.sleep(5.2)
    await asyncio.gather(*(meter.set_setting("Store Name", f"{number:04}") for number in range(5)))
    await asyncio.sleep(3)
    polling.cancel()
    polls = [record.at for record in emulated.referee.commands if record.line == "DOD?"]
    assert max(after - before for before, after in itertools.pairwise(polls)) < 2 * 1.12
    assert [line for line in lines(emulated) if line != "DOD?"] == [f"Store Name,{number:04}" for number in range(5)]


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
async def test_start_pressed_while_polling_is_on_the_wire_within_one_slot(connect: Connect, latency: Latency) -> None:
    """Whenever it is pressed."""
    emulated, meter = await connect(latency=latency)
    loop = asyncio.get_running_loop()

    async def poll_for_ever() -> None:
        while True:
            await meter.levels()

    polling = asyncio.create_task(poll_for_ever())
    for number in range(40):
        # A poll has had its turn after the last command.
        await asyncio.sleep(1.4 + 0.31 * (number % 7))
        pressed_at = loop.time()
        await meter.set_setting("Store Name", f"{number:04}")
        waited_s = emulated.referee.commands[-1].at - pressed_at
        assert waited_s <= 1.0 + latency.usual_s[1] + 0.05 + 0.01
    polling.cancel()


@pytest.mark.parametrize(
    ("code", "error"), [(1, CommandUnknown), (2, ParameterRefused), (3, DesignationRefused), (4, StateRefused)]
)
async def test_a_refusal_is_an_answer(connect: Connect, code: int, error: type[CommandRefused]) -> None:
    """The connection stays, nothing is asked again, and the spacing holds."""
    emulated, meter = await connect()
    emulated.faults.add(RefuseWith("Measure?", code))
    with pytest.raises(error) as raised:
        await meter.run_state()
    assert (raised.value.command, raised.value.code) == ("Measure?", code)
    assert f"R+000{code}" in str(raised.value)
    assert await meter.run_state() == "Stop"
    assert lines(emulated) == ["Measure?", "Measure?"]
    assert meter.link.statistics.refusals == 1


async def test_a_caller_who_is_cancelled_in_the_queue_sends_nothing(connect: Connect) -> None:
    """And disturbs nobody."""
    emulated, meter = await connect()
    callers = [asyncio.create_task(meter.setting(f"Percentile {number}")) for number in (1, 2, 3)]
    await settle()
    callers[1].cancel()
    await asyncio.gather(callers[0], callers[2])
    assert lines(emulated) == ["Percentile 1?", "Percentile 3?"]


@pytest.mark.parametrize("answer", ["good", "refused"])
async def test_a_caller_who_is_cancelled_in_flight_leaves_the_link_in_step(connect: Connect, answer: str) -> None:
    """The answer is waited for and forgotten."""
    emulated, meter = await connect(latency=Latency.lte())
    if answer == "refused":
        emulated.faults.add(RefuseWith("Measure?", 4))
    caller = asyncio.create_task(meter.run_state())
    await asyncio.sleep(0.1)
    caller.cancel()
    levels = await meter.levels()
    assert flat(levels) == sent(emulated.referee.commands[-1].answer)
    assert lines(emulated) == ["Measure?", "DOD?"]
    assert meter.link.statistics.resyncs == 0


async def test_many_callers_get_their_own_answers(connect: Connect) -> None:
    """Nothing is pipelined, nothing is mixed up."""
    emulated, meter = await connect()
    percentages = await asyncio.gather(*(meter.percentile(number) for number in (1, 2, 3, 4, 5)))
    assert percentages == [5, 10, 50, 90, 95]
    for before, after in itertools.pairwise(emulated.referee.commands):
        assert before.answered_at is not None
        assert after.at - before.answered_at >= 1.0


async def test_late_prompts_shift_the_next_command(connect: Connect) -> None:
    """The spacing counts from the very last byte."""
    emulated, meter = await connect(prompt=Prompt(delay_s=(0.8, 0.8)), latency=Latency.none())
    for _ in range(3):
        await meter.run_state()
    first, second, third = (record.at for record in emulated.referee.commands)
    assert second - first == pytest.approx(1.8, abs=0.01)
    assert third - second == pytest.approx(1.8, abs=0.01)


async def test_a_request_of_ones_own(connect: Connect) -> None:
    """The link takes any command line; settings give nothing back."""
    _, meter = await connect()
    link: Link = meter.link
    assert await link.exchange(Request("Type?", str.lower)) == "nl-43"
    await link.exchange(Request[None]("Store Name,0007"), priority=Priority.PERSON)
    assert await link.exchange(Request("Store Name?", int)) == 7
