"""Child processes that end with the demo."""

import asyncio
from collections.abc import Sequence
import contextlib
import ctypes
import os
from pathlib import Path
import signal
import sys
from typing import Self

STOP_TIMEOUT_S = 40.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Let a child end as well when the demo is killed outright."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """A program in a session of its own: Ctrl-C in the terminal reaches it through the demo only, in good order."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take over a running process."""
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str], *, cwd: Path, log: Path, read_output: bool = False) -> Self:
        """Start a program; what it prints goes to a file, or with `read_output` its standard output to `read_line`."""
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        with log.open("ab") as log_file:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=cwd,
                env=environment | {"TZ": "UTC"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if read_output else log_file,
                stderr=log_file,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        return cls(process)

    @property
    def returncode(self) -> int | None:
        """Tell how the program ended, None while it runs."""
        return self._process.returncode

    async def read_line(self) -> str:
        """Read one line of standard output; empty when the program has ended."""
        return (await self._process.stdout.readline()).decode() if self._process.stdout else ""

    async def wait(self) -> int:
        """Wait for the program's end, whatever it still prints."""
        await self._process.communicate()
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask the program to end, and end it with all its children where it does not."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
