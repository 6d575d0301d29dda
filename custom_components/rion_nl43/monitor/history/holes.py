"""Where the feed has told nothing for so long that the meter's own records are worth fetching."""

from collections.abc import Collection, Iterable

from ...acoustics.stretches import Span, Stretch
from .chosen import Cuts
from .row import Row, Source


def holes_in(covered: Iterable[Span], span: Span, shortest_ms: float) -> tuple[Span, ...]:
    """Return what of a span is not covered, where that is long enough."""
    return tuple(hole for hole in Cuts(covered).outside(span) if hole.ended_ms - hole.began_ms >= shortest_ms)


def records_in(records: Iterable[Stretch], holes: Iterable[Span], shortest_ms: float) -> list[Stretch]:
    """Return the records that are to fill holes: whole if half of the record, or of the shortest hole, lies in them.

    Of others only that part is taken, for the feed knows the rest of their time better; and not even that if it is less
    than a tenth of the record: clocks differ a little.
    """
    cuts = Cuts(holes)
    found: list[Stretch] = []
    for record in records:
        parts = [part for hole in cuts.within(Span(record.began_ms, record.ended_ms)) if (part := record.within(*hole))]
        missing_ms = sum(part.length_ms for part in parts)
        if 2 * missing_ms >= min(shortest_ms, record.length_ms):
            found.append(record)
        elif 10 * missing_ms >= record.length_ms:
            found.extend(parts)
    return found


def records_beyond(records: Collection[Stretch], rows: Collection[Row], weighting: str) -> list[Stretch]:
    """Return the records that tell of any time of which no record of the same weighting is known that covers as much."""
    known = [row for row in rows if row.source == Source.METER and row.weighting == weighting]
    by_coverage = {
        share: Cuts(Span(row.began_ms, row.ended_ms) for row in known if row.coverage >= share - 1e-9)
        for share in {record.coverage for record in records}
    }
    return [
        record
        for record in records
        if any(by_coverage[record.coverage].outside(Span(record.began_ms, record.ended_ms)))
    ]
