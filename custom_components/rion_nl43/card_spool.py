"""A file on its way: it comes at the meter's pace and goes at the client's, so that nobody slow holds up the meter."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
import os
import tempfile
import threading
from typing import Any, BinaryIO, Final

from .card_paths import entry_at
from .monitor import ActivityKind, MeterCard
from .nl43 import LinkClosed, NL43Error

CHUNK: Final = 65536

type Run = Callable[..., Awaitable[Any]]


class Spool:
    """Keeps in a temporary file what has come; one writes, and any number read. `run` is for what blocks."""

    size = 0
    """How many bytes are to come, as listed."""

    def __init__(self, run: Run) -> None:
        """Have nothing yet; to be closed."""
        self._run = run
        self._file: BinaryIO | None = None
        # A thread that nobody waits for any more goes on, and must not read from what is closed meanwhile.
        self._lock = threading.Lock()
        self._come = 0
        self._ended = False
        self._error: Exception | None = None
        self._news = asyncio.Event()

    @property
    def complete(self) -> bool:
        """Whether all has come."""
        return self._ended and self._error is None

    async def close(self) -> None:
        """Give the room back; who still reads gets LinkClosed."""
        if not self._ended:
            self.end(_closed())
        await self._run(self._shut)

    async def write(self, chunk: bytes) -> None:
        """Take what has come."""
        await self._run(self._append, chunk)
        self._come += len(chunk)
        self._news.set()

    def end(self, error: Exception | None = None) -> None:
        """Nothing more comes; `error` is what readers get after all that has come."""
        self._ended, self._error = True, error
        self._news.set()

    async def begun(self) -> None:
        """Wait for the first bytes, from which on `size` is known; raises what ended it before."""
        while not (self._come or self._ended):
            await self._hear()
        if self._error is not None and not self._come:
            raise self._error

    async def chunks(self, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes]:
        """Yield what comes from one position to another, or to its end; raises what ended it before its time."""
        at = start
        while stop is None or at < stop:
            if at < self._come:
                wanted = CHUNK if stop is None else min(CHUNK, stop - at)
                chunk: bytes = await self._run(self._read, at, wanted)
                at += len(chunk)
                yield chunk
            elif not self._ended:
                await self._hear()
            elif self._error is not None:
                raise self._error
            else:
                break

    async def _hear(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _append(self, chunk: bytes) -> None:
        with self._lock:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 # `close` closes it
            self._file.write(chunk)
            self._file.flush()

    def _read(self, at: int, size: int) -> bytes:
        with self._lock:
            if self._file is None:
                raise _closed()
            return os.pread(self._file.fileno(), size, at)

    def _shut(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


async def fetch(card: MeterCard, path: str, spool: Spool) -> None:
    """Let a file of the card come into a spool, to its end or to what keeps it from coming."""
    try:
        async with card.session(ActivityKind.DOWNLOADING) as session:
            # What is cut short without a word is found out by its size alone.
            found = await entry_at(session, path, card.now())
            card.expect(found.size)
            spool.size = found.size
            await session.download(path, spool.write, listed=found.size)
    except (NL43Error, OSError) as error:
        spool.end(error)
    else:
        spool.end()


def _closed() -> LinkClosed:
    return LinkClosed("the meter is not watched any more")
