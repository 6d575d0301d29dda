"""The one connection of a check: sends a command when it may, and keeps every byte with its moment."""

import asyncio
from collections.abc import Callable, Sequence
import socket
from typing import Self, cast

from .errors import BrokenOffError, CheckError
from .record import CRLF, SUB, Exchange, Piece

SPACING_S = 1.0
CONNECT_LIMIT_S = 10.0
ANSWER_LIMIT_S = 5.0
STREAM_LIMIT_S = 10.0
# Timers may go off a little early.
SHORTEST_WAIT_S = 0.001
# A meter that sends longer than this without a pause will not stop.
NOISE_LIMIT_S = 20.0


class Wire(asyncio.Protocol):
    """One connection. Times are counted from when it was made."""

    def __init__(self) -> None:
        """Begin."""
        self._loop = asyncio.get_running_loop()
        self._began_at = self._loop.time()
        self._transport: asyncio.Transport
        self._inbox: list[Piece] = []
        self._quiet_since = 0.0
        self._news = asyncio.Event()
        self._lost = False

    @classmethod
    async def connect(cls, host: str, port: int) -> Self:
        """Connect; CheckError says in words why that cannot be."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            raise CheckError(f"there is no host {host}") from None
        errors = []
        for address in dict.fromkeys(str(info[4][0]) for info in found):
            try:
                async with asyncio.timeout(CONNECT_LIMIT_S):
                    _, wire = await loop.create_connection(cls, address, port)
            except OSError as error:
                errors.append(error)
            else:
                return wire
        raise CheckError(_reason(host, port, errors))

    @property
    def now(self) -> float:
        """Seconds since the connection was made."""
        return round(self._loop.time() - self._began_at, 6)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count from now."""
        self._transport = cast("asyncio.Transport", transport)
        self._began_at = self._loop.time()

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self._quiet_since = self.now
        self._inbox.append(Piece(self.now, data))
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake up who waits."""
        self._lost = True
        self._news.set()

    async def greeting(self, inbox: list[Piece]) -> None:
        """Collect what the meter says unasked."""
        inbox.extend(self._inbox)
        self._inbox = inbox
        await self._rest()

    async def ask(self, exchange: Exchange) -> None:
        """Send a command and fill in what arrives, up to the moment when the next one may be sent.

        BrokenOffError if that moment does not come.
        """
        await self._send(exchange)
        await self._hear(ANSWER_LIMIT_S, lambda: exchange.reply is not None)
        await self._rest()

    async def stream(self, exchange: Exchange, rows: int) -> None:
        """The same for a stream, which is ended by SUB after so many rows."""
        await self._send(exchange)
        await self._hear(ANSWER_LIMIT_S, lambda: exchange.reply is not None)
        if exchange.code == 0:
            try:
                await self._hear(STREAM_LIMIT_S, lambda: len(exchange.rows) >= rows)
            finally:
                # A stream that nobody ended might go on and keep the meter's only place taken.
                exchange.sub_at = self.now
                self._transport.write(SUB)
        await self._rest()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    async def _send(self, exchange: Exchange) -> None:
        # After an interruption the last answer may still be on its way.
        await self._rest()
        if self._lost:
            raise BrokenOffError("lost")
        self._inbox = exchange.received
        exchange.at = self._quiet_since = self.now
        self._transport.write(exchange.sent + CRLF)

    async def _hear(self, limit_s: float, enough: Callable[[], bool]) -> None:
        """Collect what arrives until it is enough, or the time is over."""
        try:
            async with asyncio.timeout(limit_s):
                while not enough():
                    await self._more()
        except TimeoutError:
            return

    async def _rest(self) -> None:
        """Wait until the meter has been silent for as long as it must be before a command."""
        begin = self.now
        while (left_s := self._quiet_since + SPACING_S - self.now) > 0:
            if self.now - begin > NOISE_LIMIT_S:
                raise BrokenOffError("noisy")
            try:
                async with asyncio.timeout(max(left_s, SHORTEST_WAIT_S)):
                    await self._more()
            except TimeoutError:
                continue

    async def _more(self) -> None:
        if self._lost:
            raise BrokenOffError("lost")
        self._news.clear()
        await self._news.wait()


def _reason(host: str, port: int, errors: Sequence[OSError]) -> str:
    """Return in words why no address of a host could be connected to."""
    if any(isinstance(error, ConnectionRefusedError) for error in errors):
        return (
            f"{host} refuses connections on port {port}. Are Ethernet and TCP On in the meter's menu, "
            "and are the web app, USB and I/O communication off?"
        )
    if any(isinstance(error, TimeoutError) for error in errors):
        return (
            f"{host} does not answer on port {port}. Is the address right, is the meter switched on, "
            "and is no other program connected to it? It serves one at a time."
        )
    return f"{host} cannot be reached: {'; '.join(map(str, errors))}"
