"""The meter's only connection, as this process sees it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .errors import ConnectionTimedOut


class Slot:
    """Held by at most one link at a time; knows when it was let go, for the meter needs a rest before the next."""

    def __init__(self) -> None:
        """Start out free and rested."""
        self._lock = asyncio.Lock()
        self._released_at: float | None = None

    @property
    def held(self) -> bool:
        """Whether a link has it, be it only to connect."""
        return self._lock.locked()

    @property
    def released_at(self) -> float | None:
        """Loop time at which it was last let go, None if it was never held."""
        return self._released_at

    def let_go(self, at: float) -> None:
        """It was let go at that loop time, perhaps before 0, by a run of the program before this one."""
        if not self.held and self._released_at is None:
            self._released_at = at

    @asynccontextmanager
    async def hold(self, *, rest_s: float, patience_s: float) -> AsyncIterator[None]:
        """Have the slot for the body of the `with`, at least `rest_s` after it was last let go.

        Raises ConnectionTimedOut if another link keeps it for longer than `patience_s`.
        """
        try:
            async with asyncio.timeout(patience_s):
                await self._lock.acquire()
        except TimeoutError:
            raise ConnectionTimedOut("another link of this program has the meter's connection") from None
        loop = asyncio.get_running_loop()
        try:
            if self._released_at is not None:
                await asyncio.sleep(self._released_at + rest_s - loop.time())
            try:
                yield
            finally:
                self._released_at = loop.time()
        finally:
            self._lock.release()
