"""Stretches of measured sound, which can be cut, joined and summed without a loss of energy.

Times are in whole ms since the epoch. An energy is a mean square of the sound pressure as a multiple of (20 uPa)^2, so
that Leq = 10 lg energy (ISO 1996-1). Time weighted energies and sound exposures are additive, levels are not.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
import math
from typing import NamedTuple, Self

from .energy import energy_of, level_of
from .percentiles import class_of, percentiles_of
from .pieces import SoundPiece

# Percentile levels tell of a span only if so much of the time that is covered came with a distribution.
_MIN_DISTRIBUTED = Fraction(3, 4)


class Span(NamedTuple):
    """From and to, in ms since the epoch."""

    began_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was measured from one time to another.

    `energy` is that of the covered time alone; `coverage` (0 to 1) says how much of the stretch that is, evenly spread,
    for a stretch cannot say where in it the holes are. `lmax` and `lmin` are in dB. `classes` has the time spent in
    each class of 0.1 dB in units of any length: only their ratio counts.
    """

    began_ms: int
    ended_ms: int
    energy: float
    lmax: float | None = None
    lmin: float | None = None
    classes: tuple[tuple[int, int], ...] = ()
    coverage: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a stretch that is none."""
        if self.ended_ms <= self.began_ms:
            raise ValueError(f"no stretch from {self.began_ms} to {self.ended_ms} ms")
        if not 0 < self.energy < math.inf:
            raise ValueError(f"no energy: {self.energy}")
        if not 0 < self.coverage <= 1:
            raise ValueError(f"no coverage from 0 to 1: {self.coverage}")
        if any(time <= 0 for _, time in self.classes):
            raise ValueError("a class without time")

    @classmethod
    def of_level(
        cls,
        start_s: float,
        covered_s: float,
        leq: float,
        *,
        lmax: float | None = None,
        lmin: float | None = None,
        classes: Mapping[int, int] | None = None,
        length_s: float | None = None,
    ) -> Self:
        """Return a stretch of Leq in dB from seconds since the epoch on; it is as long as is covered, if not told."""
        began_ms = round(1000 * start_s)
        length_s = covered_s if length_s is None else length_s
        return cls(
            began_ms,
            began_ms + round(1000 * length_s),
            energy_of(leq),
            lmax,
            lmin,
            tuple(sorted((classes or {}).items())),
            covered_s / length_s if length_s else 1.0,
        )

    @classmethod
    def of_piece(cls, piece: SoundPiece) -> Self:
        """Return the stretch that a piece of the feed fills; ValueError if it has less than a ms."""
        return cls(
            round(1000 * piece.began),
            round(1000 * piece.ended),
            energy_of(piece.leq),
            piece.lmax,
            piece.lmin,
            ((class_of(piece.lp), 1),),
        )

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.ended_ms - self.began_ms

    @property
    def covered_ms(self) -> float:
        """How much of it is covered."""
        return self.length_ms * self.coverage

    def within(self, began_ms: int, ended_ms: int) -> Self | None:
        """Return the part between two times, None if there is none.

        A part has the energy, the coverage and the distribution of the whole. It has its Lmax and Lmin too: in which
        part they were is not known, and a maximum is not to be lost.
        """
        began_ms, ended_ms = max(began_ms, self.began_ms), min(ended_ms, self.ended_ms)
        if ended_ms <= began_ms:
            return None
        if ended_ms - began_ms == self.length_ms:
            return self
        return replace(self, began_ms=began_ms, ended_ms=ended_ms)


class Spans:
    """Spans that do not overlap."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        """Begin with some."""
        self._spans = sorted(spans)

    def take(self, span: Span) -> None:
        """Have one more, which overlaps none."""
        insort(self._spans, span)

    def outside(self, stretch: Stretch) -> Iterator[Stretch]:
        """Yield what of a stretch lies in no span."""
        began_ms = stretch.began_ms
        number = max(0, bisect_right(self._spans, began_ms, key=lambda span: span.began_ms) - 1)
        while number < len(self._spans) and self._spans[number].began_ms < stretch.ended_ms:
            taken = self._spans[number]
            if part := stretch.within(began_ms, taken.began_ms):
                yield part
            began_ms = taken.ended_ms
            number += 1
        if part := stretch.within(began_ms, stretch.ended_ms):
            yield part


def rank(stretch: Stretch) -> tuple[float | int | tuple[tuple[int, int], ...], ...]:
    """Return a key that puts the stretch first that covers most time; equal keys are equal stretches."""
    return (
        -stretch.covered_ms,
        stretch.began_ms,
        stretch.ended_ms,
        stretch.energy,
        -math.inf if stretch.lmax is None else stretch.lmax,
        -math.inf if stretch.lmin is None else stretch.lmin,
        stretch.classes,
    )


def disjoint(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return the same stretches in order of time, without what is there twice.

    Where stretches overlap, the one that covers most time stays whole and the others are cut. In which order the
    stretches come does not matter.
    """
    found = sorted(set(stretches), key=lambda stretch: (stretch.began_ms, stretch.ended_ms))
    if all(one.ended_ms <= next_one.began_ms for one, next_one in pairwise(found)):
        return tuple(found)
    taken = Spans()
    parts: list[Stretch] = []
    for stretch in sorted(found, key=rank):
        for part in tuple(taken.outside(stretch)):
            parts.append(part)
            taken.take(Span(part.began_ms, part.ended_ms))
    return tuple(sorted(parts, key=lambda part: part.began_ms))


def clipped(stretches: Iterable[Stretch], span: Span) -> tuple[Stretch, ...]:
    """Return what of stretches lies in a span."""
    return tuple(part for stretch in stretches if (part := stretch.within(*span)))


def joined(stretches: Iterable[Stretch], step_ms: int) -> tuple[Stretch, ...]:
    """Return the same sound in fewer stretches: gapless ones that lie in the same step of so many ms become one.

    Energy, extremes and distribution of the whole stay what they were, a gap stays a gap. For keeping: an hour of
    streamed samples is 36 000 stretches, or 60 by steps of a minute.
    """
    runs: list[list[Stretch]] = []
    for stretch in disjoint(stretches):
        if runs and _joins(runs[-1][-1], stretch, step_ms):
            runs[-1].append(stretch)
        else:
            runs.append([stretch])
    return tuple(run[0] if len(run) == 1 else _join(run) for run in runs)


def _joins(before: Stretch, after: Stretch, step_ms: int) -> bool:
    return (
        before.ended_ms == after.began_ms
        and before.coverage == after.coverage
        and bool(before.classes) == bool(after.classes)
        and before.began_ms // step_ms == (after.ended_ms - 1) // step_ms
    )


def _join(run: list[Stretch]) -> Stretch:
    total = total_of(run)
    return Stretch(
        run[0].began_ms,
        run[-1].ended_ms,
        total.energy_ms / total.covered_ms,
        total.lmax,
        total.lmin,
        tuple(sorted(total.classes.items())),
        run[0].coverage,
    )


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of stretches that do not overlap.

    `energy_ms` is energy times covered ms, and additive. `lmax` and `lmin` are in dB. `classes` has the time in each
    class of 0.1 dB, in units of which one ms has `units_per_ms`, of the stretches that came with a distribution.
    """

    covered_ms: float
    energy_ms: float
    lmax: float | None
    lmin: float | None
    classes: Mapping[int, int]
    units_per_ms: int

    @property
    def leq(self) -> float | None:
        """Leq in dB over the covered time; None without time."""
        return level_of(self.energy_ms / self.covered_ms) if self.covered_ms else None

    @property
    def percentiles(self) -> dict[int, float]:
        """LN in dB by N; empty if less than three quarters of the covered time came with a distribution."""
        distributed_ms = Fraction(sum(self.classes.values()), self.units_per_ms)
        # The slack is for coverages, which are numbers with a point.
        known = float(distributed_ms) >= float(_MIN_DISTRIBUTED) * self.covered_ms * (1 - 1e-9)
        return percentiles_of(self.classes) if known else {}


def total_of(stretches: Iterable[Stretch]) -> Total:
    """Return the sum of stretches; it does not depend on their order."""
    found = tuple(stretches)
    # Times are exact, for LN is the class where a share of the time is reached: no rounding must move it.
    scales = [(stretch.classes, _scale(stretch)) for stretch in found if stretch.classes]
    units_per_ms = math.lcm(*{divisor for _, (_, divisor) in scales})
    times: dict[int, int] = {}
    for classes, (factor, divisor) in scales:
        units = factor * (units_per_ms // divisor)
        for number, time in classes:
            times[number] = times.get(number, 0) + time * units
    return Total(
        math.fsum(stretch.covered_ms for stretch in found),
        math.fsum(stretch.energy * stretch.covered_ms for stretch in found),
        max((stretch.lmax for stretch in found if stretch.lmax is not None), default=None),
        min((stretch.lmin for stretch in found if stretch.lmin is not None), default=None),
        times,
        units_per_ms,
    )


def _scale(stretch: Stretch) -> tuple[int, int]:
    """Return how many ms a unit of time of a stretch's classes stands for, as a fraction."""
    all_time = sum(time for _, time in stretch.classes)
    whole_ms = round(stretch.covered_ms)
    # Most often so many whole ms are covered, though a coverage, a number with a point, does not say so exactly.
    if whole_ms and abs(stretch.covered_ms - whole_ms) <= 1e-6:
        divisor = math.gcd(whole_ms, all_time)
        return whole_ms // divisor, all_time // divisor
    return (Fraction(stretch.coverage) * stretch.length_ms / all_time).as_integer_ratio()


def classes_of_percentiles(percentiles: Mapping[int, float], lmax: float, lmin: float) -> dict[int, int]:
    """Return a distribution by class of 0.1 dB that has these LN in dB (by N in %), Lmax and Lmin.

    A meter stores LN for each record, not the distribution. Between two of them the time is spread evenly: the LN told
    come out as they went in, those between are an estimate. An LN beyond Lmax or Lmin by rounding does no harm.
    """
    points = [(0, lmax), *sorted(percentiles.items()), (100, min(lmin, *percentiles.values(), lmax))]
    steps = [
        (after - before, class_of(lower), max(1, class_of(upper) - class_of(lower)))
        for (before, upper), (after, lower) in pairwise(points)
        if after > before
    ]
    units = math.lcm(*(count for _, _, count in steps))
    classes: dict[int, int] = {}
    for share, lowest, count in steps:
        for number in range(lowest, lowest + count):
            classes[number] = classes.get(number, 0) + share * units // count
    return classes
