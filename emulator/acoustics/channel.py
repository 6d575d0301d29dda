"""One channel of the meter: a frequency weighting, a time weighting, the live level and the measurement."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .measurement import FACTORY_PERCENTAGES, ErasableMeasurement, Heard, Measurement, Measuring, Results
from .sound import LOWEST_LEVEL_DB, Slot, energy_of, level_db
from .weighting import Impulse, make_time_weighting

# The ranges of this family of meters; a sine at the top of the range has its peak at the top of the peak's range.
RANGE_TOP_DB = 138.0
PEAK_TOP_DB = 141.0
RANGE_BOTTOM_DB = {"A": 25.0, "C": 33.0, "Z": 38.0}

_TOP = energy_of(RANGE_TOP_DB)
_PEAK_TOP = energy_of(PEAK_TOP_DB)
_ENERGY_FIELD = {"A": Slot._fields.index("a"), "C": Slot._fields.index("c"), "Z": Slot._fields.index("z")}


@dataclass(frozen=True, slots=True)
class SlotLevels:
    """Levels in dB of the last slot alone, as a row of DRD tells them, and its flags."""

    lp: float
    leq: float
    lmax: float
    lmin: float
    lpeak: float
    over: bool
    under: bool
    lieq: float = LOWEST_LEVEL_DB


class Channel:
    """Listens to slots; measures while told to.

    Lpeak is Z-weighted on a Z-weighted channel, else C-weighted. A channel's first slot finds its Lp settled.
    """

    __slots__ = (
        "_bottom",
        "_energy",
        "_energy_field",
        "_impulse",
        "_impulse_weighting",
        "_lp_before",
        "_measurement",
        "_over",
        "_peak",
        "_peak_field",
        "_step",
        "_weighting",
        "frequency_weighting",
        "heard",
        "lp",
        "time_weighting",
    )

    def __init__(self, frequency_weighting: str, time_weighting: str) -> None:
        """Make a channel weighted "A", "C" or "Z" and "F", "S" or "I"; ValueError for another weighting."""
        if frequency_weighting not in _ENERGY_FIELD:
            raise ValueError(f"no frequency weighting {frequency_weighting!r}")
        self.frequency_weighting = frequency_weighting
        self.time_weighting = time_weighting
        self.lp = LOWEST_LEVEL_DB
        self._weighting = make_time_weighting(time_weighting)
        self._impulse_weighting = Impulse()
        self._step: Callable[[float], float] | None = None
        self._energy_field = _ENERGY_FIELD[frequency_weighting]
        self._peak_field = Slot._fields.index("peak_z" if frequency_weighting == "Z" else "peak_c")
        self._bottom = RANGE_BOTTOM_DB[frequency_weighting]
        self._lp_before = LOWEST_LEVEL_DB
        self._energy = self._impulse = self._peak = 0.0
        self._over = False
        self._measurement: Measuring = Measurement(FACTORY_PERCENTAGES)
        self.heard = Heard(0.0, 0.0, 0.0, LOWEST_LEVEL_DB, LOWEST_LEVEL_DB, over=False, under=False)
        """What it made of the last slot that was measured."""

    def start(
        self,
        percentages: tuple[float, ...] = FACTORY_PERCENTAGES,
        *,
        moving_slots: int = 0,
        erasable_slots: int = 0,
    ) -> None:
        """Clear the results and measure anew, with these percentages in % for LN1, LN2 ...

        The moving Leq is of so many slots, 0 for none of it; so many can be erased.
        """
        measurement = Measurement(percentages, moving_slots)
        self._measurement = ErasableMeasurement(measurement, erasable_slots) if erasable_slots else measurement

    def erase(self) -> int:
        """Take the last slots out of the measurement, at most as many as the start allowed; return their number."""
        return self._measurement.erase()

    def add(self, slot: Slot, measuring: bool) -> None:
        """Hear the next 100 ms; without `measuring` (stopped, paused) they count for the live level alone."""
        energy = slot[self._energy_field]
        peak = slot[self._peak_field]
        self._over = over = energy >= _TOP or slot.peak_z >= _PEAK_TOP
        if over:
            energy = min(energy, _TOP)
            peak = min(peak, _PEAK_TOP)
        if self._step is None:
            self._step = self._weighting.step
            before = lp = level_db(self._weighting.settle(energy))
            impulse = self._impulse_weighting.settle(energy)
        else:
            before = self.lp
            lp = level_db(self._step(energy))
            impulse = self._impulse_weighting.step(energy)
        self.lp = lp
        self._lp_before = before
        self._energy = energy
        self._impulse = impulse
        self._peak = peak
        if measuring:
            self.heard = heard = Heard(energy, impulse, peak, before, lp, over, lp < self._bottom)
            self._measurement.add(heard)

    def results(self, *, latched: bool = True) -> Results:
        """Return the results since the start.

        The flags tell of any slot since the start (`latched`), or of the last slot heard, measured or not.
        """
        results = self._measurement.results()
        return results if latched else replace(results, over=self._over, under=self.lp < self._bottom)

    @property
    def slot_levels(self) -> SlotLevels:
        """The levels of the last slot alone; LOWEST_LEVEL_DB before the first."""
        return SlotLevels(
            lp=self.lp,
            leq=level_db(self._energy),
            lmax=max(self._lp_before, self.lp),
            lmin=min(self._lp_before, self.lp),
            lpeak=level_db(self._peak),
            over=self._over,
            under=self.lp < self._bottom,
            lieq=level_db(self._impulse),
        )
