"""Cells of stored files: a cell is what its column needs, or the mark of a missing value, or it is refused."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
import re

from .columns import Label
from .unreadable import UnreadableCell, shown

# No instrument measures beyond; sound exposure levels of months stay within.
LOWEST_DB, HIGHEST_DB = -100.0, 300.0

_MISSING = frozenset({"", "-", "-.-"})
_LEVEL = re.compile(r"-?[0-9]{1,3}\.[0-9]")
_FLAGS = {"0": False, "1": True}
_ADDRESS = re.compile(r"[0-9]{1,9}")
_STAMP = re.compile(r"(20[0-9]{2})/([0-9]{2})/([0-9]{2}) +((?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?)")
_DURATION = re.compile(r"([0-9]{1,4})d +([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,3}))?")
_BEGUN = re.compile(r"[-0-9 ./:d]*")


# Padded or not, a file says the same few hundred texts over and over.
@lru_cache(maxsize=4096)
def read_level(cell: str) -> float | None:
    """Return a level in dB; raises UnreadableCell."""
    body = cell.strip()
    if body in _MISSING:
        return None
    if not _LEVEL.fullmatch(body):
        raise UnreadableCell(f"{shown(body)} is no level in dB")
    level = float(body) + 0.0  # -0.0 is no level
    if not LOWEST_DB <= level <= HIGHEST_DB:
        raise UnreadableCell(f"no sound has a level of {body} dB")
    return level


def read_flag(cell: str) -> bool | None:
    """Return an over or under flag; raises UnreadableCell."""
    body = cell.strip()
    if body in _MISSING:
        return None
    if body not in _FLAGS:
        raise UnreadableCell(f"{shown(body)} is neither 0 nor 1")
    return _FLAGS[body]


def read_address(cell: str) -> int | None:
    """Return the address of a record; raises UnreadableCell."""
    body = cell.strip()
    if body in _MISSING:
        return None
    if not _ADDRESS.fullmatch(body):
        raise UnreadableCell(f"{shown(body)} is no address of a record")
    return int(body)


def read_stamp(cell: str) -> datetime:
    """Return a `Start Time`, `YYYY/MM/DD HH:MM:SS` with milliseconds or without; raises UnreadableCell."""
    match = _STAMP.fullmatch(cell.strip())
    if match:
        try:
            return datetime.fromisoformat(f"{match[1]}-{match[2]}-{match[3]} {match[4]}")
        except ValueError:
            pass
    raise UnreadableCell(f"{shown(cell.strip())} is no date and time")


@lru_cache(maxsize=256)
def read_duration(cell: str) -> float | None:
    """Return a `Measurement Time`, as `000d 00:15:00.0`, in seconds; raises UnreadableCell."""
    body = cell.strip()
    if body in _MISSING:
        return None
    match = _DURATION.fullmatch(body)
    if not match:
        raise UnreadableCell(f"{shown(body)} is no measurement time")
    days, hours, minutes, seconds, fraction = match.groups(default="")
    whole_s = ((int(days) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds)
    return (whole_s * 1000 + int(fraction.ljust(3, "0"))) / 1000


def may_be_begun(cell: str) -> bool:
    """Return whether a cell of any kind could begin like this, and was cut off."""
    return _BEGUN.fullmatch(cell) is not None


LABEL_READERS: dict[Label, Callable[[str], object]] = {
    Label.ADDRESS: read_address,
    Label.START: read_stamp,
    Label.DURATION: read_duration,
}
