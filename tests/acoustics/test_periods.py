"""Day, evening, night, Lden and Ldn, on both days of the year on which the clock is changed too."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import pairwise
import math
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.day_plans import EU, GERMANY_MAPS, PRESETS, UK, US, DayPart, DayPlan, Rating
from custom_components.rion_nl43.acoustics.hours import hours_of
from custom_components.rion_nl43.acoustics.periods import (
    DayLevels,
    calendar_day,
    day_levels,
    level_over,
    moment,
    period_span,
    rated,
)
from custom_components.rion_nl43.acoustics.stretches import Span, Stretch
from tests.acoustics import seconds
from tests.acoustics.seconds import clock, close, stretch

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")
# Where nothing is changed, two days like any other.
PLAIN = (date(2026, 3, 29), date(2026, 10, 25))
BERLIN = ZoneInfo("Europe/Berlin")
WINTER_DAY = date(2026, 1, 15)


@cache
def changes(zone: str) -> tuple[date, date]:
    """Return the two days of 2026 on which a zone's clock is changed."""
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    noons = [datetime.combine(day, time(12), ZoneInfo(zone)) for day in days]
    found = [day.date() for before, day in pairwise(noons) if before.utcoffset() != day.utcoffset()]
    return (found[0], found[1]) if found else PLAIN


DAYS = [(zone, day) for zone in ZONES for day in changes(zone)]


@lru_cache(maxsize=1)
def walls(zone: str, changed: date) -> list[tuple[int, date, int]]:
    """Return the day and the minute that the clock on the wall shows in each second around the noon of a day."""
    noon = int(datetime.combine(changed, time(12), ZoneInfo(zone)).timestamp())
    shown = ((second, clock(second, ZoneInfo(zone))) for second in range(noon - 31 * 3600, noon + 20 * 3600))
    return [(second, wall.date(), 60 * wall.hour + wall.minute) for second, wall in shown]


def run_of(found: list[int]) -> range:
    """Return seconds that follow each other as a range."""
    assert found == list(range(found[0], found[-1] + 1))
    return range(found[0], found[-1] + 1)


@cache
def seconds_of_day(zone: str, changed: date) -> range:
    """Return the seconds in which the clock on the wall shows a day."""
    return run_of([second for second, shown, _ in walls(zone, changed) if shown == changed])


@cache
def seconds_of(zone: str, changed: date, day: date, part: DayPart, plan: DayPlan) -> range:
    """Return the seconds in which the clock on the wall shows a period that begins on a day."""
    begins, ends = plan.bounds_min(part)
    morrow = day + timedelta(days=1)
    if begins < ends:
        return run_of([at for at, shown, minute in walls(zone, changed) if shown == day and begins <= minute < ends])
    return run_of(
        [
            at
            for at, shown, minute in walls(zone, changed)
            if (shown == day and minute >= begins) or (shown == morrow and minute < ends)
        ]
    )


def heard(zone: str, changed: date, levels: list[int], length_s: int, phase_s: int) -> list[Stretch]:
    """Return records from end to end around a day, with these levels in turn; 0 is a hole."""
    around = walls(zone, changed)
    starts = range(around[0][0] + phase_s, around[-1][0] - length_s, length_s)
    return [
        stretch(start, length_s, level, coverage=1.0 if level % 2 else 0.5)
        for number, start in enumerate(starts)
        if (level := levels[number % len(levels)])
    ]


def second_by_second(found: list[Stretch]) -> dict[int, Stretch]:
    """Return the stretch of each second."""
    return {second: one for one in found for second in range(one.began_ms // 1000, one.ended_ms // 1000)}


@pytest.mark.parametrize(("zone", "day"), DAYS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    levels=st.lists(st.sampled_from([0, 40, 41, 55, 70, 71, 93]), min_size=1, max_size=30).filter(any),
    length_s=st.sampled_from([60, 420, 600, 900, 3600]),
    phase_s=st.integers(0, 3599),
    plan=st.sampled_from([EU, US, UK, GERMANY_MAPS]),
    min_coverage=st.sampled_from([0.0, 0.75, 1.0]),
)
def test_totals_are_those_of_the_seconds(
    zone: str, day: date, *, levels: list[int], length_s: int, phase_s: int, plan: DayPlan, min_coverage: float
) -> None:
    """Of the whole day, and of each period of it and of the day before, in whose night the clock is changed."""
    found = heard(zone, day, levels, length_s, phase_s)
    expected = second_by_second(found)
    # As it comes from the hours of the feed: cut at full hours of UTC.
    kept = [one for hour in hours_of(found).values() for one in hour.stretches]
    told = level_over(kept, calendar_day(day, ZoneInfo(zone)), min_coverage=min_coverage)
    inside = seconds_of_day(zone, day)
    assert told.span == Span(1000 * inside.start, 1000 * inside.stop)
    mine = {second: expected[second] for second in inside if second in expected}
    assert close(told.energy_ms, 1000 * seconds.energy_s(mine))
    assert close(told.coverage, seconds.covered_s(mine) / len(inside))
    for of_day in (day - timedelta(days=1), day):
        spans = {part: seconds_of(zone, day, of_day, part, plan) for part in plan.parts}
        result = day_levels(kept, of_day, ZoneInfo(zone), plan, min_coverage=min_coverage)
        assert_tells(result, spans, expected, min_coverage)


def assert_tells(
    result: DayLevels, spans: dict[DayPart, range], expected: seconds.Seconds, min_coverage: float
) -> None:
    """Compare a day's periods with their seconds."""
    covered = penalised = 0.0
    for part, inside in spans.items():
        period = result.periods[part]
        mine = {second: expected[second] for second in inside if second in expected}
        assert period.span == Span(1000 * inside.start, 1000 * inside.stop)
        coverage = seconds.covered_s(mine) / len(inside)
        assert close(period.coverage, coverage)
        assert close(period.energy_ms, 1000 * seconds.energy_s(mine))
        level = seconds.leq(mine) if coverage >= min_coverage else None
        assert close(period.leq, level)
        covered += seconds.covered_s(mine)
        penalty = {"day": 0, "evening": 5, "night": 10}[part]
        penalised += math.nan if level is None else result.plan.hours(part) * 10 ** ((level + penalty) / 10)
    assert close(result.coverage, covered / sum(map(len, spans.values())))
    unknown = math.isnan(penalised) or result.plan.rating is None
    assert close(result.rating, None if unknown else 10 * math.log10(penalised / 24))


def test_days_are_as_long_as_they_are() -> None:
    """23 h and 25 h, half an hour on Lord Howe Island, and none in Kathmandu."""
    lengths = {
        zone: sorted((span.ended_ms - span.began_ms) / 3_600_000 for span in spans)
        for zone in ZONES
        if (spans := [calendar_day(day, ZoneInfo(zone)) for day in changes(zone)])
    }
    assert lengths == {
        "Europe/Berlin": [23, 25],
        "America/New_York": [23, 25],
        "Australia/Lord_Howe": [23.5, 24.5],
        "Asia/Kathmandu": [24, 24],
        "America/St_Johns": [23, 25],
    }


def odd_days() -> Iterator[tuple[str, date]]:
    """Days on which midnight, an hour, or the whole day does not exist, or exists twice."""
    yield from DAYS
    yield from (("America/Havana", day) for day in changes("America/Havana"))
    yield from (("Africa/Cairo", day) for day in changes("Africa/Cairo"))
    yield "Pacific/Apia", date(2011, 12, 30)


@pytest.mark.parametrize(("zone", "day"), odd_days())
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1439))
def test_a_moment_is_when_the_clock_first_shows_it(zone: str, day: date, minute: int) -> None:
    """Or more, where it skips it."""
    wanted = datetime.combine(day, time(minute // 60, minute % 60))
    first = int(wanted.replace(tzinfo=UTC).timestamp()) - 27 * 3600
    shown = next(at for at in range(first, first + 54 * 3600, 60) if clock(at, ZoneInfo(zone)) >= wanted)
    assert moment(day, minute, ZoneInfo(zone)) == 1000 * shown


@given(st.sampled_from(sorted(PRESETS)), st.sampled_from(DAYS))
def test_each_moment_is_in_one_period(preset: str, zone_day: tuple[str, date]) -> None:
    """From day to evening to night to the next day, without a gap."""
    zone, changed = zone_day
    plan = PRESETS[preset]
    spans = [
        period_span(changed + timedelta(days=number), part, plan, ZoneInfo(zone))
        for number in (-2, -1, 0, 1)
        for part in plan.parts
    ]
    assert [span.ended_ms for span in spans[:-1]] == [span.began_ms for span in spans[1:]]


def test_the_night_belongs_to_the_day_on_which_it_begins() -> None:
    """The noise at three in the morning of the 16th is that of the night of the 15th."""
    at_three = datetime(2026, 1, 16, 3, tzinfo=BERLIN).timestamp()
    result = day_levels([Stretch.of_level(at_three, 3600, 80)], WINTER_DAY, BERLIN, EU, min_coverage=0.1)
    assert result.lnight == pytest.approx(80)
    assert result.lday is result.levening is result.lden is result.ldn is None
    result = day_levels([Stretch.of_level(at_three, 3600, 80)], date(2026, 1, 16), BERLIN, EU, min_coverage=0.1)
    assert result.lnight is None


@pytest.mark.parametrize("day", [WINTER_DAY, *(change - timedelta(days=1) for change in changes("Europe/Berlin"))])
def test_a_steady_sound_has_one_lden(day: date) -> None:
    """10 lg (164.9 / 24) = 6.395 dB above its level on every day of the year, and Ldn 10 lg (105 / 24) = 6.410 dB."""
    always = [Stretch.of_level(calendar_day(day, BERLIN).began_ms / 1000, 48 * 3600, 60)]
    result = day_levels(always, day, BERLIN, EU)
    for level in (result.lday, result.levening, result.lnight):
        assert level == pytest.approx(60)
    assert result.lden == pytest.approx(66.395, abs=0.001)
    assert result.ldn is None
    result = day_levels(always, day, BERLIN, US)
    assert result.ldn == pytest.approx(66.410, abs=0.001)
    assert result.lden is result.levening is None
    result = day_levels(always, day, BERLIN, UK)
    assert result.rating is result.lden is result.ldn is None


def test_the_formula_of_the_directive() -> None:
    """Written out, of levels that differ."""
    parts = {DayPart.DAY: 62.0, DayPart.EVENING: 58.0, DayPart.NIGHT: 51.0}
    expected = 10 * math.log10((12 * 10**6.2 + 4 * 10**6.3 + 8 * 10**6.1) / 24)
    assert rated(parts, EU) == pytest.approx(expected)
    assert rated({DayPart.DAY: 62.0, DayPart.NIGHT: 51.0}, US) == pytest.approx(
        10 * math.log10((15 * 10**6.2 + 9 * 10**6.1) / 24)
    )
    assert rated({DayPart.DAY: 62.0}, US) is None


def test_a_period_below_the_wanted_coverage_is_unknown() -> None:
    """At three quarters it is known."""
    begins = moment(WINTER_DAY, 19 * 60, BERLIN) / 1000
    span = period_span(WINTER_DAY, DayPart.EVENING, EU, BERLIN)
    assert level_over([Stretch.of_level(begins, 3 * 3600, 60)], span).leq == pytest.approx(60)
    assert level_over([Stretch.of_level(begins, 3 * 3600 - 1, 60)], span).leq is None
    assert level_over([], span, min_coverage=0).leq is None


def test_what_is_there_twice_counts_once() -> None:
    """A coverage is never above 1."""
    span = calendar_day(WINTER_DAY, BERLIN)
    twice = [Stretch.of_level(span.began_ms / 1000, 86400, level) for level in (60, 60, 50)]
    assert level_over(twice, span).coverage == 1


def test_a_day_that_did_not_exist() -> None:
    """Samoa had no 30 December 2011: nothing of it is known."""
    apia = ZoneInfo("Pacific/Apia")
    plan = DayPlan(6 * 60, 0, 20 * 60)
    result = day_levels([], date(2011, 12, 30), apia, plan)
    assert result.coverage == 0
    assert level_over([], calendar_day(date(2011, 12, 30), apia)).coverage == 0


def test_plans_go_once_around_the_clock() -> None:
    """Those that do not are refused."""
    for day_min, night_min, evening_min in ((420, 420, None), (420, 1140, 1380), (-1, 420, None), (420, 1440, 1140)):
        with pytest.raises(ValueError, match="no periods of a day"):
            DayPlan(day_min, night_min, evening_min)
    with pytest.raises(ValueError, match="no Lden without"):
        DayPlan(420, 1380, None, Rating.LDEN)
    with pytest.raises(ValueError, match="no Ldn with"):
        DayPlan(420, 1380, 1140, Rating.LDN)
    with pytest.raises(KeyError):
        UK.bounds_min(DayPart.EVENING)
    for plan in PRESETS.values():
        assert sum(plan.hours(part) for part in plan.parts) == 24
    assert [EU.hours(part) for part in EU.parts] == [12, 4, 8]
