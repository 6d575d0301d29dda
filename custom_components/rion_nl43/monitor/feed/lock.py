"""The right to speak between two exchanges of the feed."""

import asyncio
from collections.abc import Callable
from typing import Literal, override


class FeedLock(asyncio.Lock):
    """A lock whose holder is told when somebody else wants it: a stream would hold it for minutes."""

    def __init__(self, wanted: Callable[[], None]) -> None:
        """Call `wanted` whenever somebody has to wait."""
        super().__init__()
        self._wanted = wanted

    @override
    async def acquire(self) -> Literal[True]:
        if self.locked():
            self._wanted()
        return await super().acquire()
