"""The results of one measurement on one channel."""

from dataclasses import dataclass
import math

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


class Measurement:
    """Takes slots in and gives the results so far at any time."""

    __slots__ = (
        "_distribution",
        "_energy",
        "_lmax",
        "_lmin",
        "_over",
        "_peak",
        "_percentages",
        "_under",
    )

    def __init__(self, percentages: tuple[float, ...]) -> None:
        """Begin with nothing measured; `percentages` in %, 5 for the level exceeded for 5 % of the time."""
        self._percentages = percentages
        self._distribution = LevelDistribution()
        self._energy = 0.0
        self._peak = 0.0
        self._lmax = -math.inf
        self._lmin = math.inf
        self._over = False
        self._under = False

    def add(self, energy: float, peak: float, lp_before: float, lp: float, *, over: bool, under: bool) -> None:
        """Take one slot in: mean square, squared peak, Lp in dB at its begin and at its end, and its flags."""
        self._energy += energy
        self._peak = max(self._peak, peak)
        self._lmax = max(self._lmax, lp_before, lp)
        self._lmin = min(self._lmin, lp_before, lp)
        self._distribution.add(lp)
        self._over |= over
        self._under |= under

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
        )
