"""What of the rows of the history counts: feed or record of the meter, of one weighting, without what is excluded."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
import logging
import math

from ...acoustics.hours import Hour
from ...acoustics.stretches import Span, Stretch, clipped
from .row import Row, Source

_LOGGER = logging.getLogger(__name__)

type ByWeighting = Mapping[str, Hour]


class Cuts:
    """Spans in order of time, of which those that overlap or touch are one."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        """Put them together."""
        self.spans: list[Span] = []
        for span in sorted(spans):
            if self.spans and span.began_ms <= self.spans[-1].ended_ms:
                last = self.spans.pop()
                span = Span(last.began_ms, max(last.ended_ms, span.ended_ms))  # noqa: PLW2901 # it grows
            self.spans.append(span)

    def touch(self, began_ms: int, ended_ms: int) -> bool:
        """Whether any of this time is in them."""
        number = bisect_right(self.spans, began_ms, key=lambda span: span.ended_ms)
        return number < len(self.spans) and self.spans[number].began_ms < ended_ms

    def outside(self, span: Span) -> Iterator[Span]:
        """Yield what of a span is not in them."""
        began_ms, ended_ms = span
        for taken in self.within(span):
            if taken.began_ms > began_ms:
                yield Span(began_ms, taken.began_ms)
            began_ms = taken.ended_ms
        if began_ms < ended_ms:
            yield Span(began_ms, ended_ms)

    def within(self, span: Span) -> list[Span]:
        """Return those that overlap a span."""
        number = bisect_right(self.spans, span.began_ms, key=lambda taken: taken.ended_ms)
        return list(takewhile(lambda taken: taken.began_ms < span.ended_ms, islice(self.spans, number, None)))


def hours_by_weighting(
    rows: Iterable[Row], excluded: Cuts, *, distribution: bool = True, bounds_ms: Sequence[int] = ()
) -> dict[int, dict[str, Hour]]:
    """Return what counts in each hour, by when it began and by weighting.

    A row that is cut at one of these bounds, or by a record of the meter, counts by its minutes. Of a row of which a
    part is excluded, the minutes count that have nothing of that, and nobody knows their distribution.
    """
    found: dict[int, dict[str, tuple[list[Row], list[Row]]]] = {}
    for row in rows:
        of_hour = found.setdefault(row.hour_ms, {})
        of_hour.setdefault(row.weighting, ([], []))[row.source == Source.METER].append(row)
    hours: dict[int, dict[str, Hour]] = {}
    for hour_ms, of_hour in sorted(found.items()):
        for weighting, (feed, meter) in sorted(of_hour.items()):
            cuts = [*bounds_ms, *(edge for row in meter for edge in (row.began_ms, row.ended_ms))]
            hour = Hour(
                hour_ms,
                tuple(part for row in feed for part in _parts(row, excluded, cuts, distribution=distribution)),
                tuple(part for row in meter for part in _parts(row, excluded, bounds_ms, distribution=distribution)),
            )
            if hour.feed or hour.meter:
                hours.setdefault(hour_ms, {})[weighting] = hour
    return hours


def weighting_of(hours: ByWeighting) -> str:
    """Return the weighting that covers most of an hour."""
    if len(hours) == 1:
        return next(iter(hours))
    return _most({weighting: hour.stretches for weighting, hour in hours.items()})


def stretches_in(hours: Iterable[ByWeighting], span: Span) -> tuple[str, tuple[Stretch, ...]]:
    """Return what counts in a span, of several weightings that one which covers most of it, and the weighting."""
    found: dict[str, list[Stretch]] = {}
    for by_weighting in hours:
        for name, hour in by_weighting.items():
            found.setdefault(name, []).extend(clipped(hour.stretches, span))
    weighting = _most(found)
    return weighting, tuple(found.get(weighting, ()))


def _most(found: Mapping[str, Iterable[Stretch]]) -> str:
    covered_ms = {name: math.fsum(one.covered_ms for one in stretches) for name, stretches in found.items()}
    return max(sorted(covered_ms), key=covered_ms.__getitem__, default="")


def _parts(row: Row, excluded: Cuts, cuts: Sequence[int], *, distribution: bool) -> Iterator[Stretch]:
    """Yield what counts of a row; nothing of one that the disk has spoilt."""
    try:
        if excluded.touch(row.began_ms, row.ended_ms):
            yield from [part for part in row.parts() if not excluded.touch(part.began_ms, part.ended_ms)]
        elif any(row.began_ms < cut < row.ended_ms for cut in cuts):
            yield from row.parts(distribution=distribution)
        else:
            yield row.stretch(distribution=distribution)
    except (ValueError, ArithmeticError) as error:
        _LOGGER.debug("Leaving out a row of the history: %s", error)
