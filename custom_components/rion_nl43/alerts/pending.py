"""What was over lately: how far beyond, whether the meter was overloaded, and how near to an onset it came."""

from collections import deque

from .explanation import Dropped, Nearest
from .rule import Grade

_CROWD = 256


class Pending:
    """What an onset would have to tell of the time before it; levels are turned, times are in ms."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.nearest: Nearest | None = None
        self.until = 0
        self._overload_at: int | None = None
        self._last = (0.0, 0)
        # Those that were higher than all after them.
        self._tops: deque[tuple[float, int]] = deque()

    def put(self, turned: float, at: int, *, overload: bool) -> None:
        """Take a level that is over, until then."""
        tops = self._tops
        while tops and tops[-1][0] <= turned:
            tops.pop()
        self._last = (turned, at)
        tops.append(self._last)
        self.until = at
        if overload:
            self._overload_at = at

    def drop(self) -> None:
        """Begin anew."""
        self._tops.clear()
        self._overload_at = None

    def top(self, began: int) -> tuple[float, int]:
        """Return the highest level since then, and when that was."""
        return next(((turned, at) for turned, at in self._tops if at >= began), self._last)

    @property
    def crowded(self) -> bool:
        """Whether there is much that may be forgotten."""
        return len(self._tops) > _CROWD

    def tidy(self, began: int) -> None:
        """Forget what was before that; of a level that falls by hair's breadths every other one, but not the last."""
        tops = self._tops
        while len(tops) > 1 and tops[0][1] < began:
            tops.popleft()
        if self.crowded:
            first, *others = tops
            tops.clear()
            tops.append(first)
            tops.extend(others[::-2][::-1])

    def overloaded(self, began: int) -> bool:
        """Whether the meter was overloaded since then."""
        return self._overload_at is not None and self._overload_at >= began

    def miss(self, over_ms: int, grade: Grade, level_db: float, dropped: Dropped) -> None:
        """Note that an onset did not come; the nearest is told, and of equal ones the last."""
        if self.nearest is None or 1000 * self.nearest.over_s <= over_ms:
            self.nearest = Nearest(self.until / 1000, over_ms / 1000, grade, level_db, dropped)
