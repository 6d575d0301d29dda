"""Sums over pieces of sound, in integers: what is put in can be taken out again without a trace.

Times are in ms, levels are numbers of classes of 0.1 dB, as a meter tells them.
"""

from collections import deque
import math
from typing import NamedTuple, Self

from .energy import level_of
from .percentiles import CLASSES_PER_DB, class_of, percentiles_of
from .pieces import Basis, SoundPiece
from .window_levels import WindowLevels

# The energy at 0 dB: so great that rounding is of no account at any level a meter shows.
_UNIT = 10**12


class Piece(NamedTuple):
    """A piece of sound in ms since the epoch and classes."""

    began: int
    ended: int
    leq: int
    lmax: int
    lmin: int
    lp: int
    streamed: bool

    @classmethod
    def of(cls, piece: SoundPiece, not_before: int) -> Self:
        """Round a piece, and cut off what lies before a time; it may have no time left then."""
        return cls(
            max(round(1000 * piece.began), not_before),
            round(1000 * piece.ended),
            class_of(piece.leq),
            class_of(piece.lmax),
            class_of(piece.lmin),
            class_of(piece.lp),
            piece.streamed,
        )


class _Energies(dict[int, int]):
    """The energy of each class in units, each computed once."""

    def __missing__(self, number: int) -> int:
        # Without any energy there would be no level.
        energy = self[number] = max(1, round(math.pow(10, number / CLASSES_PER_DB / 10) * _UNIT))
        return energy


_ENERGIES = _Energies()


class Tally:
    """Time, energy and classes of the pieces that were put in."""

    __slots__ = ("classes", "covered_ms", "energy", "streamed_ms")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.covered_ms = 0
        self.streamed_ms = 0
        self.energy = 0
        self.classes: dict[int, int] = {}

    def put(self, piece: Piece, ms: int) -> None:
        """Count so much of a piece."""
        self.covered_ms += ms
        self.energy += ms * _ENERGIES[piece.leq]
        if piece.streamed:
            self.streamed_ms += ms
        self.classes[piece.lp] = self.classes.get(piece.lp, 0) + ms

    def take(self, piece: Piece, ms: int) -> None:
        """Count so much of a piece no longer."""
        self.covered_ms -= ms
        self.energy -= ms * _ENERGIES[piece.leq]
        if piece.streamed:
            self.streamed_ms -= ms
        if left := self.classes[piece.lp] - ms:
            self.classes[piece.lp] = left
        else:
            del self.classes[piece.lp]

    @property
    def basis(self) -> Basis | None:
        """Where the pieces come from; None if there are none."""
        if not self.covered_ms:
            return None
        if not self.streamed_ms:
            return Basis.POLLED
        return Basis.STREAMED if self.streamed_ms == self.covered_ms else Basis.MIXED

    def levels(
        self, began: int, ended: int, extremes: tuple[int | None, int | None], min_coverage_percent: float
    ) -> WindowLevels:
        """Return what there is to tell of a window, given its lowest Lmin and highest Lmax."""
        coverage_percent = 100 * self.covered_ms / (ended - began)
        told = self.covered_ms > 0 and coverage_percent >= min_coverage_percent
        lmin, lmax = extremes
        return WindowLevels(
            began=began / 1000,
            ended=ended / 1000,
            coverage_percent=coverage_percent,
            basis=self.basis,
            leq=level_of(self.energy / self.covered_ms / _UNIT) if told else None,
            lmax=lmax / CLASSES_PER_DB if told and lmax is not None else None,
            lmin=lmin / CLASSES_PER_DB if told and lmin is not None else None,
            percentiles=percentiles_of(self.classes) if told else {},
        )


class Highest:
    """The highest of the values that have not ended; as many are kept as there are classes at most."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        """Begin with none."""
        self._values: deque[tuple[int, int]] = deque()

    def put(self, value: int, ended: int) -> None:
        """Take the next value, which ends later than all before."""
        values = self._values
        while values and values[-1][0] <= value:
            values.pop()
        values.append((value, ended))

    def end(self, until: int) -> None:
        """Forget what ended by then."""
        values = self._values
        while values and values[0][1] <= until:
            values.popleft()

    @property
    def value(self) -> int | None:
        """The highest; None if there is none."""
        return self._values[0][0] if self._values else None
