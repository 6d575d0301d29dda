"""The time that meters live in: that of the event loop, or faster, or standing still, or stepped by hand."""

import asyncio
from collections.abc import Callable, Iterator
import contextlib
from datetime import UTC, datetime, timedelta
import heapq
import itertools
import math

from .instrument import Moment

FASTEST = 10_000.0
# An alarm is set anew after this time at the latest: loops do not take timers for the far future.
LONGEST_WAIT_S = 3600.0
# A loop wakes up this much early, in its own seconds.
EARLY_S = 1e-5


class Timer:
    """A callback that waits for its moment."""

    def __init__(self, callback: Callable[[], object], on_cancel: Callable[[], None]) -> None:
        """Wait."""
        self.callback = callback
        self.cancelled = False
        self._on_cancel = on_cancel

    def cancel(self) -> None:
        """Never call back."""
        self.cancelled = True
        self._on_cancel()


class Clock:
    """Meter time in seconds since the clock was first read, and the date that goes with it.

    At speed 1 it follows `loop.time()` and `datetime.now(UTC)`. Whoever reads a time finds that all that was due until
    then has happened, each at its own moment.
    """

    def __init__(self, behind: timedelta = timedelta()) -> None:
        """Make a clock of speed 1 whose date is behind. It needs no event loop until it is read."""
        self._behind = behind
        self._speed = 1.0
        self._holds = 0
        self._began_at: float | None = None
        # Meter time was `_seconds` when the loop's time was `_read_at`.
        self._seconds = self._read_at = 0.0
        self._latest = 0.0
        self._at_moment: float | None = None
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def speed(self) -> float:
        """How many seconds pass in one; 0 if time stands still."""
        return self._speed

    @speed.setter
    def speed(self, value: float) -> None:
        if not (value == 0 or 1 <= value <= FASTEST):
            raise ValueError(f"the speed is 0, or 1 to {FASTEST:.0f}, not {value:g}")
        if self._began_at is not None:
            self._settle()
        self._speed = value
        self._set_alarm()

    def now(self) -> Moment:
        """Return the time, after all that is due has happened."""
        seconds = self._at_moment
        if seconds is None:
            self._live_until(self._elapsed())
            seconds = self._latest
        lived_s = asyncio.get_running_loop().time() - (self._began_at or 0.0)
        return Moment(seconds, datetime.now(UTC) - self._behind + timedelta(seconds=seconds - lived_s))

    def step(self, seconds: float) -> None:
        """Let so much time pass at once; ValueError for less than none."""
        if not (seconds >= 0 and math.isfinite(seconds)):
            raise ValueError(f"time cannot pass by {seconds:g} s")
        self._settle()
        self._seconds += seconds
        self._live_until(self._seconds)

    def call_at(self, seconds: float, callback: Callable[[], object]) -> Timer:
        """Call back at this meter time, or soon if it has passed, however the speed changes until then."""
        timer = Timer(callback, self._set_alarm)
        heapq.heappush(self._timers, (seconds, next(self._numbers), timer))
        self._set_alarm()
        return timer

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let no time pass meanwhile, unless the speed is 1: for work that a fast clock would outrun."""
        self._settle()
        self._holds += 1
        try:
            yield
        finally:
            self._settle()
            self._holds -= 1
            self._set_alarm()

    def _elapsed(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._began_at is None:
            self._began_at = self._read_at = now
        return self._seconds if self._waiting else self._seconds + (now - self._read_at) * self._speed

    @property
    def _waiting(self) -> bool:
        return self._speed > 1 and self._holds > 0

    def _settle(self) -> None:
        self._seconds, self._read_at = self._elapsed(), asyncio.get_running_loop().time()

    def _live_until(self, seconds: float) -> None:
        due = seconds + EARLY_S * self._speed
        while self._at_moment is None and self._timers and self._timers[0][0] <= due:
            at, _, timer = heapq.heappop(self._timers)
            if timer.cancelled:
                continue
            # What was ordered for the past does not turn time back.
            self._latest = self._at_moment = max(at, self._latest)
            try:
                timer.callback()
            finally:
                self._at_moment = None
                self._set_alarm()
        self._latest = max(seconds, self._latest)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        if self._timers and self._speed and not self._waiting:
            wait_s = (self._timers[0][0] - self._elapsed()) / self._speed
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(min(max(wait_s, 0.0), LONGEST_WAIT_S), self._wake)

    def _wake(self) -> None:
        self.now()
        self._set_alarm()
