"""Fields of the rows that the meter sends: a field is exactly what it has to be, or the whole row is discarded."""

from collections.abc import Sequence
from functools import lru_cache
import re

from .errors import UnusableAnswer

LAST_COUNTER = 600

# No wider than a few levels of the meter: what has been read is remembered.
_LEVEL = re.compile(r" {0,9}-?[0-9]{1,3}\.[0-9]")
_MISSING = re.compile(r"(?: {0,9}-(?:\.-)?)?")
_FLAGS = {"0": False, "1": True, "-": None, "": None}
_COUNTER = re.compile(r" *([0-9]{1,3})")


def is_missing(field: str) -> bool:
    """Return whether it is the mark of a value that there is not."""
    return _MISSING.fullmatch(field) is not None


# A meter that streams sends the same few hundred texts over and over.
@lru_cache(maxsize=2048)
def read_level(field: str) -> float | None:
    """Return the level in dB, None where there is none; raises UnusableAnswer."""
    if _LEVEL.fullmatch(field):
        return float(field) + 0.0  # -0.0 is no level
    if is_missing(field):
        return None
    raise UnusableAnswer(f"no level: {field[:20]!r}")


def read_flag(field: str) -> bool | None:
    """Return an over or under flag, None for a channel that is not in use; raises UnusableAnswer."""
    try:
        return _FLAGS[field]
    except KeyError:
        raise UnusableAnswer(f"no flag: {field[:20]!r}") from None


def read_counter(field: str) -> int:
    """Return the counter of a row of a stream, 1 to 600; raises UnusableAnswer."""
    counter = _COUNTER.fullmatch(field)
    if counter is None or not 1 <= int(counter[1]) <= LAST_COUNTER:
        raise UnusableAnswer(f"no counter: {field[:20]!r}")
    return int(counter[1])


def check_padding(levels: Sequence[str]) -> None:
    """Raise UnusableAnswer for levels of which one lost a byte: they are of one width, if any is padded at all."""
    widths = set(map(len, levels)) - {0}
    if len(widths) > 1 and any(field.startswith(" ") for field in levels):
        raise UnusableAnswer("levels of unequal width")
