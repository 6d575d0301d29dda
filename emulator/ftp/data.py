"""The data connection: opened by the meter (active) or by the client (passive)."""

import asyncio
from dataclasses import dataclass
from ipaddress import ip_address
import re
import socket
from typing import Self

LOWEST_PORT = 1024
_SIX_NUMBERS = re.compile(r"(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Ends:
    """The plain addresses of the two ends of a session."""

    client: str
    meter: str


def parse_port(text: str) -> tuple[str, int]:
    """Return host and port of `h1,h2,h3,h4,p1,p2`; ValueError if the text is not of that form."""
    match = _SIX_NUMBERS.fullmatch(text)
    numbers = [int(number) for number in match.groups()] if match else []
    if not numbers or max(numbers) > 255:
        raise ValueError(f"{text!r} is not h1,h2,h3,h4,p1,p2")
    return ".".join(map(str, numbers[:4])), numbers[4] << 8 | numbers[5]


def port_text(host: str, port: int) -> str:
    """Return `h1,h2,h3,h4,p1,p2` for an IPv4 address."""
    return f"{host},{port >> 8},{port & 255}".replace(".", ",")


def plain_address(host: str) -> str:
    """Return an IPv4 address as such, also where a socket tells it in the form of IPv6; others as they are."""
    return str(getattr(ip_address(host.partition("%")[0]), "ipv4_mapped", None) or host)


class ActiveData:
    """The client listens, the meter connects, from a port of its own that is free."""

    def __init__(self, ends: Ends, host: str, port: int) -> None:
        """Remember where to; ValueError unless it is the client's own host and a port that is no system service's."""
        if host != ends.client or port < LOWEST_PORT:
            # Else the meter could be made to connect to somebody else.
            raise ValueError(f"{host}, port {port} is not the client's")
        self._target = ends.client, port
        self._source = ends.meter, 0

    async def connect(self) -> asyncio.StreamWriter:
        """Return the connection; OSError if it cannot be had."""
        _, writer = await asyncio.open_connection(*self._target, local_addr=self._source)
        return writer

    def close(self) -> None:
        """Nothing is open before the connection is."""


class PassiveData:
    """The meter listens, the client connects."""

    def __init__(self, ends: Ends) -> None:
        """Prepare; nothing listens yet."""
        self._client = ends.client
        self._let_in = False
        self._waiting: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        self._server: asyncio.Server

    @classmethod
    async def listen(cls, ends: Ends) -> Self:
        """Return one that listens where the session's client found the meter; OSError."""
        data = cls(ends)
        family = socket.AF_INET6 if ":" in ends.meter else socket.AF_INET
        data._server = await asyncio.start_server(
            data._accept, sock=socket.create_server((ends.meter, 0), family=family)
        )
        return data

    @property
    def port(self) -> int:
        """The number of the port."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def connect(self) -> asyncio.StreamWriter:
        """Wait for the client and return the connection."""
        return await self._waiting.get()

    def close(self) -> None:
        """Stop listening, and drop the connection if nobody asked for it."""
        self._server.close()
        if not self._waiting.empty():
            self._waiting.get_nowait().transport.abort()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if writer.get_extra_info("peername")[0] != self._client or self._let_in:
            writer.transport.abort()
            return
        self._let_in = True
        self._waiting.put_nowait(writer)
