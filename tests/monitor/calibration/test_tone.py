"""A calibrator is recognised by what the meter hears, and nothing else is taken for one."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
import math

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor.calibration.entry import NOMINAL_DB
from custom_components.rion_nl43.monitor.calibration.tone import HeardTone, ToneDetector

BEGAN = 1_780_000_000_000
# From, to, and Lp meanwhile.
type Piece = tuple[int, int, float]


def pieces_of(levels: Iterable[float], step_ms: int = 1000) -> list[Piece]:
    """Return pieces that follow one another."""
    return [(BEGAN + n * step_ms, BEGAN + (n + 1) * step_ms, lp) for n, lp in enumerate(levels)]


def heard_in(pieces: Iterable[Piece]) -> list[HeardTone]:
    """Return what the detector hears in them until all is over."""
    detector = ToneDetector()
    heard = [tone for piece in pieces if (tone := detector.take(*piece))]
    return [*heard, tone] if (tone := detector.lose()) else heard


def ms(span: Span) -> tuple[int, int]:
    """Return a span from BEGAN on."""
    return span.began_ms - BEGAN, span.ended_ms - BEGAN


@pytest.mark.parametrize("nominal_db", NOMINAL_DB)
@pytest.mark.parametrize("step_ms", [100, 1000, 1250])
def test_calibrator(nominal_db: float, step_ms: int) -> None:
    """Polled or streamed: from the end of the sound before to that after."""
    tenth = 100 * step_ms // 1000
    levels = [45.0] * 5 + [nominal_db - 0.2] * (2000 // tenth) + [47.0] * 5
    (tone,) = heard_in(pieces_of(levels, step_ms))
    assert tone.nominal_db == nominal_db
    assert tone.level_db == nominal_db - 0.2
    # The first sound after it may have begun with it.
    assert ms(tone.span) == (5 * step_ms, (6 + 2000 // tenth) * step_ms)


def test_exactly_what_belongs_to_it() -> None:
    """The level rises and falls slowly with the time weighting, and somebody touches the calibrator meanwhile."""
    levels = [49.0, 50.0, 70.0, 91.0, 93.0, *[93.9] * 30, 95.2, *[94.0] * 30, 90.0, 60.0, 52.0, 51.0, 40.0]
    (tone,) = heard_in(pieces_of(levels))
    assert ms(tone.span) == (2000, 69000)
    assert tone.level_db == pytest.approx(94.0, abs=0.1)


def test_two_levels_are_two_calibrators() -> None:
    """A calibrator with a switch."""
    tones = heard_in(pieces_of([50.0, *[94.0] * 15, *[114.0] * 15, 50.0]))
    assert [tone.nominal_db for tone in tones] == [94.0, 114.0]
    assert [ms(tone.span) for tone in tones] == [(1000, 16000), (16000, 32000)]


def test_a_long_fall_is_another_sound() -> None:
    """Nor is a rise part of it that began long before."""
    levels = [*(4 * number for number in range(22)), *[94.0] * 20, *(84 - 4 * number for number in range(22))]
    (tone,) = heard_in(pieces_of(levels))
    assert ms(tone.span) == (7_000, 58_000)


def test_what_is_louder_does_not_rise_to_it() -> None:
    """Somebody knocked at the microphone when he put it on; from a knock when it is taken off the level falls."""
    (tone,) = heard_in(pieces_of([50.0, 110.0, *[94.0] * 20, 108.0, 50.0]))
    assert ms(tone.span) == (2000, 24000)


def test_each_is_heard_once() -> None:
    """However often it comes."""
    assert len(heard_in(pieces_of([50.0, *[94.0] * 20, 50.0, *[94.0] * 20, 50.0, 50.0]))) == 2


@pytest.mark.parametrize(
    "levels",
    [
        pytest.param([*[94.0] * 60, 50.0], id="nothing before"),
        pytest.param([50.0, *[94.0] * 60], id="it goes on"),
        pytest.param([50.0, *[94.0] * 9, 50.0], id="too short"),
        pytest.param([50.0, *[94.0, 94.4] * 20, 50.0], id="it wavers"),
        pytest.param([50.0, *[94.6] * 20, 50.0], id="too loud"),
        pytest.param([50.0, *[93.4] * 20, 50.0], id="too quiet"),
        pytest.param([50.0, *[89.0] * 16, *[94.0] * 20, 50.0], id="it comes slowly"),
        pytest.param([50.0, *[94.0] * 20, *[90.0] * 16, 50.0], id="it goes slowly"),
        pytest.param([50.0, *[94.0] * 1801, 50.0], id="a machine"),
        pytest.param([50.0, *[94.0] * 20, *[92.0] * 14, *[94.0] * 20, 50.0], id="too much beside it"),
        pytest.param([50.0, *[90.0] * 20, 50.0], id="never at the level"),
        pytest.param([50.0, *[94.0] * 20, math.nan, math.inf], id="no levels"),
    ],
)
def test_no_calibrator(levels: Sequence[float]) -> None:
    """Other sounds."""
    assert heard_in(pieces_of(levels)) == []


def test_half_an_hour_is_a_calibrator() -> None:
    """Only what lasts longer is a machine."""
    assert len(heard_in(pieces_of([50.0, *[94.0] * 1800, 50.0]))) == 1


@pytest.mark.parametrize("gap_ms", [10_001, -10_001])
def test_a_hole_hides_the_beginning(gap_ms: int) -> None:
    """And so does our clock when it is put back."""
    pieces = pieces_of([50.0, *[94.0] * 20, 50.0])
    moved = [*pieces[:5], *((began + gap_ms, ended + gap_ms, lp) for began, ended, lp in pieces[5:])]
    assert heard_in(moved) == []


@pytest.mark.parametrize("gap_ms", [10_000, -3000])
def test_a_break_of_a_stream_hides_nothing(gap_ms: int) -> None:
    """Nor does a clock that trembles."""
    pieces = pieces_of([50.0, *[94.0] * 20, 50.0])
    moved = [*pieces[:5], *((began + gap_ms, ended + gap_ms, lp) for began, ended, lp in pieces[5:])]
    assert len(heard_in(moved)) == 1


# Sounds in runs, from one far sound to the next: the detector is asked where it matters, at and around its limits.
_COUNTS = st.sampled_from([1, 2, 3, 9, 10, 11, 15, 16, 40])
_NEAR = st.tuples(st.sampled_from([93.5, 93.8, 94.0, 94.1, 94.3, 94.5, 113.7, 114.0, 88.6, 93.4, 94.6, 99.4]), _COUNTS)
_FAR = st.tuples(st.sampled_from([50.0, 88.5, 99.5, 108.5]), st.sampled_from([1, 2]))
_RUNS = st.lists(st.tuples(_FAR, st.lists(_NEAR, max_size=5)), max_size=4).map(
    lambda sounds: [run for far, near in sounds for run in (far, *near)]
)


@settings(max_examples=500)
@given(
    _RUNS,
    st.lists(st.sampled_from([1000, 1000, 1000, 500, 2300]), min_size=1, max_size=7),
    st.lists(st.sampled_from([*[0] * 20, 2500, 10_000, 10_001]), min_size=1, max_size=29),
)
def test_as_the_oracle(runs: list[tuple[float, int]], steps_ms: list[int], gaps_ms: list[int]) -> None:
    """What is heard is what the definition says, looked up in all of the past at once."""
    pieces: list[Piece] = []
    at = BEGAN
    for number, lp in enumerate(lp for lp, count in runs for _ in range(count)):
        at += gaps_ms[number % len(gaps_ms)]
        pieces.append((at, at := at + steps_ms[number % len(steps_ms)], lp))
    assert [(tone.span, tone.nominal_db) for tone in heard_in(pieces)] == oracle(pieces)


def test_only_one_that_is_over_is_told() -> None:
    """When the level does not fall any more, or nothing is heard any more."""
    detector = ToneDetector()
    pieces = pieces_of([50.0, *[94.0] * 20, 60.0, 50.0, 50.0])
    assert [bool(detector.take(*piece)) for piece in pieces] == [False] * 23 + [True]
    detector = ToneDetector()
    assert not any(detector.take(*piece) for piece in pieces[:-2])
    assert detector.take(BEGAN + 90_000, BEGAN + 91_000, 50.0)


def oracle(pieces: list[Piece]) -> list[tuple[Span, float]]:
    """Find the calibrators slowly: between any two sounds far from a level, look at all that lies between."""
    found = []
    for nominal in NOMINAL_DB:
        far = [n for n, (_, _, lp) in enumerate(pieces) if abs(round(10 * (lp - nominal))) >= 55]
        for before, after in pairwise(far):
            span = Span(pieces[before][1], pieces[after][0])
            whole = pieces[before : after + 1]
            if any(late[0] - early[1] > 10_000 for early, late in pairwise(whole)):
                continue
            near = pieces[before + 1 : after]
            if is_calibrator(near, span, nominal):
                found.append((Span(rise(pieces, before, nominal), fall(pieces, after, nominal)), nominal))
    return sorted(found)


def rise(pieces: list[Piece], before: int, nominal: float) -> int:
    """Go back to where the level began to rise."""
    first = before
    while first and steep(pieces[first - 1], pieces[first], 1) and pieces[first][0] - pieces[first - 1][1] <= 10_000:
        first -= 1
    if first == before or pieces[before][2] > nominal:
        return pieces[before][1]
    return max(pieces[first + 1][0], pieces[before][1] - 15_000)


def steep(last: Piece, piece: Piece, sign: int) -> bool:
    """Whether the level goes up or down by 3.5 dB a second."""
    return sign * round(10 * (piece[2] - last[2])) * 1000 >= 35 * (piece[1] - last[1])


def fall(pieces: list[Piece], after: int, nominal: float) -> int:
    """Go on to where it falls no more."""
    if pieces[after][2] > nominal:
        return fallen(pieces, after, pieces[after][0])
    return fallen(pieces, after, pieces[after][1])


def fallen(pieces: list[Piece], after: int, ended: int) -> int:
    """Go on from there for a while at most."""
    latest = ended + 15_000
    for last, piece in pairwise(pieces[after:]):
        if not steep(last, piece, -1) or piece[0] - last[1] > 10_000 or piece[1] > latest:
            break
        ended = piece[1]
    return ended


def is_calibrator(near: list[Piece], span: Span, nominal: float) -> bool:
    """Go through the definition."""
    at_level = [piece for piece in near if abs(round(10 * (piece[2] - nominal))) <= 5]
    if not at_level:
        return False
    share = sum(ended - began for began, ended, _ in at_level) / sum(ended - began for began, ended, _ in near)
    return (
        any_steady(near, at_level)
        and at_level[0][0] - span.began_ms <= 15_000
        and span.ended_ms - at_level[-1][1] <= 15_000
        and span.ended_ms - span.began_ms <= 1_800_000
        and share >= 0.8
    )


def any_steady(near: list[Piece], at_level: list[Piece]) -> bool:
    """Try every row of pieces at the level."""
    for first in range(len(near)):
        covered_ms, tenths = 0, set[int]()
        for piece in near[first:]:
            if piece not in at_level:
                break
            covered_ms += piece[1] - piece[0]
            tenths.add(round(10 * piece[2]))
            if max(tenths) - min(tenths) > 3:
                break
            if covered_ms >= 10_000:
                return True
    return False
