"""Which files of a card may hold a span. Pure: what was listed comes in, an order in which to read comes out.

A card has hundreds of Auto folders, and one of these up to thousands of hourly files: they are not read to see what is
in them. All that is known without reading are names and the times that a list tells. What those times mean is not
documented, only that they are about when a thing was begun (folders) or written (files). So nothing more is built on
than this: a listed time lies within the measurement that the thing holds. As a meter measures one thing at a time, a
thing then holds nothing before the listed time of the one before it, and nothing after that of the one behind it. What
is `possible` by that is one neighbour more on each side than what is `likely`, and is read only if the likely ones left
a hole. Where times tell nothing, as all are the same, the first records of a few files do: by bisection.
"""

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...nl43.ftp import Entry
from ...nl43.records import StoredKind, StoredName, parse_name

# Lists tell minutes; what is older than half a year, days.
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAYS_BEFORE = timedelta(days=150)
# So many things beside the likely ones are read for a hole that these left; more say that the times tell nothing.
POSSIBLE_AT_MOST = 8

type Local = tuple[datetime, datetime]
"""From and to by the meter's clock."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file or folder with what its name says, and the absolute path by which the meter knows it."""

    path: str
    name: StoredName
    entry: Entry


@dataclass(frozen=True, slots=True)
class Choice:
    """What to read for a span: `likely` first, `possible` if a hole is left; or, if times tell nothing, bisect all."""

    likely: tuple[Stored, ...]
    possible: tuple[Stored, ...]
    bisect: bool


def stored(folder: str, entries: Iterable[Entry], *kinds: StoredKind) -> list[Stored]:
    """Return what in a folder is of these kinds, in the order of writing, as far as it can be told."""
    above = folder.rstrip("/")
    found = (
        Stored(f"{above}/{entry.name}", name, entry)
        for entry in entries
        if (name := parse_name(entry.name)) and name.kind in kinds
    )
    return sorted(found, key=_order)


def choose(things: Sequence[Stored], spans: Sequence[Local], now: datetime) -> Choice:
    """Choose what may hold records of one of these spans; these and `now` are by the clock that listed the things."""
    days_before = now - DAYS_BEFORE
    times = sorted({thing.entry.modified for thing in things})
    likely, possible = [], []
    for thing in things:
        listed = thing.entry.modified
        number = bisect_left(times, listed)
        earliest = times[number - 1] if number else datetime.min
        latest = _until(times[number + 1], days_before) if number + 1 < len(times) else datetime.max
        # A folder is listed with the time of its beginning, a file with that of its end.
        usual = (listed, latest) if thing.entry.is_folder else (earliest, _until(listed, days_before))
        if _meets(usual, spans):
            likely.append(thing)
        elif _meets((earliest, latest), spans):
            possible.append(thing)
    useless = len(things) > POSSIBLE_AT_MOST and 2 * len(times) < len(things)
    return Choice(tuple(likely), tuple(possible[:POSSIBLE_AT_MOST]), useless)


async def bisect_by_start(
    things: Sequence[Stored], begins: Callable[[Stored], Awaitable[int | None]], began_ms: int, ended_ms: int
) -> list[Stored]:
    """Return what may hold a span of things of which each begins after the one before it, in that order.

    `begins` returns when the first record of a thing began, in ms since the epoch, None if it cannot be told: such a
    thing is left out.
    """
    known = list(things)
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) // 2
        begun = await begins(known[middle])
        if begun is None:
            del known[middle]
            high -= 1
        elif begun <= began_ms:
            low = middle + 1
        else:
            high = middle
    found = known[max(low - 1, 0) : low]
    for thing in known[low:]:
        begun = await begins(thing)
        if begun is not None and begun >= ended_ms:
            break
        if begun is not None:
            found.append(thing)
    return found


def _order(thing: Stored) -> tuple[int, datetime, str, int]:
    """Return a key that sorts as things were written: files and folders of Lp by number, others by time.

    Store Names, which are anybody's choice, decide where times tell nothing.
    """
    number = thing.name.number or 0
    return number, thing.entry.modified, thing.name.store_name or "", thing.entry.size


def _until(listed: datetime, days_before: datetime) -> datetime:
    """Return until when a listed time may mean: midnight of an old day is the day."""
    day = listed < days_before and listed.time() == datetime.min.time()
    return listed + (DAY if day else MINUTE)


def _meets(one: Local, spans: Iterable[Local]) -> bool:
    return any(one[0] <= span[1] and span[0] <= one[1] for span in spans)
