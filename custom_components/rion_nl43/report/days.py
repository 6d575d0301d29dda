"""Periods and limits of the days of a report."""

from collections.abc import Iterable
from datetime import date
import math

from ..acoustics.energy import energy_of, level_of
from ..acoustics.percentiles import CLASSES_PER_DB
from ..acoustics.periods import PeriodLevel, calendar_day, level_over, period_span, rated
from ..acoustics.stretches import Span, total_of
from .figures import DayRow, LimitRow, MeanRow, PeriodRow
from .levels import StretchesOf
from .period import window_span
from .sources import Limit, ReportSources

# As in `acoustics.budget`: so much, 4e-9 dB, is rounding.
_SLACK = 1 + 1e-9
# As for percentiles: a share of the covered time of which the distribution has to be known.
_MIN_DISTRIBUTED = 0.75


def day_row(sources: ReportSources, known: StretchesOf, now_ms: int, day: date) -> DayRow:
    """Return the periods that begin on a day, and the day itself."""
    plan = sources.plan
    periods = {
        part: _period_row(sources, known, now_ms, period_span(day, part, plan, sources.zone)) for part in plan.parts
    }
    calendar = calendar_day(day, sources.zone)
    whole = _period_row(sources, known, now_ms, calendar)
    return DayRow(
        date=day,
        periods=periods,
        rating=rated({part: row.level.leq for part, row in periods.items()}, plan),
        whole=whole,
        lmax=None if whole.level.leq is None else total_of(known.within(calendar, distribution=False)).lmax,
    )


def mean_row(sources: ReportSources, days: Iterable[DayRow]) -> MeanRow:
    """Return the energy means over days, and the rating of those: as Lden is defined for a year."""
    days = tuple(days)
    levels = {
        part: _mean(sources, [row.periods[part].level for row in days if not row.periods[part].running])
        for part in sources.plan.parts
    }
    found = {part: level for part, level in levels.items() if level is not None}
    return MeanRow(
        days=sum(not row.running for row in days),
        periods=found,
        rating=rated({part: level.leq for part, level in found.items()}, sources.plan),
        whole=_mean(sources, [row.whole.level for row in days if not row.whole.running]),
    )


def limit_rows(sources: ReportSources, known: StretchesOf, now_ms: int) -> tuple[LimitRow, ...]:
    """Return what became of each limit on each day, as far as its windows have begun."""
    return tuple(
        _limit_row(sources, known, now_ms, limit, span)
        for limit in sources.limits
        for day in sources.period.days
        # A window that the clock skips is none.
        if (span := window_span(day, limit.begin_min, limit.until_min, sources.zone)).began_ms
        < min(now_ms, span.ended_ms)
    )


def _period_row(sources: ReportSources, known: StretchesOf, now_ms: int, span: Span) -> PeriodRow:
    running = span.ended_ms > now_ms
    # Of a period that goes on nothing is said: what is to come may be louder.
    min_coverage = math.inf if running else sources.min_coverage
    return PeriodRow(level_over(known.within(span, distribution=False), span, min_coverage=min_coverage), running)


def _mean(sources: ReportSources, levels: list[PeriodLevel]) -> PeriodLevel | None:
    if not levels:
        return None
    length_ms = max(1, sum(level.span.ended_ms - level.span.began_ms for level in levels))
    covered_ms = math.fsum(level.coverage * (level.span.ended_ms - level.span.began_ms) for level in levels)
    energy_ms = math.fsum(level.energy_ms for level in levels)
    coverage = covered_ms / length_ms
    return PeriodLevel(
        Span(levels[0].span.began_ms, levels[-1].span.ended_ms),
        coverage,
        level_of(energy_ms / covered_ms) if covered_ms and coverage >= sources.min_coverage else None,
        energy_ms,
    )


def _limit_row(sources: ReportSources, known: StretchesOf, now_ms: int, limit: Limit, span: Span) -> LimitRow:
    row = _period_row(sources, known, now_ms, span)
    budgeted = energy_of(limit.limit_db) * _SLACK
    # What was measured alone may have used up all that the window allows, whatever else there was.
    exceeded = True if row.level.energy_ms > budgeted * (span.ended_ms - span.began_ms) else None
    if exceeded is None and row.level.leq is not None:
        exceeded = energy_of(row.level.leq) > budgeted
    return LimitRow(
        limit,
        row,
        exceeded,
        _above_ms(known, span, limit.limit_db),
        limit.exceedances.get(span.began_ms),
    )


def _above_ms(known: StretchesOf, span: Span, limit_db: float) -> float | None:
    """Return for how long Lp was above a limit, of the distribution by classes of 0.1 dB."""
    total = total_of(known.within(span))
    distributed_ms = sum(total.classes.values()) / total.units_per_ms
    if not distributed_ms or distributed_ms < _MIN_DISTRIBUTED * total.covered_ms * (1 - 1e-9):
        return None
    above = sum(units for number, units in total.classes.items() if number > limit_db * CLASSES_PER_DB + 1e-6)
    return above / total.units_per_ms
