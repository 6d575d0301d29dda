"""How long the level was how high: classes of 0.1 dB, and the levels exceeded for a share of the time."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from .sound import LOWEST_LEVEL_DB

CLASSES_PER_DB = 10
_HIGHEST_LEVEL_DB = 150.0
_CLASSES = int((_HIGHEST_LEVEL_DB - LOWEST_LEVEL_DB) * CLASSES_PER_DB)
# A level that a logarithm left a hair below a class's edge belongs above it.
_OFFSET = -LOWEST_LEVEL_DB * CLASSES_PER_DB + 1e-6


class LevelDistribution:
    """Counts of levels in classes of 0.1 dB, whose edges are the whole tenths, from LOWEST_LEVEL_DB to 150 dB."""

    __slots__ = ("_bottom", "_counts", "_top", "total")

    def __init__(self) -> None:
        """Begin without any level."""
        self._counts = [0] * _CLASSES
        self._bottom = _CLASSES
        self._top = -1
        self.total = 0

    def add(self, level: float) -> None:
        """Count one level in dB."""
        number = int(level * CLASSES_PER_DB + _OFFSET)
        self._counts[number] += 1
        self.total += 1
        self._top = max(self._top, number)
        self._bottom = min(self._bottom, number)

    def copy(self) -> "LevelDistribution":
        """Return one that goes on from here by itself."""
        twin = LevelDistribution()
        twin._counts = self._counts.copy()
        twin._bottom, twin._top, twin.total = self._bottom, self._top, self.total
        return twin

    def exceeded(self, percentages: Iterable[float]) -> tuple[float | None, ...]:
        """Return for each percentage the level in dB exceeded for that share of the time; None without any level.

        Within its class a level is interpolated, as if the class were filled evenly. So it can lie up to 0.1 dB above
        the highest level or below the lowest, and does so on the instrument too.
        """
        if not self.total:
            return tuple(None for _ in percentages)
        falling = self._counts[self._bottom : self._top + 1]
        falling.reverse()
        cumulated = list(accumulate(falling))
        return tuple(self._exceeded(percentage, falling, cumulated) for percentage in percentages)

    def _exceeded(self, percentage: float, falling: list[int], cumulated: list[int]) -> float:
        wanted = percentage / 100 * self.total
        # At least the first level counts: 0 % would otherwise lie in an empty class.
        place = bisect_left(cumulated, min(max(wanted, 1e-9), self.total))
        share = (wanted - cumulated[place] + falling[place]) / falling[place]
        return (self._top + 1 - place - share) / CLASSES_PER_DB + LOWEST_LEVEL_DB
