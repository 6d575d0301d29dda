"""What a meter measures besides: the Takt-maximal level Ltm5 and the moving Leq."""

from collections import deque
import math

from .sound import SLOTS_PER_SECOND, energy_of, level_db

TAKT_SLOTS = 5 * SLOTS_PER_SECOND
# A moving Leq of more slots than this takes several of them together.
MOVING_PARTS = 600


class Takts:
    """Ltm5: the energy mean of the highest Lp of each 5 s (DIN 45645-1); a Takt counts when it is over."""

    __slots__ = ("_energy", "_highest", "_slots", "_takts")

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self._energy = 0.0
        self._takts = self._slots = 0
        self._highest = -math.inf

    def add(self, lmax: float) -> None:
        """Take in the highest Lp of one slot, in dB."""
        self._highest = max(self._highest, lmax)
        self._slots += 1
        if self._slots == TAKT_SLOTS:
            self._energy += energy_of(self._highest)
            self._takts += 1
            self._slots, self._highest = 0, -math.inf

    @property
    def level(self) -> float | None:
        """Ltm5 in dB; None before the first Takt is over."""
        return level_db(self._energy / self._takts) if self._takts else None

    def copy(self) -> "Takts":
        """Return one that goes on from here by itself."""
        twin = Takts()
        twin._energy, twin._takts = self._energy, self._takts
        twin._slots, twin._highest = self._slots, self._highest
        return twin


class MovingLeq:
    """Leq of the last so many slots that were measured, or of all of them while they are fewer.

    Up to MOVING_PARTS slots it is exact; the oldest part of a longer time counts by the share of it that is still in.
    """

    __slots__ = ("_energy", "_part_slots", "_parts", "_slots")

    def __init__(self, slots: int) -> None:
        """Begin with nothing measured; 0 slots measure nothing."""
        self._part_slots = max(1, math.ceil(slots / MOVING_PARTS))
        self._parts: deque[float] = deque(maxlen=slots // self._part_slots)
        self._energy = 0.0
        self._slots = 0

    def add(self, energy: float) -> None:
        """Take one slot's mean square in."""
        self._energy += energy
        self._slots += 1
        if self._slots == self._part_slots:
            self._parts.append(self._energy)
            self._energy, self._slots = 0.0, 0

    @property
    def level(self) -> float | None:
        """The level in dB; None without a slot."""
        parts = self._parts
        slots = len(parts) * self._part_slots
        if not parts.maxlen or not slots + self._slots:
            return None
        energy = math.fsum(parts) + self._energy
        if len(parts) == parts.maxlen:
            energy -= parts[0] * self._slots / self._part_slots
        else:
            slots += self._slots
        return level_db(energy / slots)

    def copy(self) -> "MovingLeq":
        """Return one that goes on from here by itself."""
        twin = MovingLeq(0)
        twin._part_slots, twin._parts = self._part_slots, self._parts.copy()
        twin._energy, twin._slots = self._energy, self._slots
        return twin
