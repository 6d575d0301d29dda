"""Where the feed has told nothing for so long that the meter's own records are worth fetching."""

from collections.abc import Iterable

from ...acoustics.stretches import Span, Stretch
from .chosen import Cuts
from .row import Row, Source

_ROUNDING = 1e-9


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


def records_beyond(records: Iterable[Stretch], rows: Iterable[Row], weighting: str) -> list[Stretch]:
    """Return the records that tell of any time of which none of the same weighting is known that covers as much."""
    known = [row for row in rows if row.source == Source.METER and row.weighting == weighting]
    found: list[Stretch] = []
    cuts: dict[float, Cuts] = {}
    for record in records:
        if (beside := cuts.get(record.coverage)) is None:
            as_good = (row for row in known if row.coverage >= record.coverage - _ROUNDING)
            beside = cuts[record.coverage] = Cuts(Span(row.began_ms, row.ended_ms) for row in as_good)
        if any(beside.outside(Span(record.began_ms, record.ended_ms))):
            found.append(record)
    return found
