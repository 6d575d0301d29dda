"""What the times in a meter's records mean: how far its clock was ahead of UTC, and until when.

A meter keeps local time without a zone and without summer time. So its clock is a constant ahead of UTC, but for a slow
drift, until somebody sets it; only readings of the clock tell when that was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
import math
from typing import Any

from ...acoustics.merge import time_of_meter
from ...acoustics.stretches import Span
from ..kept import kept_mapping

# A reading is good to about half a second; a clock that gains or loses more than this has been set.
READING_S = 1.5
DRIFT_S_PER_DAY = 10.0
# A record's time may miss the reading beside which it was written by so much.
BESIDE_MS = 5_000
# A reading that tells nothing new is worth a place on disk after this time.
WORTH_KEEPING_MS = 3_600_000
# Of so many settings the readings are kept.
RUNS_KEPT = 50
# No place on earth is further ahead of UTC, or behind, and a clock may be a day wrong; more is no reading.
FURTHEST_S = 10 * 366 * 86400.0

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class ClockRun:
    """The clock between two settings: its first and its last reading, in ms since the epoch and s ahead of UTC."""

    first_ms: int
    first_ahead_s: float
    last_ms: int
    last_ahead_s: float

    def ahead_s(self, at_ms: float) -> float:
        """Return how far it was ahead of UTC at a time: on the line between the readings, level outside them."""
        if self.last_ms == self.first_ms:
            return self.last_ahead_s
        share = min(max((at_ms - self.first_ms) / (self.last_ms - self.first_ms), 0.0), 1.0)
        return self.first_ahead_s + share * (self.last_ahead_s - self.first_ahead_s)

    def ms_of(self, local: datetime) -> int:
        """Return the ms since the epoch at which the clock showed this."""
        about_ms = 1000 * time_of_meter(local, utc_offset_s=lambda _: self.last_ahead_s)
        return round(1000 * time_of_meter(local, utc_offset_s=lambda _: self.ahead_s(about_ms)))

    def agrees(self, at_ms: int, ahead_s: float) -> bool:
        """Return whether a later reading is of the same clock, which may have drifted."""
        drift_s = DRIFT_S_PER_DAY * abs(at_ms - self.last_ms) / _DAY_MS
        return abs(ahead_s - self.last_ahead_s) <= READING_S + drift_s


class MeterClock:
    """All that is known of one meter's clock. Without a reading it is taken for right in the zone told."""

    def __init__(self, restored: object = None, keep: Callable[[], None] = lambda: None) -> None:
        """Go on with what an earlier run kept, whatever it is; `keep` is called when there is more."""
        self._keep = keep
        self._runs: list[ClockRun] = sorted(_kept_runs(restored), key=lambda run: run.first_ms)
        self._kept_ms = self.read_ms or 0

    @property
    def memory(self) -> dict[str, Any]:
        """What to hand in as `restored`."""
        return {"runs": [[run.first_ms, run.first_ahead_s, run.last_ms, run.last_ahead_s] for run in self._runs]}

    @property
    def runs(self) -> tuple[ClockRun, ...]:
        """The clock from one setting to the next."""
        return tuple(self._runs)

    @property
    def read_ms(self) -> int | None:
        """When it was last read; None if it never was."""
        return self._runs[-1].last_ms if self._runs else None

    @property
    def steps_s(self) -> tuple[float, ...]:
        """By how much it was set forward, or back if negative."""
        return tuple(after.first_ahead_s - before.last_ahead_s for before, after in pairwise(self._runs))

    def take(self, at_ms: int, ahead_s: float) -> None:
        """Take a reading; one of the past, as after our own clock was set back, begins anew from there."""
        if abs(ahead_s) > FURTHEST_S:
            return
        while self._runs and self._runs[-1].first_ms > at_ms:
            self._runs.pop()
        if self._runs and self._runs[-1].agrees(at_ms, ahead_s):
            self._runs[-1] = replace(self._runs[-1], last_ms=at_ms, last_ahead_s=ahead_s)
            if abs(at_ms - self._kept_ms) < WORTH_KEEPING_MS:
                return
        else:
            self._runs = [*self._runs, ClockRun(at_ms, ahead_s, at_ms, ahead_s)][-RUNS_KEPT:]
        self._kept_ms = at_ms
        self._keep()

    def spans_of(self, span: Span, unread_ahead_s: float) -> tuple[tuple[datetime, datetime], ...]:
        """Return what the clock may have shown from one time to another: more than one answer if it was set."""
        return tuple(
            (_shown(span.began_ms, run), _shown(span.ended_ms, run))
            for run, window in self._windows(unread_ahead_s)
            if window[0] <= span.ended_ms and span.began_ms <= window[1]
        )

    def run_of(self, first: datetime, last: datetime, unread_ahead_s: float) -> ClockRun | None:
        """Return the clock by which a run of records was written, that tells these times at its ends.

        It is the one by which most of them lie in the time in which it may have gone; where two do equally, that of
        which more readings are beside them. None if that does not tell: such records have no known time.
        """
        rated = sorted(
            ((_rate(run, window, first, last), run) for run, window in self._windows(unread_ahead_s)),
            key=lambda each: each[0],
            reverse=True,
        )
        (best, run), *others = rated
        if best[0] <= 0 or any(rate == best for rate, _ in others):
            return None
        return run

    def latest(self, unread_ahead_s: float) -> ClockRun:
        """Return the clock as it goes now."""
        return self._windows(unread_ahead_s)[-1][0]

    def _windows(self, unread_ahead_s: float) -> list[tuple[ClockRun, tuple[float, float]]]:
        """Return the clock's runs with the time in which each may have gone: up to the readings beside it."""
        runs = self._runs or [ClockRun(0, unread_ahead_s, 0, unread_ahead_s)]
        begans = [-math.inf, *(run.last_ms for run in runs[:-1])]
        endeds = [*(run.first_ms for run in runs[1:]), math.inf]
        return list(zip(runs, zip(begans, endeds, strict=True), strict=True))


def _rate(run: ClockRun, window: tuple[float, float], first: datetime, last: datetime) -> tuple[float, float]:
    """Return which share of a span lies in the time in which the clock may have gone, and in that in which it did."""
    began, ended = run.ms_of(first), run.ms_of(last)
    length = max(ended - began, 1)

    def share(from_ms: float, to_ms: float) -> float:
        return max(min(ended + 1, to_ms + BESIDE_MS) - max(began, from_ms - BESIDE_MS), 0) / length

    return min(share(*window), 1.0), min(share(run.first_ms, run.last_ms), 1.0)


def _shown(at_ms: int, run: ClockRun) -> datetime:
    return datetime(1970, 1, 1) + timedelta(milliseconds=at_ms, seconds=run.ahead_s(at_ms))


def _kept_runs(restored: object) -> list[ClockRun]:
    kept = kept_mapping(restored).get("runs")
    return [
        ClockRun(int(run[0]), float(run[1]), int(run[2]), float(run[3]))
        for run in (kept if isinstance(kept, list) else [])
        if isinstance(run, list) and len(run) == 4 and all(_is_number(value) for value in run) and run[0] <= run[2]
    ][-RUNS_KEPT:]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15
