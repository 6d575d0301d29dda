"""The windows of one meter: its samples made pieces of sound."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from ..acoustics import MIN_COVERAGE_PERCENT, SoundPiece, WindowLevels, Windows, WindowSpec
from ..acoustics.stretches import Span
from .feed.facts import Facts
from .feed.sample import COVERED_LIMIT_S, Sample

# A sample so much older than the one before it says that our clock was set back.
SET_BACK_S = 10.0


class MeterWindows:
    """Levels of the main channel over windows: from Lp while polled, from the slots of 100 ms while streamed.

    Lp is live in every state of the meter, so windows go on whether it measures or not.
    """

    def __init__(self, time_zone: tzinfo = UTC) -> None:
        """Begin without a window; the periods of the clock are those of `time_zone`."""
        self.time_zone = time_zone
        self.min_coverage_percent = MIN_COVERAGE_PERCENT
        self._windows = Windows(utc_offset_s=self._utc_offset_s)
        self._configured: frozenset[WindowSpec] = frozenset()
        self._needed: frozenset[WindowSpec] = frozenset()
        self._weightings: dict[str, str] = {}
        self._ended = float("-inf")

    @property
    def specs(self) -> frozenset[WindowSpec]:
        """The windows there are."""
        return self._configured | self._needed

    def configure(self, specs: Iterable[WindowSpec]) -> None:
        """Have these windows: those there were go on, new running ones begin with what the longest one had."""
        self._configured = frozenset(specs)
        self._windows.configure(self.specs)

    def need(self, specs: Iterable[WindowSpec]) -> None:
        """Have these windows too, whichever are configured: rules judge them."""
        self._needed = frozenset(specs)
        self._windows.configure(self.specs)

    def take_sample(self, sample: Sample) -> None:
        """Take what the feed handed on; a row without the levels it needs is a hole."""
        ended = sample.at.timestamp()
        if ended < self._ended - SET_BACK_S:
            self._windows.reset()
        self._ended = ended
        if piece := sound_piece(sample):
            self._windows.add(piece)

    def exclude(self, span: Span) -> None:
        """Let what was taken in a span be a hole, as far as it still counts."""
        self._windows.exclude(span.began_ms / 1000, span.ended_ms / 1000)

    def take_facts(self, facts: Facts) -> None:
        """Take what is known of the meter: under another weighting of the main channel all windows begin anew."""
        for kind, told in (("frequency", facts.frequency_weighting), ("time", facts.time_weighting)):
            if told is not None and self._weightings.setdefault(kind, told) != told:
                self._weightings[kind] = told
                self._windows.reset()

    def levels(self, spec: WindowSpec) -> WindowLevels:
        """Return what a window tells now; KeyError if it is neither configured nor needed.

        The time since the last sample is no hole yet: as long as the next one may cover it, now is when that one ended.
        """
        now = datetime.now(UTC).timestamp()
        if now - self._ended <= COVERED_LIMIT_S:
            now = self._ended
        return self._windows.levels(spec, now, min_coverage_percent=self.min_coverage_percent)

    def _utc_offset_s(self, at: float) -> float:
        offset = datetime.fromtimestamp(at, self.time_zone).utcoffset()
        return offset.total_seconds() if offset else 0.0


def sound_piece(sample: Sample) -> SoundPiece | None:
    """Return the sound of a sample: Lp of a row, or the levels of a slot; None where one is missing."""
    ended = sample.at.timestamp()
    began = ended - sample.duration_s
    if sample.slot is None:
        lp = sample.levels.main.lp
        return None if lp is None else SoundPiece(began, ended, lp, lp, lp, lp, streamed=False)
    slot = sample.slot[0]
    if slot.lp is None or slot.leq is None or slot.lmax is None or slot.lmin is None:
        return None
    return SoundPiece(began, ended, slot.leq, slot.lmax, slot.lmin, slot.lp, streamed=True)
