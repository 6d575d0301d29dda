"""What goes wrong in a stream: no wrong row, and the link comes back."""

import asyncio
import contextlib

import pytest

from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    ConnectionLost,
    ConnectionTimedOut,
    LinkState,
    RunState,
    UnusableAnswer,
)
from emulator import CutAnswer, Kind
from emulator.faults.fault import ROW
from emulator.faults.wire import LateRows

from .conftest import Connect
from .helpers import now, state_of
from .streaming import ROW_LENGTH, Listener, Wire, assert_in_step, assert_recovers


@pytest.mark.parametrize("rows", [1, 5, 15, 30])
async def test_no_row_that_comes_after_sub_is_taken(connect: Connect, rows: int) -> None:
    """However many there are."""
    emulated, meter = await connect()
    wire = Wire(emulated)
    emulated.faults.add(LateRows("DRD?", rows))
    listener = Listener(meter)
    await listener.heard(10)
    assert await meter.run_state() is RunState.STOP
    await listener.task
    listener.assert_heard(wire)
    assert len(wire.rows) == len(listener.rows) + rows
    await assert_in_step(emulated, meter)


async def test_a_stream_that_does_not_stop_is_given_up(connect: Connect) -> None:
    """The connection goes, and comes back."""
    emulated, meter = await connect()
    emulated.referee.expect(Kind.AFTER_SUB)
    emulated.faults.add(LateRows("DRD?", 600))
    listener = Listener(meter, until=now() + 2)
    with pytest.raises(UnusableAnswer):
        await listener.task
    await state_of(meter.link, LinkState.CONNECTING)
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.losses == 1


@pytest.mark.parametrize("rows", [0, 1, 20])
async def test_a_stream_that_stalls(connect: Connect, rows: int) -> None:
    """Is noticed after two seconds, and the link comes back."""
    emulated, meter = await connect()
    emulated.referee.expect(Kind.PIPELINING)  # SUB goes to a meter that does not hear any more
    emulated.faults.add(CutAnswer(ROW, 0, "stall", skip=rows))
    listener = Listener(meter)
    with pytest.raises(AnswerTimedOut):
        await listener.task
    assert 2.0 <= now() - (listener.times[-1] if rows else emulated.referee.commands[0].at) <= 2.07
    assert len(listener.rows) == rows
    assert meter.link.status.state is LinkState.TIMEOUT
    assert isinstance(meter.link.status.error, ConnectionTimedOut)
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.connects == 2


async def test_a_way_that_pauses(connect: Connect) -> None:
    """The rest of the row is no row, and costs no connection."""
    emulated, meter = await connect()
    emulated.faults.switch_on("split-segments", command=ROW, how="line", pause_s=2.6, skip=5, times=1)
    listener = Listener(meter)
    with pytest.raises(AnswerTimedOut):
        await listener.task
    assert [row.counter for row in listener.rows] == [1, 2, 3, 4, 5]
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.losses == 0
    assert meter.link.statistics.streams == 2


async def test_a_way_that_dies_while_streaming(connect: Connect) -> None:
    """No byte tells of it; two seconds later it is known."""
    emulated, meter = await connect()
    listener = Listener(meter)
    await listener.heard(30)
    emulated.faults.switch_on("unreachable", seen="timeout", connection="silent", for_s=40.0)
    died_at = now()
    with pytest.raises(AnswerTimedOut):
        await listener.task
    assert now() - died_at <= 2.01
    assert meter.link.status.state is LinkState.TIMEOUT
    await asyncio.sleep(died_at + 41 - now())
    await assert_recovers(emulated, meter)


@pytest.mark.parametrize("then", ["close", "reset"])
async def test_a_connection_that_ends_in_a_row(connect: Connect, then: str) -> None:
    """The half row is nothing."""
    emulated, meter = await connect()
    wire = Wire(emulated)
    listener = Listener(meter)
    await listener.heard(4)
    cut = CutAnswer(ROW, 162, "close" if then == "close" else "reset")
    emulated.faults.add(cut)
    with pytest.raises(ConnectionLost):
        await listener.task
    assert listener.said() == wire.said()
    assert 4 <= len(listener.rows) <= 5
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.losses == 1


async def test_no_wrong_value_from_a_row_cut_after_any_byte(connect: Connect) -> None:
    """The stream ends there, unless just a whole row is missing."""
    emulated, meter = await connect()
    for length in range(ROW_LENGTH):
        wire = Wire(emulated)
        emulated.faults.add(CutAnswer(ROW, length, "go_on", skip=3))
        listener = Listener(meter, until=now() + 3)
        if length == 0:
            await listener.task
        else:
            with contextlib.suppress(UnusableAnswer):
                await listener.task
        assert all(what in wire.said() for what in listener.said())
        emulated.referee.watchers.clear()
        await meter.link.connected()
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.losses == 0


@pytest.mark.parametrize("how", ["digits", "replace", "truncate", "no-crlf"])
async def test_a_torn_row_ends_the_stream(connect: Connect, how: str) -> None:
    """What came before it is right, and the link gets back in step."""
    emulated, meter = await connect()
    wire = Wire(emulated)
    emulated.faults.switch_on("garbled-line", command=ROW, skip=10, times=1, how=how)
    listener = Listener(meter)
    with pytest.raises(UnusableAnswer):
        await listener.task
    assert listener.said() == wire.said(10)
    assert len(wire.rows_before_sub) == 1
    await assert_recovers(emulated, meter)
    assert meter.link.statistics.losses == 0
    assert meter.link.history.exchanges[0].outcome == "UnusableAnswer"


async def test_a_meter_switched_off_while_streaming(connect: Connect) -> None:
    """And on again."""
    emulated, meter = await connect()
    listener = Listener(meter)
    await listener.heard(20)
    await emulated.power_off()
    with pytest.raises(ConnectionLost):
        await listener.task
    await emulated.power_on()
    await assert_recovers(emulated, meter)


async def test_a_stream_counts_as_an_answer(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """A link that streams is back, and its next loss begins the back-off anew."""
    emulated, meter = await connect()
    await meter.levels()
    await emulated.power_off()
    await state_of(meter.link, LinkState.REFUSED)
    await asyncio.sleep(100)
    await emulated.power_on()
    await state_of(meter.link, LinkState.CONNECTED)
    listener = Listener(meter)
    await listener.heard(1)
    assert "is back" in caplog.messages[-1]
    await emulated.power_off()
    await emulated.power_on()
    with pytest.raises(ConnectionLost):
        await listener.task
    lost_at = now()
    await meter.link.connected()
    assert now() - lost_at < 6
