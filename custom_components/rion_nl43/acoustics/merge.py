"""Hours of the feed, repaired with what the meter stored meanwhile.

Merging is a union of what is known; what counts of it is chosen by `Hour.chosen`. So merging the same twice changes
nothing, and the order in which records come does not matter.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from .hours import Hour, by_hour
from .stretches import Stretch, clipped, rank


def time_of_meter(local: datetime, *, utc_offset_s: Callable[[datetime], float], clock_offset_s: float = 0.0) -> float:
    """Return the seconds since the epoch of a time without zone that a meter wrote.

    `utc_offset_s` gives local time minus UTC in s, as it was set in the meter at that time: a meter knows no summer
    time, its clock does not jump when that of a zone does. `clock_offset_s` is the meter's clock minus the right time
    in s: positive if it is fast. ValueError if the time has a zone.
    """
    if local.tzinfo is not None:
        raise ValueError(f"a meter's clock has no zone: {local}")
    return local.replace(tzinfo=UTC).timestamp() - utc_offset_s(local) - clock_offset_s


def merge(hour: Hour, records: Iterable[Stretch]) -> Hour:
    """Return an hour with what of these records of the meter lies in it."""
    found = {*hour.meter, *clipped(records, hour.span)}
    return replace(hour, meter=tuple(sorted(found, key=rank)))


def merge_all(hours: Mapping[int, Hour], records: Iterable[Stretch]) -> dict[int, Hour]:
    """Return hours by when they began, in ms since the epoch, with records of the meter; new hours where need be."""
    parts = by_hour(records)
    return {
        began_ms: merge(hours.get(began_ms, Hour(began_ms)), parts.get(began_ms, ()))
        for began_ms in sorted(hours.keys() | parts.keys())
    }
