"""Whether a meter's values may be shown: told once when that ends and once when it begins."""

import asyncio
from collections.abc import Callable

from ..nl43 import AnswerTimedOut, NL43Error, WrongMeter

# Two regular exchanges of the slowest kind fit in, and the recovery of one lost answer; a dead link is noticed before.
SILENCE_S = 10.0


class Availability:
    """A meter is available while its connection stands, its identity is confirmed on it and rows come.

    `reason` is the error that ended it; the first failure is told too, and a wrong meter even after another loss.
    """

    def __init__(self, tell: Callable[[bool, NL43Error | None], None]) -> None:
        """Not available yet, for no reason."""
        self.available = False
        self.reason: NL43Error | None = None
        self._tell = tell
        self._row_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def row_came(self) -> None:
        """A good row of the right meter came."""
        loop = asyncio.get_running_loop()
        self._row_at = loop.time()
        if self._timer is None:
            self._timer = loop.call_at(self._row_at + SILENCE_S, self._look)
        if not self.available:
            self.available, self.reason = True, None
            self._tell(True, None)

    def lose(self, reason: NL43Error) -> None:
        """Rows can or must not be had now."""
        self.close()
        if self.available or self.reason is None or isinstance(reason, WrongMeter):
            self.available, self.reason = False, reason
            self._tell(False, reason)

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        due = self._row_at + SILENCE_S
        if loop.time() < due:
            self._timer = loop.call_at(due, self._look)
        else:
            self.lose(AnswerTimedOut(f"no usable row for {SILENCE_S:.0f} s"))
