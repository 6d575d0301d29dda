"""How often something drastic may be tried."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.rion_nl43.monitor.kept import kept_flag, kept_mapping, kept_time, kept_times
from custom_components.rion_nl43.monitor.recovery.lockout import Lockout

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2026-03-02T12:00:00"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.lists(st.floats(0, 2000), max_size=40))
def test_it_is_never_done_more_than_three_times_in_any_15_minutes(waits_s: list[float]) -> None:
    lockout = Lockout()
    now, done = NOON, list[datetime]()
    for wait_s in waits_s:
        now += timedelta(seconds=wait_s)
        in_the_last_15_minutes = [at for at in done if (now - at).total_seconds() < 900]
        assert lockout.allows(now) is (len(in_the_last_15_minutes) < 3)
        assert lockout.recent(now) == tuple(in_the_last_15_minutes)
        if lockout.allows(now):
            lockout.note(now)
            done.append(now)
        lockout = Lockout(kept_times(lockout.to_json()))


def test_a_wall_clock_that_was_put_back_neither_frees_nor_locks_for_years() -> None:
    lockout = Lockout([NOON] * 3)
    assert not lockout.allows(NOON - timedelta(minutes=14))
    assert lockout.allows(NOON - timedelta(days=365))
    lockout.note(NOON - timedelta(days=365))
    assert lockout.recent(NOON - timedelta(days=365)) == (NOON - timedelta(days=365),)


@given(nonsense)
def test_nonsense_that_was_kept_is_borne(kept: object) -> None:
    assert isinstance(kept_flag(kept), bool)
    assert all(at.utcoffset() == timedelta() for at in kept_times(kept))
    assert list(kept_mapping(kept)) == (list(kept) if isinstance(kept, dict) else [])
    assert kept_time(kept) is None


def test_times_are_kept_in_any_zone_and_only_with_one() -> None:
    assert kept_times(["2026-03-02T21:00:00+09:00", "2026-03-02T12:00:00", "tomorrow", 5]) == [NOON]
    assert kept_time("0001-01-01T00:00:00+09:00") is None
