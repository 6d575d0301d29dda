"""What else answers at a meter whose control port refuses."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

HTTP = b"HTTP/"
HTTP_REQUEST = b"GET / HTTP/1.0\r\n\r\n"
WEB_TIMEOUT_S = 1.5


@dataclass(frozen=True, slots=True)
class ProbePorts:
    """Where to look: the port of FTP and those of the web app."""

    ftp: int = 21
    web: tuple[int, ...] = (80, 8000)


@dataclass(frozen=True, slots=True)
class Findings:
    """What answered; the web is only asked when FTP does not greet."""

    ftp_greets: bool = False
    web_answers: bool = False


async def probe(host: str, ports: ProbePorts, greets: Callable[[str, int], Awaitable[bool]]) -> Findings:
    """Look at these ports once, at that of FTP by `greets`, unless somebody has a session there.

    Takes 4 s at most, while the link leaves the control port in peace for 5 s.
    """
    if await greets(host, ports.ftp):
        return Findings(ftp_greets=True)
    answers = await asyncio.gather(*(speaks_http(host, port) for port in ports.web))
    return Findings(web_answers=any(answers))


async def speaks_http(host: str, port: int) -> bool:
    """Return whether a web server answers on this port, whatever it says; a router in between may accept anything."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(WEB_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(HTTP_REQUEST)
            return await reader.readexactly(len(HTTP)) == HTTP
    except OSError, EOFError, ValueError:
        return False
    finally:
        if writer is not None:
            writer.transport.abort()
