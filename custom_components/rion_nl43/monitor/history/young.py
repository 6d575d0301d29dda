"""The row of the history that is being made: samples summed up until a quarter of an hour is full."""

from collections.abc import Callable

from ...acoustics.percentiles import class_of
from ...acoustics.pieces import SoundPiece
from ...acoustics.stretches import Stretch
from .row import MINUTE_MS, QUARTER_MS, Row, Source, row_of

# So long a time without a sample is a hole that has a begin and an end. A shorter one only lowers the coverage.
HOLE_MS = 60_000


class YoungRow:
    """Sums up pieces of sound by the minute; `close` is handed each row that is full, or ends before a hole.

    It holds a few numbers for each minute and one distribution, however many samples come.
    """

    def __init__(self, close: Callable[[Row], None]) -> None:
        """Begin with nothing."""
        self._close = close
        self.weighting = ""
        self._parts: list[Stretch] = []
        self._full: Stretch | None = None
        self._told: Row | None = None
        self._classes: dict[int, int] = {}
        self._minute_ends = 0
        self._covered = 0
        self._began = self._ended = 0
        self._energy = 0.0
        self._lmax = self._lmin = 0.0

    def add(self, began_ms: int, ended_ms: int, piece: SoundPiece, energy: float) -> None:
        """Take what a piece of sound with this energy says of a time."""
        number = class_of(piece.lp)
        while began_ms < ended_ms:
            if not self._covered or not self._ended <= began_ms < self._minute_ends:
                self._begin_minute(began_ms)
                self._lmax, self._lmin = piece.lmax, piece.lmin
            until_ms = min(ended_ms, self._minute_ends)
            lasted = until_ms - began_ms
            self._covered += lasted
            self._energy += energy * lasted
            self._lmax = max(self._lmax, piece.lmax)
            self._lmin = min(self._lmin, piece.lmin)
            self._classes[number] = self._classes.get(number, 0) + lasted
            self._ended = began_ms = until_ms

    @property
    def parts(self) -> tuple[Stretch, ...]:
        """The minutes so far, without distributions."""
        return (*self._parts, self._minute()) if self._covered else ()

    @property
    def latest(self) -> tuple[Stretch, ...]:
        """The minute that runs, and the one before it, if there is no hole between them."""
        if not self._covered:
            return ()
        now, full = self._minute(), self._full
        return (now,) if full is None or not 0 <= now.began_ms - full.ended_ms < HOLE_MS else (full, now)

    @property
    def row(self) -> Row | None:
        """All of it so far; None if there is nothing."""
        if not self._covered:
            return None
        if self._told is None or self._told.ended_ms != self._ended or self._told.weighting != self.weighting:
            self._told = row_of(Source.FEED, self.weighting, self.parts, self._classes)
        return self._told

    def end(self) -> None:
        """Close the row, whether it is full or not."""
        row = self.row
        self._parts, self._classes, self._covered, self._told = [], {}, 0, None
        if row:
            self._close(row)

    def end_if_over(self, now_ms: int) -> None:
        """Close the row if its quarter of an hour is over."""
        if self._covered and now_ms // QUARTER_MS > self._began // QUARTER_MS:
            self.end()

    def _begin_minute(self, began_ms: int) -> None:
        if self._covered:
            self._full = self._minute()
            follows = 0 <= began_ms - self._ended < HOLE_MS
            if follows and began_ms // QUARTER_MS == self._began // QUARTER_MS:
                self._parts.append(self._full)
            else:
                self.end()
        self._began = began_ms
        self._minute_ends = began_ms // MINUTE_MS * MINUTE_MS + MINUTE_MS
        self._covered, self._energy = 0, 0.0

    def _minute(self) -> Stretch:
        length_ms = self._ended - self._began
        energy = self._energy / self._covered
        return Stretch(self._began, self._ended, energy, self._lmax, self._lmin, (), self._covered / length_ms)
