"""Slots of a stream timed by their counters."""

from itertools import accumulate, pairwise
from random import Random

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.monitor.feed.stream_clock import COUNTERS, HELD_UP_LIMIT_S, MISFITS, StreamClock

LATENCY_S = 0.05


def counter_of(slot: int) -> int:
    """Return the counter of a slot, the first being 0."""
    return slot % COUNTERS + 1


def arrivals(held_up: list[float], start: float = 1000.0) -> list[float]:
    """Return when the rows of consecutive slots come, each held up by so much; none overtakes another."""
    return list(accumulate((start + 0.1 * slot + LATENCY_S + late for slot, late in enumerate(held_up)), max))


def ends(clock: StreamClock, rows: list[tuple[int, float]]) -> list[float]:
    """Return when the slots of rows ended, all of which are good ones."""
    told = [clock.ended(counter_of(slot), at) for slot, at in rows]
    assert None not in told
    return [end for end in told if end is not None]


def test_slots_follow_each_other_without_gap_over_every_wrap() -> None:
    """An hour of rows that come as they are sent: a tenth of a second each, to the microsecond."""
    clock = StreamClock()
    told = ends(clock, [(slot, 1000 + 0.1 * slot + LATENCY_S) for slot in range(36_000)])
    assert told[0] == 1000 + LATENCY_S
    assert all(later - earlier == pytest.approx(0.1, abs=1e-6) for earlier, later in pairwise(told))
    assert clock.lost_slots == 0


def test_jitter_does_not_reach_the_time() -> None:
    """Once a row has come straight, all slots are told as if they had."""
    rng = Random(1)
    clock = StreamClock()
    rows = [(slot, 1000 + 0.1 * slot + LATENCY_S + rng.choice([0, 0.03, 0.09])) for slot in range(3000)]
    told = ends(clock, rows)
    straight = [1000 + 0.1 * slot + LATENCY_S for slot in range(3000)]
    assert told[100:] == pytest.approx(straight[100:], abs=1e-6)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=100))
def test_time_never_goes_back_and_never_runs_ahead(held_up: list[float]) -> None:
    """However rows are held up: no slot ends after its row came, none before the slot before it."""
    clock = StreamClock()
    rows = list(enumerate(arrivals(held_up)))
    told = ends(clock, rows)
    assert all(end <= at + 1e-6 for end, (_, at) in zip(told, rows, strict=True))
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(told))
    # The oracle: each slot is as late as the least held up row so far.
    for slot, end in enumerate(told):
        least = min(at - 0.1 * earlier for earlier, at in rows[: slot + 1])
        assert end == pytest.approx(least + 0.1 * slot, abs=1e-6)


@given(st.lists(st.integers(0, 15), min_size=2, max_size=60), st.integers(0, 599))
def test_lost_slots_are_holes(lost: list[int], first: int) -> None:
    """What was lost on the way moves neither the slots before nor those after, and is counted."""
    clock = StreamClock()
    slot, slots = first, []
    for gap in lost:
        slot += 1 + gap
        slots.append(slot)
    told = ends(clock, [(slot, 1000 + 0.1 * slot) for slot in slots])
    assert told == pytest.approx([1000 + 0.1 * slot for slot in slots], abs=1e-6)
    assert clock.lost_slots == sum(lost[1:])


def test_a_clock_that_drifts_is_followed() -> None:
    """A meter whose quartz is 100 ppm slow: within ten milliseconds after any time, and hardly a jump."""
    clock = StreamClock()
    rows = [(slot, 1000 + 0.10001 * slot) for slot in range(36_000)]
    told = ends(clock, rows)
    assert all(0 <= at - end < 0.01 for (_, at), end in zip(rows, told, strict=True))
    assert max(later - earlier for earlier, later in pairwise(told)) < 0.11


@pytest.mark.parametrize("garbled", [16, 41, 63, 600])
def test_a_garbled_counter_is_dropped(garbled: int) -> None:
    """It would put the row far into the time to come; the next good one goes on as if nothing had been."""
    clock = StreamClock()
    ends(clock, [(slot, 1000 + 0.1 * slot) for slot in range(70)])
    assert clock.ended(garbled, 1007.0) is None
    assert clock.ended(counter_of(71), 1007.1) == pytest.approx(1007.1)
    assert clock.lost_slots == 1


def test_a_new_count_is_taken_for_one_after_some_rows() -> None:
    """A meter that counts anew: a few rows are lost, then slots follow each other again."""
    clock = StreamClock()
    ends(clock, [(slot, 1000 + 0.1 * slot) for slot in range(70)])
    told = [clock.ended(number + 1, 1007 + 0.1 * number) for number in range(20)]
    assert told[: MISFITS - 1] == [None] * (MISFITS - 1)
    assert told[MISFITS - 1 :] == pytest.approx([1007 + 0.1 * number for number in range(MISFITS - 1, 20)])
    assert clock.lost_slots == 0


def test_rows_may_be_held_up_as_long_as_a_stream_may_stall() -> None:
    """The first row may be the one that was held up."""
    clock = StreamClock()
    told = ends(clock, [(0, 1000 + HELD_UP_LIMIT_S - 0.1), *((slot, 1002.9 + 0.001 * slot) for slot in range(1, 20))])
    assert told[-1] == pytest.approx(1002.919)
    assert told[0] == pytest.approx(1002.9)
