"""Several windows at once, and others later."""

from hypothesis import given, settings
import pytest

from custom_components.rion_nl43.acoustics import SoundPiece, WindowKind, WindowSpec

from .sounds import CLOCK_MINUTE, EIGHT, MINUTE, SECOND, listening, piece, sounds, windows

TWO_MINUTES = WindowSpec(WindowKind.RUNNING, 120)
TWO_CLOCK_MINUTES = WindowSpec(WindowKind.ALIGNED, 120)
MINUTES = [piece(second, second + 1, 50 + second // 30) for second in range(300)]


def test_there_is_no_window_without_length() -> None:
    """And none longer than a day, for the clock begins anew every day."""
    for length_s in (0, -60, 86401):
        with pytest.raises(ValueError, match="no window"):
            WindowSpec(WindowKind.ALIGNED, length_s)
    assert WindowSpec(WindowKind.ALIGNED, 86400).length_s == 86400


def test_windows_have_an_order() -> None:
    """By kind, then by length."""
    assert sorted([MINUTE, SECOND, CLOCK_MINUTE]) == [CLOCK_MINUTE, SECOND, MINUTE]


def test_only_what_is_configured_can_be_read() -> None:
    """Another window is an error."""
    found = windows(MINUTE, CLOCK_MINUTE)
    for spec in (SECOND, TWO_CLOCK_MINUTES):
        with pytest.raises(KeyError):
            found.levels(spec, EIGHT)


@settings(deadline=None)
@given(pieces=sounds())
def test_windows_do_not_disturb_each_other(pieces: list[SoundPiece]) -> None:
    """Each tells the same alone and among others, in whatever order they were asked for."""
    specs = [SECOND, CLOCK_MINUTE, WindowSpec(WindowKind.RUNNING, 3), WindowSpec(WindowKind.ALIGNED, 2)]
    now = max((one.ended for one in pieces), default=EIGHT)
    together = listening(pieces, *reversed(specs))
    for spec in specs:
        assert together.levels(spec, now) == listening(pieces, spec).levels(spec, now)


def test_what_stays_goes_on() -> None:
    """Windows that come and go leave the others alone."""
    found = listening(MINUTES[:150], MINUTE, CLOCK_MINUTE)
    found.configure([MINUTE, SECOND, CLOCK_MINUTE, TWO_CLOCK_MINUTES])
    for one in MINUTES[150:200]:
        found.add(one)
    found.configure([CLOCK_MINUTE, MINUTE])
    for one in MINUTES[200:]:
        found.add(one)
    alone = listening(MINUTES, MINUTE, CLOCK_MINUTE)
    for spec in (MINUTE, CLOCK_MINUTE):
        assert found.levels(spec, EIGHT + 300) == alone.levels(spec, EIGHT + 300)
    with pytest.raises(KeyError):
        found.levels(SECOND, EIGHT + 300)


def test_a_new_window_looks_back_as_far_as_the_longest_did() -> None:
    """A shorter one tells at once; a longer one is covered as far as that goes."""
    found = listening(MINUTES, MINUTE)
    found.configure([MINUTE, SECOND, TWO_MINUTES])
    alone = listening(MINUTES, SECOND)
    assert found.levels(SECOND, EIGHT + 300) == alone.levels(SECOND, EIGHT + 300)
    assert found.levels(TWO_MINUTES, EIGHT + 300).coverage_percent == 50
    for second in range(300, 360):
        found.add(piece(second, second + 1))
    assert found.levels(TWO_MINUTES, EIGHT + 360).coverage_percent == 100


def test_the_first_running_window_begins_with_nothing() -> None:
    """There is nothing to look back to when no window needed it."""
    found = listening(MINUTES, CLOCK_MINUTE)
    found.configure([CLOCK_MINUTE, MINUTE])
    assert found.levels(MINUTE, EIGHT + 300).coverage_percent == 0
    found.add(piece(300, 301))
    assert found.levels(MINUTE, EIGHT + 301).coverage_percent == pytest.approx(100 / 60)


def test_a_new_aligned_window_is_covered_from_now_on() -> None:
    """Pieces of before it was wanted are not in it, also when it comes while the clock ran ahead of the pieces."""
    found = listening(MINUTES[:50], MINUTE)
    found.levels(MINUTE, EIGHT + 60.5)
    found.configure([CLOCK_MINUTE])
    found.add(piece(50, 61))
    levels = found.levels(CLOCK_MINUTE, EIGHT + 61)
    assert levels.began == EIGHT
    assert levels.coverage_percent == pytest.approx(100 * 10 / 60)
    assert found.levels(CLOCK_MINUTE, EIGHT + 120).coverage_percent == pytest.approx(100 / 60)


def test_no_window_at_all() -> None:
    """Pieces come and go."""
    found = listening(MINUTES)
    found.configure([SECOND])
    assert found.levels(SECOND, EIGHT + 300).basis is None


def test_a_reset_forgets_everything_but_the_windows() -> None:
    """The time as well: after a reset an earlier time is as good as any."""
    found = listening(MINUTES, MINUTE, CLOCK_MINUTE)
    found.levels(MINUTE, EIGHT + 900)
    found.reset()
    for spec in (MINUTE, CLOCK_MINUTE):
        assert found.levels(spec, EIGHT + 100).coverage_percent == 0
    found.reset()
    for one in MINUTES[:60]:
        found.add(one)
    assert found.levels(MINUTE, EIGHT + 60) == listening(MINUTES[:60], MINUTE).levels(MINUTE, EIGHT + 60)
    assert found.levels(CLOCK_MINUTE, EIGHT + 60).coverage_percent == 100


def test_a_reset_forgets_what_is_in_the_windows() -> None:
    """At once, and not when it would have left them."""
    found = listening(MINUTES[:60], MINUTE, SECOND)
    found.reset()
    for spec in (MINUTE, SECOND):
        assert found.levels(spec, EIGHT + 60).coverage_percent == 0
    found.add(piece(59, 60, 70))
    assert found.levels(SECOND, EIGHT + 60).lmax == 70
    assert found.levels(MINUTE, EIGHT + 60, min_coverage_percent=1).lmax == 70


def test_memory_is_bounded_by_the_longest_window() -> None:
    """What no running window reaches any more is forgotten, whether it is read or not."""
    found = windows(SECOND, MINUTE)
    for slot in range(3000):
        found.add(piece(slot / 10, (slot + 1) / 10, 40 + slot % 500 / 10))
    assert found._log.end - found._log.first == 600
    assert len(found._log._packed) == 600 * 25
    found.configure([SECOND])
    assert found._log.end - found._log.first == 10
    found.levels(SECOND, EIGHT + 999)
    found.add(piece(999, 1000))
    assert found._log.end - found._log.first == 1


def test_extremes_keep_no_more_than_they_need() -> None:
    """Falling levels all may become the highest; there are no more of them than classes of 0.1 dB."""
    found = windows(MINUTE)
    for slot in range(600):
        found.add(piece(slot / 10, (slot + 1) / 10, 90 - slot % 300 / 10))
    window = found._running[MINUTE]
    assert len(window._lmax._values) <= 300
    assert len(window._lmin._values) <= 300
    levels = found.levels(MINUTE, EIGHT + 60)
    assert (levels.lmax, levels.lmin) == (90, 60.1)
