"""Windows that end where a period of the clock does."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .tally import Piece, Tally
from .window_levels import WindowLevels

_DAY_MS = 86_400_000


class Period(NamedTuple):
    """From and to, in ms since the epoch."""

    began: int
    ended: int


def period_at(at: int, length_ms: int, utc_offset_ms: Callable[[int], int]) -> Period:
    """Return the period of the local clock in which a time lies.

    Periods begin at local midnight and go on by their length. Midnight cuts the last one short, and so does a change
    of the clock that is no multiple of the length.
    """
    offset = utc_offset_ms(at)
    since_midnight = (at + offset) % _DAY_MS
    passed = since_midnight % length_ms
    began = at - passed
    ended = min(began + length_ms, at - since_midnight + _DAY_MS)
    if utc_offset_ms(began) != offset:
        began = _change(began, at, utc_offset_ms)
    if utc_offset_ms(ended - 1) != offset:
        ended = _change(at, ended - 1, utc_offset_ms)
    return Period(began, ended)


def _change(before: int, after: int, utc_offset_ms: Callable[[int], int]) -> int:
    """Return when the clock changed between two times."""
    offset = utc_offset_ms(after)
    while after - before > 1:
        middle = (before + after) // 2
        if utc_offset_ms(middle) == offset:
            after = middle
        else:
            before = middle
    return after


class _PeriodTally(Tally):
    """What was heard in one period."""

    __slots__ = ("lmax", "lmin", "period")

    def __init__(self, period: Period) -> None:
        """Begin with nothing."""
        super().__init__()
        self.period = period
        self.lmax: int | None = None
        self.lmin: int | None = None

    def hear(self, piece: Piece, ms: int) -> None:
        """Count so much of a piece."""
        self.put(piece, ms)
        if self.lmax is None or piece.lmax > self.lmax:
            self.lmax = piece.lmax
        if self.lmin is None or piece.lmin < self.lmin:
            self.lmin = piece.lmin


class AlignedWindow:
    """The last complete period; a piece that crosses its end is divided there."""

    def __init__(self, length_ms: int, utc_offset_ms: Callable[[int], int], began: int) -> None:
        """Begin without a piece; none that comes begins before the time told."""
        self._length_ms = length_ms
        self._utc_offset_ms = utc_offset_ms
        self._now = _PeriodTally(self._period_at(began))
        self._before = self._now

    def put(self, piece: Piece) -> None:
        """Take the next piece."""
        began = piece.began
        while began < piece.ended:
            if began >= self._now.period.ended:
                self._before, self._now = self._now, _PeriodTally(self._period_at(began))
            ended = min(piece.ended, self._now.period.ended)
            self._now.hear(piece, ended - began)
            began = ended

    def exclude(self, began: int, ended: int, kept: Iterable[Piece]) -> None:
        """Count the periods anew that have to do with this time; `kept` is what there is beside it."""
        self._before, self._now = (
            self._anew(tally, kept) if tally.period.began < ended and began < tally.period.ended else tally
            for tally in (self._before, self._now)
        )

    def _anew(self, tally: _PeriodTally, kept: Iterable[Piece]) -> _PeriodTally:
        began, ended = tally.period
        anew = _PeriodTally(tally.period)
        for piece in kept:
            ms = min(piece.ended, ended) - max(piece.began, began)
            if ms > 0:
                anew.hear(piece, ms)
        return anew

    def levels(self, now: int, min_coverage_percent: float) -> WindowLevels:
        """Return what there is to tell of the last period that was complete by then."""
        period = self._period_at(self._period_at(now).began - 1)
        for tally in (self._now, self._before):
            if tally.period == period:
                break
        else:
            tally = _PeriodTally(period)
        return tally.levels(*period, (tally.lmin, tally.lmax), min_coverage_percent)

    def _period_at(self, at: int) -> Period:
        return period_at(at, self._length_ms, self._utc_offset_ms)
