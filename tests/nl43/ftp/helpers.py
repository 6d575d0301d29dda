"""What tests of the FTP client share: clients, and a server that follows a script."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from custom_components.rion_nl43.nl43.ftp import FtpClient
from emulator.ftp.data import parse_port

LOGIN = ("USER", "0000")
NOW = datetime(2026, 3, 2, 8)
PATH = "/NL-43/file.rnd"
HANG_UP = "HANG UP"
SILENCE = ""
NORMAL: Mapping[str, str] = {
    "USER": "331 Password required",
    "PASS": "230 Login OK",
    "TYPE": "200 Type set",
    "CWD": "250 Directory changed",
    "PORT": "200 PORT command successful",
    "QUIT": "221 Goodbye",
}


def client_of(address: tuple[str, int], **kwargs: Any) -> FtpClient:
    """Return a client with the right login."""
    return FtpClient(address[0], *LOGIN, port=address[1], **kwargs)


class Scripted:
    """An FTP server for one session: `replies` by verb, and `data` for LIST and RETR, from these addresses in turn."""

    def __init__(
        self, replies: Mapping[str, str] | None = None, data: bytes = b"", sources: tuple[str, ...] = ("127.0.0.1",)
    ) -> None:
        """Prepare."""
        self.replies = {**NORMAL, **(replies or {})}
        self.data = data
        self.sources = sources
        self.lines: list[str] = []
        self.turned_away = 0
        self.target = ("", 0)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve."""
        writer.write(b"220 Connection Ready\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.lines.append(line)
            verb, _, argument = line.partition(" ")
            if verb == "PORT":
                self.target = parse_port(argument)
            reply = self.replies.get(verb)
            if reply == HANG_UP:
                break
            if reply is None:
                await self._send(writer)
            elif reply != SILENCE:
                writer.write(f"{reply}\r\n".encode("latin-1"))
        writer.close()

    async def _send(self, control: asyncio.StreamWriter) -> None:
        control.write(b"150 Opening data connection\r\n")
        for source in self.sources:
            reader, writer = await asyncio.open_connection(*self.target, local_addr=(source, 0))
            if source != "127.0.0.1":
                self.turned_away += await _is_turned_away(reader)
                writer.close()
                continue
            writer.write(self.data)
            await asyncio.sleep(0)
            writer.close()
        control.write(b"226 Transfer complete\r\n")


async def _is_turned_away(reader: asyncio.StreamReader) -> bool:
    try:
        return not await reader.read(1)
    except ConnectionError:
        return True
