"""The meter's clock against ours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.monitor.measurement.clock import (
    CLOCK_STEP_S,
    MARGIN_S,
    WallClock,
    clock_offset_s,
    local_time,
    next_turn,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 7, 1, 10, tzinfo=UTC)


@given(
    offset_s=st.floats(-100_000, 100_000),
    asked_s=st.floats(0, 100),
    answer_s=st.floats(0, 3),
)
def test_offset_is_right_to_the_resolution_of_the_answer(offset_s: float, asked_s: float, answer_s: float) -> None:
    """A meter that tells whole seconds, half way through the exchange, is placed within half a second and a bit."""
    asked = NOON + timedelta(seconds=asked_s)
    meter = (asked + timedelta(seconds=answer_s / 2 + offset_s)).astimezone(BERLIN).replace(tzinfo=None)
    told = meter.replace(microsecond=0)
    offset = clock_offset_s(told, asked + timedelta(seconds=answer_s), answer_s, BERLIN)
    assert offset == pytest.approx(offset_s, abs=0.501)


@given(
    now_s=st.floats(0, 100),
    earliest_s=st.floats(0, 2),
    answer_s=st.floats(0, 3),
)
def test_a_clock_is_set_at_the_turn_of_a_second(now_s: float, earliest_s: float, answer_s: float) -> None:
    """Not before the link is free, within a second of that, and right when it arrives."""
    now = NOON + timedelta(seconds=now_s)
    turn = next_turn(now, earliest_s, answer_s, BERLIN)
    assert earliest_s + MARGIN_S - 1e-5 <= turn.wait_s <= earliest_s + MARGIN_S + 1.00001
    arrives = now + timedelta(seconds=turn.wait_s + answer_s / 2)
    assert abs(turn.local - local_time(arrives, BERLIN)) <= timedelta(microseconds=2)
    assert turn.local.microsecond == 0


def test_local_time_knows_summer_time() -> None:
    """The meter does not; it is told what the wall clock shows."""
    assert local_time(NOON, BERLIN) == datetime(2026, 7, 1, 12)
    assert local_time(NOON - timedelta(days=180), BERLIN).hour == 11


def test_wall_clock_follows_steps_but_not_jitter() -> None:
    """A start time does not jitter with the wall clock, and moves with it when that is put right."""
    wall = WallClock(NOON, 50)
    assert wall.utc(60) == NOON + timedelta(seconds=10)
    assert wall.loop_time(NOON + timedelta(seconds=10)) == pytest.approx(60)
    wall.read(NOON + timedelta(seconds=100 + CLOCK_STEP_S / 2), 150)
    assert wall.utc(60) == NOON + timedelta(seconds=10)
    wall.read(NOON + timedelta(days=3), 150)
    assert wall.utc(150) == NOON + timedelta(days=3)
