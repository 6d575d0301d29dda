"""Levels averaged and added by energy."""

import math

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import energy_mean, energy_sum, level_of

LEVELS = st.floats(-20, 160)


def test_a_day_of_silence_and_an_hour_of_noise() -> None:
    """23 h at 40 dB and 1 h at 80 dB are 66.2 dB, not the 41.7 dB of an arithmetic mean."""
    assert energy_mean([40, 80], [23, 1]) == pytest.approx(66.2, abs=0.01)
    assert energy_mean([40.0] * 23 + [80.0]) == pytest.approx(66.2, abs=0.01)


def test_two_equal_sounds_are_3_db_more() -> None:
    """Ten of them are 10 dB more."""
    assert energy_sum([60, 60]) == pytest.approx(63.01, abs=0.001)
    assert energy_sum([60] * 10) == pytest.approx(70)


def test_of_nothing_there_is_no_level() -> None:
    """No level at all, or none that lasted."""
    assert energy_sum([]) is None
    assert energy_mean([]) is None
    assert energy_mean([60, 70], [0, 0]) is None


def test_what_did_not_last_does_not_count() -> None:
    """However loud it was."""
    assert energy_mean([60, 140], [1, 0]) == pytest.approx(60)


def test_each_level_has_a_duration() -> None:
    """One too few or too many is an error."""
    with pytest.raises(ValueError, match="zip"):
        energy_mean([60, 70], [1])
    with pytest.raises(ValueError, match="zip"):
        energy_mean([60], [1, 1])


def test_level_of_an_energy() -> None:
    """A million times the energy at 0 dB is 60 dB."""
    assert level_of(1e6) == pytest.approx(60)


@given(levels=st.lists(LEVELS, min_size=1, max_size=20), gain=st.floats(-20, 20))
def test_a_mean_moves_with_its_levels(levels: list[float], gain: float) -> None:
    """Never over the highest level or under the arithmetic mean, and 10 lg n under the sum."""
    mean = energy_mean(levels)
    assert mean is not None
    assert sum(levels) / len(levels) - 1e-9 <= mean <= max(levels) + 1e-9
    assert energy_mean([level + gain for level in levels]) == pytest.approx(mean + gain, abs=1e-9)
    assert energy_sum(levels) == pytest.approx(mean + 10 * math.log10(len(levels)), abs=1e-9)


@given(pairs=st.lists(st.tuples(LEVELS, st.integers(0, 20)), max_size=10))
def test_a_duration_is_as_good_as_repeating(pairs: list[tuple[float, int]]) -> None:
    """Three seconds of a level are three levels of a second."""
    repeated = energy_mean([level for level, seconds in pairs for _ in range(seconds)])
    weighted = energy_mean([level for level, _ in pairs], [seconds for _, seconds in pairs])
    assert weighted == (None if repeated is None else pytest.approx(repeated, abs=1e-9))
