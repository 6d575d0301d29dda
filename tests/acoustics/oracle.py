"""What windows must tell, the slow and obvious way: millisecond by millisecond."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
import math

from custom_components.rion_nl43.acoustics import Basis, SoundPiece, WindowLevels

NUMBERS = (1, 5, 10, 50, 90, 95)


def ms_of(seconds: float) -> int:
    """Return a time in ms."""
    return round(seconds * 1000)


def heard(pieces: Iterable[SoundPiece]) -> dict[int, SoundPiece]:
    """Return the piece of each millisecond: none before the end of the last one that came."""
    found: dict[int, SoundPiece] = {}
    for piece in pieces:
        end = max(found, default=-1) + 1
        for ms in range(max(end, ms_of(piece.began)), ms_of(piece.ended)):
            found[ms] = piece
    return found


def mean(levels: list[float]) -> float:
    """Return the energy mean."""
    return 10 * math.log10(math.fsum(10 ** (level / 10) for level in levels) / len(levels))


def exceeded(levels: list[float], number: int) -> float:
    """Return the level that is reached at least `number` % of the time."""
    falling = sorted(levels, reverse=True)
    return falling[math.ceil(number * len(falling) / 100) - 1]


def told(found: dict[int, SoundPiece], began: int, ended: int, min_coverage_percent: float) -> WindowLevels:
    """Return what a window from one millisecond to another tells."""
    inside = [found[ms] for ms in range(began, ended) if ms in found]
    coverage_percent = 100 * len(inside) / (ended - began)
    kinds = {piece.streamed for piece in inside}
    basis = {
        frozenset[bool](): None,
        frozenset({True}): Basis.STREAMED,
        frozenset({False}): Basis.POLLED,
        frozenset({True, False}): Basis.MIXED,
    }[frozenset(kinds)]
    if not inside or coverage_percent < min_coverage_percent:
        return WindowLevels(began / 1000, ended / 1000, coverage_percent, basis, None, None, None, {})
    return WindowLevels(
        began / 1000,
        ended / 1000,
        coverage_percent,
        basis,
        mean([piece.leq for piece in inside]),
        max(piece.lmax for piece in inside),
        min(piece.lmin for piece in inside),
        {number: exceeded([piece.lp for piece in inside], number) for number in NUMBERS},
    )


def assert_same(levels: WindowLevels, expected: WindowLevels) -> None:
    """Compare all there is to tell; a mean may differ where numbers with a point do."""
    assert (levels.began, levels.ended) == (expected.began, expected.ended)
    assert math.isclose(levels.coverage_percent, expected.coverage_percent)
    assert levels.basis is expected.basis
    assert (levels.lmax, levels.lmin) == (expected.lmax, expected.lmin)
    assert levels.percentiles == expected.percentiles
    if levels.leq is None or expected.leq is None:
        assert levels.leq is expected.leq
    else:
        assert math.isclose(levels.leq, expected.leq, abs_tol=1e-9)


def offset_s(at: float, zone: tzinfo) -> int:
    """Return local time minus UTC in whole seconds."""
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def begins(second: int, length_s: int, zone: tzinfo) -> bool:
    """Whether a period begins at a second: by the local clock, or because that is changed then."""
    local = datetime.fromtimestamp(second, zone)
    of_day = local.hour * 3600 + local.minute * 60 + local.second
    return of_day % length_s == 0 or offset_s(second, zone) != offset_s(second - 1, zone)


def last_complete_period(now: int, length_s: int, zone: tzinfo) -> tuple[int, int]:
    """Walk back from now, second by second, to the end and then to the beginning of the last complete period."""
    ended = now
    while not begins(ended, length_s, zone):
        ended -= 1
    began = ended - 1
    while not begins(began, length_s, zone):
        began -= 1
    return began, ended
