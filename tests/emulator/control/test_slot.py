"""One connection at a time: the fate of a second one, and when the slot is free again. Over real sockets."""

import asyncio
import socket

import pytest

from emulator import EmulatedMeter, Kind, MeterConfig
from emulator.control.listener import Door, Listener
from tests.emulator.conftest import Connect
from tests.fixtures import MeterFactory


async def test_a_second_connection_is_not_answered_at_all(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A second connection is not answered at all."""
    meter = await emulated_meter(second_connection="timeout")
    first = await connect(meter)
    await first.exchange("Type?")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await connect(meter)
    assert await first.exchange("Type?") == ["R+0000", "NL-43"]
    assert len(meter.referee.connections) == 1
    await first.close()
    await asyncio.sleep(5)
    second = await connect(meter)
    assert await second.exchange("Type?") == ["R+0000", "NL-43"]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await connect(meter)


async def test_a_second_connection_is_accepted_and_never_answered(
    emulated_meter: MeterFactory, connect: Connect
) -> None:
    """A second connection is accepted and never answered."""
    meter = await emulated_meter(second_connection="silent")
    meter.referee.expect(Kind.SECOND_CONNECTION)
    first = await connect(meter)
    await first.exchange("Type?")
    second = await connect(meter)
    second.send("Type?")
    assert await second.hear(60) == b""
    await first.close()
    assert await second.hear(60) == b""
    record = meter.referee.connections[1]
    assert (record.served, record.bytes_received, record.bytes_sent) == (False, 7, 0)
    await second.close()
    await asyncio.sleep(5)
    assert await (await connect(meter)).exchange("Type?") == ["R+0000", "NL-43"]


async def test_a_second_connection_is_refused(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A second connection is refused."""
    meter = await emulated_meter(second_connection="refused")
    first = await connect(meter)
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await connect(meter)
    assert await first.exchange("Type?") == ["R+0000", "NL-43"]
    await first.close()
    await asyncio.sleep(5)
    assert await (await connect(meter)).exchange("Type?") == ["R+0000", "NL-43"]


async def test_a_second_connection_is_closed(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A second connection is closed."""
    meter = await emulated_meter(second_connection="close")
    meter.referee.expect(Kind.SECOND_CONNECTION)
    first = await connect(meter)
    await first.exchange("Type?")
    second = await connect(meter)
    await second.closed.wait()
    assert await first.exchange("Type?") == ["R+0000", "NL-43"]
    assert meter.referee.connections[1].closed_at is not None


async def test_the_slot_is_free_some_time_after_the_close(emulated_meter: MeterFactory, connect: Connect) -> None:
    """The slot is free some time after the close."""
    meter = await emulated_meter(second_connection="refused", slot_release_s=7)
    first = await connect(meter)
    await first.exchange("Type?")
    await first.close()
    await asyncio.sleep(6.9)
    with pytest.raises(ConnectionRefusedError):
        await connect(meter)
    await asyncio.sleep(0.2)
    assert await (await connect(meter)).exchange("Type?") == ["R+0000", "NL-43"]


async def test_power_off_while_the_slot_is_being_freed(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Power off while the slot is being freed."""
    meter = await emulated_meter(second_connection="refused", slot_release_s=30)
    await (await connect(meter)).close()
    await asyncio.sleep(0.1)
    await meter.power_off()
    await meter.power_on()
    await asyncio.sleep(5)
    assert await (await connect(meter)).exchange("Type?") == ["R+0000", "NL-43"]


@pytest.mark.parametrize("fate", ["timeout", "silent", "refused", "close"])
async def test_two_who_come_at_once(emulated_meter: MeterFactory, connect: Connect, fate: str) -> None:
    """One of them gets the slot, whatever becomes of the other."""
    meter = await emulated_meter(second_connection=fate)
    meter.referee.expect(Kind.SECOND_CONNECTION)
    attempts = [asyncio.ensure_future(connect(meter)) for _ in range(2)]
    _, waiting = await asyncio.wait(attempts, timeout=5)
    for attempt in waiting:
        attempt.cancel()
    results = await asyncio.gather(*attempts, return_exceptions=True)
    clients = [result for result in results if not isinstance(result, BaseException)]
    for client in clients:
        client.send("Type?")
    await asyncio.sleep(1)
    assert [client.received for client in clients].count(b"R+0000\r\nNL-43\r\n$") == 1


async def test_power_off_and_on(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Connections and results are gone, settings and address stay."""
    meter = await emulated_meter()
    address = meter.host, meter.port
    client = await connect(meter)
    await client.exchange("Store Name,0042")
    await client.exchange("Measure,Start")
    client.send("DOD?")
    await meter.power_off()
    await client.closed.wait()
    await asyncio.sleep(30)
    with pytest.raises(ConnectionRefusedError):
        await connect(meter)
    assert client.received == b"R+0000\r\n$R+0000\r\n$"
    await meter.power_on()
    assert (meter.host, meter.port) == address
    client = await connect(meter)
    assert await client.exchange("Measure?") == ["R+0000", "Stop"]
    assert await client.exchange("Store Name?") == ["R+0000", "0042"]
    assert (await client.exchange("DOD?"))[1].split(",")[1:14] == ["  -.-"] * 13


async def test_a_meter_without_power_may_not_answer_at_all(emulated_meter: MeterFactory, connect: Connect) -> None:
    """A meter without power may not answer at all."""
    meter = await emulated_meter()
    await meter.power_off()
    await meter.power_off("timeout")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await connect(meter)
    await meter.power_on()
    assert await (await connect(meter)).exchange("Type?") == ["R+0000", "NL-43"]


@pytest.mark.parametrize("connections", [1, 2])
async def test_power_off_at_every_moment_of_a_connection(emulated_meter: MeterFactory, connections: int) -> None:
    """However far the event loop has come with a new connection, nothing of it survives."""
    meter = await emulated_meter(second_connection="close")
    meter.referee.expect(Kind.SECOND_CONNECTION)
    meter.referee.expect(Kind.RECONNECT)
    loop = asyncio.get_running_loop()
    for turns in range(12):
        socks = [socket.socket() for _ in range(connections)]
        for sock in socks:
            sock.setblocking(False)
            await loop.sock_connect(sock, (meter.host, meter.port))
        for _ in range(turns):
            await asyncio.sleep(0)
        await meter.power_off()
        for sock in socks:
            assert await ended(sock)
        assert all(record.closed_at is not None for record in meter.referee.connections)
        await meter.power_on()


async def test_power_off_before_a_connection_is_made(emulated_meter: MeterFactory, connect: Connect) -> None:
    """Whom the port has let in, but the event loop not yet connected, is out again."""
    meter = await emulated_meter()
    outside, inside = socket.socketpair()
    outside.setblocking(False)
    meter._port._accept(inside)
    await meter.power_off()
    assert await ended(outside)
    assert not meter.referee.connections
    await meter.power_on()
    assert await (await connect(meter)).exchange("Type?") == ["R+0000", "NL-43"]


async def ended(sock: socket.socket) -> bool:
    """Return whether the other side has closed or reset a connection; close this one."""
    with sock:
        try:
            return await asyncio.get_running_loop().sock_recv(sock, 100) == b""
        except ConnectionResetError:
            return True


async def test_an_address_is_taken_only_once(emulated_meter: MeterFactory) -> None:
    """An address is taken only once."""
    meter = await emulated_meter()
    other = EmulatedMeter(MeterConfig())
    with pytest.raises(OSError, match="in use"):
        await other.start(port=meter.port)
    with pytest.raises(RuntimeError, match="not been started"):
        _ = other.port
    await other.stop()
    await other.stop()


async def test_who_waited_in_the_queue_comes_in_when_the_door_opens(virtual_time: None) -> None:
    """Who waited in the queue comes in when the door opens."""
    accepted: list[socket.socket] = []
    listener = Listener("127.0.0.1", 0, accepted.append)
    listener.set_door(Door.OPEN)
    waiting = socket.create_connection(listener.address)
    listener.set_door(Door.UNANSWERED)
    await asyncio.sleep(1)
    assert not accepted
    listener.set_door(Door.OPEN)
    assert len(accepted) == 1
    for sock in (waiting, *accepted):
        sock.close()
    listener.set_door(Door.UNANSWERED)
    listener.set_door(Door.REFUSED)
    listener.close()
