"""A plain FTP client: it shows every reply as it came, and does what a well-behaved client would not."""

import asyncio
from typing import Self

PATIENCE_S = 400.0


class FtpClient:
    """One session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin."""
        self.reader = reader
        self.writer = writer
        self._data: asyncio.Future[asyncio.StreamReader]
        self._server: asyncio.Server | None = None
        self._data_writers: list[asyncio.StreamWriter] = []

    @classmethod
    async def connect(cls, address: tuple[str, int]) -> Self:
        """Connect and say nothing."""
        return cls(*await asyncio.open_connection(*address))

    @classmethod
    async def log_in(cls, address: tuple[str, int], login: tuple[str, str] = ("USER", "0000")) -> Self:
        """Connect and log in."""
        client = await cls.connect(address)
        assert await client.reply() == "220 Connection Ready"
        assert await client.ask(f"USER {login[0]}") == "331 Password required"
        assert await client.ask(f"PASS {login[1]}") == "230 Login OK"
        return client

    async def reply(self) -> str:
        """Return the next reply; empty if the session is over."""
        async with asyncio.timeout(PATIENCE_S):
            line = await self.reader.readline()
        assert line.endswith(b"\r\n") or not line
        return line.decode("ascii").removesuffix("\r\n")

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)

    async def ask(self, line: str) -> str:
        """Send a command and return the next reply."""
        self.send(line.encode() + b"\r\n")
        return await self.reply()

    async def offer_port(self) -> str:
        """Listen for the meter's connection and return the reply to PORT."""
        await self.refuse_data()
        self._data = asyncio.get_running_loop().create_future()
        host = self.writer.get_extra_info("sockname")[0]
        self._server = await asyncio.start_server(self._accept, host, 0)
        port = self._server.sockets[0].getsockname()[1]
        return await self.ask(f"PORT {host.replace('.', ',')},{port // 256},{port % 256}")

    async def refuse_data(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def data(self) -> asyncio.StreamReader:
        """Return the data connection that the meter has opened."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._data

    async def fetch(self, line: str) -> bytes:
        """Return what comes over the data connection for this command; it must be complete."""
        assert await self.offer_port() == "200 PORT command successful"
        assert await self.ask(line) == "150 Opening data connection"
        data = await (await self.data()).read()
        assert await self.reply() == "226 Transfer complete"
        return data

    async def close(self) -> None:
        """Hang up."""
        await self.refuse_data()
        for writer in (self.writer, *self._data_writers):
            writer.close()
            try:
                await writer.wait_closed()
            except ConnectionError:
                # The meter was faster.
                continue

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._data_writers.append(writer)
        self._data.set_result(reader)
