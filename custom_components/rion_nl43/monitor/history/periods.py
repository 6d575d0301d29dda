"""Which periods of the local day run now, and which ended last."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from ...acoustics.day_plans import DayPart, DayPlan
from ...acoustics.periods import DayLevels, PeriodLevel, calendar_day, moment, period_span
from ...acoustics.stretches import Span


@dataclass(frozen=True, slots=True)
class Periods:
    """The levels of periods of the local day, each with its coverage.

    - `current`: of the one that runs now, over the time so far.
    - `today`: of the local day from midnight on, over the time so far.
    - `last`: of the last full one of each part of the plan.
    - `last_24h`: of the last full local day, from midnight to midnight.
    - `rated`: the last day of the plan of which all periods are over, with Lden or Ldn.
    """

    current: Mapping[DayPart, PeriodLevel]
    today: PeriodLevel
    last: Mapping[DayPart, PeriodLevel]
    last_24h: PeriodLevel
    rated: DayLevels


def local_date(now_ms: int, zone: tzinfo) -> date:
    """Return the day that a calendar shows."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()


def running(now_ms: int, plan: DayPlan, zone: tzinfo) -> tuple[DayPart, Span]:
    """Return the period that runs."""
    today = local_date(now_ms, zone)
    return next(
        (part, span) for part, span in _periods(today, plan, zone, (-1, 0)) if span.began_ms <= now_ms < span.ended_ms
    )


def ended_last(now_ms: int, plan: DayPlan, zone: tzinfo) -> dict[DayPart, Span]:
    """Return the last period of each part that is over."""
    return {
        part: span
        for part, span in _periods(local_date(now_ms, zone), plan, zone, (-2, -1, 0))
        if span.ended_ms <= now_ms
    }


def day_ended_last(now_ms: int, plan: DayPlan, zone: tzinfo) -> date:
    """Return the last day of which all periods are over."""
    yesterday = local_date(now_ms, zone) - timedelta(days=1)
    ends_ms = max(period_span(yesterday, part, plan, zone).ended_ms for part in plan.parts)
    return yesterday if ends_ms <= now_ms else yesterday - timedelta(days=1)


def plan_day(day: date, plan: DayPlan, zone: tzinfo) -> Span:
    """Return all the time of the periods that begin on a local day."""
    spans = [period_span(day, part, plan, zone) for part in plan.parts]
    return Span(min(span.began_ms for span in spans), max(span.ended_ms for span in spans))


def day_bounds_ms(day: date, plan: DayPlan, zone: tzinfo) -> list[int]:
    """Return when the periods that begin on a local day begin and end, and when the day itself does."""
    spans = [calendar_day(day, zone), *(period_span(day, part, plan, zone) for part in plan.parts)]
    return sorted({edge for span in spans for edge in span})


def daily(day: date, begin_min: int, until_min: int, zone: tzinfo) -> Span:
    """Return the time between two times of the clock, in minutes after midnight; a whole day if they are the same."""
    last = day if until_min > begin_min else day + timedelta(days=1)
    return Span(moment(day, begin_min, zone), moment(last, until_min, zone))


def _periods(today: date, plan: DayPlan, zone: tzinfo, offsets: tuple[int, ...]) -> Iterator[tuple[DayPart, Span]]:
    for offset in offsets:
        day = today + timedelta(days=offset)
        yield from ((part, period_span(day, part, plan, zone)) for part in plan.parts)
