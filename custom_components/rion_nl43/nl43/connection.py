"""One TCP connection to a meter, from connect to close."""

import asyncio
from collections.abc import Sequence
import contextlib
import socket
from typing import cast

from .errors import ConnectionLost, ConnectionRefused, ConnectionTimedOut, HostUnknown, LinkError

# Seconds, seconds, count: known to hold a flow open through cellular routers, and a dead peer is known after 45 s.
KEEPALIVE = (("TCP_KEEPIDLE", 15), ("TCP_KEEPALIVE", 15), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


async def wait_for(event: asyncio.Event, until: float | None) -> bool:
    """Wait until the event is set anew or the loop's time has come; return whether it was the event."""
    event.clear()
    try:
        async with asyncio.timeout_at(until):
            await event.wait()
    except TimeoutError:
        return False
    return True


class Connection(asyncio.Protocol):
    """Bytes in, bytes out, when the last one came, and how it ended."""

    def __init__(self, changed: asyncio.Event) -> None:
        """Set `changed` whenever bytes come or the connection ends."""
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self.last_received = float("-inf")
        self.lost: ConnectionLost | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the flow alive from the start."""
        self._transport = cast("asyncio.Transport", transport)
        keep_alive(transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        """Hold bytes for the worker."""
        self._received += data
        self.last_received = self._loop.time()
        self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say how it ended."""
        self.lost = ConnectionLost(f"the connection broke: {exc}" if exc else "the meter closed the connection")
        self._changed.set()

    def send(self, data: bytes) -> None:
        """Write at once; nothing happens on a connection that has ended."""
        assert self._transport is not None  # noqa: S101 # set before `connect` returns
        if not self.lost:
            self._transport.write(data)

    def take(self) -> bytes:
        """Return what has been received; raises ConnectionLost when there is nothing and nothing can come."""
        received = bytes(self._received)
        self._received.clear()
        if not received and self.lost:
            raise self.lost
        return received

    async def receive(self, until: float) -> bytes:
        """Return the next bytes, or none if the loop's time has come; raises ConnectionLost."""
        while not (received := self.take()):
            if not await wait_for(self._changed, until):
                return self.take()
        return received

    def abort(self) -> None:
        """Close without waiting for a peer that may be gone."""
        assert self._transport is not None  # noqa: S101 # set before `connect` returns
        self._transport.abort()


async def connect(host: str, port: int, timeout_s: float, changed: asyncio.Event) -> Connection:
    """Open a connection; raises ConnectionRefused, ConnectionTimedOut or HostUnknown."""
    connection = Connection(changed)
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.get_running_loop().create_connection(  # type: ignore[call-overload] # unaware of all_errors
                lambda: connection, host, port, all_errors=True
            )
    except TimeoutError:
        raise ConnectionTimedOut(f"no connection within {timeout_s:g} s") from None
    except ExceptionGroup as attempts:
        raise _reason(attempts.exceptions) from None
    except (OSError, ValueError) as error:
        raise HostUnknown(f"no such host: {error}") from None
    return connection


def keep_alive(sock: socket.socket) -> None:
    """Let the system probe an idle connection, as far as it can be told how."""
    # A peer that has gone already makes some systems refuse.
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE:
            if option := getattr(socket, name, None):
                sock.setsockopt(socket.IPPROTO_TCP, option, value)


def _reason(attempts: Sequence[Exception]) -> LinkError:
    """Choose what all addresses of the host together say: one that refuses lives."""
    for cause, reason in ((ConnectionRefusedError, ConnectionRefused), (TimeoutError, ConnectionTimedOut)):
        for attempt in attempts:
            if isinstance(attempt, cause):
                return reason(str(attempt))
    return HostUnknown(f"no way to the host: {attempts[0]}")
