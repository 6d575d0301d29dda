"""A row of the history: sound of up to a quarter of an hour (a record of the meter: an hour), packed for keeping.

A row has the levels of its minutes too, for what is left out of it later (a calibration) or cut (at the end of a
period, or where records of the meter begin): the mean over a quarter of an hour says nothing of a part of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import accumulate
import math
from typing import NamedTuple

from ...acoustics.energy import energy_of, level_of
from ...acoustics.hours import by_hour
from ...acoustics.stretches import Stretch, joined
from .packing import pack, unpack

MINUTE_MS = 60_000
QUARTER_MS = 900_000
# Levels of minutes are kept to 0.01 dB.
_PER_DB = 100
# Times in classes beyond that, in sum, are made smaller: only their ratio counts, and those of the feed never are.
_MOST_UNITS = 1 << 24


class Source(IntEnum):
    """Who told of the sound."""

    FEED = 0
    METER = 1


class Row(NamedTuple):
    """Sound from one time to another in ms since the epoch, in one full hour.

    `weighting` is that of the main channel (`AF`, `CS`), empty if unknown; energy, coverage, Lmax and Lmin are those of
    a `Stretch`; `classes` and `minutes` are packed.
    """

    source: int
    weighting: str
    began_ms: int
    ended_ms: int
    coverage: float
    energy: float
    lmax: float | None
    lmin: float | None
    classes: bytes
    minutes: bytes

    @property
    def hour_ms(self) -> int:
        """When its hour begins."""
        return self.began_ms // 3_600_000 * 3_600_000

    def stretch(self, *, distribution: bool = True) -> Stretch:
        """Return it as a stretch; ValueError if it is none."""
        classes = _unpack_classes(self.classes) if distribution else ()
        return Stretch(self.began_ms, self.ended_ms, self.energy, self.lmax, self.lmin, classes, self.coverage)

    def parts(self, *, distribution: bool = False) -> tuple[Stretch, ...]:
        """Return its minutes, or what else it was made of, each with the distribution of all; the whole if it has none.

        ValueError if these are none.
        """
        whole = self.stretch(distribution=distribution)
        return tuple(_unpack_minutes(self.minutes, whole)) or (whole,)


def row_of(source: Source, weighting: str, parts: Sequence[Stretch], classes: Mapping[int, int]) -> Row:
    """Return one row of parts that follow each other in one full hour, with the distribution of all of them."""
    began_ms, ended_ms = parts[0].began_ms, parts[-1].ended_ms
    covered_ms = math.fsum(part.covered_ms for part in parts)
    energy = math.fsum(part.energy * part.covered_ms for part in parts) / covered_ms
    return Row(
        int(source),
        weighting,
        began_ms,
        ended_ms,
        min(1.0, covered_ms / (ended_ms - began_ms)),
        energy,
        max((part.lmax for part in parts if part.lmax is not None), default=None),
        min((part.lmin for part in parts if part.lmin is not None), default=None),
        _pack_classes(classes),
        _pack_minutes(parts, energy) if len(parts) > 1 else b"",
    )


def rows_of_records(records: Iterable[Stretch], weighting: str) -> tuple[Row, ...]:
    """Return rows of the meter's records: gapless ones of the same kind in a quarter of an hour become one row."""
    minutes = joined((part for parts in by_hour(records).values() for part in parts), MINUTE_MS)
    rows: list[Row] = []
    number = 0
    for whole in joined(minutes, QUARTER_MS):
        first = number
        while number < len(minutes) and minutes[number].ended_ms <= whole.ended_ms:
            number += 1
        rows.append(row_of(Source.METER, weighting, minutes[first:number], dict(whole.classes)))
    return tuple(rows)


def _pack_classes(classes: Mapping[int, int]) -> bytes:
    """Pack a distribution: the classes from the lowest one on, then the times."""
    if not classes:
        return b""
    found = sorted(classes.items())
    divisor = math.gcd(*(time for _, time in found))
    total = sum(time for _, time in found) // divisor
    if total > _MOST_UNITS:
        times = [max(1, time // divisor * _MOST_UNITS // total) for _, time in found]
    else:
        times = [time // divisor for _, time in found]
    return pack((*_steps(number for number, _ in found), *times))


def _unpack_classes(packed: bytes) -> tuple[tuple[int, int], ...]:
    if not packed:
        return ()
    numbers = unpack(packed)
    count = len(numbers) // 2
    return tuple(zip(accumulate(numbers[:count]), numbers[count:], strict=True))


def _pack_minutes(parts: Sequence[Stretch], energy: float) -> bytes:
    """Pack levels in columns: gaps, lengths, time not covered, Leq, and the distances of Lmax and Lmin from it."""
    level = _hundredths(level_of(energy))
    leqs = [_hundredths(level_of(part.energy)) for part in parts]
    return pack(
        (
            *(part.began_ms - before for part, before in zip(parts, _ends(parts), strict=True)),
            *(part.length_ms for part in parts),
            *(part.length_ms - max(1, round(part.covered_ms)) for part in parts),
            *(leq - level for leq in leqs),
            *(_distance(part.lmax, leq) for part, leq in zip(parts, leqs, strict=True)),
            *(_distance(part.lmin, leq) for part, leq in zip(parts, leqs, strict=True)),
        )
    )


def _unpack_minutes(packed: bytes, whole: Stretch) -> Iterator[Stretch]:
    if not packed:
        return
    numbers = unpack(packed)
    count = len(numbers) // 6
    columns = [numbers[count * column : count * (column + 1)] for column in range(6)]
    level = _hundredths(level_of(whole.energy))
    at = whole.began_ms
    for gap, length, missing, off, above, below in zip(*columns, strict=True):
        leq = level + off
        began_ms, at = at + gap, at + gap + length
        extremes = _level(above, leq), _level(below, leq)
        yield Stretch(began_ms, at, energy_of(leq / _PER_DB), *extremes, whole.classes, 1 - missing / length)


def _hundredths(level: float) -> int:
    return round(_PER_DB * level)


def _steps(numbers: Iterable[int]) -> Iterator[int]:
    before = 0
    for number in numbers:
        yield number - before
        before = number


def _ends(parts: Sequence[Stretch]) -> Iterator[int]:
    yield parts[0].began_ms
    yield from (part.ended_ms for part in parts[:-1])


def _distance(level: float | None, leq: int) -> int:
    """Return how far a level is from another one, 0 if there is none."""
    if level is None:
        return 0
    distance = _hundredths(level) - leq
    return distance + 1 if distance >= 0 else distance


def _level(distance: int, leq: int) -> float | None:
    if not distance:
        return None
    return (leq + (distance - 1 if distance > 0 else distance)) / _PER_DB
