"""Cutting, joining and summing measured sound."""

from itertools import pairwise
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import SoundPiece, energy_of, percentile_levels
from custom_components.rion_nl43.acoustics.percentiles import percentiles_of
from custom_components.rion_nl43.acoustics.stretches import (
    Span,
    Stretch,
    classes_of_percentiles,
    clipped,
    disjoint,
    joined,
    total_of,
)
from tests.acoustics import seconds
from tests.acoustics.seconds import close, painted, stretch, stretches

SOME = st.lists(stretches(0, 3000), max_size=8)


@given(SOME)
def test_what_overlaps_counts_once(some: list[Stretch]) -> None:
    """Second by second, and in whatever order it comes."""
    found = disjoint(some)
    expected = painted(some, 0, 4000)
    assert all(one.ended_ms <= two.began_ms for one, two in pairwise(found))
    for second in range(4000):
        at = [one for one in found if one.began_ms <= 1000 * second < one.ended_ms]
        assert [one.energy for one in at] == ([expected[second].energy] if second in expected else [])
    assert disjoint(found) == found
    assert disjoint(reversed(some)) == disjoint(some + some) == found


@given(SOME, st.integers(0, 3000), st.integers(1, 2000))
def test_a_sum_is_that_of_its_seconds(some: list[Stretch], began: int, length: int) -> None:
    """Of any span, at any phase."""
    whole = disjoint(some)
    expected = {s: one for s, one in painted(some, 0, 4000).items() if began <= s < began + length}
    total = total_of(clipped(whole, Span(1000 * began, 1000 * (began + length))))
    assert close(total.covered_ms, 1000 * seconds.covered_s(expected))
    assert close(total.energy_ms, 1000 * seconds.energy_s(expected))
    assert close(total.leq, seconds.leq(expected))
    assert (total.lmax, total.lmin) == seconds.extremes(expected)
    for number in (10, 90):
        assert total.percentiles.get(number) == seconds.exceeded(expected, number)


@given(SOME, st.sampled_from([1, 60, 900]))
def test_joined_is_the_same_sound(some: list[Stretch], step_s: int) -> None:
    """The energy, the distribution and the holes stay what they were."""
    before, after = total_of(disjoint(some)), total_of(few := joined(some, 1000 * step_s))
    assert len(few) <= len(disjoint(some))
    assert close(before.covered_ms, after.covered_ms)
    assert close(before.energy_ms, after.energy_ms)
    assert (before.lmax, before.lmin, before.percentiles) == (after.lmax, after.lmin, after.percentiles)
    assert painted(few, 0, 4000).keys() == painted(some, 0, 4000).keys()


def test_an_hour_of_samples_becomes_sixty_minutes() -> None:
    """Unless there is a gap, which stays one."""
    samples = [stretch(second, 1, 60 + second % 7, classes={600: 1}) for second in range(3600)]
    assert len(joined(samples, 60_000)) == 60
    del samples[90]
    assert len(joined(samples, 60_000)) == 61


def test_a_distribution_does_not_spread_to_what_came_without() -> None:
    """Half a minute of known percentiles is not a minute of them."""
    half, other = stretch(0, 30, 60, classes={600: 1}), stretch(30, 30, 60)
    assert joined([half, other], 60_000) == (half, other)
    assert total_of(joined([half, other], 60_000)).percentiles == {}


def test_a_piece_of_the_feed() -> None:
    """Its Lp stands for the percentiles."""
    piece = SoundPiece(1.25, 1.35, 60.0, 61.0, 59.0, 60.44, streamed=True)
    assert Stretch.of_piece(piece) == Stretch(1250, 1350, energy_of(60), 61.0, 59.0, ((604, 1),))


def test_what_is_no_stretch_is_refused() -> None:
    """No time, no energy, no coverage, a class without time."""
    for wrong in (
        {"ended_ms": 0},
        {"energy": 0.0},
        {"energy": math.inf},
        {"energy": math.nan},
        {"coverage": 0.0},
        {"coverage": 1.5},
        {"classes": ((600, 0),)},
    ):
        with pytest.raises(ValueError, match=r"no stretch|no energy|no coverage|without time"):
            Stretch(**{"began_ms": 0, "ended_ms": 1, "energy": 1.0, **wrong})  # type: ignore[arg-type] # each wrong in turn
    with pytest.raises(ValueError, match="no stretch"):
        Stretch.of_level(0, 0, 60)


def test_a_distribution_must_tell_of_most_of_the_time() -> None:
    """Three quarters of it: else L10 would be that of another time."""
    known, unknown = stretch(0, 300, 60, classes={600: 1}), stretch(300, 100, 60)
    assert total_of([known, unknown]).percentiles[10] == 60
    assert total_of([known, stretch(300, 101, 60)]).percentiles == {}


def test_time_that_is_no_whole_number_of_ms() -> None:
    """A third of a second at 70 dB, two thirds at 50 dB: each class has its time, and L33 is the louder."""
    loud, quiet = (
        stretch(0, 1, 70, classes={700: 1}, coverage=1 / 3),
        stretch(1, 1, 50, classes={500: 2}, coverage=2 / 3),
    )
    total = total_of([loud, quiet])
    assert close(sum(total.classes.values()) / total.units_per_ms, total.covered_ms)
    assert close(total.classes[700] / total.units_per_ms, 1000 / 3)
    levels = percentiles_of(total.classes, (33, 34))
    assert levels == {33: 70.0, 34: 50.0}


LEVELS = st.lists(st.integers(300, 900), min_size=7, max_size=7).map(lambda tenths: sorted(tenths, reverse=True))


@given(LEVELS)
def test_the_percentiles_of_a_record_come_out_as_they_went_in(tenths: list[int]) -> None:
    """L5, L10, L50, L90, L95 of a meter's record."""
    lmax, *some, lmin = (tenth / 10 for tenth in tenths)
    told = dict(zip((5, 10, 50, 90, 95), some, strict=True))
    classes = classes_of_percentiles(told, lmax, lmin)
    assert percentiles_of(classes, (5, 10, 50, 90, 95)) == told
    assert min(classes) >= round(10 * lmin)
    assert max(classes) <= round(10 * lmax)


def test_a_percentile_beyond_the_extremes_by_rounding() -> None:
    """L5 44.2 above Lmax 44.1, L95 43.3 below Lmin 43.4 (protocol.md, 5.2)."""
    told = {5: 44.2, 10: 44.0, 50: 43.8, 90: 43.5, 95: 43.3}
    assert percentiles_of(classes_of_percentiles(told, 44.1, 43.4), (5, 10, 50, 90, 95)) == told


def test_a_distribution_of_all_the_time() -> None:
    """Lmax alone, L100 told as well: no step without time."""
    assert percentiles_of(classes_of_percentiles({}, 60.0, 60.0), (10,)) == percentile_levels([60.0], percentages=(10,))
    assert percentiles_of(classes_of_percentiles({100: 50.0}, 60.0, 50.0), (100,)) == {100: 50.0}


@given(st.integers(1, 60_000), st.integers(1, 50_000), st.integers(1, 50_000))
def test_a_level_that_is_exceeded_for_just_so_long(loud_ms: int, one_ms: int, other_ms: int) -> None:
    """A tenth of the time is a tenth, in whatever stretches that have holes it lies."""
    loud = Stretch(0, loud_ms + one_ms, 1.0, None, None, ((700, 1),), loud_ms / (loud_ms + one_ms))
    rest_ms = 9 * loud_ms
    rest = Stretch(10**6, 10**6 + rest_ms + other_ms, 1.0, None, None, ((500, 1),), rest_ms / (rest_ms + other_ms))
    assert total_of((loud, rest)).percentiles[10] == 70
