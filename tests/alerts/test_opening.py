"""When hours of the clock are open."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.alerts import Always, Helper, Weekly, is_open, next_change

BERLIN = ZoneInfo("Europe/Berlin")
# Each with a day on which its clock is put forward, and one on which it is put back: at 1, 2 or 3 o'clock, at midnight,
# by half an hour, or never.
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Santiago": (date(2026, 9, 6), date(2026, 4, 4)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),
    "Asia/Kolkata": (date(2026, 3, 29), date(2026, 10, 25)),
}
MINUTE = 60


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> float:
    """Return the time since the epoch of a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


def minutes_open(weekly: Weekly, zone: ZoneInfo, first: date, days: int) -> dict[int, bool]:
    """Walk along the clock, minute by minute, and open and close when it first shows a time, or a later one."""
    began = round(datetime.combine(first - timedelta(days=3), time(), UTC).timestamp())
    ended = round(datetime.combine(first + timedelta(days=days + 2), time(), UTC).timestamp())
    clock = {
        minute: datetime.fromtimestamp(minute, zone).replace(tzinfo=None) for minute in range(began, ended, MINUTE)
    }
    found = dict.fromkeys(clock, False)
    for ahead in range(-2, days + 1):
        day = first + timedelta(days=ahead)
        if day.weekday() not in weekly.days:
            continue
        opens = datetime.combine(day, weekly.begin)
        closes = datetime.combine(day, weekly.until)
        if closes <= opens:
            closes += timedelta(days=1)
        first_shown = next((minute for minute, shown in clock.items() if shown >= opens), ended)
        last_shown = next((minute for minute, shown in clock.items() if shown >= closes), ended)
        for minute in range(first_shown, last_shown, MINUTE):
            found[minute] = True
    return found


TIMES = st.one_of(
    st.sampled_from(
        [time(0), time(0, 30), time(1), time(1, 45), time(2), time(2, 30), time(3), time(22), time(23, 59)]
    ),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)
DAYS = st.one_of(st.just(frozenset(range(7))), st.frozensets(st.integers(0, 6), min_size=1))
WEEKLIES = st.builds(Weekly, TIMES, TIMES, DAYS)


@pytest.mark.parametrize(
    ("name", "which", "hours"),
    [(name, which, (23, 25)[which]) for name in [*list(CHANGES)[:4], "Australia/Sydney"] for which in (0, 1)],
)
def test_a_day_may_have_23_or_25_hours(name: str, which: int, hours: int) -> None:
    """A day from midnight to midnight is as long as the clock makes it, the only day of the week or one of seven."""
    zone = ZoneInfo(name)
    days = CHANGES.get(name) or (date(2026, 10, 4), date(2026, 4, 5))
    day = days[which]
    weekly = Weekly(time(), time(), frozenset({day.weekday()}))
    noon = datetime.combine(day, time(12), zone).timestamp()
    ended = next_change(weekly, noon, zone)
    assert ended is not None
    began = next_change(weekly, noon - 30 * 3600, zone)
    assert began is not None
    assert (ended - began) / 3600 == hours
    assert next_change(Weekly(time(), time()), noon, zone) is None


def test_friday_night_ends_on_saturday() -> None:
    """The days are those on which hours begin."""
    weekly = Weekly(time(22), time(6), frozenset({4}))
    open_at = {
        "2026-03-06T05:00": False,
        "2026-03-06T21:59:59": False,
        "2026-03-06T22:00": True,
        "2026-03-07T05:59:59": True,
        "2026-03-07T06:00": False,
        "2026-03-07T23:00": False,
    }
    assert {text: is_open(weekly, at(text), BERLIN) for text in open_at} == open_at
    assert next_change(weekly, at("2026-03-06T12:00"), BERLIN) == at("2026-03-06T22:00")
    assert next_change(weekly, at("2026-03-06T22:00"), BERLIN) == at("2026-03-07T06:00")
    assert next_change(weekly, at("2026-03-07T06:00"), BERLIN) == at("2026-03-13T22:00")


def test_hours_that_come_twice_count_once() -> None:
    """From when the clock first shows the one time until it first shows the other."""
    day = frozenset({6})
    assert is_open(Weekly(time(2, 30), time(4), day), at("2026-10-25T02:29:59"), BERLIN) is False
    assert is_open(Weekly(time(2, 30), time(4), day), at("2026-10-25T02:00", fold=1), BERLIN) is True
    closing = Weekly(time(0), time(2, 30), day)
    assert next_change(closing, at("2026-10-25T01:00"), BERLIN) == at("2026-10-25T02:30")
    assert is_open(closing, at("2026-10-25T02:15", fold=1), BERLIN) is False


def test_hours_that_never_come_begin_and_end_where_the_clock_jumps() -> None:
    """Or are left out, if they are all of them; then the next ones are a week later."""
    jump = at("2026-03-29T03:00")
    assert next_change(Weekly(time(2, 30), time(4)), at("2026-03-29T00:00"), BERLIN) == jump
    assert next_change(Weekly(time(1), time(2, 30)), at("2026-03-29T01:00"), BERLIN) == jump
    left_out = Weekly(time(2), time(2, 59), frozenset({6}))
    assert not is_open(left_out, jump, BERLIN)
    assert next_change(left_out, at("2026-03-28T12:00"), BERLIN) == at("2026-04-05T02:00")


def test_hours_that_touch_go_on_touching() -> None:
    """Day and night share each moment among them, on each day of the year."""
    day, night = Weekly(time(2, 30), time(22)), Weekly(time(22), time(2, 30))
    for which in CHANGES["Europe/Berlin"]:
        noon = datetime.combine(which, time(12), BERLIN).timestamp()
        for minute in range(-20 * 60, 12 * 60):
            assert is_open(day, noon + 60 * minute, BERLIN) is not is_open(night, noon + 60 * minute, BERLIN)


def test_whole_days_that_follow_each_other_are_one_opening() -> None:
    """Of all seven days there is no change; of five the week-end is left out."""
    assert next_change(Weekly(time(7), time(7)), at("2026-03-02T12:00"), BERLIN) is None
    assert is_open(Weekly(time(7), time(7)), at("2026-03-02T06:59"), BERLIN) is True
    working = Weekly(time(7), time(7), frozenset(range(5)))
    assert next_change(working, at("2026-03-02T12:00"), BERLIN) == at("2026-03-07T07:00")
    assert next_change(working, at("2026-03-07T07:00"), BERLIN) == at("2026-03-09T07:00")


def test_seconds_count() -> None:
    """And parts of them."""
    weekly = Weekly(time(7, 0, 0, 500_000), time(7, 0, 30))
    assert is_open(weekly, at("2026-03-02T07:00:00.499"), BERLIN) is False
    assert is_open(weekly, at("2026-03-02T07:00:00.500"), BERLIN) is True
    assert next_change(weekly, at("2026-03-02T07:00:00.500"), BERLIN) == at("2026-03-02T07:00:30")


def test_a_zone_without_a_name() -> None:
    """Any zone will do."""
    assert next_change(Weekly(time(7), time(8)), 0.0, timezone(timedelta(hours=-1))) == 8 * 3600


def test_what_the_clock_does_not_tell() -> None:
    """Always is always; a helper says so itself."""
    assert (is_open(Always(), 0, UTC), next_change(Always(), 0, UTC)) == (True, None)
    assert (is_open(Helper("site"), 0, UTC), next_change(Helper("site"), 0, UTC)) == (None, None)


@pytest.mark.parametrize("days", [frozenset[int](), frozenset({7}), frozenset({-1, 0})])
def test_days_that_are_none(days: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="no days of the week"):
        Weekly(time(7), time(8), days)


def test_times_with_a_zone() -> None:
    """They would not be those of the local clock."""
    for begin, until in ((time(7, tzinfo=UTC), time(8)), (time(7), time(8, tzinfo=UTC))):
        with pytest.raises(ValueError, match="no zone"):
            Weekly(begin, until)


@settings(deadline=None, max_examples=30)
@given(weekly=WEEKLIES, name=st.sampled_from(sorted(CHANGES)), which=st.integers(0, 1))
def test_hours_are_open_when_the_clock_shows_them(weekly: Weekly, name: str, which: int) -> None:
    """Minute by minute around a change of the clock; and the next change is where that differs next."""
    zone, day = ZoneInfo(name), CHANGES[name][which]
    found = minutes_open(weekly, zone, day - timedelta(days=1), 3)
    middle = round(datetime.combine(day, time(12), UTC).timestamp())
    span = range(middle - 36 * 3600, middle + 36 * 3600, MINUTE)
    assert all(is_open(weekly, minute, zone) is found[minute] for minute in span)
    changes = [minute for minute in span[1:] if found[minute] is not found[minute - MINUTE]]
    told = []
    now: float | None = float(span[0])
    while now is not None and (now := next_change(weekly, now, zone)) is not None and now <= span[-1]:
        told.append(round(now))
    assert told == changes
