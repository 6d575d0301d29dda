"""Percentile levels against the sorted list of levels."""

import math

from hypothesis import example, given, strategies as st
import pytest

from emulator.acoustics.statistics import LevelDistribution

levels = st.lists(st.floats(-30, 140), min_size=1, max_size=200)
percentages = st.floats(0, 100)


def distribution_of(values: list[float]) -> LevelDistribution:
    """Return the distribution of these levels."""
    distribution = LevelDistribution()
    for value in values:
        distribution.add(value)
    return distribution


def exceeded(values: list[float], *wanted: float) -> list[float]:
    """Return the levels exceeded, which there have to be."""
    found = [level for level in distribution_of(values).exceeded(wanted) if level is not None]
    assert len(found) == len(wanted)
    return found


@given(levels, percentages)
@example([50.0], 0.0)
@example([50.0, 60.0], 50.0)
def test_lies_in_the_class_of_the_level_at_that_place_of_the_sorted_list(
    values: list[float], percentage: float
) -> None:
    """The N-th loudest level, N % of all, and LN are in one class of 0.1 dB."""
    (found,) = exceeded(values, percentage)
    place = max(math.ceil(percentage / 100 * len(values)) - 1, 0)
    at_place = sorted(values, reverse=True)[place]
    lower_edge = math.floor(at_place * 10 + 1e-6) / 10
    assert lower_edge - 1e-9 <= found <= lower_edge + 0.1 + 1e-9


@given(levels, st.lists(percentages, min_size=5, max_size=5).map(sorted))
def test_falls_with_the_percentage(values: list[float], wanted: list[float]) -> None:
    """LN1 >= LN2 >= ... when the percentages rise."""
    found = exceeded(values, *wanted)
    assert found == sorted(found, reverse=True)


@given(levels, percentages)
def test_stays_within_a_tenth_of_the_extremes(values: list[float], percentage: float) -> None:
    """A percentile can leave the range of the levels by no more than its class."""
    (found,) = exceeded(values, percentage)
    assert min(values) - 0.1 - 1e-6 <= found <= max(values) + 0.1 + 1e-6


def test_can_exceed_the_highest_level_and_undercut_the_lowest() -> None:
    """Rounded to 0.1 dB, L5 of a steady 44.12 dB reads more than the level and L95 of 43.38 dB less."""
    (l5,) = exceeded([44.12] * 100, 5)
    (l95,) = exceeded([43.38] * 100, 95)
    assert (round(l5, 1), round(l95, 1)) == (44.2, 43.3)


def test_no_level_no_percentile() -> None:
    """Nothing measured is nothing exceeded."""
    assert LevelDistribution().exceeded((5, 50, 95)) == (None, None, None)


def test_a_whole_tenth_belongs_above_its_edge() -> None:
    """94.0 dB out of a logarithm, a hair too low, is still 94.0 dB."""
    (l50,) = exceeded([94.0 - 1e-9], 50)
    assert l50 == pytest.approx(94.05)
