"""The life of a link: connect, lose, come back, close; one connection, and nothing left behind."""

import asyncio
from collections.abc import Callable
import itertools
import logging
import socket

import pytest

from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    HostUnknown,
    Link,
    LinkClosed,
    LinkError,
    LinkState,
    LinkStatus,
    Meter,
    NL43Error,
    NotAMeter,
    Slot,
)
from custom_components.rion_nl43.nl43.connection import KEEPALIVE, connect as open_connection, keep_alive
from emulator import DropAnswer, EmulatedMeter, Kind, Latency
from tests.fixtures import MeterFactory

from .conftest import Connect, LinkFactory, Serve, link_tasks

BACKOFF_S = (5.0, 10.0, 20.0, 30.0)


def now() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()


async def state_of(link: Link, state: LinkState) -> LinkStatus:
    """Wait until the link has that state."""
    reached = asyncio.get_running_loop().create_future()

    def look(status: LinkStatus) -> None:
        if status.state is state and not reached.done():
            reached.set_result(status)

    stop = link.on_status(look)
    look(link.status)
    try:
        status: LinkStatus = await reached
    finally:
        stop()
    return status


async def first_error(link: Link) -> NL43Error:
    """Return what a first contact fails with, and make sure that this does not take long."""
    link.open()
    async with asyncio.timeout(15):
        try:
            await link.connected()
            await Meter(link).identity()
        except NL43Error as error:
            return error
    raise AssertionError("the contact did not fail")


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def test_a_refused_port(make_link: LinkFactory) -> None:
    """The host lives, the service does not."""
    link = make_link("127.0.0.1", free_port())
    assert isinstance(await first_error(link), ConnectionRefused)
    assert link.status.state is LinkState.REFUSED
    with pytest.raises(ConnectionRefused):
        await Meter(link).levels()


async def test_a_connection_attempt_without_answer(emulated_meter: MeterFactory, make_link: LinkFactory) -> None:
    """The link is dead or the slot is taken."""
    emulated = await emulated_meter()
    await emulated.power_off(connects="timeout")
    link = make_link(emulated.host, emulated.port)
    assert isinstance(await first_error(link), ConnectionTimedOut)
    assert link.status.state is LinkState.TIMEOUT


async def test_a_silent_port(make_link: LinkFactory, serve: Serve) -> None:
    """Something accepts and never says a word."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    assert isinstance(await first_error(make_link(*await serve(listen))), AnswerTimedOut)


@pytest.mark.parametrize("banner", [b"", b"SSH-2.0-OpenSSH_9.9\r\n"])
async def test_something_else_on_the_port(make_link: LinkFactory, serve: Serve, banner: bytes) -> None:
    """A web server or the like answers, but not as a meter."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(banner)
        await reader.readline()
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html></html>")
        writer.close()

    assert isinstance(await first_error(make_link(*await serve(answer))), NotAMeter)


async def test_a_port_that_accepts_and_hangs_up(make_link: LinkFactory, serve: Serve) -> None:
    """As a router does that forwards to nobody."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    link = make_link(*await serve(hang_up))
    assert isinstance(await first_error(link), ConnectionLost)
    assert link.status.state is LinkState.CONNECTING
    assert link.statistics.connects == link.statistics.losses == 0


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", ""])
async def test_an_unknown_host(make_link: LinkFactory, host: str) -> None:
    """The name leads nowhere."""
    link = make_link(host, 2255)
    assert isinstance(await first_error(link), HostUnknown)
    assert link.status.state is LinkState.TIMEOUT


@pytest.mark.parametrize(
    ("attempts", "error"),
    [
        ([ConnectionRefusedError()], ConnectionRefused),
        ([OSError(101, "Network is unreachable"), ConnectionRefusedError()], ConnectionRefused),
        ([OSError(101, "Network is unreachable"), TimeoutError()], ConnectionTimedOut),
        ([OSError(101, "Network is unreachable")], HostUnknown),
    ],
)
async def test_a_host_with_several_addresses(
    monkeypatch: pytest.MonkeyPatch, attempts: list[Exception], error: type[LinkError]
) -> None:
    """The most telling of their errors counts."""

    async def fail(*args: object, **kwargs: object) -> None:
        raise ExceptionGroup("create_connection failed", attempts)

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", fail)
    with pytest.raises(error):
        await open_connection("meter.example", 2255, 1, asyncio.Event())


def test_a_port_has_a_number() -> None:
    """Of 16 bits, and not 0."""
    for port in (0, -1, 65536):
        with pytest.raises(ValueError, match="TCP port"):
            Link("127.0.0.1", port)


def test_keepalive_is_set_where_the_system_knows_it() -> None:
    """15 s, 10 s, 3 times."""
    with socket.socket() as sock:
        keep_alive(sock)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        for name, value in KEEPALIVE:
            if hasattr(socket, name):
                assert sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == value
    keep_alive(sock)  # one that is closed already does no harm


@pytest.mark.parametrize("served", [False, True])
async def test_reconnects_at_5_5_10_20_30_seconds_for_ever(make_link: LinkFactory, serve: Serve, served: bool) -> None:
    """Never two at a time, never less than 5 s after the end of the last."""
    opened: list[float] = []
    ended: list[float] = []
    enough = asyncio.Event()

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert len(opened) == len(ended)
        opened.append(now())
        if served and len(opened) == 1:
            await reader.readline()
            writer.write(b"R+0000\r\nStop\r\n")
            await asyncio.sleep(1)
        writer.close()
        ended.append(now())
        if len(opened) == 12:
            enough.set()

    link = make_link(*await serve(hang_up))
    link.open()
    if served:
        await link.connected()
        await Meter(link).run_state()
    await enough.wait()
    waits = [after - before for before, after in zip(ended, opened[1:], strict=False)]
    expected = [*([5.0] if served else []), *BACKOFF_S, *[30.0] * 10][: len(waits)]
    for wait_s, expected_s in zip(waits, expected, strict=True):
        assert max(5.0, 0.9 * expected_s) <= wait_s <= max(5.4, expected_s)
    assert len(set(waits)) == len(waits)


async def test_a_link_that_never_answers_is_tried_ever_more_slowly(make_link: LinkFactory, serve: Serve) -> None:
    """To connect is not enough to begin the back-off anew."""
    opened: list[float] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(now())
        await reader.read(-1)
        writer.close()

    link = make_link(*await serve(listen))
    link.open()
    for _ in range(5):
        await state_of(link, LinkState.CONNECTED)
        with pytest.raises(AnswerTimedOut):
            await Meter(link).run_state()
    gaps = [after - before for before, after in itertools.pairwise(opened)]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 25


async def test_meter_restarted(connect: Connect) -> None:
    """The end is noticed at once, also in silence, and the meter is back within one back-off after it is."""
    emulated, meter = await connect()
    lost = asyncio.create_task(state_of(meter.link, LinkState.CONNECTING))
    await asyncio.sleep(3)
    off_at = now()
    await emulated.power_off()
    status = await lost
    assert isinstance(status.error, ConnectionLost)
    assert status.since - off_at < 0.01
    with pytest.raises(ConnectionLost):
        await meter.levels()
    await state_of(meter.link, LinkState.REFUSED)
    await asyncio.sleep(300)
    on_at = now()
    await emulated.power_on()
    await state_of(meter.link, LinkState.CONNECTED)
    assert now() - on_at <= 30
    await meter.levels()


async def test_back_within_six_seconds_after_a_reset(connect: Connect) -> None:
    """If the meter is there again at once."""
    emulated, meter = await connect()
    await meter.levels()
    off_at = now()
    await emulated.power_off()
    await emulated.power_on()
    await state_of(meter.link, LinkState.CONNECTING)
    await meter.link.connected()
    await meter.levels()
    assert now() - off_at <= 6
    assert meter.link.statistics.losses == 1


async def test_an_exchange_in_flight_ends_with_the_connection(connect: Connect) -> None:
    """And so do those that wait."""
    emulated, meter = await connect(latency=Latency((1, 1), (1, 1)))
    asked = [asyncio.create_task(meter.levels()) for _ in range(3)]
    await asyncio.sleep(0.5)
    await emulated.power_off()
    assert [type(result) for result in await asyncio.gather(*asked, return_exceptions=True)] == [ConnectionLost] * 3


async def test_loss_and_return_are_logged_once(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """However many attempts there are in between."""
    emulated, meter = await connect()
    caplog.set_level(logging.INFO, "custom_components.rion_nl43")
    await meter.levels()
    for _ in range(2):
        await emulated.power_off()
        await asyncio.sleep(300)
        await emulated.power_on()
        await state_of(meter.link, LinkState.CONNECTED)
        await meter.levels()
        await meter.levels()
    where = f"{emulated.host}:{emulated.port}"
    messages = [record.getMessage() for record in caplog.records if record.name.endswith("nl43.link")]
    assert [message.partition(where)[0] for message in messages] == [
        "No connection to the meter at ",
        "The meter at ",
    ] * 2


def has_ended(emulated: EmulatedMeter) -> bool:
    """Return whether the meter has no connection any more."""
    return all(connection.closed_at is not None for connection in emulated.referee.connections)


def opening(link: Link) -> Callable[[], object]:
    """Return a coroutine function that opens the link."""

    async def start() -> None:
        link.open()

    return start


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
    before = now()
    async with slot.hold(rest_s=5, patience_s=1):
        assert now() == before
        assert slot.held
    assert not slot.held
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
