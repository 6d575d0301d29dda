"""The last hour of levels in steps of a second, and the traces of episodes made of it.

A step is a second of the clock, and a reading counts in each step that it touches: it stands for all of its time, and a
poll that takes a little longer than a second would leave steps empty otherwise.
"""

from array import array
from typing import Final

from .episode import Trace

# An episode shows so much of what was before it, and after it.
AROUND_MS: Final = 60_000
# Longer ago than this nothing is known; what became over earlier than that is shown from there on.
RECORDED_S: Final = 3660
MAX_POINTS: Final = 600
_NONE: Final = -32768


class Recording:
    """The highest level of each second, in tenths of a dB, as far back as is ever shown."""

    def __init__(self) -> None:
        """Begin without a level."""
        self._steps = array("h", [_NONE]) * RECORDED_S
        self._last: int | None = None

    def put(self, second: int, tenths: int) -> None:
        """Take a level of a second; of one that is long over nothing is taken."""
        last = self._last
        if last is None or second - last >= RECORDED_S:
            self.clear()
        elif second > last:
            for passed in range(last + 1, second + 1):
                self._steps[passed % RECORDED_S] = _NONE
        elif last - second >= RECORDED_S:
            return
        if self._last is None or second > self._last:
            self._last = second
        place = second % RECORDED_S
        self._steps[place] = max(self._steps[place], tenths)

    def clear(self) -> None:
        """Forget it all, as our clock was set back."""
        if self._last is not None:
            self._steps = array("h", [_NONE]) * RECORDED_S
            self._last = None

    def replay(self, trace: TraceSteps, began: int) -> None:
        """Put into a trace what there is since a second."""
        last = self._last
        if last is not None:
            for second in range(max(began, last - RECORDED_S + 1), last + 1):
                if (tenths := self._steps[second % RECORDED_S]) != _NONE:
                    trace.put(second, tenths)


class TraceSteps:
    """The trace of an episode as it grows: when it has too many steps, each two become one."""

    def __init__(self, began: int) -> None:
        """Begin with a second of the clock."""
        self.began = began
        self._step = 1
        self._tenths: list[int] = []

    @classmethod
    def resume(cls, trace: Trace | None, began: int) -> TraceSteps:
        """Go on with a trace that was written down; with an empty one where there is none that can be."""
        if trace is None or trace.step_s < 1 or trace.step_s % 1 or trace.began % 1:
            return cls(began)
        steps = cls(int(trace.began))
        steps._step = int(trace.step_s)
        steps._tenths = [_NONE if level is None else tenths_of(level) for level in trace.levels_db]
        steps._shorten()
        return steps

    def put(self, second: int, tenths: int) -> None:
        """Take a level of a second; of one before the beginning nothing is taken."""
        place = (second - self.began) // self._step
        if place < 0:
            return
        while place >= MAX_POINTS:
            self._double()
            place = (second - self.began) // self._step
        missing = place + 1 - len(self._tenths)
        if missing > 0:
            self._tenths.extend([_NONE] * missing)
        self._tenths[place] = max(self._tenths[place], tenths)

    def trace(self) -> Trace:
        """Return it as it is now."""
        levels = tuple(None if tenths == _NONE else tenths / 10 for tenths in self._tenths)
        return Trace(float(self.began), float(self._step), levels)

    def _shorten(self) -> None:
        while len(self._tenths) > MAX_POINTS:
            self._double()

    def _double(self) -> None:
        self._tenths = [max(self._tenths[place : place + 2]) for place in range(0, len(self._tenths), 2)]
        self._step *= 2


def tenths_of(level_db: float) -> int:
    """Return a level in tenths of a dB, as far as they can be recorded."""
    return max(_NONE + 1, min(-_NONE - 1, round(10 * level_db)))
