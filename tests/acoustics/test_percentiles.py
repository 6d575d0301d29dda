"""Percentile levels: LN is exceeded N % of the time."""

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import PERCENTAGES, percentile_levels

from .oracle import exceeded

TENTHS = st.integers(200, 1300).map(lambda tenths: tenths / 10)


def test_a_hundred_levels() -> None:
    """Of 100 levels from 1 to 100 dB, one is at or above 100, five are at or above 96, half at or above 51."""
    levels = [float(level) for level in range(1, 101)]
    assert percentile_levels(levels) == {1: 100, 5: 96, 10: 91, 50: 51, 90: 11, 95: 6}


def test_one_level_is_every_percentile() -> None:
    """And it is told to 0.1 dB."""
    assert percentile_levels([55.5]) == dict.fromkeys(PERCENTAGES, 55.5)
    assert percentile_levels([55.48]) == dict.fromkeys(PERCENTAGES, 55.5)


def test_of_no_time_there_is_no_percentile() -> None:
    """No levels, or none that lasted."""
    assert percentile_levels([]) == {}
    assert percentile_levels([60.0], [0]) == {}


def test_a_loud_tenth_is_l10() -> None:
    """Six minutes of an hour at 80 dB are L10; a millisecond less is not."""
    assert percentile_levels([80.0, 50.0], [360_000, 3_240_000])[10] == 80
    assert percentile_levels([80.0, 50.0], [359_999, 3_240_001])[10] == 50


def test_the_percentages_are_free() -> None:
    """From 1 to 100, rising."""
    assert percentile_levels([50.0, 60.0, 70.0], percentages=(33, 34, 100)) == {33: 70, 34: 60, 100: 50}


def test_each_level_has_a_duration() -> None:
    """One too few is an error."""
    with pytest.raises(ValueError, match="zip"):
        percentile_levels([60, 70], [1])


@given(pairs=st.lists(st.tuples(TENTHS, st.integers(0, 30)), max_size=30))
def test_percentiles_are_those_of_the_sorted_levels(pairs: list[tuple[float, int]]) -> None:
    """As if all levels were written down one by one, sorted, and counted off from the highest."""
    written = [level for level, duration in pairs for _ in range(duration)]
    expected = {number: exceeded(written, number) for number in PERCENTAGES} if written else {}
    assert percentile_levels([level for level, _ in pairs], [duration for _, duration in pairs]) == expected
    assert percentile_levels(written) == expected
