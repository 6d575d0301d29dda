"""The levels of the latest seconds."""

from array import array
from typing import Final, NamedTuple

from ...acoustics import SoundPiece, energy_of, level_of
from .tenths import NOTHING, of_tenths, tenths

MS: Final = 1000


class Seconds(NamedTuple):
    """Lmax, Lmin and Leq in dB of seconds on end, the first of which began then, in seconds since the epoch.

    None where nothing of a second is covered.
    """

    began: int
    lmax: list[float | None]
    lmin: list[float | None]
    leq: list[float | None]


class SecondRing:
    """Keeps the seconds of the clock up to the latest, in six bytes each; Leq is the energy mean of what is covered."""

    def __init__(self, capacity: int) -> None:
        """Begin with nothing covered."""
        self._capacity: Final = capacity
        self._nothing: Final = array("h", [NOTHING]) * capacity
        self._highest: int = NOTHING
        self._lowest: int = NOTHING
        self.clear()

    def clear(self) -> None:
        """Forget all seconds."""
        self._lmax, self._lmin, self._leq = self._nothing[:], self._nothing[:], self._nothing[:]
        self._ended_ms = 0
        self._begin(0)

    def add(self, piece: SoundPiece) -> None:
        """Take the next piece of sound; what lies before the end of the one before it is cut off."""
        began, ended = max(round(MS * piece.began), self._ended_ms), round(MS * piece.ended)
        if ended <= began:
            return
        self._ended_ms = ended
        energy, lmax, lmin = energy_of(piece.leq), tenths(piece.lmax), tenths(piece.lmin)
        for second in range(began // MS, (ended - 1) // MS + 1):
            if second != self._second:
                self._pass_to(second)
            covered_ms = min(ended, MS * (second + 1)) - max(began, MS * second)
            self._covered_ms += covered_ms
            self._energy += covered_ms * energy
            self._highest = lmax if self._highest == NOTHING else max(self._highest, lmax)
            self._lowest = lmin if self._lowest == NOTHING else min(self._lowest, lmin)

    def between(self, began: int, ended: int) -> Seconds:
        """Return the seconds from one second on, up to another one but without it; what is not kept is not covered."""
        self._write()
        seconds = [second % self._capacity if self._keeps(second) else None for second in range(began, ended)]
        levels = [
            of_tenths(NOTHING if at is None else ring[at] for at in seconds)
            for ring in (self._lmax, self._lmin, self._leq)
        ]
        return Seconds(began, *levels)

    def _keeps(self, second: int) -> bool:
        return self._second - self._capacity < second <= self._second

    def _pass_to(self, second: int) -> None:
        """Go on to a later second; in those in between, nothing is covered."""
        self._write()
        for empty in range(max(self._second + 1, second - self._capacity + 1), second):
            for ring in (self._lmax, self._lmin, self._leq):
                ring[empty % self._capacity] = NOTHING
        self._begin(second)

    def _begin(self, second: int) -> None:
        self._second = second
        self._covered_ms = 0
        self._energy = 0.0
        self._highest = self._lowest = NOTHING

    def _write(self) -> None:
        """Write down what is known of the latest second so far."""
        at = self._second % self._capacity
        self._lmax[at], self._lmin[at] = self._highest, self._lowest
        self._leq[at] = tenths(level_of(self._energy / self._covered_ms)) if self._covered_ms else NOTHING
