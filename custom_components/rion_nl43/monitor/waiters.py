"""Callers who wait for the feed to get somewhere."""

import asyncio
import copy

from ..nl43 import NL43Error


class Waiters:
    """Waiting callers of one kind."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._futures: set[asyncio.Future[None]] = set()

    def __bool__(self) -> bool:
        """Whether anybody waits."""
        return bool(self._futures)

    async def wait(self) -> None:
        """Return when released; raises the error that makes waiting vain."""
        future = asyncio.get_running_loop().create_future()
        self._futures.add(future)
        try:
            await future
        finally:
            self._futures.discard(future)

    def release(self) -> None:
        """Let all go on."""
        for future in self._futures:
            if not future.done():
                future.set_result(None)

    def fail(self, error: NL43Error) -> None:
        """Tell all that they wait in vain."""
        for future in self._futures:
            if not future.done():
                future.set_exception(copy.copy(error))
