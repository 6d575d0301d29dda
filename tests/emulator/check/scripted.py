"""A server that is no meter: it answers lines as a test has it."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib

type Script = Callable[[str], bytes]


@contextlib.asynccontextmanager
async def scripted(script: Script, *, greeting: bytes = b"") -> AsyncIterator[int]:
    """Yield the port of a server on 127.0.0.1 that sends a greeting, and what the script returns for each line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while line := await reader.readline():
            writer.write(script(line.decode("ascii").removesuffix("\r\n")))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
