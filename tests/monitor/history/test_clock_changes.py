"""The days on which the clock is changed, in five zones, from the samples through the file to days and periods."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
import math
from pathlib import Path
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.rion_nl43.acoustics.day_plans import EU, PRESETS, US, DayPart, DayPlan, Rating
from custom_components.rion_nl43.acoustics.periods import DayLevels, PeriodLevel
from custom_components.rion_nl43.acoustics.stretches import Stretch
from tests.acoustics import seconds
from tests.acoustics.seconds import clock as wall, close
from tests.monitor.history.hearing import Ear, assert_tells, done, polled

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Australia/Sydney")
# Where nothing is changed, two days like any other.
PLAIN = (date(2026, 3, 29), date(2026, 10, 25))
# A sample stands for so long.
STEP_S = 20
# The rule of a place with odd hours, in none of which a quarter of an hour begins.
ODD = DayPlan(6 * 60 + 50, 22 * 60 + 10, 18 * 60 + 5, Rating.LDEN)


@cache
def changes(zone: str) -> tuple[date, date]:
    """Return the two days of 2026 on which a zone's clock is changed."""
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    noons = [datetime.combine(day, time(12), ZoneInfo(zone)) for day in days]
    found = [day.date() for before, day in pairwise(noons) if before.utcoffset() != day.utcoffset()]
    return (found[0], found[1]) if found else PLAIN


DAYS = [(zone, day) for zone in ZONES for day in changes(zone)]


def level(second: int) -> float | None:
    """Return what is heard at a time: another level in every quarter of an hour, minutes of silence in between."""
    quarter, minute = second // 900, second // 60
    if minute % 97 < 3 or quarter % 31 == 7:
        return None
    return 40 + quarter * 7 % 45 + minute % 3


@pytest.fixture
def frozen() -> Iterator[FrozenDateTimeFactory]:
    """Let it be some time."""
    with freeze_time("2026-01-01") as clock:
        assert isinstance(clock, FrozenDateTimeFactory)
        yield clock


class Place:
    """A meter in a zone, that has heard from the day before a day to the day after it."""

    def __init__(self, path: Path, zone: str, day: date, frozen: FrozenDateTimeFactory) -> None:
        """Hear until the noon of the day after, with a restart in each night."""
        self.zone, self.day = ZoneInfo(zone), day
        noon = int(datetime.combine(day, time(12), self.zone).timestamp())
        self.began, self.ended = noon - 50 * 3600, noon + 26 * 3600
        self.heard: dict[int, Stretch] = {}
        frozen.move_to(datetime.fromtimestamp(self.began, UTC))
        self.frozen = frozen
        self.ear = Ear(path, self.zone)
        for at in range(self.began, self.ended, STEP_S):
            if at % 30_000 < STEP_S:
                self.now(at)
                self.ear.reopen()
            if (lp := level(at)) is not None:
                self.ear.history.take_sample(polled(at + STEP_S, lp, STEP_S))
                if not at % 60:
                    self.heard[at] = seconds.stretch(at, 1, lp, lmax=lp, lmin=lp, classes={round(10 * lp): 1})
        self.now(self.ended)
        self.ear.reopen()
        minutes = range(self.began - 30 * 3600, self.ended + 86_400, 60)
        self.walls = [(minute, wall(minute, self.zone)) for minute in minutes]

    def now(self, at: int) -> None:
        """Let it be this time."""
        self.frozen.move_to(datetime.fromtimestamp(at, UTC))

    def days_of(self, plan: DayPlan) -> Iterator[tuple[date, DayPart, list[int]]]:
        """Yield the minutes of each period, by looking at the clock on the wall in each of them."""
        bounds = {part: plan.bounds_min(part) for part in plan.parts}
        found: dict[tuple[date, DayPart], list[int]] = {}
        for at, shown in self.walls:
            minute = 60 * shown.hour + shown.minute
            for part, (begins, ends) in bounds.items():
                day = shown.date()
                if begins < ends:
                    inside = begins <= minute < ends
                else:
                    inside = minute >= begins or minute < ends
                    if minute < ends:
                        day -= timedelta(days=1)
                if inside:
                    found.setdefault((day, part), []).append(at)
        yield from ((day, part, inside) for (day, part), inside in found.items())

    def assert_level(self, told: PeriodLevel, inside: list[int], *, exact: bool) -> float | None:
        """Compare the level of a period with that of its seconds, and return it."""
        mine = {second: self.heard[second] for second in inside if second in self.heard}
        coverage = seconds.covered_s(mine) / max(1, len(inside))
        assert close(told.coverage, coverage, tolerance=1e-6)
        leq = seconds.leq(mine) if coverage >= 0.75 else None
        # Where a quarter of an hour is cut, its minutes are known to 0.01 dB.
        assert (told.leq is None) == (leq is None)
        assert close(told.leq, leq) or (not exact and abs((told.leq or 0) - (leq or 0)) < 0.006)
        return leq


@pytest.mark.parametrize(("zone", "day"), DAYS)
def test_the_whole_chain(tmp_path: Path, zone: str, day: date, frozen: FrozenDateTimeFactory) -> None:
    """Hours, days, and the periods that run and that ended last are those of the seconds, at any time of the day."""
    place = Place(tmp_path / "a.db", zone, day, frozen)
    told = place.ear.hours(place.began, place.ended)
    first = place.began // 3600 * 3600
    for hour in range(first, place.ended, 3600):
        mine = {at: place.heard[at // 60 * 60] for at in range(hour, hour + 3600) if at // 60 * 60 in place.heard}
        assert_tells(told.get(1000 * hour), mine)
    plans = (EU, US, ODD, PRESETS["germany_plants"])
    periods = [{(of, part): inside for of, part, inside in place.days_of(plan)} for plan in plans]
    for plan, found in zip(plans, periods, strict=True):
        place.ear.history.plan = plan
        for of in (day - timedelta(days=1), day):
            assert_day(place, done(place.ear.history.day(of)), found, exact=plan is not ODD)
    local = int(datetime.combine(day, time(0), place.zone).timestamp())
    for at in (*range(local - 7020, local + 100_000, 8040), local + 10_800, local + 7200):
        place.now(at)
        place.ear.reopen()
        for plan, found in zip(plans, periods, strict=True):
            place.ear.history.plan = plan
            assert_periods(place, plan, found, at)
    place.ear.end()


def assert_day(place: Place, told: DayLevels, periods: dict[tuple[date, DayPart], list[int]], *, exact: bool) -> None:
    """Compare a day with its seconds."""
    penalised = 0.0
    for part in told.plan.parts:
        leq = place.assert_level(told.periods[part], periods[told.date, part], exact=exact)
        penalty = {"day": 0, "evening": 5, "night": 10}[part]
        penalised += math.nan if leq is None else told.plan.hours(part) * 10 ** ((leq + penalty) / 10)
    unknown = math.isnan(penalised) or told.plan.rating is None
    assert (told.rating is None) == unknown
    assert unknown or abs((told.rating or 0) - 10 * math.log10(penalised / 24)) < 1e-9 + 0.006 * (not exact)


def assert_periods(place: Place, plan: DayPlan, periods: dict[tuple[date, DayPart], list[int]], at: int) -> None:
    """Compare what runs and what ended last at a time with the seconds before it."""
    told = place.ear.history.periods(datetime.fromtimestamp(at, UTC))
    exact = plan is not ODD
    ((part, running),) = told.current.items()
    (inside,) = (inside for (_, one), inside in periods.items() if one is part and inside[0] <= at < inside[-1] + 60)
    so_far = [second for second in inside if second < at]
    assert running.span == (1000 * inside[0], 1000 * at)
    place.assert_level(running, so_far, exact=False)
    today = wall(at, place.zone).date()
    by_day = {
        day: [second for second, shown in place.walls if shown.date() == day]
        for day in (today, today - timedelta(days=1))
    }
    place.assert_level(told.today, [second for second in by_day[today] if second < at], exact=False)
    place.assert_level(told.last_24h, by_day[today - timedelta(days=1)], exact=True)
    for part in plan.parts:
        ended = [inside for (_, one), inside in periods.items() if one is part and inside[-1] < at]
        assert told.last[part].span == (1000 * ended[-1][0], 1000 * ended[-1][-1] + 60_000)
        place.assert_level(told.last[part], ended[-1], exact=exact)
    over = {of for of, _ in periods if all(periods.get((of, one), [at])[-1] < at for one in plan.parts)}
    assert told.rated.date == max(over)
    assert_day(place, told.rated, periods, exact=exact)
