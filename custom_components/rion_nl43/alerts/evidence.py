"""What speaks for a grade and against it: time over and time quiet, out of the time that readings covered last.

Times are whole ms, so that what leaves a span takes out exactly what it brought in. Of the time before the evidence
began nothing is known: it counts as neither, so the needed time is enough as soon as it is there.
"""

from array import array
from typing import Final, Protocol

from .rule import Direction, Rule

# What a level says of the lowest grade of a rule; shifted left by one, of the next one.
OVER: Final = 1
QUIET: Final = 4
_MARKS: Final = (OVER, OVER << 1, QUIET, QUIET << 1)
_PLACE: Final = {mark: place for place, mark in enumerate(_MARKS)}
_MARK_BITS: Final = 4
_ALL_MARKS: Final = (1 << _MARK_BITS) - 1
# No level is easy.
HARD: Final = float("-inf")
# So many runs that are over and done with are worth a tidying-up.
_TIDY_AT: Final = 1024


class Scale:
    """Levels as a rule sees them: turned round where low ones are the breach, so that higher is always worse."""

    __slots__ = ("_limits", "over_limit", "quiet_limit", "quiet_marks", "sign")

    def __init__(self, rule: Rule) -> None:
        """Take the thresholds of a rule."""
        self.sign = 1 if rule.direction is Direction.ABOVE else -1
        self._limits: list[tuple[float, float, int, int]] = []
        for number, grade in enumerate(rule.grades):
            over, quiet = rule.threshold(grade), rule.quiet_limit(grade)
            if over is not None and quiet is not None:  # pragma: no branch # a grade of a rule has both
                self._limits.append((self.sign * over, self.sign * quiet, OVER << number, QUIET << number))
        # Up to these a turned level is not over, and is quiet, for all grades.
        self.over_limit, self.quiet_limit = self._limits[0][:2]
        # What a level says that is quiet for all grades.
        self.quiet_marks = sum(quiet_mark for _, _, _, quiet_mark in self._limits)

    def marks(self, turned: float) -> int:
        """Return what a level, turned, says of each grade."""
        marks = 0
        for over, quiet, over_mark, quiet_mark in self._limits:
            if turned > over:
                marks |= over_mark
            elif turned <= quiet:
                marks |= quiet_mark
        return marks


class Evidence(Protocol):
    """The evidence of a rule; `covered_ms` is the time judged since it began, and may be more than is looked at."""

    duration_ms: int
    needed_ms: int
    covered_ms: int

    def put(self, marks: int, ms: int, began: int) -> None:
        """Take what a level says that lasted so many ms from then on."""

    def drop(self) -> None:
        """Begin anew."""

    def complete(self, mark: int) -> bool:
        """Whether there is enough for a mark."""

    def ms(self, mark: int) -> int:
        """How much of the time looked at bears a mark."""

    def easy_limit(self, scale: Scale) -> float:
        """Up to this a level, turned, changes nothing that an episode to come would be judged by."""

    @property
    def over(self) -> bool:
        """Whether any of the time looked at was over."""

    @property
    def began(self) -> int | None:
        """When the level was over first; None if none of the time looked at was."""

    @property
    def since_over_ms(self) -> int:
        """Time judged since the first that was over."""


def evidence_for(rule: Rule) -> Evidence:
    """Return what a rule needs."""
    duration_ms = round(1000 * rule.duration_s)
    share = round(1000 * rule.share_percent)
    if not duration_ms:
        return LastReading()
    if share >= 100_000:
        return Streak(duration_ms)
    return Share(duration_ms, max(1, -(-duration_ms * share // 100_000)))


class LastReading:
    """For a rule without duration: one reading is enough, however much time it covers."""

    duration_ms = needed_ms = 0

    def __init__(self) -> None:
        """Begin without one."""
        self.covered_ms = self._marks = self._began = 0

    def put(self, marks: int, ms: int, began: int) -> None:
        """Take what a level says that lasted so many ms from then on."""
        self.covered_ms += ms
        if marks & OVER and not self._marks & OVER:
            self._began = began
        self._marks = marks

    def drop(self) -> None:
        """Begin anew."""
        self.covered_ms = self._marks = self._began = 0

    def complete(self, mark: int) -> bool:
        """Whether the last reading bears a mark."""
        return self._marks & mark != 0

    def ms(self, mark: int) -> int:
        """No time is looked at."""
        return 0

    def easy_limit(self, scale: Scale) -> float:
        """All that is not over is the same."""
        return HARD if self.over else scale.over_limit

    @property
    def over(self) -> bool:
        """Whether the last reading was over."""
        return self._marks & OVER != 0

    @property
    def began(self) -> int | None:
        """When the level was over first."""
        return self._began if self.over else None

    @property
    def since_over_ms(self) -> int:
        """No time is looked at."""
        return 0


class Streak:
    """For a rule that wants the whole time: how long each mark has been borne without a break."""

    def __init__(self, duration_ms: int) -> None:
        """Begin with nothing."""
        self.duration_ms = self.needed_ms = duration_ms
        self.drop()

    def put(self, marks: int, ms: int, began: int) -> None:
        """Take what a level says that lasted so many ms from then on."""
        if not ms:
            return
        self.covered_ms += ms
        runs = self._runs
        if marks & OVER and not runs[0]:
            self._began = began
        for place, mark in enumerate(_MARKS):
            runs[place] = runs[place] + ms if marks & mark else 0

    def drop(self) -> None:
        """Begin anew."""
        self.covered_ms = 0
        self._runs = [0] * _MARK_BITS
        self._began = 0

    def complete(self, mark: int) -> bool:
        """Whether a mark has been borne for long enough."""
        return self._runs[_PLACE[mark]] >= self.needed_ms

    def ms(self, mark: int) -> int:
        """How long a mark has been borne, of the time looked at."""
        return min(self._runs[_PLACE[mark]], self.duration_ms)

    def easy_limit(self, scale: Scale) -> float:
        """All that is not over is the same: what is quiet now is so no longer when an episode begins."""
        return HARD if self.over else scale.over_limit

    @property
    def over(self) -> bool:
        """Whether it is over."""
        return self._runs[0] > 0

    @property
    def began(self) -> int | None:
        """When the level was over first."""
        return self._began if self.over else None

    @property
    def since_over_ms(self) -> int:
        """Time judged since the first that was over."""
        return self._runs[0]


class Share:
    """For a rule that wants a share: the marks of the time looked at, as runs of equal ones.

    A run knows when the level became over, or ceased to be, even if that is longer ago than what is looked at.
    """

    def __init__(self, duration_ms: int, needed_ms: int) -> None:
        """Begin with nothing."""
        self.duration_ms = duration_ms
        self.needed_ms = needed_ms
        self.drop()

    def put(self, marks: int, ms: int, began: int) -> None:
        """Take what a level says that lasted so many ms from then on."""
        if not ms:
            return
        self.covered_ms += ms
        self._looked_at += ms
        self._count(marks, ms)
        last = self._runs[-1] if self._runs else None
        if last is not None and last & _ALL_MARKS == marks:
            self._runs[-1] += ms << _MARK_BITS
        else:
            goes_on = last is not None and last & OVER == marks & OVER
            self._starts.append(self._starts[-1] if goes_on else began)
            self._runs.append(ms << _MARK_BITS | marks)
        if self._looked_at > self.duration_ms:
            self._cut(self._looked_at - self.duration_ms)

    def drop(self) -> None:
        """Begin anew."""
        self.covered_ms = 0
        self._looked_at = 0
        self._counts = [0] * _MARK_BITS
        self._runs = array("Q")
        self._starts = array("q")
        self._head = 0

    def complete(self, mark: int) -> bool:
        """Whether a mark has been borne for enough of the time looked at."""
        return self._counts[_PLACE[mark]] >= self.needed_ms

    def ms(self, mark: int) -> int:
        """How much of the time looked at bears a mark."""
        return self._counts[_PLACE[mark]]

    def easy_limit(self, scale: Scale) -> float:
        """Where all has been quiet for all grades, more of that changes nothing."""
        if self._looked_at < self.duration_ms or self._head != len(self._runs) - 1:
            return HARD
        return scale.quiet_limit if self._runs[-1] & _ALL_MARKS == scale.quiet_marks else HARD

    @property
    def over(self) -> bool:
        """Whether any of the time looked at was over."""
        return self._counts[0] > 0

    @property
    def began(self) -> int | None:
        """When the level was over first."""
        for place in range(self._head, len(self._runs)):
            if self._runs[place] & OVER:
                return self._starts[place]
        return None

    @property
    def since_over_ms(self) -> int:
        """Time judged since the first that was over."""
        since = self._looked_at
        for place in range(self._head, len(self._runs)):
            if self._runs[place] & OVER:
                return since
            since -= self._runs[place] >> _MARK_BITS
        return 0

    def _count(self, marks: int, ms: int) -> None:
        for place, mark in enumerate(_MARKS):
            if marks & mark:
                self._counts[place] += ms

    def _cut(self, ms: int) -> None:
        """Look at so much less, the oldest first."""
        self._looked_at -= ms
        while ms:
            run = self._runs[self._head]
            gone = min(ms, run >> _MARK_BITS)
            self._count(run & _ALL_MARKS, -gone)
            ms -= gone
            if gone == run >> _MARK_BITS:
                self._head += 1
            else:
                self._runs[self._head] = run - (gone << _MARK_BITS)
        if self._head >= _TIDY_AT and 2 * self._head >= len(self._runs):
            del self._runs[: self._head]
            del self._starts[: self._head]
            self._head = 0
