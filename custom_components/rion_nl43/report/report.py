"""The figures of a report, worked out of its sources."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ..acoustics.periods import calendar_day
from ..acoustics.stretches import Span
from ..alerts import Episode
from .days import day_row, limit_rows, mean_row
from .figures import ClockChange, DayRow, HourRow, Levels, LimitRow, MeanRow
from .levels import StretchesOf, gaps, hour_row, levels_over
from .period import clock_hours
from .sources import Calibration, Exclusion, ReportSources


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures of a report.

    `span` is that of its period and `told` what of it had passed when the report was made; `whole` are the levels over
    that, and `days` those that had begun. `loudest` is the hour with the highest Lmax. `gaps` are spans of at least a
    minute of which nothing is known, though nobody excluded them.
    """

    sources: ReportSources
    span: Span
    told: Span
    whole: Levels
    hours: tuple[HourRow, ...]
    loudest: HourRow | None
    days: tuple[DayRow, ...]
    mean: MeanRow
    limits: tuple[LimitRow, ...]
    episodes: tuple[Episode, ...]
    exclusions: tuple[Exclusion, ...]
    calibrations: tuple[Calibration, ...]
    gaps: tuple[Span, ...]
    clock_changes: tuple[ClockChange, ...]

    @property
    def running(self) -> bool:
        """Whether the period goes on."""
        return self.told != self.span


def make_report(sources: ReportSources) -> Report:
    """Work out a report; a month takes some tenths of a second of a core.

    ValueError if its period had not begun when it was to be made.
    """
    span = sources.period.span(sources.zone)
    now_ms = round(1000 * sources.now)
    told = Span(span.began_ms, min(span.ended_ms, now_ms))
    if told.ended_ms <= told.began_ms:
        raise ValueError(f"the period begins at {span.began_ms} ms only")
    known = StretchesOf(sources.stretches)
    exclusions = tuple(each for each in sources.exclusions if overlap(each.span, told))
    excluded = tuple(each.span for each in exclusions)
    hours = tuple(
        hour_row(sources, known, Span(hour.began_ms, min(hour.ended_ms, told.ended_ms)), excluded)
        for hour in clock_hours(span, sources.zone)
        if hour.began_ms < told.ended_ms
    )
    days = tuple(
        day_row(sources, known, now_ms, day)
        for day in sources.period.days
        if calendar_day(day, sources.zone).began_ms < told.ended_ms
    )
    return Report(
        sources=sources,
        span=span,
        told=told,
        whole=levels_over(sources, known.within(told), told),
        hours=hours,
        loudest=max(
            (row for row in hours if row.levels.lmax is not None),
            key=lambda row: row.levels.lmax or 0.0,
            default=None,
        ),
        days=days,
        mean=mean_row(sources, days),
        limits=limit_rows(sources, known, now_ms),
        episodes=tuple(sorted(_lasting(sources.episodes, span), key=lambda episode: episode.onset)),
        exclusions=tuple(sorted(exclusions, key=lambda each: each.span)),
        calibrations=_calibrations(sources.calibrations, span),
        gaps=gaps(known.within(told, distribution=False), told, excluded),
        clock_changes=tuple(_clock_changes(span, sources.zone)),
    )


def overlap(one: Span, other: Span) -> bool:
    """Return whether two spans have time in common."""
    return one.began_ms < other.ended_ms and other.began_ms < one.ended_ms


def _lasting(episodes: Iterable[Episode], span: Span) -> Iterable[Episode]:
    for episode in episodes:
        began_ms = 1000 * episode.onset
        ended_ms = span.ended_ms if episode.ended is None else 1000 * episode.ended
        if began_ms < span.ended_ms and ended_ms >= span.began_ms:
            yield episode


def _calibrations(calibrations: Iterable[Calibration], span: Span) -> tuple[Calibration, ...]:
    """Return those of a span, and the last one before it: what is measured rests on that."""
    ordered = sorted((each for each in calibrations if 1000 * each.began < span.ended_ms), key=lambda each: each.began)
    before = [each for each in ordered if 1000 * each.began < span.began_ms]
    return (*before[-1:], *ordered[len(before) :])


def _clock_changes(span: Span, zone: tzinfo) -> Iterable[ClockChange]:
    before_s = _offset_s(span.began_ms, zone)
    for hour in clock_hours(span, zone):
        after_s = _offset_s(hour.began_ms, zone)
        if after_s != before_s:
            yield ClockChange(hour.began_ms, before_s, after_s)
            before_s = after_s


def _offset_s(at_ms: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(at_ms / 1000, zone).utcoffset()
    return round(offset.total_seconds()) if offset else 0
