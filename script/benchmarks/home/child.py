"""A Home Assistant of its own process, as a benchmark sees it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import sys
from typing import Any

from .probe import Figures

CONSOLE = "console.log"
INSTANCE = "script.benchmarks.home.instance"


@dataclass(frozen=True, slots=True)
class Phase:
    """What an order took and what came of it."""

    figures: Figures
    samples: int
    available: int
    log_lines: int
    other_log_lines: int


class Child:
    """Takes orders, one at a time; `started` is what its start took."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        """Take over a process that has just begun."""
        self._process = process
        self._folder = folder
        self.started: Phase | None = None

    async def order(self, do: str, **what: Any) -> Phase:
        """Have something done."""
        assert self._process.stdin  # noqa: S101 # it is a pipe
        self._process.stdin.write(json.dumps({"do": do, **what}).encode() + b"\n")
        return await self.told()

    async def told(self) -> Phase:
        """Read what it tells; RuntimeError with the end of its log if it has ended."""
        assert self._process.stdout  # noqa: S101 # it is a pipe
        if not (line := await self._process.stdout.readline()):
            raise RuntimeError(f"Home Assistant has ended:\n{(self._folder / CONSOLE).read_text()[-3000:]}")
        told = json.loads(line)
        rest = {name: told.pop(name) for name in ("samples", "available", "log_lines", "other_log_lines")}
        return Phase(Figures(**told), **rest)


@asynccontextmanager
async def home_assistant(folder: Path) -> AsyncIterator[Child]:
    """Run Home Assistant in this folder for the body of the `async with`, from its start to its end in good order."""
    with (folder / CONSOLE).open("ab") as console:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", INSTANCE, str(folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=console,
        )
    child = Child(process, folder)
    try:
        child.started = await child.told()
        yield child
    finally:
        # The end of its orders is the end of its life; what it still says is of no interest.
        await process.communicate()
