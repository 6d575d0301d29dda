"""Running windows: the last so many seconds."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import Basis, SoundPiece, WindowKind, WindowSpec, energy_mean

from .oracle import assert_same, heard, ms_of, told
from .sounds import EIGHT, MINUTE, SECOND, listening, piece, sounds, windows


def test_a_minute_of_one_level() -> None:
    """All levels are that level, the whole minute is covered."""
    levels = listening([piece(second, second + 1, 61.5) for second in range(60)], MINUTE).levels(MINUTE, EIGHT + 60)
    assert (levels.began, levels.ended, levels.coverage_percent) == (EIGHT, EIGHT + 60, 100)
    assert levels.leq == pytest.approx(61.5)
    assert (levels.lmax, levels.lmin) == (61.5, 61.5)
    assert levels.percentiles == {1: 61.5, 5: 61.5, 10: 61.5, 50: 61.5, 90: 61.5, 95: 61.5}


def test_levels_are_averaged_by_energy() -> None:
    """54 s at 50 dB and 6 s at 80 dB are 70.0 dB; the loud tenth is L10, the rest L50."""
    levels = listening([piece(0, 54, 50), piece(54, 60, 80)], MINUTE).levels(MINUTE, EIGHT + 60)
    assert levels.leq == pytest.approx(energy_mean([50, 80], [54, 6]))
    assert levels.leq == pytest.approx(70.0, abs=0.05)
    assert levels.percentiles == {1: 80, 5: 80, 10: 80, 50: 50, 90: 50, 95: 50}


def test_each_level_of_a_slot_has_its_use() -> None:
    """Leq makes the mean, Lmax and Lmin the extremes, Lp the percentiles."""
    slots = [piece(0, 30, 60, lmax=75, lmin=41, lp=58), piece(30, 60, 60, lmax=70, lmin=44, lp=52)]
    levels = listening(slots, MINUTE).levels(MINUTE, EIGHT + 60)
    assert levels.leq == pytest.approx(60)
    assert (levels.lmax, levels.lmin) == (75, 41)
    assert levels.percentiles[50] == 58


def test_what_is_too_old_does_not_count() -> None:
    """A bang leaves the window after its length, and takes Lmax with it."""
    found = listening([piece(0, 1, 100), piece(1, 61, 50)], MINUTE)
    assert found.levels(MINUTE, EIGHT + 61).lmax == 50
    assert found.levels(MINUTE, EIGHT + 61).leq == pytest.approx(50)


def test_the_rest_of_a_piece_counts() -> None:
    """Half a second of the bang is still in the window."""
    levels = listening([piece(0, 1, 100), piece(1, 60.5, 50)], MINUTE).levels(MINUTE, EIGHT + 60.5)
    assert levels.coverage_percent == 100
    assert levels.leq == pytest.approx(energy_mean([100, 50], [0.5, 59.5]))
    assert levels.lmax == 100


def test_holes_count_against_the_coverage() -> None:
    """45 s of 60 are 75 %: just enough. A millisecond less is not; the coverage is told all the same."""
    found = listening([piece(0, 20), piece(35, 60)], MINUTE)
    assert found.levels(MINUTE, EIGHT + 60).coverage_percent == 75
    assert found.levels(MINUTE, EIGHT + 60).leq == pytest.approx(60)
    levels = found.levels(MINUTE, EIGHT + 60.001)
    assert levels.coverage_percent == pytest.approx(74.998, abs=0.001)
    assert (levels.leq, levels.lmax, levels.lmin, levels.percentiles) == (None, None, None, {})
    assert levels.basis is Basis.STREAMED


def test_the_wanted_coverage_is_free() -> None:
    """What is not enough by default may do."""
    found = listening([piece(0, 6, 66)], MINUTE)
    assert found.levels(MINUTE, EIGHT + 6).leq is None
    assert found.levels(MINUTE, EIGHT + 6, min_coverage_percent=10).leq == pytest.approx(66)


def test_silence_of_the_feed_is_no_silence() -> None:
    """A window without a piece tells nothing, however little coverage would do."""
    found = windows(MINUTE)
    for now in (EIGHT, EIGHT + 3600):
        levels = found.levels(MINUTE, now, min_coverage_percent=0)
        assert (levels.coverage_percent, levels.basis, levels.leq, levels.percentiles) == (0, None, None, {})
    found.add(piece(3600, 3660))
    assert found.levels(MINUTE, EIGHT + 3660).coverage_percent == 100
    assert found.levels(MINUTE, EIGHT + 3720).basis is None


def test_pieces_never_overlap() -> None:
    """The later one is cut, one that says nothing new is dropped, and the coverage never passes 100 %."""
    found = listening([piece(0, 40, 60), piece(20, 60, 70), piece(10, 50, 120), piece(59, 60, 120)], MINUTE)
    levels = found.levels(MINUTE, EIGHT + 60)
    assert levels.coverage_percent == 100
    assert levels.leq == pytest.approx(energy_mean([60, 70], [40, 20]))
    assert levels.lmax == 70


def test_a_piece_longer_than_the_window() -> None:
    """Its end fills the window."""
    levels = listening([piece(0, 8, 60)], SECOND).levels(SECOND, EIGHT + 8)
    assert levels.coverage_percent == 100
    assert levels.leq == pytest.approx(60)


def test_a_piece_that_comes_late_counts_as_far_as_the_window_reaches() -> None:
    """What the window has already left behind does not."""
    found = listening([piece(0, 1, 60)], SECOND)
    assert found.levels(SECOND, EIGHT + 2.5).coverage_percent == 0
    found.add(piece(1, 2, 70))
    levels = found.levels(SECOND, EIGHT + 2.5)
    assert levels.coverage_percent == 50
    assert levels.basis is Basis.STREAMED
    found.add(piece(2.1, 2.2, 80))
    assert found.levels(SECOND, EIGHT + 3.5).coverage_percent == 0


def test_time_never_goes_back() -> None:
    """An earlier time counts as the latest that is known, be it told or the end of a piece."""
    found = listening([piece(0, 2, 60)], SECOND)
    assert found.levels(SECOND, EIGHT + 1.5).ended == EIGHT + 2
    assert found.levels(SECOND, EIGHT + 2.5).coverage_percent == 50
    assert found.levels(SECOND, EIGHT + 1.5).coverage_percent == 50


@pytest.mark.parametrize(
    ("streamed", "basis"),
    [((True, True), Basis.STREAMED), ((False, False), Basis.POLLED), ((True, False), Basis.MIXED)],
)
def test_the_basis_is_told(streamed: tuple[bool, bool], basis: Basis) -> None:
    """And only of what is still in the window."""
    pieces = [piece(second, second + 1, streamed=how) for second, how in enumerate(streamed)]
    found = listening(pieces, WindowSpec(WindowKind.RUNNING, 2), SECOND)
    assert found.levels(WindowSpec(WindowKind.RUNNING, 2), EIGHT + 2).basis is basis
    assert found.levels(SECOND, EIGHT + 2).basis is (Basis.STREAMED if streamed[1] else Basis.POLLED)


def test_levels_of_no_account() -> None:
    """What the meter cannot hear, and what it can hardly bear, have a mean all the same."""
    found = listening([piece(0, 0.5, -99.9), piece(0.5, 1, -99.9)], SECOND)
    assert found.levels(SECOND, EIGHT + 1).leq == pytest.approx(-99.9, abs=0.1)
    found = listening([piece(0, 1, -999.9)], SECOND)
    assert found.levels(SECOND, EIGHT + 1).leq == pytest.approx(-120)
    found = listening([piece(0, 0.5, 999.9), piece(0.5, 1, 999.9)], SECOND)
    assert found.levels(SECOND, EIGHT + 1).leq == pytest.approx(999.9)


@settings(deadline=None)
@given(
    pieces=sounds(),
    lengths_s=st.sets(st.integers(1, 5), min_size=1),
    pauses_ms=st.lists(st.one_of(st.just(0), st.integers(1, 1500)), min_size=12, max_size=12),
    min_coverage_percent=st.sampled_from([0.0, 50.0, 75.0, 100.0]),
)
def test_running_windows_are_what_was_heard(
    pieces: list[SoundPiece], lengths_s: set[int], pauses_ms: list[int], min_coverage_percent: float
) -> None:
    """After each piece, and as long after it as you like, all windows tell what every millisecond held."""
    specs = [WindowSpec(WindowKind.RUNNING, length_s) for length_s in sorted(lengths_s)]
    found = windows(*specs)
    now = ms_of(EIGHT)
    for number, (one, pause_ms) in enumerate(zip(pieces, pauses_ms, strict=False)):
        found.add(one)
        so_far = heard(pieces[: number + 1])
        now = max(now, *(ms + 1 for ms in so_far), 0) + pause_ms
        for spec in specs:
            levels = found.levels(spec, now / 1000, min_coverage_percent=min_coverage_percent)
            assert_same(levels, told(so_far, now - 1000 * spec.length_s, now, min_coverage_percent))


def test_sliding_leaves_no_trace() -> None:
    """However loud it was, and however many pieces passed: what remains is told as if there had been nothing else."""
    loud = [piece(slot / 10, (slot + 1) / 10, 90 + slot % 500 / 10) for slot in range(10_000)]
    quiet = [piece(1000 + slot / 7, 1000 + (slot + 1) / 7, 20 + slot % 3 / 10) for slot in range(420)]
    levels = listening([*loud, *quiet], MINUTE).levels(MINUTE, EIGHT + 1060)
    assert levels == listening(quiet, MINUTE).levels(MINUTE, EIGHT + 1060)
    assert levels.leq == pytest.approx(20.1, abs=0.01)
