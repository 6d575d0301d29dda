"""Levels in two bytes each: a meter tells them in steps of 0.1 dB."""

from collections.abc import Iterable
from typing import Final

# No level is so low.
NOTHING: Final = -0x8000


def tenths(level: float) -> int:
    """Return a level in dB as a number of tenths."""
    return round(10 * level)


def of_tenths(numbers: Iterable[int]) -> list[float | None]:
    """Return levels in dB, None for `NOTHING`."""
    return [None if number == NOTHING else number / 10 for number in numbers]
