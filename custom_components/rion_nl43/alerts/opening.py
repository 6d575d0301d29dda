"""When hours of the clock are open, on the days too on which the clock is changed. Pure.

A time of the local clock means the first moment of its date at which the clock shows that time or a later one. So a
time that comes twice, because the clock is put back, counts when it comes first; and one that never comes, because the
clock is put forward, counts when the clock jumps over it. Each schedule opens once a day, hours that touch each other
go on touching each other, and 22:00 to 06:00 is an hour longer in one night of the year and an hour shorter in another.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from .schedule import ALL_DAYS, Always, Schedule, Weekly


class Opening(NamedTuple):
    """From and to, in seconds since the epoch."""

    began: float
    ended: float


def is_open(schedule: Schedule, at: float, zone: tzinfo) -> bool | None:
    """Whether a schedule is open at a time since the epoch; None where a helper has to say so."""
    if isinstance(schedule, Weekly):
        return next(_openings(schedule, at, zone)).began <= at
    return True if isinstance(schedule, Always) else None


def next_change(schedule: Schedule, at: float, zone: tzinfo) -> float | None:
    """Return when a schedule opens or closes next, later than a time since the epoch; None where the clock does not."""
    if not isinstance(schedule, Weekly) or (schedule.begin == schedule.until and schedule.days == ALL_DAYS):
        return None
    openings = _openings(schedule, at, zone)
    opening = next(openings)
    if opening.began > at:
        return opening.began
    ended = opening.ended
    # What begins when another ends goes on.
    while (opening := next(openings)).began <= ended:
        ended = opening.ended
    return ended


def _openings(weekly: Weekly, at: float, zone: tzinfo) -> Iterator[Opening]:
    """Yield the openings that end later than a time, in order and without end."""
    day = datetime.fromtimestamp(at, zone).date() - timedelta(days=1)
    overnight = timedelta(days=1 if weekly.until <= weekly.begin else 0)
    while True:
        if day.weekday() in weekly.days:
            opening = Opening(_moment(day, weekly.begin, zone), _moment(day + overnight, weekly.until, zone))
            # A change of the clock may swallow all of it.
            if max(opening.began, at) < opening.ended:
                yield opening
        day += timedelta(days=1)


def _moment(day: date, shown: time, zone: tzinfo) -> float:
    """Return when the clock first shows a time of a day, or a later one."""
    local = datetime.combine(day, shown, zone)
    moment = local.timestamp()
    if datetime.fromtimestamp(moment, zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # The clock never shows it: it jumps between the moments that both its offsets make of it.
    before, after = local.replace(fold=1).timestamp(), moment
    offset = datetime.fromtimestamp(after, zone).utcoffset()
    while after - before > 0.5:
        middle = (before + after) / 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return float(round(after))
