"""Reads what was kept in plain JSON, and bears any nonsense in it. Pure."""

from collections.abc import Mapping
from enum import StrEnum
import math
from typing import Any

from .rule import Grade

# Later than the year 9999 is no time, in s since the epoch.
_LATEST_S = 253_402_300_800.0


def mapping(kept: object) -> Mapping[str, Any]:
    """Return the mapping that this should be; an empty one for anything else."""
    return kept if isinstance(kept, Mapping) else {}


def items(kept: object) -> list[Any]:
    """Return the list that this should be; an empty one for anything else."""
    return kept if isinstance(kept, list) else []


def text(kept: object) -> str | None:
    """Return the text that this should be; None for anything else."""
    return kept if isinstance(kept, str) else None


def number(kept: object) -> float | None:
    """Return the finite number that this should be; None for anything else."""
    if isinstance(kept, bool) or not isinstance(kept, (int, float)):
        return None
    try:
        found = float(kept)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def whole(kept: object) -> int | None:
    """Return the whole number, 0 or more, that this should be; None for anything else."""
    return kept if isinstance(kept, int) and not isinstance(kept, bool) and kept >= 0 else None


def when(kept: object) -> float | None:
    """Return the time in seconds since the epoch that this should be; None for anything else."""
    found = number(kept)
    return found if found is not None and 0 <= found < _LATEST_S else None


def word[E: StrEnum](kind: type[E], kept: object) -> E | None:
    """Return the word that this should be; None for anything else."""
    return kind(kept) if isinstance(kept, str) and kept in kind else None


def grade(kept: object) -> Grade | None:
    """Return the grade of this word; None for anything else."""
    return next((each for each in Grade if each.word == kept), None)
