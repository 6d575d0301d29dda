"""The store interval of an Lp file: it stands nowhere but in the distance between rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from .model import Record

# Two seconds of the shortest interval, and a little: so one second is whole, wherever the file begins.
ROWS_NEEDED = 256

_MILLISECOND = timedelta(milliseconds=1)


def interval_s(starts: Sequence[datetime]) -> float | None:
    """Return the distance of rows in seconds; None if these do not tell it.

    Most rows decide: a pause or a clock that was set leaves one gap. Where rows tell whole seconds alone, those of one
    second are counted; the first and the last second may not be whole.
    """
    milliseconds = any(start.microsecond for start in starts)
    runs = [(start, len(list(run))) for start, run in groupby(starts)]
    steps_ms = Counter((after - before) // _MILLISECOND for (before, _), (after, _) in pairwise(runs))
    forward = {step: count for step, count in steps_ms.items() if step > 0}
    rows = Counter(length for _, length in (runs if milliseconds else runs[1:-1]))
    if not forward or not rows:
        return None
    step_ms = min(forward, key=lambda step: (-forward[step], step))
    return step_ms / rows.most_common(1)[0][0] / 1000


class Spacing:
    """Holds the first rows of a file back until they tell their interval."""

    def __init__(self) -> None:
        """Begin without rows."""
        self.interval_s: float | None = None
        self._held: list[Record] = []
        self._known = False

    def add(self, record: Record, out: list[Record]) -> None:
        """Take a row, made with the interval that is known; hand it out, or hold it."""
        if self._known:
            out.append(record)
            return
        self._held.append(record)
        if len(self._held) == ROWS_NEEDED:
            self.release(out)

    def release(self, out: list[Record]) -> None:
        """Hand out the rows that are held, with the interval that they tell."""
        if not self._known:
            self._known = True
            self.interval_s = interval_s([record.start for record in self._held])
            out += [replace(record, duration_s=self.interval_s) for record in self._held]
            self._held.clear()
