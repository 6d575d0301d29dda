"""Time weighting: from the mean square of each 100 ms to the running one that Lp tells.

Within a slot the sound is taken to be steady. For F and S that is exact for steady slots, and the running value then
moves one way only, so that its extremes stand at the slots' ends. A burst shorter than a slot is spread over the slot:
F reads it up to about 2 dB lower than a real meter and I, whose 35 ms would resolve it, lower still.
"""

import math
from typing import Protocol

from .sound import SLOT_S

FAST_S = 0.125
SLOW_S = 1.0
IMPULSE_RISE_S = 0.035
IMPULSE_DECAY_S = 1.5
# What a sound leaves of itself in the slowest weighting (I: 2.9 dB/s) after this many slots is lost in the next one.
MEMORY_SLOTS = 400


class TimeWeighting(Protocol):
    """A running mean square."""

    def settle(self, energy: float) -> float:
        """Be where a sound that has always been steady would have brought it; return the running value."""

    def step(self, energy: float) -> float:
        """Take one slot's mean square in; return the running value at the slot's end."""


class Exponential:
    """Exponential averaging with one time constant (IEC 61672-1: F and S)."""

    __slots__ = ("_keep", "_value")

    def __init__(self, time_constant_s: float) -> None:
        """Begin in silence."""
        self._keep = math.exp(-SLOT_S / time_constant_s)
        self._value = 0.0

    def settle(self, energy: float) -> float:
        """Be where a sound that has always been steady would have brought it; return the running value."""
        self._value = energy
        return energy

    def step(self, energy: float) -> float:
        """Take one slot's mean square in; return the running value at the slot's end."""
        self._value = value = energy + (self._value - energy) * self._keep
        return value


class Impulse:
    """Exponential averaging with 35 ms, then a peak detector that falls with 1.5 s, 2.9 dB/s (IEC 60651: I)."""

    __slots__ = ("_average", "_keep", "_value")

    def __init__(self) -> None:
        """Begin in silence."""
        self._average = Exponential(IMPULSE_RISE_S)
        self._keep = math.exp(-SLOT_S / IMPULSE_DECAY_S)
        self._value = 0.0

    def settle(self, energy: float) -> float:
        """Be where a sound that has always been steady would have brought it; return the running value."""
        self._value = self._average.settle(energy)
        return energy

    def step(self, energy: float) -> float:
        """Take one slot's mean square in; return the running value at the slot's end."""
        self._value = value = max(self._average.step(energy), self._value * self._keep)
        return value


def make_time_weighting(name: str) -> TimeWeighting:
    """Return a new time weighting "F", "S" or "I"; ValueError for another name."""
    match name:
        case "F":
            return Exponential(FAST_S)
        case "S":
            return Exponential(SLOW_S)
        case "I":
            return Impulse()
    raise ValueError(f"no time weighting {name!r}")
