"""Where the feed has told nothing for so long that the meter's own records are worth fetching."""

from collections.abc import Iterable

from ...acoustics.stretches import Span, Stretch
from .chosen import Cuts


def holes_in(covered: Iterable[Span], span: Span, shortest_ms: float) -> tuple[Span, ...]:
    """Return what of a span is not covered, where that is long enough."""
    return tuple(hole for hole in Cuts(covered).outside(span) if hole.ended_ms - hole.began_ms >= shortest_ms)


def records_in(records: Iterable[Stretch], holes: Iterable[Span], shortest_ms: float) -> list[Stretch]:
    """Return the records that are to fill holes: half of the record, or half of the shortest hole, lies in them.

    One that only touches a hole, by clocks that differ a little, would take its time from the feed and mend nothing.
    """
    cuts = Cuts(holes)
    return [
        record
        for record in records
        if 2 * cuts.covered_ms(record.began_ms, record.ended_ms) >= min(shortest_ms, record.length_ms)
    ]
