"""What there was to hear: levels computed from the scene itself, whatever the meter was asked and when."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
import math

from .measurement import FACTORY_PERCENTAGES
from .scene import Scene
from .sound import SLOT_S, Slot, level_db
from .weighting import MEMORY_SLOTS, make_time_weighting

# Fine enough to be exact for all purposes; coarse enough to bound the memory that a year takes.
_CLASSES_PER_DB = 1000
_SLOTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Truth:
    """The levels in dB of a span, neither rounded nor limited by a meter's range.

    `leq`, `le`, `lmax`, `lmin` and `ln`, one for each of the `percentages`, are weighted as told; `laeq` is always
    weighted A. `lpeak` is weighted Z if the others are, else C. From and to are as they were asked for.
    """

    from_s: float
    to_s: float
    frequency_weighting: str
    time_weighting: str
    percentages: tuple[float, ...]
    laeq: float
    leq: float
    le: float
    lmax: float
    lmin: float
    ln: tuple[float, ...]
    lpeak: float


@dataclass(frozen=True, slots=True)
class Question:
    """How to weight, and which percentages; ValueError for what no meter has."""

    frequency_weighting: str = "A"
    time_weighting: str = "F"
    percentages: tuple[float, ...] = FACTORY_PERCENTAGES

    def __post_init__(self) -> None:
        """Refuse other weightings, and percentages that no level can be exceeded for."""
        if self.frequency_weighting not in {"A", "C", "Z"}:
            raise ValueError(f"no frequency weighting {self.frequency_weighting!r}")
        make_time_weighting(self.time_weighting)
        if wrong := [percentage for percentage in self.percentages if not 0 < percentage < 100]:
            raise ValueError(f"a percentage lies between 0 and 100, {wrong[0]:g} does not")


class Investigation:
    """Listens to a span of a scene and tells the truth about it. Between two slots Lp goes one way only."""

    def __init__(self, question: Question) -> None:
        """Listen in this way."""
        self._question = question
        self._field = Slot._fields.index(question.frequency_weighting.lower())
        self._peak_field = Slot._fields.index("peak_z" if question.frequency_weighting == "Z" else "peak_c")
        self._weighting = make_time_weighting(question.time_weighting)
        self._weighted: float | None = None
        self._energy = self._a_energy = 0.0
        self._peak = self._highest = 0.0
        self._lowest = math.inf
        self._classes: Counter[int] = Counter()

    def turns(self, scene: Scene, first: int, last: int) -> Iterator[None]:
        """Listen to the slots from `first` to before `last`; yield every few milliseconds of work."""
        for index in range(max(0, first - MEMORY_SLOTS), first):
            self._step(scene.slot(index))
        for begin in range(first, last, _SLOTS_AT_ONCE):
            self._take([scene.slot(index) for index in range(begin, min(begin + _SLOTS_AT_ONCE, last))])
            yield

    def _step(self, slot: Slot) -> float:
        step = self._weighting.settle if self._weighted is None else self._weighting.step
        self._weighted = weighted = step(slot[self._field])
        return weighted

    def _take(self, slots: list[Slot]) -> None:
        extremes = [] if self._weighted is None else [self._weighted]
        for slot in slots:
            weighted = self._step(slot)
            extremes.append(weighted)
            self._classes[round(level_db(weighted) * _CLASSES_PER_DB)] += 1
        self._highest = max(self._highest, *extremes)
        self._lowest = min(self._lowest, *extremes)
        self._peak = max(self._peak, *(slot[self._peak_field] for slot in slots))
        self._energy += math.fsum(slot[self._field] for slot in slots)
        self._a_energy += math.fsum(slot.a for slot in slots)

    def truth(self, from_s: float, to_s: float) -> Truth:
        """Return what there was to hear in at least one slot, from one meter time to another."""
        slots = self._classes.total()
        leq = level_db(self._energy / slots)
        return Truth(
            from_s=from_s,
            to_s=to_s,
            frequency_weighting=self._question.frequency_weighting,
            time_weighting=self._question.time_weighting,
            percentages=self._question.percentages,
            laeq=level_db(self._a_energy / slots),
            leq=leq,
            le=leq + 10 * math.log10(slots * SLOT_S),
            lmax=level_db(self._highest),
            lmin=level_db(self._lowest),
            ln=tuple(self._exceeded(percentage / 100 * slots) for percentage in self._question.percentages),
            lpeak=level_db(self._peak),
        )

    def _exceeded(self, wanted: float) -> float:
        """Return the level of which so many, or just more, are no lower."""
        found = 0
        levels = iter(sorted(self._classes, reverse=True))
        number = next(levels)
        while (found := found + self._classes[number]) < wanted - 1e-9:
            number = next(levels)
        return number / _CLASSES_PER_DB
