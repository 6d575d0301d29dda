"""Hours of the clock, and their repair with the records of the meter."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import energy_of, level_of
from custom_components.rion_nl43.acoustics.hours import HOUR_MS, Hour, HourLevels, hours_of
from custom_components.rion_nl43.acoustics.merge import merge, merge_all, time_of_meter
from custom_components.rion_nl43.acoustics.stretches import Stretch
from tests.acoustics import seconds
from tests.acoustics.seconds import HOUR_S, close, painted, repaired, stretch, stretches

FEED = st.lists(stretches(-1800, 5400, lengths=(1, 60, 420, 3600)), max_size=6)
RECORDS = st.lists(stretches(-1800, 5400, lengths=(1, 420, 600, 900, 3600)), max_size=6)


def assert_tells(levels: HourLevels, expected: seconds.Seconds, from_meter: set[int]) -> None:
    """Compare an hour with its seconds."""
    covered_s = seconds.covered_s(expected)
    assert close(levels.coverage, covered_s / HOUR_S)
    assert close(levels.leq, seconds.leq(expected))
    assert (levels.lmax, levels.lmin) == seconds.extremes(expected)
    assert (levels.l10, levels.l90) == (seconds.exceeded(expected, 10), seconds.exceeded(expected, 90))
    assert close(levels.exposure_pa2h, (20e-6) ** 2 * seconds.energy_s(expected) / 3600, tolerance=1e-12)
    stored_s = seconds.covered_s({second: expected[second] for second in from_meter})
    assert close(levels.meter_share, stored_s / covered_s if covered_s else 0.0)
    assert levels.repaired is bool(from_meter)


@settings(deadline=None)
@given(FEED)
def test_hours_are_those_of_their_seconds(feed: list[Stretch]) -> None:
    """Also where a stretch straddles an hour's end."""
    hours = hours_of(feed)
    assert list(hours) == sorted(hours)
    for began in range(-HOUR_S, 4 * HOUR_S, HOUR_S):
        expected = painted(feed, began, began + HOUR_S)
        assert bool(expected) is (1000 * began in hours)
        if expected:
            assert hours[1000 * began].levels.began == began
            assert_tells(hours[1000 * began].levels, expected, set())


@settings(deadline=None)
@given(FEED, RECORDS)
def test_a_repaired_hour_is_that_of_its_seconds(feed: list[Stretch], records: list[Stretch]) -> None:
    """Each record's span belongs to whom covers more of it."""
    hours = merge_all(hours_of(feed), records)
    assert list(hours) == sorted(hours)
    for began in range(-HOUR_S, 4 * HOUR_S, HOUR_S):
        expected, from_meter = repaired(feed, records, began)
        assert bool(expected) is (1000 * began in hours)
        if expected:
            assert_tells(hours[1000 * began].levels, expected, from_meter)


@given(FEED, RECORDS, RECORDS)
def test_merging_is_a_union(feed: list[Stretch], some: list[Stretch], more: list[Stretch]) -> None:
    """Twice changes nothing, the order does not matter, and no time counts twice."""
    hours = hours_of(feed)
    once = merge_all(hours, some)
    assert merge_all(once, some) == once
    both = merge_all(once, more)
    assert both == merge_all(merge_all(hours, more), some) == merge_all(hours, [*more, *some, *more][::-1])
    for began_ms, hour in both.items():
        found = hour.stretches
        assert all(one.ended_ms <= two.began_ms for one, two in pairwise(found))
        assert all(began_ms <= one.began_ms < one.ended_ms <= began_ms + HOUR_MS for one in found)
        assert merge(merge(hours.get(began_ms, Hour(began_ms)), more), some) == hour


@given(st.lists(stretches(0, 7000, lengths=(1, 420, 600, 900, 3600)), min_size=1, max_size=1))
def test_no_energy_is_lost_at_the_full_hour(one: list[Stretch]) -> None:
    """The exposures of the hours add up to that of the record."""
    total = sum(hour.levels.exposure_pa2h for hour in hours_of(one).values())
    assert close(total, 4e-10 * one[0].energy * one[0].covered_ms / HOUR_MS, tolerance=1e-12)


def test_exposure_of_a_pascal_for_an_hour() -> None:
    """94 dB are 1 Pa; LAeq of a day follows from the sum of its exposures."""
    loud = hours_of([stretch(0, 3600, level_of(1 / 4e-10))])[0].levels
    assert loud.exposure_pa2h == pytest.approx(1)
    assert loud.leq == pytest.approx(93.979, abs=0.001)
    day = [stretch(3600 * hour, 3600, 80 if hour == 12 else 40) for hour in range(24)]
    total = sum(hour.levels.exposure_pa2h for hour in hours_of(day).values())
    assert level_of(total / 4e-10 / 24) == pytest.approx(66.2, abs=0.01)


def test_an_hour_without_anything() -> None:
    """It has no levels, and no exposure either."""
    assert Hour(0).levels == HourLevels(0, 0.0, None, None, None, None, None, 0.0, 0.0)
    assert merge_all({0: Hour(0)}, []) == {0: Hour(0)}


def test_an_outage_is_filled_from_the_meter() -> None:
    """20 min without feed: the records of 15 min that it touches come from the meter, the others do not."""
    feed = [stretch(second, 1, 60) for second in range(3600) if not 1000 <= second < 2200]
    records = [stretch(at, 900, 60 if at in {0, 2700} else 70) for at in range(0, 3600, 900)]
    levels = merge(hours_of(feed)[0], records).levels
    assert levels.coverage == 1
    assert levels.repaired
    assert levels.meter_share == 0.5
    assert levels.leq == pytest.approx(level_of((energy_of(60) + energy_of(70)) / 2))


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Europe/Berlin"])
def test_hours_begin_at_full_hours_of_utc_in_every_zone(zone: str) -> None:
    """As statistics of Home Assistant must."""
    local = datetime(2026, 7, 1, 8, 0, tzinfo=ZoneInfo(zone))
    for began_ms in hours_of([Stretch.of_level(local.timestamp(), 7200, 60)]):
        assert datetime.fromtimestamp(began_ms / 1000, UTC).minute == 0


def test_the_clock_of_a_meter() -> None:
    """It goes on through the night in which the zone's clock jumps, and may be fast."""
    night = [datetime(2026, 3, 29) + timedelta(minutes=15 * number) for number in range(24)]
    times = [time_of_meter(local, utc_offset_s=lambda _: 3600.0, clock_offset_s=90.0) for local in night]
    assert times[0] == datetime(2026, 3, 28, 22, 58, 30, tzinfo=UTC).timestamp()
    assert {after - before for before, after in pairwise(times)} == {900}
    with pytest.raises(ValueError, match="no zone"):
        time_of_meter(datetime(2026, 3, 29, tzinfo=UTC), utc_offset_s=lambda _: 0.0)


def test_a_meter_that_was_set_to_summer_time() -> None:
    """The offset is that of the time that it wrote."""
    changed = datetime(2026, 4, 1, 9)

    def offset_s(local: datetime) -> float:
        return 7200.0 if local >= changed else 3600.0

    assert (
        time_of_meter(datetime(2026, 4, 1, 7), utc_offset_s=offset_s) == datetime(2026, 4, 1, 6, tzinfo=UTC).timestamp()
    )
    assert (
        time_of_meter(datetime(2026, 4, 1, 9), utc_offset_s=offset_s) == datetime(2026, 4, 1, 7, tzinfo=UTC).timestamp()
    )
