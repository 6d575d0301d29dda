"""What time a report is about: a day, a week or a month of the local calendar."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from ..acoustics.day_plans import DayPlan
from ..acoustics.periods import calendar_day, moment, period_span
from ..acoustics.stretches import Span

# All clocks of today differ from UTC by a multiple of this, and are changed at one.
_QUARTER_MS = 900_000


class ReportKind(StrEnum):
    """How long a report's time is; a week begins on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """The days of a report, the first and the last among them."""

    kind: ReportKind
    first: date
    last: date

    @classmethod
    def of(cls, kind: ReportKind, day: date) -> ReportPeriod:
        """Return the period of this kind in which a day is; OverflowError at the ends of the calendar."""
        match kind:
            case ReportKind.DAY:
                return cls(kind, day, day)
            case ReportKind.WEEK:
                monday = day - timedelta(days=day.weekday())
                return cls(kind, monday, monday + timedelta(days=6))
            case _:
                first = day.replace(day=1)
                return cls(kind, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    @property
    def days(self) -> tuple[date, ...]:
        """All days, in order."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    def span(self, zone: tzinfo) -> Span:
        """Return the time from the first midnight to the last, by the clock of a zone."""
        return Span(calendar_day(self.first, zone).began_ms, calendar_day(self.last, zone).ended_ms)

    def needed(self, zone: tzinfo, plan: DayPlan, windows_min: Iterable[tuple[int, int]] = ()) -> Span:
        """Return what has to be known for a report: nights and windows of limits that go on after the last midnight.

        A window is from and to so many minutes after midnight; to the same time of the next day if both are the same.
        """
        began_ms, ended_ms = self.span(zone)
        ends = [period_span(self.last, part, plan, zone).ended_ms for part in plan.parts]
        ends += [window_span(self.last, begin, until, zone).ended_ms for begin, until in windows_min]
        return Span(began_ms, max(ended_ms, *ends))


def window_span(day: date, begin_min: int, until_min: int, zone: tzinfo) -> Span:
    """Return the window that begins on a local day, in minutes after midnight; the next day, if it ends no later."""
    last = day if until_min > begin_min else day + timedelta(days=1)
    return Span(moment(day, begin_min, zone), moment(last, until_min, zone))


def clock_hours(span: Span, zone: tzinfo) -> Iterator[Span]:
    """Yield the hours of the local clock in a span that begins with one.

    A day on which the clock is changed has 23 or 25 of them, or half of one where it is changed by half an hour.
    """
    began_ms = span.began_ms
    before = datetime.fromtimestamp(began_ms / 1000, zone)
    for at_ms in range(began_ms + _QUARTER_MS, span.ended_ms, _QUARTER_MS):
        now = datetime.fromtimestamp(at_ms / 1000, zone)
        if now.minute == 0 or now.utcoffset() != before.utcoffset():
            yield Span(began_ms, at_ms)
            began_ms = at_ms
        before = now
    yield Span(began_ms, span.ended_ms)
