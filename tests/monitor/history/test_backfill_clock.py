"""Which moment a time in a meter's records means."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor.history.meter_clock import RUNS_KEPT, MeterClock

BEGUN = datetime(2026, 3, 2, 8)
BEGUN_MS = 1_772_438_400_000
HOUR_MS = 3_600_000


def local(ms: float, ahead_s: float) -> datetime:
    """Return what a clock shows that is so far ahead of UTC."""
    return BEGUN + timedelta(milliseconds=ms - BEGUN_MS, seconds=ahead_s)


def read(*readings: tuple[float, float]) -> MeterClock:
    """Return a clock that was read at these hours, so many seconds ahead of UTC."""
    clock = MeterClock()
    for hours, ahead_s in readings:
        clock.take(round(BEGUN_MS + hours * HOUR_MS), ahead_s)
    return clock


def test_a_clock_that_was_never_read_is_taken_for_right_in_the_zone() -> None:
    clock = MeterClock()

    run = clock.run_of(BEGUN, BEGUN, 3600.0)

    assert run is not None
    assert run.ms_of(BEGUN + timedelta(hours=1)) == BEGUN_MS
    assert clock.read_ms is None
    assert clock.latest(7200.0).ms_of(BEGUN + timedelta(hours=2)) == BEGUN_MS


@pytest.mark.parametrize("ahead_s", [300.0, -300.0, 3900.0, -18_000.0])
def test_the_offset_that_was_read_holds_before_and_after(ahead_s: float) -> None:
    clock = read((0, ahead_s))

    for hours in (-5000, 0, 5000):
        at = local(BEGUN_MS + hours * HOUR_MS, ahead_s)
        run = clock.run_of(at, at, 0.0)
        assert run is not None
        assert run.ms_of(at) == BEGUN_MS + hours * HOUR_MS


def test_a_drift_is_followed_between_readings_and_nobody_thinks_of_a_setting() -> None:
    clock = read((0, 10.0), (24, 14.0), (48, 18.0))

    assert clock.steps_s == ()
    (run,) = clock.runs
    assert run.ms_of(local(BEGUN_MS + 24 * HOUR_MS, 14.0)) == BEGUN_MS + 24 * HOUR_MS


def test_summer_time_makes_no_step_for_the_meter_knows_none() -> None:
    # The zone went from one hour ahead to two; the meter is an hour behind then.
    clock = read((0, 3600.0 + 0.2), (12, 7200.0 - 3600.0 - 0.3))

    assert clock.steps_s == ()


def test_records_on_both_sides_of_a_setting_have_each_their_own_clock() -> None:
    clock = read((0, 0.0), (5, 0.0), (12, 300.0), (20, 300.0))
    began, ended = BEGUN_MS + 1 * HOUR_MS, BEGUN_MS + 7 * HOUR_MS

    before = clock.run_of(local(began, 0.0), local(ended, 0.0), 0.0)
    after = clock.run_of(local(ended, 300.0), local(BEGUN_MS + 15 * HOUR_MS, 300.0), 0.0)

    assert before is not None
    assert after is not None
    assert (before.last_ahead_s, after.last_ahead_s) == (0.0, 300.0)
    assert clock.steps_s == (300.0,)


def test_records_that_may_be_of_either_clock_have_no_time() -> None:
    clock = read((0, 0.0), (5, 0.0), (12, 300.0), (20, 300.0))
    at = BEGUN_MS + 7 * HOUR_MS

    assert clock.run_of(local(at, 0.0), local(at + HOUR_MS, 0.0), 0.0) is None


def test_records_of_a_time_that_no_clock_showed_have_none() -> None:
    clock = read((0, 0.0), (5, -36_000.0))

    # The first clock ended at 13:00, the second began at 03:00.
    at = BEGUN + timedelta(hours=9)
    ran = clock.run_of(at, at, 0.0)
    assert ran is not None
    assert ran.last_ahead_s == -36_000.0
    clock = read((0, 36_000.0), (5, 0.0))
    assert clock.run_of(BEGUN + timedelta(hours=16), BEGUN + timedelta(hours=16), 0.0) is not None
    gap = read((0, 0.0), (0.001, 36_000.0))
    assert gap.run_of(BEGUN + timedelta(hours=5), BEGUN + timedelta(hours=5, minutes=1), 0.0) is None


def test_a_span_may_have_been_shown_by_two_clocks() -> None:
    clock = read((0, 0.0), (5, 0.0), (12, 300.0), (20, 300.0))

    both = clock.spans_of(Span(BEGUN_MS + 6 * HOUR_MS, BEGUN_MS + 7 * HOUR_MS), 0.0)
    one = clock.spans_of(Span(BEGUN_MS + 1 * HOUR_MS, BEGUN_MS + 2 * HOUR_MS), 0.0)

    assert [began - BEGUN for began, _ in both] == [timedelta(hours=6), timedelta(hours=6, minutes=5)]
    assert one == ((BEGUN + timedelta(hours=1), BEGUN + timedelta(hours=2)),)


def test_our_own_clock_set_back_begins_anew() -> None:
    clock = read((0, 0.0), (5, 300.0))

    clock.take(BEGUN_MS + HOUR_MS, 10.0)

    assert [run.last_ahead_s for run in clock.runs] == [0.0, 10.0]


def test_nonsense_is_no_reading() -> None:
    clock = read((0, 1e12))

    assert clock.runs == ()


def test_readings_are_kept_seldom_but_settings_at_once() -> None:
    kept: list[None] = []
    clock = MeterClock(None, lambda: kept.append(None))
    for minutes, ahead_s in ((0, 0.0), (30, 0.1), (61, 0.2), (62, 0.2), (63, 60.0)):
        clock.take(BEGUN_MS + minutes * 60_000, ahead_s)

    assert len(kept) == 3
    restored = MeterClock(clock.memory)
    assert restored.runs == clock.runs
    assert restored.read_ms == BEGUN_MS + 63 * 60_000


def test_only_so_many_settings_are_kept() -> None:
    clock = read(*((number, 100.0 * number) for number in range(2 * RUNS_KEPT)))

    assert len(clock.runs) == RUNS_KEPT


@pytest.mark.parametrize(
    "kept",
    [None, [], {"runs": 5}, {"runs": [5, [1, 2, 3], [1, 2, 0, 2], [1, True, 2, 3], ["1", 2, 3, 4], [0, 1e99, 3, 4]]}],
)
def test_nonsense_that_was_kept_is_ignored(kept: Any) -> None:
    assert MeterClock(kept).runs == ()


@given(
    st.lists(st.tuples(st.floats(0.1, 500), st.floats(-90_000, 90_000)), min_size=1, max_size=8),
    st.data(),
)
def test_what_was_written_beside_a_reading_has_its_time(
    readings: list[tuple[float, float]], data: st.DataObject
) -> None:
    """Whatever was set meanwhile: a run of records from one reading to the next by the same clock is where it was."""
    clock, at_ms = MeterClock(), BEGUN_MS
    known = []
    for hours, ahead_s in readings:
        at_ms += round(hours * HOUR_MS)
        clock.take(at_ms, ahead_s)
        clock.take(at_ms + 600_000, ahead_s)
        known.append((at_ms, ahead_s))
        at_ms += 600_000
    began_ms, ahead_s = data.draw(st.sampled_from(known))

    first, last = local(began_ms, ahead_s), local(began_ms + 600_000, ahead_s)
    run = clock.run_of(first, last, 0.0)

    if run is None:
        # A clock that was set back shows the same twice.
        assert len({each for each in clock.runs if each.first_ms - 5000 <= each.ms_of(first) <= each.last_ms}) > 1
    else:
        # Settings of less than a drift are none.
        assert abs(run.ms_of(first) - began_ms) <= 1000 * (1.5 + 10 * 500 / 24)
