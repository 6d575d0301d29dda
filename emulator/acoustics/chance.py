"""Chance that repeats itself: it depends on a seed and on the time asked for, not on what was asked before."""

import math
from random import Random


def rng_for(seed: str, number: int) -> Random:
    """Return the random numbers of one piece of time (a second, a period ...) of one source."""
    return Random(f"{seed}/{number}")


class SlowNoise:
    """A value that wanders around 0 with a standard deviation of nearly 1, and is forgotten after about a period."""

    __slots__ = ("_from", "_knot", "_period_s", "_seed", "_to")

    def __init__(self, seed: str, period_s: float) -> None:
        """Make one whose course `seed` decides."""
        self._seed = seed
        self._period_s = period_s
        self._knot: int | None = None
        self._from = self._to = 0.0

    def at(self, time_s: float) -> float:
        """Return the value at a time in seconds from the scene's begin."""
        position = time_s / self._period_s
        knot = math.floor(position)
        if knot != self._knot:
            self._from = self._to if self._knot == knot - 1 else self._value_of(knot)
            self._to = self._value_of(knot + 1)
            self._knot = knot
        share = position - knot
        return self._from + (self._to - self._from) * share * share * (3.0 - 2.0 * share)

    def _value_of(self, knot: int) -> float:
        return rng_for(self._seed, knot).gauss(0.0, 1.0)
