"""Pieces of sound to listen to, and windows over them."""

from collections.abc import Iterable
from datetime import UTC, tzinfo

from hypothesis import strategies as st

from custom_components.rion_nl43.acoustics import SoundPiece, WindowKind, Windows, WindowSpec

from .oracle import offset_s

# 2026-03-02 08:00:00 UTC.
EIGHT = 1772438400
SECOND = WindowSpec(WindowKind.RUNNING, 1)
MINUTE = WindowSpec(WindowKind.RUNNING, 60)
CLOCK_MINUTE = WindowSpec(WindowKind.ALIGNED, 60)


def piece(
    began: float,
    ended: float,
    level: float = 60.0,
    *,
    lmax: float | None = None,
    lmin: float | None = None,
    lp: float | None = None,
    streamed: bool = True,
) -> SoundPiece:
    """Make a piece, from and to seconds after eight; levels not told are all the same."""
    return SoundPiece(
        EIGHT + began,
        EIGHT + ended,
        level,
        level if lmax is None else lmax,
        level if lmin is None else lmin,
        level if lp is None else lp,
        streamed,
    )


def windows(*specs: WindowSpec, zone: tzinfo = UTC) -> Windows:
    """Have these windows, by the clock of that zone."""
    return Windows(specs, utc_offset_s=lambda at: offset_s(at, zone))


def listening(pieces: Iterable[SoundPiece], *specs: WindowSpec, zone: tzinfo = UTC) -> Windows:
    """Have these windows over these pieces."""
    found = windows(*specs, zone=zone)
    for one in pieces:
        found.add(one)
    return found


def levels() -> st.SearchStrategy[float]:
    """Levels as a meter tells them; few of them, so that many are equal."""
    return st.one_of(st.integers(590, 610), st.integers(-50, 1450)).map(lambda tenths: tenths / 10)


@st.composite
def sounds(draw: st.DrawFn, *, size: int = 12, gap_ms: int = 600, duration_ms: int = 1500) -> list[SoundPiece]:
    """Pieces that follow each other, overlap, leave holes, come out of order or have no duration at all."""
    at = 0
    made = []
    for _ in range(draw(st.integers(0, size))):
        began = at + draw(st.one_of(st.just(0), st.integers(-gap_ms, gap_ms)))
        at = began + draw(st.integers(0, duration_ms))
        leq, lmax, lmin, lp = (draw(levels()) for _ in range(4))
        made.append(SoundPiece(EIGHT + began / 1000, EIGHT + at / 1000, leq, lmax, lmin, lp, draw(st.booleans())))
    return made
