"""Home Assistant as a child process: started, onboarded, logged in."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from pathlib import Path
import socket
import sys
from typing import Self

import aiohttp

from . import DemoError
from .api import Api
from .folder import has_user, prepare
from .process import Process

NAME, USERNAME, PASSWORD = "Demo", "demo", "demo"
START_TIMEOUT_S = 180.0
RESTART_EXIT_CODE = 100
LOG = "console.log"
LOG_LINES_SHOWN = 15


class Home:
    """One Home Assistant on loopback; `api` is logged in as the owner."""

    def __init__(self, folder: Path, url: str, session: aiohttp.ClientSession, process: Process) -> None:
        """Take over a started Home Assistant."""
        self.folder = folder
        self.url = url
        self.api = Api(session, url)
        self.process = process

    @classmethod
    @contextlib.asynccontextmanager
    async def run(cls, folder: Path, port: int = 0) -> AsyncIterator[Self]:
        """Run Home Assistant until the block is left; port 0 takes any free one.

        Raises:
            DemoError: The port is taken, or Home Assistant did not come up.
        """
        port = free_port(port)
        prepare(folder, port)
        async with aiohttp.ClientSession() as session:
            home = cls(folder, f"http://127.0.0.1:{port}", session, await _start(folder))
            try:
                await home._come_up()
                yield home
            finally:
                await home.process.stop()

    async def _come_up(self) -> None:
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await self._wait_for_web_server()
                if not has_user(self.folder):
                    await self.api.create_user(NAME, USERNAME, PASSWORD)
                await self.api.log_in(USERNAME, PASSWORD)
                await self.api.wait_until_running()
        except TimeoutError:
            raise DemoError(
                f"Home Assistant did not start within {START_TIMEOUT_S:.0f} s.\n{self.last_log()}"
            ) from None

    async def _wait_for_web_server(self) -> None:
        while not await self.api.is_up():
            if self.process.returncode is not None:
                raise DemoError(f"Home Assistant ended while it was starting.\n{self.last_log()}")
            await asyncio.sleep(0.1)

    async def wait(self) -> int:
        """Wait until Home Assistant ends; a restart asked for in its user interface is no end."""
        while (code := await self.process.wait()) == RESTART_EXIT_CODE:
            self.process = await _start(self.folder)
        return code

    def last_log(self) -> str:
        """Give the end of Home Assistant's log, for a message that explains a failure."""
        lines = (self.folder / LOG).read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES_SHOWN:])


async def _start(folder: Path) -> Process:
    command = [sys.executable, "-m", "homeassistant", "--config", str(folder), "--log-no-color"]
    return await Process.start(command, cwd=folder, log=folder / LOG)


def free_port(port: int) -> int:
    """Give this port if it is free, and any free one for 0.

    Raises:
        DemoError: Something else listens there, or it is reserved.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(f"Port {port} cannot be used ({error.strerror}); choose another with --port.") from error
        free: int = probe.getsockname()[1]
    return free
