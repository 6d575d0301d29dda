"""The figures of reports."""

from datetime import date
import math
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.acoustics.day_plans import EU, GERMANY_PLANTS, US, DayPart
from custom_components.rion_nl43.acoustics.periods import calendar_day, day_levels
from custom_components.rion_nl43.acoustics.stretches import Span, Stretch
from custom_components.rion_nl43.report import (
    Calibration,
    Exclusion,
    Limit,
    Report,
    ReportKind,
    main_weighting,
    make_report,
)
from custom_components.rion_nl43.report.levels import gaps

from .samples import BERLIN, OFFICE, SLEEP, at_ms, episode, full, hours_of, sources, steady, street

DAY = date(2026, 3, 4)


def without(began: str, ended: str, level: float = 60.0) -> tuple[Stretch, ...]:
    """Return a steady level over three days but for one span."""
    return (
        *steady(Span(at_ms("2026-03-03"), at_ms(began)), level),
        *steady(Span(at_ms(ended), at_ms("2026-03-06")), level),
    )


def test_a_steady_day() -> None:
    """Every level of it is the same, and Lden is 6.4 dB more: day, evening and night count as in the Directive."""
    report = make_report(sources())
    assert report.whole.leq == pytest.approx(60)
    assert report.whole.percentiles == dict.fromkeys((1, 5, 10, 50, 90, 95), 60.0)
    assert report.whole.exposure_pa2h == pytest.approx(24 * 4e-10 * 10**6)
    assert [row.levels.leq for row in report.hours] == pytest.approx([60.0] * 24)
    (day,) = report.days
    assert {part: row.level.leq for part, row in day.periods.items()} == pytest.approx(dict.fromkeys(DayPart, 60.0))
    lden = 60 + 10 * math.log10((12 + 4 * 10**0.5 + 8 * 10) / 24)
    assert day.rating == report.mean.rating == pytest.approx(lden)
    assert day.lmax == 60.0
    assert not report.running
    assert not day.running
    assert report.gaps == ()


def test_hours_are_those_of_the_statistics() -> None:
    """Where hours of the clock are those of UTC as well."""
    report = make_report(full(ReportKind.DAY))
    known = report.sources.hours
    for row in report.hours:
        hour = known.get(row.levels.span.began_ms)
        if hour is None or hour.coverage < 0.75:
            assert (row.levels.leq, row.levels.lmax, row.levels.lmin, row.levels.percentiles) == (None, None, None, {})
        else:
            assert (row.levels.leq, row.levels.lmax, row.levels.lmin) == (hour.leq, hour.lmax, hour.lmin)
            assert row.levels.percentiles == {10: hour.l10, 90: hour.l90}
        assert row.levels.coverage == (hour.coverage if hour else 0)


def test_hours_beside_those_of_utc() -> None:
    """Are made of what lies in them, and marked if a part of it comes from the meter."""
    zone = ZoneInfo("Asia/Kolkata")
    repaired = Span(at_ms("2026-03-04 09:00", zone), at_ms("2026-03-04 10:00", zone))
    loud = (*steady(Span(at_ms("2026-03-04", zone), repaired.began_ms), 50.0), *steady(repaired, 70.0))
    report = make_report(sources(zone=zone, stretches=loud, hours=hours_of(loud, (repaired,)), feed_holes=(repaired,)))
    assert [row.levels.leq for row in report.hours[:10]] == pytest.approx([50.0] * 9 + [70.0])
    assert report.hours[10].levels.leq is None
    assert [row.levels.meter_share for row in report.hours[:10]] == [0.0] * 9 + [1.0]
    assert report.whole.meter_share == pytest.approx(0.1)


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_on_which_the_clock_is_changed(day: date, count: int) -> None:
    """They have an hour less or more, and say so; Lden of what never changes is what it always is."""
    report = make_report(sources(day=day))
    assert len(report.hours) == count
    (change,) = report.clock_changes
    assert abs(change.after_s - change.before_s) == 3600
    assert report.days[0].rating == make_report(sources()).days[0].rating
    assert not make_report(sources()).clock_changes


def test_too_little_coverage() -> None:
    """What is covered too little is unknown, and so is what is made of it; its exposure can be told."""
    report = make_report(sources(stretches=without("2026-03-04 23:30", "2026-03-05 04:00")))
    (day,) = report.days
    night = day.periods[DayPart.NIGHT]
    assert night.level.leq is None
    assert night.level.coverage == pytest.approx(3.5 / 8)
    assert day.rating is report.mean.rating is None
    assert day.periods[DayPart.DAY].level.leq == pytest.approx(60)
    assert report.hours[23].levels.leq is None
    assert report.hours[23].levels.exposure_pa2h == pytest.approx(0.5 * 4e-10 * 10**6)


def test_nothing_at_all() -> None:
    """A report of nothing has no level, and no error."""
    report = make_report(sources(ReportKind.WEEK, stretches=(), limits=(OFFICE,)))
    assert report.whole.leq is None
    assert report.loudest is None
    assert report.mean.whole is not None
    assert report.mean.whole.leq is None
    assert all(row.exceeded is None and row.above_ms is None for row in report.limits)
    assert report.gaps == (report.span,)


def test_no_least_coverage() -> None:
    """With a least coverage of 0 what is not there is unknown all the same."""
    report = make_report(sources(stretches=without("2026-03-04 08:00", "2026-03-04 10:00"), min_coverage=0.0))
    assert report.hours[8].levels.leq is None
    assert report.days[0].periods[DayPart.DAY].level.leq == pytest.approx(60)


def test_while_it_goes_on() -> None:
    """It tells of what has passed; of a period that goes on it says nothing, however much of it is known."""
    report = make_report(full(ReportKind.WEEK, now="2026-03-05 18:59"))
    assert report.running
    assert report.told.ended_ms == at_ms("2026-03-05 18:59")
    assert report.hours[-1].levels.span == Span(at_ms("2026-03-05 18:00"), at_ms("2026-03-05 18:59"))
    assert [row.periods[DayPart.DAY].running for row in report.days] == [False] * 3 + [True]
    assert report.days[3].periods[DayPart.DAY].level.leq is None
    assert report.mean.days == 3
    assert len([row for row in report.limits if row.limit is SLEEP]) == 3
    assert not any(row.row.running for row in report.limits if row.exceeded is False)


def test_not_before_it_begins() -> None:
    """There is nothing to tell."""
    with pytest.raises(ValueError, match="begins"):
        make_report(sources(now="2026-03-03 23:59"))


@pytest.mark.parametrize("plan", [EU, US, GERMANY_PLANTS])
def test_means_over_days(plan: object) -> None:
    """They are means of energy over all days; the rating is made of them."""
    report = make_report(
        sources(ReportKind.WEEK, plan=plan, stretches=street(Span(at_ms("2026-03-01"), at_ms("2026-03-10"))))
    )
    for part, level in report.mean.periods.items():
        energies = [10 ** ((row.periods[part].level.leq or 0) / 10) for row in report.days]
        assert level.leq == pytest.approx(10 * math.log10(sum(energies) / 7))
    assert (report.mean.rating is None) is (plan is GERMANY_PLANTS)
    day = report.days[2]
    known = day_levels(report.sources.stretches, day.date, BERLIN, report.sources.plan)
    assert {part: row.level for part, row in day.periods.items()} == known.periods
    assert day.rating == known.rating


def only(report: Report) -> object:
    """Return what became of the only limit in the only window: exceeded or not, and for how many seconds."""
    (row,) = report.limits
    return row.exceeded, None if row.above_ms is None else row.above_ms / 1000


@pytest.mark.parametrize(
    ("level", "limit_db", "expected"),
    [
        (60.0, 60.0, (False, 0)),
        (60.1, 60.0, (True, 12 * 3600)),
        (59.9, 60.0, (False, 0)),
        (60.0, 59.95, (True, 12 * 3600)),
    ],
)
def test_limits(level: float, limit_db: float, expected: object) -> None:
    """A level that is just the limit keeps it."""
    limit = Limit("x", limit_db, 7 * 60, 19 * 60)
    report = make_report(sources(stretches=without("2026-03-05", "2026-03-05 01:00", level), limits=(limit,)))
    assert only(report) == expected
    assert report.limits[0].over_db == pytest.approx(level - limit_db)


def test_a_limit_that_is_exceeded_at_any_coverage() -> None:
    """What was measured alone used up the energy; as long as that is not so, too little coverage is no outcome."""
    hour = Span(at_ms("2026-03-04 08:00"), at_ms("2026-03-04 09:00"))
    limit = Limit("x", 60.0, 7 * 60, 19 * 60, {at_ms("2026-03-04 07:00"): 3})
    for level, exceeded in ((75.0, True), (65.0, None)):
        report = make_report(sources(stretches=steady(hour, level), limits=(limit,)))
        assert only(report) == (exceeded, 3600)
        assert report.limits[0].over_db is None
        assert report.limits[0].exceedances == 3
    bare = steady(hour, 65.0, classes=())
    assert only(make_report(sources(stretches=bare, limits=(limit,)))) == (None, None)


def test_a_window_that_the_clock_skips() -> None:
    """Is none."""
    limit = Limit("x", 60.0, 2 * 60, 3 * 60)
    report = make_report(sources(ReportKind.WEEK, date(2026, 3, 29), limits=(limit,)))
    assert len(report.limits) == 6


def test_episodes() -> None:
    """Those that lasted in the period, in order."""
    found = (
        episode("2026-03-03 12:00"),
        episode("2026-03-03 23:58", minutes=4),
        episode("2026-03-04 12:00", minutes=None),
        episode("2026-03-04 11:00"),
        episode("2026-03-05 00:00"),
    )
    report = make_report(sources(episodes=found))
    assert report.episodes == (found[1], found[3], found[2])


def test_exclusions_and_gaps() -> None:
    """What is excluded is no gap, and marked in its hours."""
    cut = Span(at_ms("2026-03-04 08:50"), at_ms("2026-03-04 09:05"))
    heard = without("2026-03-04 08:50", "2026-03-04 09:10")
    before = Exclusion(Span(at_ms("2026-03-03 08:00"), at_ms("2026-03-03 09:00")), "x")
    report = make_report(sources(stretches=heard, exclusions=(Exclusion(cut, "calibration"), before)))
    assert [each.why for each in report.exclusions] == ["calibration"]
    assert report.gaps == (Span(at_ms("2026-03-04 09:05"), at_ms("2026-03-04 09:10")),)
    assert [row.excluded_ms for row in report.hours if row.excluded_ms] == [600_000, 300_000]


def test_short_gaps_are_left_out() -> None:
    """Less than a minute is none."""
    span = Span(0, 200_000)
    heard = (Stretch(0, 50_000, 1.0), Stretch(109_999, 150_000, 1.0))
    assert gaps(heard, span, ()) == ()
    assert gaps(heard[:1], span, ()) == (Span(50_000, 200_000),)


def test_calibrations() -> None:
    """Those of the period, and the last one before."""
    log = tuple(
        Calibration(at_ms(f"2026-03-{day:02}") / 1000 + 3600, at_ms(f"2026-03-{day:02}") / 1000 + 3900)
        for day in (1, 3, 4, 5)
    )
    assert make_report(sources(calibrations=log)).calibrations == log[1:3]
    assert make_report(sources(calibrations=log[2:])).calibrations == log[2:3]


def test_weightings() -> None:
    """Those of most hours count, and hours with others are marked."""
    assert main_weighting({}, "A", None) == ("A", None)
    assert main_weighting({0: "CF", 1: "AF", 2: "AF", 3: "A", 4: ""}, "C", "S") == ("A", "F")
    first = calendar_day(DAY, BERLIN).began_ms
    report = make_report(sources(weightings={first: "CS", first + 3_600_000: "AF"}))
    assert [row.weighting for row in report.hours[:3]] == ["CS", "", ""]


def test_the_loudest_hour() -> None:
    """It has the highest Lmax."""
    report = make_report(full(ReportKind.DAY))
    assert report.loudest is not None
    assert report.loudest.levels.lmax == report.whole.lmax == max(row.levels.lmax or 0 for row in report.hours)
