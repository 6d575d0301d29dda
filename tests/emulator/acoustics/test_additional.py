"""Ltm5, moving Leq, LIeq, and slots that are taken out again, each beside a slow sum of its own."""

import math

from hypothesis import given, strategies as st
import pytest

from emulator.acoustics import Channel, Slot, energy_of
from emulator.acoustics.additional import MOVING_PARTS, MovingLeq, Takts

levels_db = st.lists(st.floats(20, 120), max_size=180)


def sine(level_db: float) -> Slot:
    """Return 100 ms of a tone near 1 kHz."""
    energy = energy_of(level_db)
    return Slot(energy, energy, energy, 2 * energy, 2 * energy)


def mean_db(levels: list[float]) -> float:
    """Return the energy mean of levels in dB."""
    return 10 * math.log10(math.fsum(10 ** (level / 10) for level in levels) / len(levels))


@given(levels_db)
def test_ltm5_is_the_mean_of_the_maxima_of_whole_takts(levels: list[float]) -> None:
    """Ltm5 is the mean of the maxima of whole Takts."""
    takts = Takts()
    for level in levels:
        takts.add(level)
    maxima = [max(levels[begin : begin + 50]) for begin in range(0, len(levels) - 49, 50)]
    assert takts.level == (pytest.approx(mean_db(maxima)) if maxima else None)


@given(levels_db, st.integers(1, 60))
def test_a_moving_leq_is_that_of_the_last_slots(levels: list[float], slots: int) -> None:
    """A moving Leq is that of the last slots."""
    moving = MovingLeq(slots)
    for level in levels:
        moving.add(energy_of(level))
    assert moving.level == (pytest.approx(mean_db(levels[-slots:])) if levels else None)


def test_a_long_moving_leq_takes_slots_together() -> None:
    """A long moving Leq takes slots together, and still follows a step."""
    slots = 10 * MOVING_PARTS
    moving = MovingLeq(slots)
    for _ in range(slots // 2 + 3):
        moving.add(energy_of(60))
    assert moving.level == pytest.approx(60)
    for _ in range(slots):
        moving.add(energy_of(60))
    for loud in range(1, slots + 1):
        moving.add(energy_of(90))
        expected = 10 * math.log10((loud * energy_of(90) + (slots - loud) * energy_of(60)) / slots)
        assert moving.level == pytest.approx(expected, abs=0.01)


def test_no_time_has_no_moving_leq() -> None:
    """No time has no moving Leq."""
    moving = MovingLeq(0)
    for _ in range(10):
        moving.add(1.0)
    assert moving.level is None


def test_impulse_weighting_holds_a_burst() -> None:
    """LIeq of a burst is higher than its Leq, and that of a steady tone the same."""
    channel = Channel("A", "F")
    channel.start()
    for _ in range(30):
        channel.add(sine(70), measuring=True)
    assert channel.results().lieq == pytest.approx(70)
    assert channel.slot_levels.lieq == pytest.approx(70)
    channel.add(sine(100), measuring=True)
    running, energies = channel.slot_levels.lieq, [energy_of(70)] * 30
    assert running == pytest.approx(100, abs=0.3)
    energies.append(energy_of(running))
    for _ in range(10):
        channel.add(sine(50), measuring=True)
        running -= 10 * math.log10(math.e) * 0.1 / 1.5
        energies.append(energy_of(running))
        assert channel.slot_levels.lieq == pytest.approx(running)
    results = channel.results()
    assert results.lieq == pytest.approx(10 * math.log10(math.fsum(energies) / len(energies)))
    assert results.leq is not None
    assert results.lieq is not None
    assert results.lieq > results.leq + 5


def test_nothing_is_measured_besides_before_the_first_slot() -> None:
    """Nothing is measured besides before the first slot."""
    results = Channel("A", "F").results()
    assert (results.lieq, results.leq_mov, results.ltm5) == (None, None, None)


@given(levels_db, st.integers(1, 60), st.integers(1, 50))
def test_slots_taken_out_have_never_been(levels: list[float], erasable: int, moving: int) -> None:
    """A measurement whose last slots were taken out is the one that never had them."""
    with_them, without = Channel("A", "F"), Channel("A", "F")
    with_them.start(erasable_slots=erasable, moving_slots=moving)
    without.start(moving_slots=moving)
    kept = max(0, len(levels) - erasable)
    for number, level in enumerate(levels):
        with_them.add(sine(level), measuring=True)
        without.add(sine(level), measuring=number < kept)
    assert with_them.erase() == len(levels) - kept
    assert with_them.erase() == without.erase() == 0
    assert with_them.results() == without.results()


@given(levels_db, st.integers(1, 60))
def test_slots_that_may_be_taken_out_count_until_then(levels: list[float], erasable: int) -> None:
    """Slots that may be taken out count until then."""
    erasing, plain = Channel("C", "S"), Channel("C", "S")
    erasing.start(erasable_slots=erasable, moving_slots=7)
    plain.start(moving_slots=7)

    def hear_all(channel: Channel) -> None:
        for level in levels:
            channel.add(sine(level), measuring=True)

    hear_all(erasing)
    hear_all(plain)
    assert erasing.results() == plain.results() == erasing.results()
