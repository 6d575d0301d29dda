"""What the measurement did, and since when."""

from typing import NamedTuple

from ..measurement.measurement import MeasurementState


class Run(NamedTuple):
    """A state, and since when, in seconds since the epoch; None while the meter has not told its state."""

    since: float
    state: MeasurementState | None


class Runs:
    """Keeps the changes of the last `length_s` seconds, and the state before them."""

    def __init__(self, length_s: float, now: float) -> None:
        """Nothing is known yet."""
        self._length_s = length_s
        self._runs = [Run(now, None)]

    def take(self, state: MeasurementState | None, now: float) -> None:
        """Take the state, new or not."""
        if state is self._runs[-1].state:
            return
        self._runs = [*self.since(now - self._length_s), Run(now, state)]

    def clear(self, now: float) -> None:
        """Forget all but the state now: the clock was put to this time."""
        self._runs = [Run(now, self._runs[-1].state)]

    def since(self, at: float) -> list[Run]:
        """Return the changes since then, after the state at that time if that is known."""
        first = max((number for number, run in enumerate(self._runs) if run.since <= at), default=0)
        return self._runs[first:]
