"""An emulator in a process of its own, and its referee's report at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import sys
from typing import Any


class EmulatorProcess:
    """Emulated meters; the host, port, serial and, once it has ended, the report are those of the first."""

    def __init__(self, pid: int, told: dict[str, Any]) -> None:
        """Note what the program tells of itself."""
        meters: list[dict[str, Any]] = told["meters"]
        self.pid = pid
        self.api: str | None = told["api"]
        self.meters = meters
        self.addresses: list[tuple[str, int]] = [(meter["host"], meter["port"]) for meter in meters]
        self.host, self.port = self.addresses[0]
        self.serial: str = meters[0]["serial"]
        self.reports: dict[str, dict[str, Any]] = {}

    @property
    def report(self) -> dict[str, Any]:
        """What the referee of the first meter says."""
        return self.reports[self.serial]


@asynccontextmanager
async def emulator(*options: str) -> AsyncIterator[EmulatorProcess]:
    """Let emulated meters run for the body of the `async with`; RuntimeError if it does not start."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "emulator", "--port", "0", "--referee", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout  # noqa: S101 # it is a pipe
    try:
        first = await process.stdout.readline()
        if not first:
            raise RuntimeError("the emulator does not start")
        running = EmulatorProcess(process.pid, json.loads(first))
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
        _, reports = await process.communicate()
    running.reports = json.loads(reports)
