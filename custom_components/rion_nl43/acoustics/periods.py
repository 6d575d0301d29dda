"""LAeq of periods of the local day (Lday, Levening, Lnight), and Lden and Ldn, each with coverage.

A day is one of a time zone's clock: 23 h or 25 h long when that is changed, 23.5 h or 24.5 h on Lord Howe Island.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
import math

from .day_plans import PENALTIES_DB, DayPart, DayPlan, Rating
from .energy import energy_of, level_of
from .stretches import Span, Stretch, clipped, disjoint, total_of

# Below so much of a period's real duration its level is unknown.
MIN_COVERAGE = 0.75


@dataclass(frozen=True, slots=True)
class PeriodLevel:
    """LAeq,T in dB of a period, None below the wanted coverage; `coverage` is the share of its real duration, 0 to 1.

    `energy_ms` is energy times covered ms, which adds up over periods (`hours.exposure_pa2h` makes Pa2h of it).
    """

    span: Span
    coverage: float
    leq: float | None
    energy_ms: float


@dataclass(frozen=True, slots=True)
class DayLevels:
    """The levels of a local day: those of its periods, and Lden or Ldn in dB if the plan is for that.

    `rating` is None if a period is unknown: nothing stands for a night that nobody heard. `coverage` is that of all the
    periods together.
    """

    date: date
    plan: DayPlan
    periods: Mapping[DayPart, PeriodLevel]
    rating: float | None
    coverage: float

    @property
    def lday(self) -> float | None:
        """Lday in dB."""
        return self._of(DayPart.DAY)

    @property
    def levening(self) -> float | None:
        """Levening in dB; None without an evening."""
        return self._of(DayPart.EVENING)

    @property
    def lnight(self) -> float | None:
        """Lnight in dB, of the night that begins on this day."""
        return self._of(DayPart.NIGHT)

    @property
    def lden(self) -> float | None:
        """Lden in dB; None if the plan is not for it."""
        return self.rating if self.plan.rating is Rating.LDEN else None

    @property
    def ldn(self) -> float | None:
        """Ldn in dB; None if the plan is not for it."""
        return self.rating if self.plan.rating is Rating.LDN else None

    def _of(self, part: DayPart) -> float | None:
        period = self.periods.get(part)
        return period.leq if period else None


def moment(day: date, minute: int, zone: tzinfo) -> int:
    """Return when the local clock first shows so many minutes after midnight of a day, or more; in ms since the epoch.

    A time that the clock skips is the moment at which it skips it; of one that it shows twice it is the first.
    """
    local = datetime.combine(day, time(minute // 60, minute % 60), zone)
    first, second = round(local.timestamp()), round(local.replace(fold=1).timestamp())
    if first > second:
        # Skipped: the first second with the new offset, between the two readings of a time that never was.
        after = _offset(first, zone)
        before_s = second
        while first - before_s > 1:
            middle = (before_s + first) // 2
            if _offset(middle, zone) == after:
                first = middle
            else:
                before_s = middle
    return 1000 * first


def _offset(at_s: int, zone: tzinfo) -> timedelta | None:
    return datetime.fromtimestamp(at_s, zone).utcoffset()


def calendar_day(day: date, zone: tzinfo) -> Span:
    """Return a local day from midnight to midnight."""
    return Span(moment(day, 0, zone), moment(day + timedelta(days=1), 0, zone))


def period_span(day: date, part: DayPart, plan: DayPlan, zone: tzinfo) -> Span:
    """Return the period that begins on a local day; it ends on the next one if it goes over midnight.

    So the night belongs to the day on which it begins, and each moment to one period of one day. KeyError if the plan
    has no such period.
    """
    begins, ends = plan.bounds_min(part)
    last = day if ends > begins else day + timedelta(days=1)
    return Span(moment(day, begins, zone), moment(last, ends, zone))


def level_over(stretches: Iterable[Stretch], span: Span, *, min_coverage: float = MIN_COVERAGE) -> PeriodLevel:
    """Return LAeq,T over a span: the mean energy of the time that is covered."""
    total = total_of(clipped(disjoint(stretches), span))
    length_ms = span.ended_ms - span.began_ms
    coverage = min(1.0, total.covered_ms / length_ms) if length_ms > 0 else 0.0
    return PeriodLevel(span, coverage, total.leq if coverage >= min_coverage else None, total.energy_ms)


def day_levels(
    stretches: Iterable[Stretch], day: date, zone: tzinfo, plan: DayPlan, *, min_coverage: float = MIN_COVERAGE
) -> DayLevels:
    """Return the levels of the periods that begin on a local day, and what the plan makes of them.

    When the clock is changed, the period in which that happens is an hour shorter or longer: its level is the mean over
    its real duration, and so is its coverage. In Lden and Ldn it weighs as on any other day (`rated`).
    """
    found = disjoint(stretches)
    periods = {
        part: level_over(found, period_span(day, part, plan, zone), min_coverage=min_coverage) for part in plan.parts
    }
    lengths_ms = {part: period.span.ended_ms - period.span.began_ms for part, period in periods.items()}
    return DayLevels(
        date=day,
        plan=plan,
        periods=periods,
        rating=rated({part: period.leq for part, period in periods.items()}, plan),
        coverage=math.fsum(periods[part].coverage * length_ms for part, length_ms in lengths_ms.items())
        / max(1, sum(lengths_ms.values())),
    )


def rated(levels: Mapping[DayPart, float | None], plan: DayPlan) -> float | None:
    """Return Lden or Ldn in dB of the levels of a plan's periods; None if one is unknown or the plan is for neither.

    Lden = 10 lg 1/24 (12 10^(Lday/10) + 4 10^((Levening+5)/10) + 8 10^((Lnight+10)/10)), Directive 2002/49/EC, Annex I;
    Ldn = 10 lg 1/24 (15 10^(Lday/10) + 9 10^((Lnight+10)/10)), EPA 550/9-74-004. For 12, 4, 8, 15 and 9 stand the hours
    of the plan, by the clock, on days on which the clock is changed as well: the formulas name them as numbers, for
    levels that are means over many days, and so a sound that never changes has the same Lden on every day of the year.
    """
    if plan.rating is None:
        return None
    energies: list[float] = []
    for part in plan.parts:
        level = levels.get(part)
        if level is None:
            return None
        energies.append(plan.hours(part) * energy_of(level + PENALTIES_DB[part]))
    return level_of(math.fsum(energies) / 24)
