"""The rows of the last days in memory: what sensors ask for now and then, without a disk."""

from collections.abc import Iterable

from ...acoustics.hours import HOUR_MS
from ...acoustics.stretches import Span, Stretch
from .chosen import ByWeighting, Cuts, hours_by_weighting, stretches_in
from .row import Row

# The last full day of a plan begins up to two days ago, of 25 h.
RECENT_MS = 72 * HOUR_MS
# Periods of a plan and of a few limits; what else is asked for is not asked for again.
_MOST_SPANS = 64


class RecentRows:
    """Keeps the rows of the last three days by hour, and what counts of each hour until any of it changes."""

    def __init__(self) -> None:
        """Begin without a row."""
        self.excluded = Cuts()
        # How often any of it has changed.
        self.changes = 0
        self._rows: dict[int, dict[Row, None]] = {}
        self._told: dict[int, ByWeighting] = {}
        self._spans: dict[tuple[int, ...], tuple[str, tuple[Stretch, ...]]] = {}

    def add(self, rows: Iterable[Row]) -> None:
        """Have these too; what is there already is not there twice."""
        for row in rows:
            self._rows.setdefault(row.hour_ms, {})[row] = None
            self._told.pop(row.hour_ms, None)
        self._change()

    def exclude(self, excluded: Cuts) -> None:
        """Leave out these spans."""
        self.excluded = excluded
        self._told.clear()
        self._change()

    def forget(self, now_ms: int) -> None:
        """Drop what is older than three days."""
        for hour_ms in [hour_ms for hour_ms in self._rows if hour_ms < now_ms - RECENT_MS - HOUR_MS]:
            del self._rows[hour_ms]
            self._told.pop(hour_ms, None)

    def rows(self, span: Span | None = None) -> list[Row]:
        """Return the rows of all hours that a span touches, or all."""
        return [
            row
            for hour_ms, rows in self._rows.items()
            if span is None or (hour_ms < span.ended_ms and hour_ms + HOUR_MS > span.began_ms)
            for row in rows
        ]

    def heard(self, span: Span, young: Row | None, bounds_ms: tuple[int, ...] = ()) -> tuple[str, tuple[Stretch, ...]]:
        """Return what counts in a span, of the weighting that covers most of it, and that; without distributions.

        It is cut by the minute at these bounds, and at those of the span.
        """
        bounds_ms = (*span, *bounds_ms)
        if young is not None and young.hour_ms < span.ended_ms and young.hour_ms + HOUR_MS > span.began_ms:
            return self._find(span, young, bounds_ms)
        if bounds_ms not in self._spans:
            if len(self._spans) >= _MOST_SPANS:
                self._spans.clear()
            self._spans[bounds_ms] = self._find(span, None, bounds_ms)
        return self._spans[bounds_ms]

    def hours(self, young: Row | None) -> list[ByWeighting]:
        """Return what counts in each hour in which anything does, by weighting; without distributions."""
        return [told for hour_ms in sorted(self._hours(young)) if (told := self._hour(hour_ms, young, ()))]

    def _change(self) -> None:
        self.changes += 1
        self._spans.clear()

    def _find(self, span: Span, young: Row | None, bounds_ms: tuple[int, ...]) -> tuple[str, tuple[Stretch, ...]]:
        hours = [
            self._hour(hour_ms, young, bounds_ms)
            for hour_ms in sorted(self._hours(young))
            if hour_ms < span.ended_ms and hour_ms + HOUR_MS > span.began_ms
        ]
        return stretches_in(hours, span)

    def _hours(self, young: Row | None) -> set[int]:
        return self._rows.keys() | (set() if young is None else {young.hour_ms})

    def _hour(self, hour_ms: int, young: Row | None, bounds_ms: tuple[int, ...]) -> ByWeighting:
        """Return what counts in an hour, cut by the minute at the bounds that lie in it."""
        bounds = tuple(edge for edge in bounds_ms if hour_ms < edge < hour_ms + HOUR_MS)
        is_young = young is not None and young.hour_ms == hour_ms
        if not is_young and not bounds and hour_ms in self._told:
            return self._told[hour_ms]
        rows = [*self._rows.get(hour_ms, ()), *((young,) if young is not None and is_young else ())]
        told = hours_by_weighting(rows, self.excluded, distribution=False, bounds_ms=bounds).get(hour_ms, {})
        if not is_young and not bounds:
            self._told[hour_ms] = told
        return told
