"""Running and clock-aligned windows over one stream of sound."""

from collections.abc import Callable, Iterable

from .aligned import AlignedWindow
from .pieces import SoundPiece
from .running import PieceLog, RunningWindow
from .spec import WindowKind, WindowSpec
from .tally import Piece
from .window_levels import WindowLevels

MIN_COVERAGE_PERCENT = 75.0


class Windows:
    """Levels of several windows over the same pieces.

    Pieces never overlap: what lies before the end of the one before is cut off. Time never goes back: the time told
    counts as no earlier than one told before, and than the end of the last piece; `reset` forgets it all.
    """

    def __init__(self, specs: Iterable[WindowSpec] = (), *, utc_offset_s: Callable[[float], float]) -> None:
        """Begin without a piece; `utc_offset_s` gives local time minus UTC at a time since the epoch."""
        self._utc_offset_s = utc_offset_s
        self._running: dict[WindowSpec, RunningWindow] = {}
        self._aligned: dict[WindowSpec, AlignedWindow] = {}
        self._log = PieceLog()
        self._now = self._ended = 0
        self.configure(specs)

    def configure(self, specs: Iterable[WindowSpec]) -> None:
        """Have these windows: those there were go on, new running ones begin with what the longest one had."""
        wanted = set(specs)
        for windows in (self._running, self._aligned):
            for spec in windows.keys() - wanted:
                del windows[spec]
        for spec in wanted - self._running.keys() - self._aligned.keys():
            length_ms = 1000 * spec.length_s
            if spec.kind is WindowKind.RUNNING:
                self._running[spec] = RunningWindow(length_ms, self._log, self._now)
            else:
                self._aligned[spec] = AlignedWindow(length_ms, self._utc_offset_ms, self._ended)
        self._trim()

    def add(self, piece: SoundPiece) -> None:
        """Take the next piece."""
        taken = Piece.of(piece, self._ended)
        if taken.ended <= taken.began:
            return
        self._ended = taken.ended
        self._pass_to(taken.ended)
        if self._running:
            self._log.append(taken)
        for running in self._running.values():
            running.put(taken)
        for aligned in self._aligned.values():
            aligned.put(taken)
        self._trim()

    def exclude(self, began: float, ended: float) -> None:
        """Let what was heard between two times since the epoch be a hole.

        A clock-aligned window keeps of its period only what the longest running window has of the rest.
        """
        kept = list(self._log.without(round(1000 * began), round(1000 * ended)))
        self._log = PieceLog()
        for piece in kept:
            self._log.append(piece)
        for spec in self._running:
            self._running[spec] = RunningWindow(1000 * spec.length_s, self._log, self._now)
        for aligned in self._aligned.values():
            aligned.exclude(round(1000 * began), round(1000 * ended), kept)
        self._trim()

    def reset(self) -> None:
        """Forget all pieces and the time."""
        specs = [*self._running, *self._aligned]
        self._running.clear()
        self._aligned.clear()
        self._log = PieceLog()
        self._now = self._ended = 0
        self.configure(specs)

    def levels(
        self, spec: WindowSpec, now: float, *, min_coverage_percent: float = MIN_COVERAGE_PERCENT
    ) -> WindowLevels:
        """Return what a window tells at a time since the epoch; KeyError if there is no such window."""
        self._pass_to(round(1000 * now))
        if spec.kind is WindowKind.RUNNING:
            return self._running[spec].levels(min_coverage_percent)
        return self._aligned[spec].levels(self._now, min_coverage_percent)

    def _pass_to(self, now: int) -> None:
        if now > self._now:
            self._now = now
            for window in self._running.values():
                window.slide(now)

    def _trim(self) -> None:
        self._log.forget(min((window.first for window in self._running.values()), default=self._log.end))

    def _utc_offset_ms(self, at: int) -> int:
        return round(1000 * self._utc_offset_s(at / 1000))
