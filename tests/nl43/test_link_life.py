"""A link loses its connection and comes back, for ever and in good order."""

import asyncio
import itertools

import pytest

from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    ConnectionLost,
    ConnectionRefused,
    LinkError,
    LinkState,
    Meter,
)
from emulator import Latency, Prompt

from .conftest import Connect, LinkFactory, Serve
from .helpers import now, state_of

BACKOFF_S = (5.0, 10.0, 20.0, 30.0)


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
    assert max(gaps[:2]) < 17
    assert 18 <= gaps[2] < 20
    assert 27 <= gaps[3] < 30


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


class HangUp:
    """A peer that hangs up at once."""

    def __init__(self) -> None:
        """Wait for the first attempt."""
        self.opened: list[float] = []
        self._attempt = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one attempt."""
        self.opened.append(now())
        writer.close()
        self._attempt.set()

    async def next_after(self) -> float:
        """Return the time from the last attempt to the next, which is waited for."""
        self._attempt.clear()
        await self._attempt.wait()
        return self.opened[-1] - self.opened[-2]


async def test_patience_is_the_least_time_between_attempts(make_link: LinkFactory, serve: Serve) -> None:
    """From when it is set until it is not, also in the middle of a pause."""
    peer = HangUp()
    link = make_link(*await serve(peer))
    link.open()
    await asyncio.sleep(1)
    link.patience_s = 60.0
    assert link.patience_s == 60.0
    assert [await peer.next_after() for _ in range(3)] == [pytest.approx(60, abs=0.4)] * 3
    await asyncio.sleep(7)
    link.patience_s = None
    assert 27 <= await peer.next_after() <= 30
    await asyncio.sleep(29)
    link.patience_s = 29.5
    assert 29.5 <= await peer.next_after() <= 30


async def test_patience_does_not_shorten_a_pause(make_link: LinkFactory, serve: Serve) -> None:
    """It is the least time, not the time."""
    peer = HangUp()
    link = make_link(*await serve(peer))
    link.patience_s = 6.0
    link.open()
    await asyncio.sleep(1)
    await peer.next_after()
    for least_s in (9, 18, 27, 27):
        assert await peer.next_after() >= least_s


@pytest.mark.parametrize("patience_s", [None, 60.0])
async def test_retry_begins_anew(make_link: LinkFactory, serve: Serve, patience_s: float | None) -> None:
    """As soon as the slot has rested, patience or not, and with the first back-off."""
    peer = HangUp()
    link = make_link(*await serve(peer))
    link.open()
    await asyncio.sleep(100)
    link.patience_s = patience_s
    await peer.next_after()
    await asyncio.sleep(1)
    link.retry()
    assert 5 <= await peer.next_after() <= 5.4
    await asyncio.sleep(8 if patience_s else 0)
    if patience_s:
        retried_at = now()
        link.retry()
        await peer.next_after()
        assert now() == pytest.approx(retried_at, abs=0.01)
    assert await peer.next_after() == pytest.approx(patience_s or 5.2, abs=0.5)


async def test_retry_disturbs_no_connection(connect: Connect) -> None:
    """Nor a link in standby."""
    emulated, meter = await connect()
    meter.link.retry()
    await meter.levels()
    assert len(emulated.referee.connections) == 1
    await meter.link.close()
    meter.link.retry()
    await asyncio.sleep(10)
    assert meter.link.status.state is LinkState.STANDBY
    assert len(emulated.referee.connections) == 1


async def test_when_the_last_byte_came(connect: Connect, make_link: LinkFactory) -> None:
    """Over the latest connection."""
    emulated, meter = await connect(prompt=Prompt(place="none"))
    assert make_link(emulated.host, emulated.port).heard_at == float("-inf")
    assert meter.link.heard_at == float("-inf")
    await meter.levels()
    assert meter.link.heard_at == now()
    await asyncio.sleep(3)
    assert meter.link.heard_at == now() - 3


async def test_each_failure_is_told_when_the_slot_is_free(connect: Connect) -> None:
    """Also the second of the same kind, of which no status tells."""
    emulated, meter = await connect()
    told: list[tuple[type[LinkError], bool]] = []
    stop = meter.link.on_failure(lambda error: told.append((type(error), meter.link.slot.held)))
    await emulated.power_off()
    await asyncio.sleep(22)
    assert told == [(ConnectionLost, False), (ConnectionRefused, False), (ConnectionRefused, False)]
    stop()
    await asyncio.sleep(60)
    assert len(told) == 3
