"""What a live view of one meter begins with."""

from dataclasses import dataclass
from datetime import UTC, datetime
import math
from typing import Final

from ..feed.sample import Sample
from ..measurement.measurement import Measurement
from ..windows import SET_BACK_S, sound_piece
from .runs import Run, Runs
from .samples import SampleRing, Samples
from .seconds import SecondRing, Seconds

TRACE_S: Final = 300
HISTORY_S: Final = 3600
# Samples of the fastest feed.
SAMPLES_PER_S: Final = 10


@dataclass(frozen=True, slots=True)
class History:
    """The past of a meter: single seconds up to where the single samples begin, None unless it is longer than these.

    `runs` are all changes of the measurement's state meanwhile, and before them the state that there was.
    """

    samples: Samples
    seconds: Seconds | None
    runs: list[Run]


class MeterLive:
    """Keeps every sample of the last five minutes, and the levels of each second of the last hour.

    Those of a second are made as those of windows are: of Lp while polled, of the slots of 100 ms while streamed.
    """

    def __init__(self) -> None:
        """Begin without a sample."""
        self._samples = SampleRing(TRACE_S * SAMPLES_PER_S)
        self._seconds = SecondRing(HISTORY_S)
        self._ended = self._now()
        self._runs = Runs(HISTORY_S, self._ended)

    def take_sample(self, sample: Sample) -> None:
        """Take what the feed handed on; nothing is left of the past where our clock was set back."""
        ended = sample.at.timestamp()
        if ended < self._ended - SET_BACK_S:
            self._samples.clear()
            self._seconds.clear()
            self._runs.clear(ended)
        self._ended = ended
        self._samples.add(round(1000 * ended), sample.levels.main.lp)
        if piece := sound_piece(sample):
            self._seconds.add(piece)

    def take_measurement(self, measurement: Measurement) -> None:
        """Take what is known of the measurement now."""
        self._runs.take(measurement.state, self._now())

    def history(self, length_s: float) -> History:
        """Return what there is of the last so many seconds, an hour at most."""
        now = self._now()
        # From a whole second on, so that no second is told both as one and by its samples.
        split = math.ceil(now - min(length_s, TRACE_S))
        began = math.ceil(now - length_s)
        return History(
            samples=self._samples.after(1000 * split),
            seconds=self._seconds.between(began, split) if length_s > TRACE_S else None,
            runs=self._runs.since(began),
        )

    def _now(self) -> float:
        return datetime.now(UTC).timestamp()
