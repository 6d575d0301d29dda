"""Windows that end now."""

from collections.abc import Iterator
import struct

from .tally import Highest, Piece, Tally
from .window_levels import WindowLevels

_FORM = struct.Struct("<qqhhhh?")


class PieceLog:
    """The last pieces, 25 bytes each, by numbers that go on rising; all windows of a meter share it."""

    def __init__(self) -> None:
        """Begin without a piece."""
        self.first = 0
        self.end = 0
        self._packed = bytearray()

    def append(self, piece: Piece) -> None:
        """Keep one more."""
        self._packed += _FORM.pack(*piece)
        self.end += 1

    def __getitem__(self, number: int) -> Piece:
        return Piece._make(_FORM.unpack_from(self._packed, (number - self.first) * _FORM.size))

    def without(self, began: int, ended: int) -> Iterator[Piece]:
        """Yield what is kept, but for what lies between two times."""
        for number in range(self.first, self.end):
            piece = self[number]
            for part in ((piece.began, min(piece.ended, began)), (max(piece.began, ended), piece.ended)):
                if part[0] < part[1]:
                    yield piece._replace(began=part[0], ended=part[1])

    def forget(self, before: int) -> None:
        """Keep no piece of a lower number."""
        del self._packed[: (before - self.first) * _FORM.size]
        self.first = before


class RunningWindow:
    """The last so many ms; of a piece that its beginning cuts, the rest counts."""

    def __init__(self, length_ms: int, log: PieceLog, now: int) -> None:
        """Look back over what the log has."""
        self.length_ms = length_ms
        self._log = log
        self._began = now - length_ms
        self._tally = Tally()
        self._lmax = Highest()
        self._lmin = Highest()
        self.first = log.first
        for number in range(log.first, log.end):
            self.put(log[number])

    def put(self, piece: Piece) -> None:
        """Take the piece that the log got."""
        ms = piece.ended - max(piece.began, self._began)
        if ms > 0:
            self._tally.put(piece, ms)
            self._lmax.put(piece.lmax, piece.ended)
            self._lmin.put(-piece.lmin, piece.ended)

    def slide(self, now: int) -> None:
        """End then, and not before."""
        began = now - self.length_ms
        log = self._log
        while self.first < log.end:
            piece = log[self.first]
            if piece.began >= began:
                break
            gone = min(piece.ended, began) - max(piece.began, self._began)
            if gone > 0:
                self._tally.take(piece, gone)
            if piece.ended > began:
                break
            self.first += 1
        self._lmax.end(began)
        self._lmin.end(began)
        self._began = began

    def levels(self, min_coverage_percent: float) -> WindowLevels:
        """Return what there is to tell of the time up to where it ends."""
        lmin = self._lmin.value
        extremes = (None if lmin is None else -lmin, self._lmax.value)
        return self._tally.levels(self._began, self._began + self.length_ms, extremes, min_coverage_percent)
