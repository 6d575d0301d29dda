"""The results of one measurement on one channel."""

from collections import deque
from dataclasses import dataclass
import math
from typing import NamedTuple, Protocol

from .additional import MovingLeq, Takts
from .sound import SLOTS_PER_SECOND, level_db
from .statistics import LevelDistribution

FACTORY_PERCENTAGES = (5.0, 10.0, 50.0, 90.0, 95.0)


@dataclass(frozen=True, slots=True)
class Results:
    """What one channel has measured since the start, pauses left out.

    Levels are in dB and not rounded; None where nothing was measured. `ln` has one level for each percentage.
    """

    leq: float | None
    le: float | None
    lmax: float | None
    lmin: float | None
    ln: tuple[float | None, ...]
    lpeak: float | None
    duration_s: float
    over: bool
    under: bool
    lieq: float | None = None
    leq_mov: float | None = None
    ltm5: float | None = None


class Heard(NamedTuple):
    """What a channel makes of one slot: mean squares, plain and impulse-weighted, squared peak, Lp in dB, flags."""

    energy: float
    impulse: float
    peak: float
    lp_before: float
    lp: float
    over: bool
    under: bool


class Measuring(Protocol):
    """Takes slots in and gives the results so far at any time."""

    def add(self, heard: Heard) -> None:
        """Take one slot in."""

    def results(self) -> Results:
        """Return the results so far; the flags tell of any slot since the start."""

    def erase(self) -> int:
        """Forget the last slots, as far as they are kept apart; return how many those were."""


class Measurement:
    """Takes slots in and gives the results so far at any time."""

    __slots__ = (
        "_distribution",
        "_energy",
        "_impulse",
        "_lmax",
        "_lmin",
        "_moving",
        "_over",
        "_peak",
        "_percentages",
        "_takts",
        "_under",
    )

    def __init__(self, percentages: tuple[float, ...], moving_slots: int = 0) -> None:
        """Begin with nothing measured.

        `percentages` are in %, 5 for the level exceeded for 5 % of the time; the moving Leq is of so many slots.
        """
        self._percentages = percentages
        self._distribution = LevelDistribution()
        self._takts = Takts()
        self._moving = MovingLeq(moving_slots)
        self._energy = self._impulse = self._peak = 0.0
        self._lmax = -math.inf
        self._lmin = math.inf
        self._over = False
        self._under = False

    def add(self, heard: Heard) -> None:
        """Take one slot in."""
        energy, impulse, peak, lp_before, lp, over, under = heard
        self._energy += energy
        self._impulse += impulse
        self._peak = max(self._peak, peak)
        lmax = max(lp_before, lp)
        self._lmax = max(self._lmax, lmax)
        self._lmin = min(self._lmin, lp_before, lp)
        self._distribution.add(lp)
        self._takts.add(lmax)
        self._moving.add(energy)
        self._over |= over
        self._under |= under

    def erase(self) -> int:
        """Forget nothing: no slot is kept apart."""
        return 0

    def copy(self) -> "Measurement":
        """Return one that goes on from here by itself."""
        twin = Measurement(self._percentages)
        twin._distribution, twin._takts, twin._moving = (
            self._distribution.copy(),
            self._takts.copy(),
            self._moving.copy(),
        )
        twin._energy, twin._impulse, twin._peak = self._energy, self._impulse, self._peak
        twin._lmax, twin._lmin = self._lmax, self._lmin
        twin._over, twin._under = self._over, self._under
        return twin

    def results(self) -> Results:
        """Return the results so far; the flags tell of any slot since the start."""
        slots = self._distribution.total
        ln = self._distribution.exceeded(self._percentages)
        if not slots:
            return Results(None, None, None, None, ln, None, 0.0, over=False, under=False)
        duration_s = slots / SLOTS_PER_SECOND
        leq = level_db(self._energy / slots)
        return Results(
            leq=leq,
            le=leq + 10 * math.log10(duration_s),
            lmax=self._lmax,
            lmin=self._lmin,
            ln=ln,
            lpeak=level_db(self._peak),
            duration_s=duration_s,
            over=self._over,
            under=self._under,
            lieq=level_db(self._impulse / slots),
            leq_mov=self._moving.level,
            ltm5=self._takts.level,
        )


class ErasableMeasurement:
    """A measurement that keeps its last slots apart, so that they can be taken out again."""

    def __init__(self, measurement: Measurement, slots: int) -> None:
        """Go on with a measurement; so many slots can be taken out."""
        self._settled = measurement
        self._recent: deque[Heard] = deque()
        self._slots = slots

    def add(self, heard: Heard) -> None:
        """Take one slot in."""
        self._recent.append(heard)
        if len(self._recent) > self._slots:
            self._settled.add(self._recent.popleft())

    def results(self) -> Results:
        """Return the results so far, the last slots included."""
        whole = self._settled.copy()
        for heard in self._recent:
            whole.add(heard)
        return whole.results()

    def erase(self) -> int:
        """Take the last slots out; return how many those were."""
        slots = len(self._recent)
        self._recent.clear()
        return slots
