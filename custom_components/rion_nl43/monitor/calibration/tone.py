"""Recognises a calibrator by what the meter hears of it. Pure: time is passed in.

A calibrator sounds at 94 or 114 dB and does not waver. It comes at once and goes at once, and nobody holds one to a
microphone for half an hour: a machine that hums at 94 dB is none.
"""

from collections import deque
from dataclasses import dataclass, field, replace
import math
from typing import Final

from ...acoustics import energy_of, level_of
from ...acoustics.stretches import Span
from .entry import NOMINAL_DB

# In tenths of dB, as the meter tells its levels: sums and differences of these are exact.
BAND_TENTHS: Final = 5
SPREAD_TENTHS: Final = 3
# What is so far from a calibrator's level is another sound.
FAR_TENTHS: Final = 55
STEADY_MS: Final = 10_000
# The level has settled so long after the calibrator was switched on, whatever the time weighting.
EDGE_MS: Final = 15_000
LONGEST_MS: Final = 30 * 60_000
# By the time weighting S, the slowest, the level of a sound that ends falls faster than this, in tenths of dB a second.
STEEP: Final = 35
# A longer hole may hide anything.
HOLE_MS: Final = 10_000
# So much of it, in percent, is at the calibrator's level; the rest is where it was touched.
IN_BAND_PERCENT: Final = 80


@dataclass(frozen=True, slots=True)
class HeardTone:
    """A calibrator that was heard: from where the level began to rise to it until it had fallen again.

    `nominal_db` is the level that it is made for, and `level_db` what the meter read on average, to 0.1 dB.
    """

    span: Span
    nominal_db: float
    level_db: float


class _Steadiness:
    """The longest time up to now in which the level did not waver."""

    def __init__(self) -> None:
        self.reached = False
        self._pieces: deque[tuple[int, int]] = deque()
        self._covered_ms = 0

    def put(self, tenths: int, ms: int) -> None:
        """Go on with so many ms at this level."""
        if self.reached:
            return
        self._pieces.append((tenths, ms))
        self._covered_ms += ms
        while max(level for level, _ in self._pieces) - min(level for level, _ in self._pieces) > SPREAD_TENTHS:
            self._covered_ms -= self._pieces.popleft()[1]
        if self._covered_ms >= STEADY_MS:
            self.reached = True
            self._pieces.clear()

    def interrupt(self) -> None:
        """Begin anew: the level was another one meanwhile."""
        self._pieces.clear()
        self._covered_ms = 0


@dataclass(slots=True)
class _Nearby:
    """What was heard near a calibrator's level, one piece after the other; `first` to `last` was at it."""

    first: int | None = None
    last: int = 0
    near_ms: int = 0
    covered_ms: int = 0
    energy_ms: float = 0.0
    steadiness: _Steadiness = field(default_factory=_Steadiness)

    def put(self, began: int, ended: int, tenths: int, *, in_band: bool) -> None:
        """Take the next piece."""
        ms = ended - began
        self.near_ms += ms
        if not in_band:
            self.steadiness.interrupt()
            return
        if self.first is None:
            self.first = began
        self.last = ended
        self.covered_ms += ms
        self.energy_ms += ms * energy_of(tenths / 10)
        self.steadiness.put(tenths, ms)

    def is_calibrator(self, span: Span) -> bool:
        """Return whether it sounds like a calibrator between these two times, where other sounds end and begin."""
        return (
            self.first is not None
            and self.steadiness.reached
            and self.first - span.began_ms <= EDGE_MS
            and span.ended_ms - self.last <= EDGE_MS
            and span.ended_ms - span.began_ms <= LONGEST_MS
            and 100 * self.covered_ms >= IN_BAND_PERCENT * self.near_ms
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lp from and to these ms in tenths of dB; `rises_since` is when the level began to rise, if it does."""

    began: int
    ended: int
    tenths: int
    rises_since: int | None


class _Listener:
    """Listens for a calibrator of one level; what it hears begins and ends with a sound that is far from that."""

    def __init__(self, nominal_db: float) -> None:
        self._nominal_db = nominal_db
        self._nominal = round(10 * nominal_db)
        self._far: _Piece | None = None
        self._nearby = _Nearby()

    def take(self, piece: _Piece) -> HeardTone | None:
        """Take the next piece; returns the calibrator that has ended before it, or within it."""
        off = abs(piece.tenths - self._nominal)
        if off < FAR_TENTHS:
            self._nearby.put(piece.began, piece.ended, piece.tenths, in_band=off <= BAND_TENTHS)
            return None
        far, nearby = self._far, self._nearby
        self._far, self._nearby = piece, _Nearby()
        if far is None or not nearby.is_calibrator(Span(far.ended, piece.began)):
            return None
        began, ended = far.ended, piece.began
        if far.rises_since is not None and far.tenths < self._nominal:
            began = max(far.rises_since, far.ended - EDGE_MS)
        if piece.tenths < self._nominal:
            ended = piece.ended
        level_db = round(level_of(nearby.energy_ms / nearby.covered_ms), 1)
        return HeardTone(Span(began, ended), self._nominal_db, level_db)

    def lose(self) -> None:
        """What follows comes after a hole: nothing is known of how it began."""
        self._far, self._nearby = None, _Nearby()


class ToneDetector:
    """Hears calibrators, each once its level has fallen; a hole in the samples ends nothing, and is no beginning."""

    def __init__(self) -> None:
        """Know nothing."""
        self._last: _Piece | None = None
        self._falls: HeardTone | None = None
        self._falls_until = 0
        self._listeners = tuple(_Listener(nominal_db) for nominal_db in NOMINAL_DB)

    def take(self, began_ms: int, ended_ms: int, lp: float) -> HeardTone | None:
        """Take Lp in dB from and to these ms since the epoch; pieces come one after the other, and may touch.

        Returns the calibrator that is over by then.
        """
        last, over = self._last, None
        if last is not None and not -HOLE_MS <= began_ms - last.ended <= HOLE_MS:
            last, over = None, self.lose()
        began = began_ms if last is None else max(began_ms, last.ended)
        if ended_ms <= began or not math.isfinite(lp):
            return over
        tenths = round(10 * lp)
        rises_since = None
        change = 0 if last is None else tenths - last.tenths
        steep = last is not None and 1000 * abs(change) >= STEEP * (ended_ms - last.ended)
        if steep and change > 0:
            rises_since = began if last is None or last.rises_since is None else last.rises_since
        self._last = piece = _Piece(began, ended_ms, tenths, rises_since)
        if (falls := self._falls) is not None:
            if steep and change < 0 and ended_ms <= self._falls_until:
                self._falls = replace(falls, span=Span(falls.span.began_ms, ended_ms))
            else:
                over, self._falls = falls, None
        # No sound is near both levels, so only one of them can end.
        heard = next(filter(None, [each.take(piece) for each in self._listeners]), None)
        if heard is not None:
            # One that went before has fallen long ago.
            self._falls, self._falls_until = heard, heard.span.ended_ms + EDGE_MS
        return over

    def lose(self) -> HeardTone | None:
        """Forget how what is heard now began; returns the calibrator that is over by that."""
        over, self._falls, self._last = self._falls, None, None
        for each in self._listeners:
            each.lose()
        return over
