"""What LIST tells: nine columns as of `ls -l`, the name last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
import re

from .errors import FtpUnusable

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The clock was read before the list: what has been written since is not of last year.
CLOCK_SLACK = timedelta(minutes=2)
# A 29th of February is found again within so many years, also around a year such as 2100.
LEAP_YEARS = 9

_LINE = re.compile(
    r"(?P<kind>[-dlbcps])\S{9,10}\s+\d+\s+\S+\s+\S+\s+(?P<size>\d{1,18})"
    r"\s+(?P<month>[A-Za-z]{3})\s+(?P<day>\d{1,2})\s+"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})|(?P<year>\d{4})) (?P<name>.+)",
    re.ASCII,
)
_TOTAL = re.compile(r"total \d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder on the card; `size` in bytes, `modified` by the meter's clock, which knows no zone."""

    name: str
    is_folder: bool
    size: int
    modified: datetime


def parse_listing(text: str, now: datetime) -> list[Entry]:
    """Return the files and folders of a list; `now` is the time of the meter's clock. FtpUnusable."""
    return list(_entries(text, now))


def _entries(text: str, now: datetime) -> Iterator[Entry]:
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line or _TOTAL.fullmatch(line):
            continue
        found = _LINE.fullmatch(line)
        modified = _modified(found, now) if found else None
        if not found or not modified:
            raise FtpUnusable(f"not a line of a list: {line[:200]!a}")
        # Neither the folder itself and the one above it, nor links and devices.
        if found["kind"] in "-d" and found["name"] not in {".", ".."}:
            is_folder = found["kind"] == "d"
            yield Entry(found["name"], is_folder, 0 if is_folder else int(found["size"]), modified)


def _modified(found: re.Match[str], now: datetime) -> datetime | None:
    """Return the date of a line: with its year, or with its time and then within the year before `now`."""
    month_name = found["month"].lower()
    if month_name not in MONTHS:
        return None
    month, day = MONTHS.index(month_name) + 1, int(found["day"])
    if found["year"]:
        return _date(int(found["year"]), month, day)
    latest = now + CLOCK_SLACK
    for year in range(latest.year, latest.year - LEAP_YEARS, -1):
        date = _date(year, month, day, int(found["hour"]), int(found["minute"]))
        if date and date <= latest:
            return date
    return None


def _date(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute)
    except ValueError:
        return None
