"""Time that is taken out of windows afterwards."""

from hypothesis import given, settings, strategies as st

from custom_components.rion_nl43.acoustics import SoundPiece, WindowKind, WindowSpec

from .sounds import CLOCK_MINUTE, EIGHT, MINUTE, SECOND, listening, piece, sounds

FIVE_MINUTES = WindowSpec(WindowKind.RUNNING, 300)
SPECS = (SECOND, MINUTE, FIVE_MINUTES, CLOCK_MINUTE, WindowSpec(WindowKind.ALIGNED, 2))


def outside(pieces: list[SoundPiece], began: float, ended: float) -> list[SoundPiece]:
    """Cut out what lies between two times."""
    return [
        SoundPiece(*part, one.leq, one.lmax, one.lmin, one.lp, one.streamed)
        for one in pieces
        for part in ((one.began, min(one.ended, began)), (max(one.began, ended), one.ended))
        if part[0] < part[1]
    ]


def in_order(some: st.SearchStrategy[list[SoundPiece]]) -> st.SearchStrategy[list[SoundPiece]]:
    """Let pieces come in order of time: what comes too late is dropped, and would be heard if what hides it is not."""
    return some.map(lambda pieces: sorted(pieces, key=lambda one: (one.began, one.ended)))


@settings(deadline=None)
@given(
    pieces=in_order(sounds()), began_s=st.integers(-2, 20), length_s=st.integers(0, 20), more=in_order(sounds(size=3))
)
def test_as_if_it_had_not_been_heard(
    pieces: list[SoundPiece], began_s: int, length_s: int, more: list[SoundPiece]
) -> None:
    """Each window tells what it would tell had that time been a hole, now and later."""
    began, ended = EIGHT + began_s, EIGHT + began_s + length_s
    now = max((one.ended for one in pieces), default=EIGHT)
    excluded = listening(pieces, *SPECS)
    excluded.exclude(began, ended)
    fresh = listening(outside(pieces, began, ended), *SPECS)
    for spec in SPECS:
        assert excluded.levels(spec, now) == fresh.levels(spec, now)
    later = now - EIGHT + 1
    for one in more:
        added = SoundPiece(one.began + later, one.ended + later, one.leq, one.lmax, one.lmin, one.lp, one.streamed)
        excluded.add(added)
        fresh.add(added)
        for spec in SPECS:
            assert excluded.levels(spec, added.ended) == fresh.levels(spec, added.ended)


def test_what_a_window_by_the_clock_cannot_know_any_more() -> None:
    """Of a period that the time is part of, the beginning may be gone: it is a hole then; others stay as they are."""
    found = listening([piece(second, second + 1) for second in range(170)], MINUTE, CLOCK_MINUTE)
    found.exclude(EIGHT + 160, EIGHT + 165)
    assert found.levels(CLOCK_MINUTE, EIGHT + 170).coverage_percent == 100
    found.exclude(EIGHT + 115, EIGHT + 118)
    assert found.levels(CLOCK_MINUTE, EIGHT + 170, min_coverage_percent=0).coverage_percent == 100 * 7 / 60
