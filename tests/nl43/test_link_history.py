"""What a link tells of its past."""

import asyncio

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    CommandRefused,
    ExchangeRecord,
    LinkHistory,
    LinkState,
    LinkTiming,
    UnusableAnswer,
)
from custom_components.rion_nl43.nl43.history import KEPT, LATENCY_BOUNDS_S
from emulator import DropAnswer, Latency, RefuseWith, ReplaceAnswer

from .conftest import Connect
from .helpers import now, state_of
from .streaming import Listener


async def test_every_command_and_what_became_of_it(connect: Connect) -> None:
    """The last ones, with time and duration."""
    emulated, meter = await connect(latency=Latency((0.1, 0.1), (0.1, 0.1)))
    began_at = now()
    await meter.run_state()
    emulated.faults.add(RefuseWith("Measure,Start", 4))
    with pytest.raises(CommandRefused):
        await meter.start()
    emulated.faults.add(ReplaceAnswer("Measure?", "x", times=2))
    with pytest.raises(UnusableAnswer):
        await meter.run_state()
    emulated.faults.add(DropAnswer("Measure,Start"))
    with pytest.raises(AnswerTimedOut):
        await meter.start()
    await state_of(meter.link, LinkState.CONNECTED)
    listener = Listener(meter, until=now() + 5)
    await listener.task
    asking = asyncio.create_task(meter.run_state())
    await asyncio.sleep(1.1)
    await meter.link.close()
    await asyncio.gather(asking, return_exceptions=True)
    history = meter.link.history
    assert [(record.line, record.outcome) for record in history.exchanges] == [
        ("Measure?", "R+0000"),
        ("Measure,Start", "R+0004"),
        ("Measure?", "UnusableAnswer"),
        ("Type?", "R+0000"),
        ("Measure?", "UnusableAnswer"),
        ("Type?", "R+0000"),
        ("Measure,Start", "AnswerTimedOut"),
        ("Type?", "R+0000"),
        ("DRD?", "R+0000"),
        ("Measure?", "CancelledError"),
    ]
    first = history.exchanges[0]
    assert first == ExchangeRecord(began_at, "Measure?", "R+0000", first.took_s)
    assert first.took_s == pytest.approx(0.1, abs=0.01)
    assert [record.at for record in history.exchanges] == [record.at for record in emulated.referee.commands]
    assert history.exchanges[6].took_s == pytest.approx(LinkTiming().answer_timeout_s, abs=0.01)
    assert 3.5 < history.exchanges[8].took_s < 6


async def test_connects_and_losses(connect: Connect) -> None:
    """When, why, and how long the connection had stood."""
    emulated, meter = await connect()
    await asyncio.sleep(100)
    off_at = now()
    await emulated.power_off()
    await state_of(meter.link, LinkState.REFUSED)
    await emulated.power_on()
    await state_of(meter.link, LinkState.CONNECTED)
    history = meter.link.history
    assert len(history.connects) == 2
    assert history.connects[1] == now()
    (loss,) = history.losses
    assert loss.reason == "ConnectionLost"
    assert loss.at == pytest.approx(off_at, abs=0.01)
    assert loss.connected_s == pytest.approx(off_at - history.connects[0], abs=0.01)
    await meter.link.close()
    assert len(history.losses) == 1


async def test_no_more_than_the_last_is_kept(connect: Connect) -> None:
    """However long a link lives; all answers are counted."""
    _, meter = await connect()
    for _ in range(KEPT + 20):
        await meter.run_state()
    history = meter.link.history
    assert len(history.exchanges) == KEPT
    assert sum(history.latency_counts.values()) == KEPT + 20
    assert history.latency_counts[0.05] + history.latency_counts[0.1] == KEPT + 20


@given(st.lists(st.floats(0, 10)))
def test_latencies_are_counted_by_their_bound(latencies: list[float]) -> None:
    """Each under the first that it does not exceed, the longest under the last."""
    history = LinkHistory()
    for latency_s in latencies:
        history.note_latency(latency_s)
    lower = -1.0
    for bound in LATENCY_BOUNDS_S:
        upper = float("inf") if bound == LATENCY_BOUNDS_S[-1] else bound
        assert history.latency_counts[bound] == sum(lower < latency_s <= upper for latency_s in latencies)
        lower = bound
