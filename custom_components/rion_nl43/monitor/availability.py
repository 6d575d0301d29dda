"""Whether a meter's values may be shown: told once when that ends and once when it begins."""

import asyncio
from collections.abc import Callable

from ..nl43 import AnswerTimedOut, NL43Error, WrongMeter

# Two regular exchanges of the slowest kind fit in, and the recovery of one lost answer; a dead link is noticed before.
NO_ROW_S = 10.0
# Silence is to be noticed within 6 s.
SILENCE_S = 5.95


class Availability:
    """A meter is available while its connection stands, its identity is confirmed on it and rows come.

    An answer that was lost is no reason yet, as long as the meter has been heard within the time in which silence is
    to be noticed. `reason` is the error that ended it; the first failure is told too, and a wrong meter even after
    another loss.
    """

    def __init__(self, tell: Callable[[bool, NL43Error | None], None]) -> None:
        """Not available yet, for no reason."""
        self.available = False
        self.reason: NL43Error | None = None
        self._tell = tell
        self._row_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._doubt: asyncio.TimerHandle | None = None

    def row_came(self) -> None:
        """A good row of the right meter came."""
        loop = asyncio.get_running_loop()
        self._row_at = loop.time()
        if self._timer is None:
            self._timer = loop.call_at(self._row_at + NO_ROW_S, self._look)
        if not self.available:
            self.available, self.reason = True, None
            self._tell(True, None)

    def lose(self, reason: NL43Error) -> None:
        """Rows can or must not be had now."""
        self.close()
        if self.available or self.reason is None or isinstance(reason, WrongMeter):
            self.available, self.reason = False, reason
            self._tell(False, reason)

    def doubt(self, reason: NL43Error, heard_at: Callable[[], float]) -> None:
        """An answer is missing; `heard_at` tells the loop time at which the last byte came over this connection."""
        loop = asyncio.get_running_loop()
        due = heard_at() + SILENCE_S
        if loop.time() >= due:
            self.lose(reason)
        else:
            self.believe()
            self._doubt = loop.call_at(due, self.doubt, reason, heard_at)

    def believe(self) -> None:
        """The meter is in step: a missing answer is forgotten."""
        if self._doubt is not None:
            self._doubt.cancel()
            self._doubt = None

    def close(self) -> None:
        """Wait for nothing any more."""
        self.believe()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        due = self._row_at + NO_ROW_S
        if loop.time() < due:
            self._timer = loop.call_at(due, self._look)
        else:
            self.lose(AnswerTimedOut(f"no usable row for {NO_ROW_S:.0f} s"))
