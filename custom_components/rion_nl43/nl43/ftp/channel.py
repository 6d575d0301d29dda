"""Data connections: opened by the meter (active, all that it knows) or by this computer (passive)."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Iterable
import contextlib
import random
import socket
from typing import Literal

import aioftp

from .errors import FtpModeRefused, FtpPortsTaken

type Kind = Literal["A", "I"]
type Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Channel(ABC):
    """One data connection, agreed on before the command that needs it."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        self._connected: asyncio.Future[Streams] = asyncio.get_running_loop().create_future()

    @abstractmethod
    async def agree(self, client: aioftp.Client, kind: Kind) -> None:
        """Tell the meter, or learn from it, where to; `kind` is the type of the transfer. aioftp.StatusCodeError."""

    async def reader(self) -> asyncio.StreamReader:
        """Return what comes over the connection, once it is there."""
        return (await asyncio.shield(self._connected))[0]

    def close(self) -> None:
        """Leave nothing open, whatever has become of it."""
        if self._connected.done():
            self._connected.result()[1].transport.abort()


class PassiveChannel(Channel):
    """This computer connects."""

    async def agree(self, client: aioftp.Client, kind: Kind) -> None:
        """Ask for a port of the meter, and connect to it."""
        self._connected.set_result(await client.get_passive_connection(kind))


class ActiveChannel(Channel):
    """The meter connects, to where the session's own connection comes from; nobody else is let in."""

    def __init__(self, ports: range | None) -> None:
        """Prepare to listen on one of these ports; on any if None."""
        super().__init__()
        self._ports = ports
        self._peer = ""
        self._server: asyncio.Server | None = None
        self._closed = False

    async def agree(self, client: aioftp.Client, kind: Kind) -> None:
        """Listen, and tell the meter where. FtpModeRefused, FtpPortsTaken."""
        writer = client.stream.writer
        if writer.get_extra_info("socket").family != socket.AF_INET:
            raise FtpModeRefused("active mode needs the meter's IPv4 address: PORT has no room for one of IPv6")
        self._peer = writer.get_extra_info("peername")[0]
        host = writer.get_extra_info("sockname")[0]
        listening = _listen(host, self._ports)
        # In two steps, for a cancellation must find what is to be closed.
        self._server = await asyncio.start_server(self._accept, sock=listening, start_serving=False)
        await self._server.start_serving()
        port = listening.getsockname()[1]
        await client.command(f"TYPE {kind}", "2xx")
        await client.command(f"PORT {host.replace('.', ',')},{port >> 8},{port & 255}", "2xx")

    def close(self) -> None:
        """Stop to listen, and drop the connection."""
        self._closed = True
        if self._server is not None:
            self._server.close()
        super().close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stranger = writer.get_extra_info("peername")[0] != self._peer
        if stranger or self._closed or self._connected.done():
            writer.transport.abort()
        else:
            self._connected.set_result((reader, writer))


def _listen(host: str, ports: range | None) -> socket.socket:
    """Return a socket that listens on one of the ports; FtpPortsTaken."""
    # Not always the same first: the meter may still think of the last connection to it.
    tried: Iterable[int] = (0,) if ports is None else random.sample(ports, len(ports))
    for port in tried:
        with contextlib.suppress(OSError):
            return socket.create_server((host, port), backlog=8)
    span = "" if ports is None else f" of {ports.start} to {ports.stop - 1}"
    raise FtpPortsTaken(f"no port{span} is free on {host} for data connections")
