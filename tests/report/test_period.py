"""What time a report is about."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.acoustics.day_plans import EU
from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.report import ReportKind, ReportPeriod
from custom_components.rion_nl43.report.period import clock_hours

from .samples import BERLIN, at_ms

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        (ReportKind.DAY, date(2026, 3, 4), date(2026, 3, 4), date(2026, 3, 4)),
        (ReportKind.WEEK, date(2026, 3, 4), date(2026, 3, 2), date(2026, 3, 8)),
        (ReportKind.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3)),
        (ReportKind.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (ReportKind.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_period(kind: ReportKind, day: date, first: date, last: date) -> None:
    """It is the one in which a day is, whole."""
    period = ReportPeriod.of(kind, day)
    assert (period.first, period.last) == (first, last)
    assert period.days[0] == first
    assert period.days[-1] == last
    assert len(period.days) == (last - first).days + 1


def test_end_of_the_calendar() -> None:
    """There is no month after the last one."""
    with pytest.raises(OverflowError):
        ReportPeriod.of(ReportKind.MONTH, date.max)


def test_needed() -> None:
    """The last night and the last window of a limit go on after midnight."""
    period = ReportPeriod.of(ReportKind.DAY, date(2026, 3, 4))
    assert period.span(BERLIN) == Span(at_ms("2026-03-04"), at_ms("2026-03-05"))
    assert period.needed(BERLIN, EU) == Span(at_ms("2026-03-04"), at_ms("2026-03-05 07:00"))
    assert period.needed(BERLIN, EU, [(480, 480)]) == Span(at_ms("2026-03-04"), at_ms("2026-03-05 08:00"))


@pytest.mark.parametrize(
    ("day", "zone", "count"),
    [
        (date(2026, 3, 4), "Europe/Berlin", 24),
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2026, 3, 4), "Asia/Kolkata", 24),
        (date(2026, 3, 4), "Asia/Kathmandu", 24),
        # Half an hour twice, and half an hour never.
        (date(2026, 4, 5), "Australia/Lord_Howe", 25),
        (date(2026, 10, 4), "Australia/Lord_Howe", 24),
        (date(2026, 4, 5), "Pacific/Auckland", 25),
    ],
)
def test_hours_of_the_clock(day: date, zone: str, count: int) -> None:
    """They fill the day, each as long as it is."""
    span = ReportPeriod.of(ReportKind.DAY, day).span(ZoneInfo(zone))
    hours = list(clock_hours(span, ZoneInfo(zone)))
    assert len(hours) == count
    assert (hours[0].began_ms, hours[-1].ended_ms) == span
    assert all(one.ended_ms == after.began_ms for one, after in pairwise(hours))
    assert all(hour.ended_ms - hour.began_ms in (HOUR_MS, HOUR_MS // 2) for hour in hours)
