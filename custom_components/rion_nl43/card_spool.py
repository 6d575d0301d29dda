"""A file on its way: it comes at the meter's pace and goes at the client's, so that nobody slow holds up the meter."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
import os
import tempfile
from typing import Any, BinaryIO, Final

CHUNK: Final = 65536

type Run = Callable[..., Awaitable[Any]]


class Spool:
    """Keeps in a temporary file what has come; one writes and one reads. `run` is for what blocks."""

    _file: BinaryIO

    def __init__(self, run: Run) -> None:
        """Have nothing yet."""
        self._run = run
        self._size = 0
        self._ended = False
        self._error: Exception | None = None
        self._news = asyncio.Event()

    async def open(self) -> None:
        """Make room; to be closed."""
        self._file = await self._run(tempfile.TemporaryFile)

    async def close(self) -> None:
        """Give the room back."""
        await self._run(self._file.close)

    async def write(self, chunk: bytes) -> None:
        """Take what has come."""
        await self._run(self._append, chunk)
        self._size += len(chunk)
        self._news.set()

    def end(self, error: Exception | None = None) -> None:
        """Nothing more comes; `error` is what the reader gets after all that has come."""
        self._ended, self._error = True, error
        self._news.set()

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Yield all that comes, to its end; raises what ended it before its time."""
        at = 0
        while True:
            if at < self._size:
                chunk: bytes = await self._run(os.pread, self._file.fileno(), CHUNK, at)
                at += len(chunk)
                yield chunk
            elif self._ended:
                break
            else:
                self._news.clear()
                await self._news.wait()
        if self._error is not None:
            raise self._error

    def _append(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._file.flush()
