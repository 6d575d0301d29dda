"""Clock-aligned windows: the last complete period of the local clock."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import Basis, SoundPiece, WindowKind, WindowSpec, energy_mean

from .oracle import assert_same, heard, last_complete_period, ms_of, told
from .sounds import CLOCK_MINUTE, EIGHT, listening, piece, sounds, windows

HOUR = WindowSpec(WindowKind.ALIGNED, 3600)
QUARTER = WindowSpec(WindowKind.ALIGNED, 900)
SEVEN_MINUTES = WindowSpec(WindowKind.ALIGNED, 420)
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
BEIRUT = ZoneInfo("Asia/Beirut")
ZONES = (UTC, BERLIN, LORD_HOWE, BEIRUT, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York"))
# When clocks were changed in these zones, and a time at which none was.
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 3, 28, 22, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
)


def period(spec: WindowSpec, now: datetime, zone: tzinfo) -> tuple[str, str]:
    """Return from when to when, by the local clock, the last complete period was."""
    levels = windows(spec, zone=zone).levels(spec, now.timestamp())
    return (
        datetime.fromtimestamp(levels.began, zone).strftime("%d %H:%M"),
        datetime.fromtimestamp(levels.ended, zone).strftime("%d %H:%M"),
    )


def test_a_period_is_told_when_it_is_complete() -> None:
    """Not before its last millisecond has passed, and unchanged until the next one is complete."""
    found = listening([piece(second, second + 1, 60 + second // 60) for second in range(180)], CLOCK_MINUTE)
    for now, began in ((180, 120), (239.999, 120), (240, 180)):
        assert found.levels(CLOCK_MINUTE, EIGHT + now).began == EIGHT + began
    found = listening([piece(second, second + 1, 60 + second // 60) for second in range(179)], CLOCK_MINUTE)
    levels = found.levels(CLOCK_MINUTE, EIGHT + 179)
    assert (levels.began, levels.ended, levels.coverage_percent) == (EIGHT + 60, EIGHT + 120, 100)
    assert levels.leq == pytest.approx(61)


def test_a_piece_across_the_end_is_divided() -> None:
    """Each period gets its share of time and energy; both may have had its Lmax."""
    found = listening([piece(0, 59, 50), piece(59, 63, 80), piece(63, 120, 50)], CLOCK_MINUTE)
    later = found.levels(CLOCK_MINUTE, EIGHT + 120)
    assert later.leq == pytest.approx(energy_mean([80, 50], [3, 57]))
    assert (later.coverage_percent, later.lmax, later.lmin) == (100, 80, 50)
    found = listening([piece(0, 59, 50), piece(59, 63, 80)], CLOCK_MINUTE)
    earlier = found.levels(CLOCK_MINUTE, EIGHT + 63)
    assert earlier.leq == pytest.approx(energy_mean([50, 80], [59, 1]))
    assert (earlier.coverage_percent, earlier.lmax) == (100, 80)


def test_a_period_ends_with_or_without_pieces() -> None:
    """The feed fell silent: the next complete period holds nothing, and says so."""
    found = listening([piece(second, second + 1) for second in range(50)], CLOCK_MINUTE)
    assert found.levels(CLOCK_MINUTE, EIGHT + 60).coverage_percent == pytest.approx(100 * 50 / 60)
    assert found.levels(CLOCK_MINUTE, EIGHT + 60).leq == pytest.approx(60)
    silent = found.levels(CLOCK_MINUTE, EIGHT + 120)
    assert (silent.began, silent.coverage_percent, silent.basis, silent.leq) == (EIGHT + 60, 0, None, None)


def test_a_piece_may_come_after_its_period_was_told() -> None:
    """The last second of a period is on its way when the period ends."""
    found = listening([piece(0, 59, 60)], CLOCK_MINUTE)
    assert found.levels(CLOCK_MINUTE, EIGHT + 60.2).coverage_percent == pytest.approx(100 * 59 / 60)
    found.add(piece(59, 60.3, 60, streamed=False))
    levels = found.levels(CLOCK_MINUTE, EIGHT + 60.4)
    assert levels.coverage_percent == 100
    assert levels.basis is Basis.MIXED


def test_a_period_that_was_cut_short_by_the_start_is_not_covered() -> None:
    """Five seconds of the minute were heard."""
    levels = listening([piece(55, 60)], CLOCK_MINUTE).levels(CLOCK_MINUTE, EIGHT + 61)
    assert levels.leq is None
    assert levels.coverage_percent == pytest.approx(100 * 5 / 60)


def test_periods_are_those_of_the_local_clock() -> None:
    """An hour in Kathmandu begins a quarter past that of UTC."""
    kathmandu = ZoneInfo("Asia/Kathmandu")
    now = datetime(2026, 6, 1, 8, 14, tzinfo=UTC)
    assert windows(HOUR).levels(HOUR, now.timestamp()).ended == now.replace(minute=0).timestamp()
    found = windows(HOUR, zone=kathmandu)
    assert found.levels(HOUR, now.timestamp()).ended == now.replace(hour=7, minute=15).timestamp()
    assert found.levels(HOUR, now.timestamp() + 60).ended == now.replace(minute=15).timestamp()


def test_midnight_cuts_a_period() -> None:
    """A day has 205 times seven minutes, and five left over."""
    assert period(SEVEN_MINUTES, datetime(2026, 6, 2, 0, 3, tzinfo=UTC), UTC) == ("01 23:55", "02 00:00")
    assert period(SEVEN_MINUTES, datetime(2026, 6, 2, 0, 8, tzinfo=UTC), UTC) == ("02 00:00", "02 00:07")


def test_the_hour_that_summer_time_leaves_out() -> None:
    """In Berlin 02:00 is 03:00 on that day: the hour before it is that from 01:00."""
    assert period(HOUR, datetime(2026, 3, 29, 3, 10, tzinfo=BERLIN), BERLIN) == ("29 01:00", "29 03:00")
    levels = windows(HOUR, zone=BERLIN).levels(HOUR, datetime(2026, 3, 29, 3, 10, tzinfo=BERLIN).timestamp())
    assert levels.ended - levels.began == 3600


def test_the_hour_that_comes_twice() -> None:
    """In Berlin 03:00 is 02:00 on that day: from 02:00 to 03:00 there are two hours."""
    ends = {
        windows(HOUR, zone=BERLIN).levels(HOUR, datetime(2026, 10, 25, 0, minute, tzinfo=UTC).timestamp() + shift).ended
        for minute in range(0, 60, 10)
        for shift in (0, 3600)
    }
    assert ends == {datetime(2026, 10, 25, hour, tzinfo=UTC).timestamp() for hour in (0, 1)}


def test_a_change_of_half_an_hour_cuts_an_hour() -> None:
    """On Lord Howe 02:00 is 02:30: half an hour is left, and hours stay those of the clock."""
    now = datetime(2026, 10, 4, 3, 5, tzinfo=LORD_HOWE)
    assert period(HOUR, now, LORD_HOWE) == ("04 02:30", "04 03:00")
    levels = windows(HOUR, zone=LORD_HOWE).levels(HOUR, now.timestamp())
    assert levels.ended - levels.began == 1800
    assert period(QUARTER, now, LORD_HOWE) == ("04 02:45", "04 03:00")


def test_a_change_that_meets_no_beginning_cuts_a_period() -> None:
    """In Berlin seven minutes from 01:59 on had one minute, and what was left of those from 02:55 on two."""
    now = datetime(2026, 3, 29, 3, 1, tzinfo=BERLIN)
    assert period(SEVEN_MINUTES, now, BERLIN) == ("29 01:59", "29 03:00")
    assert period(SEVEN_MINUTES, now.replace(minute=2), BERLIN) == ("29 03:00", "29 03:02")


def test_a_cut_period_is_covered_by_what_it_had() -> None:
    """Half an hour heard of a half-hour period is all of it."""
    now = datetime(2026, 10, 4, 3, 5, tzinfo=LORD_HOWE).timestamp()
    began = now - 300 - 1800 - EIGHT
    levels = listening([piece(began, began + 2100)], HOUR, zone=LORD_HOWE).levels(HOUR, now)
    assert levels.coverage_percent == 100


def test_a_night_without_midnight() -> None:
    """In Beirut the day began at 01:00: what is left of a period of the clock begins there."""
    assert period(SEVEN_MINUTES, datetime(2026, 3, 29, 1, 4, tzinfo=BEIRUT), BEIRUT) == ("29 01:00", "29 01:03")


@given(
    zone=st.sampled_from(ZONES),
    change=st.sampled_from(CHANGES),
    second=st.integers(-10_000, 10_000),
    length_s=st.sampled_from([60, 120, 300, 420, 600, 900, 1800, 3600, 5400, 7200]),
)
@example(zone=LORD_HOWE, change=CHANGES[3], second=100, length_s=3600)
@example(zone=LORD_HOWE, change=CHANGES[2], second=1900, length_s=7200)
@example(zone=BEIRUT, change=CHANGES[4], second=200, length_s=420)
def test_periods_are_those_that_a_walk_along_the_clock_finds(
    zone: tzinfo, change: datetime, second: int, length_s: int
) -> None:
    """In every zone, also where its clock is changed."""
    now = round(change.timestamp()) + second
    spec = WindowSpec(WindowKind.ALIGNED, length_s)
    levels = windows(spec, zone=zone).levels(spec, now)
    assert (levels.began, levels.ended) == last_complete_period(now, length_s, zone)


@settings(deadline=None)
@given(
    pieces=sounds(size=10, gap_ms=1500, duration_ms=2500),
    length_s=st.integers(1, 4),
    pauses_ms=st.lists(st.one_of(st.just(0), st.integers(1, 4000)), min_size=10, max_size=10),
    min_coverage_percent=st.sampled_from([0.0, 75.0]),
)
def test_aligned_windows_are_what_was_heard(
    pieces: list[SoundPiece], length_s: int, pauses_ms: list[int], min_coverage_percent: float
) -> None:
    """After each piece, and as long after it as you like, the last complete period tells what its milliseconds held."""
    spec = WindowSpec(WindowKind.ALIGNED, length_s)
    found = windows(spec)
    now = ms_of(EIGHT)
    for number, (one, pause_ms) in enumerate(zip(pieces, pauses_ms, strict=False)):
        found.add(one)
        so_far = heard(pieces[: number + 1])
        now = max(now, *(ms + 1 for ms in so_far), 0) + pause_ms
        began, ended = last_complete_period(now // 1000, length_s, UTC)
        levels = found.levels(spec, now / 1000, min_coverage_percent=min_coverage_percent)
        assert_same(levels, told(so_far, began * 1000, ended * 1000, min_coverage_percent))
