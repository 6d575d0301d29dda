"""An emulator in a process of its own, and its referee's report at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import sys
from typing import Any


class EmulatorProcess:
    """One emulated meter; `report` is there once it has ended."""

    def __init__(self, host: str, port: int, serial: str) -> None:
        """Note the address and the serial number."""
        self.host = host
        self.port = port
        self.serial = serial
        self.report: dict[str, Any] = {}


@asynccontextmanager
async def emulator(*options: str) -> AsyncIterator[EmulatorProcess]:
    """Let an emulator run for the body of the `async with`; RuntimeError if it does not start."""
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
        meter = json.loads(first)["meters"][0]
        running = EmulatorProcess(meter["host"], meter["port"], meter["serial"])
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
        _, report = await process.communicate()
    running.report = json.loads(report)[running.serial]
