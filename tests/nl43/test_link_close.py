"""Standby and the slot: nothing is left behind, and one link follows the other."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from custom_components.rion_nl43.nl43 import (
    ConnectionRefused,
    ConnectionTimedOut,
    Link,
    LinkClosed,
    LinkError,
    LinkState,
    Meter,
    NL43Error,
    Slot,
)
from emulator import DropAnswer, EmulatedMeter, Kind, Latency
from tests.fixtures import MeterFactory

from .conftest import Connect, LinkFactory, link_tasks
from .helpers import first_error, free_port, now, state_of


def has_ended(emulated: EmulatedMeter) -> bool:
    """Return whether the meter has no connection any more."""
    return all(connection.closed_at is not None for connection in emulated.referee.connections)


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.25, 0.3, 0.32, 1.0, 3.0, 5.2, 5.9, 6.3, 6.9, 11.0])
async def test_close_leaves_nothing_behind(connect: Connect, make_link: LinkFactory, after_s: float) -> None:
    """In whatever it is: connecting, greeting, exchanging, recovering, waiting."""
    emulated, first = await connect()
    await first.link.close()
    assert not link_tasks()
    emulated.faults.add(DropAnswer("DOD?"))
    link = make_link(emulated.host, emulated.port, slot=first.link.slot)
    link.open()
    asking = asyncio.create_task(_levels(link))
    await asyncio.sleep(after_s)
    await link.close()
    assert not link_tasks()
    with pytest.raises(NL43Error):
        await asking
    assert link.status.state is LinkState.STANDBY
    assert not link.slot.held
    await asyncio.sleep(0.01)
    assert has_ended(emulated)
    await link.close()


async def _levels(link: Link) -> None:
    await link.connected()
    while True:
        await Meter(link).levels()


@pytest.mark.parametrize("status_only", [False, True])
async def test_close_before_a_stream_has_begun(connect: Connect, status_only: bool) -> None:
    """The meter is still at the request and takes no byte, so there is no SUB, only the end of the connection."""
    emulated, meter = await connect(latency=Latency((0.25, 0.25), (0.25, 0.25)))
    ask: Coroutine[Any, Any, object] = meter.status_row() if status_only else meter.stream(lambda *_: None)
    asking = asyncio.create_task(ask)
    await asyncio.sleep(0.1)
    await meter.link.close()
    with pytest.raises(LinkClosed):
        await asking
    await asyncio.sleep(1)
    assert has_ended(emulated)
    assert emulated.referee.connections[0].subs == 0
    emulated.referee.assert_clean()


async def test_close_while_backing_off(make_link: LinkFactory) -> None:
    """Nobody waits for the next attempt."""
    link = make_link("127.0.0.1", free_port())
    link.open()
    with pytest.raises(ConnectionRefused):
        await link.connected()
    waiting = asyncio.create_task(link.connected())
    await asyncio.sleep(3)
    await link.close()
    assert not link_tasks()
    with pytest.raises(LinkClosed):
        await waiting


async def test_close_while_connecting(emulated_meter: MeterFactory, make_link: LinkFactory) -> None:
    """The attempt ends with it."""
    emulated = await emulated_meter()
    await emulated.power_off(connects="timeout")
    link = make_link(emulated.host, emulated.port)
    link.open()
    waiting = asyncio.create_task(link.connected())
    await asyncio.sleep(3)
    with pytest.raises(LinkError, match="about to connect"):
        await Meter(link).levels()
    await link.close()
    assert not link_tasks()
    assert not link.slot.held
    with pytest.raises(LinkClosed):
        await waiting


async def test_standby(connect: Connect, make_link: LinkFactory) -> None:
    """A link in standby says so, and can be opened again, any number of times."""
    emulated, meter = await connect()
    link = meter.link
    link.open()
    await link.connected()
    await link.close()
    with pytest.raises(LinkClosed):
        await meter.levels()
    with pytest.raises(LinkClosed):
        await link.connected()
    link.open()
    await link.close()
    link.open()
    await link.connected()
    await meter.levels()
    assert len(emulated.referee.connections) == 2
    assert (link.statistics.connects, link.statistics.losses) == (2, 0)


async def test_waiting_for_a_connection_can_be_cancelled(make_link: LinkFactory) -> None:
    """The link goes on."""
    link = make_link("127.0.0.1", free_port())
    link.open()
    waiting = asyncio.create_task(link.connected())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(ConnectionRefused):
        await link.connected()
    waiting = asyncio.create_task(link.connected())
    await asyncio.sleep(0)
    waiting.cancel()
    await link.close()
    assert waiting.cancelled()


async def test_listeners_hear_of_changes_until_they_leave(connect: Connect) -> None:
    """Once for each change."""
    _, meter = await connect()
    heard: list[LinkState] = []
    stop = meter.link.on_status(lambda status: heard.append(status.state))
    await meter.link.close()
    meter.link.open()
    await meter.link.connected()
    stop()
    await meter.link.close()
    assert heard == [LinkState.STANDBY, LinkState.CONNECTING, LinkState.CONNECTED]


async def test_links_on_one_slot_follow_each_other_after_five_seconds(connect: Connect, make_link: LinkFactory) -> None:
    """The meter frees its only connection slowly."""
    emulated, first = await connect()
    slot = first.link.slot
    second = make_link(emulated.host, emulated.port, slot=slot)
    second.open()
    await asyncio.sleep(2)
    assert len(emulated.referee.connections) == 1
    await first.link.close()
    assert slot.released_at == now()
    await second.connected()
    await Meter(second).levels()
    before, after = emulated.referee.connections
    assert before.closed_at is not None
    assert 5.0 <= after.opened_at - before.closed_at <= 5.5


async def test_a_slot_that_is_not_let_go(connect: Connect, make_link: LinkFactory) -> None:
    """The second link says so within 15 s, and gets it in the end."""
    emulated, first = await connect()
    second = make_link(emulated.host, emulated.port, slot=first.link.slot)
    error = await first_error(second)
    assert isinstance(error, ConnectionTimedOut)
    assert "another link" in str(error)
    await first.link.close()
    await second.connected()
    assert len(emulated.referee.connections) == 2


async def test_a_slot_is_not_rested_before_its_first_use() -> None:
    """And knows when it was let go."""
    slot = Slot()
    assert slot.released_at is None
    held, before = [slot.held], now()
    async with slot.hold(rest_s=5, patience_s=1):
        assert now() == before
        held.append(slot.held)
    held.append(slot.held)
    assert held == [False, True, False]
    async with slot.hold(rest_s=5, patience_s=1):
        assert now() - before >= 5


async def test_a_foreign_client_has_the_slot(emulated_meter: MeterFactory, make_link: LinkFactory) -> None:
    """The link comes through as soon as it is free."""
    emulated = await emulated_meter(second_connection="timeout")
    emulated.referee.expect(Kind.RECONNECT)  # neither client knows of the other
    _, writer = await asyncio.open_connection(emulated.host, emulated.port)
    link = make_link(emulated.host, emulated.port)
    link.open()
    with pytest.raises(ConnectionTimedOut):
        await link.connected()
    writer.close()
    freed_at = now()
    await state_of(link, LinkState.CONNECTED)
    assert now() - freed_at <= 30
    await Meter(link).levels()


async def test_a_link_opened_again_backs_off_anew(connect: Connect) -> None:
    """What it had before counts no more."""
    emulated, meter = await connect()
    await meter.levels()
    await meter.link.close()
    await emulated.power_off()
    meter.link.open()
    for expected_s in (5.0, 5.0, 10.0, 20.0):
        began_at = now()
        with pytest.raises(ConnectionRefused):
            await meter.link.connected()
        assert max(5.0, 0.9 * expected_s) <= now() - began_at <= max(5.4, expected_s)
