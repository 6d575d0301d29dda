"""A run tracker that is fed rows of known measurements."""

from custom_components.rion_nl43.monitor.measurement.measurement import MeasurementState, StartOrigin
from custom_components.rion_nl43.monitor.measurement.run_tracker import Remembered, RunTracker
from custom_components.rion_nl43.monitor.measurement.start_time import Span
from custom_components.rion_nl43.nl43 import RunState

from .rows import measured

START, STOP = RunState.START, RunState.STOP


class Watched:
    """A tracker that is fed a row a second of a measurement of known duration."""

    def __init__(self, remembered: Remembered | None = None) -> None:
        """Begin at 1000 s."""
        self.tracker = RunTracker(remembered)
        self.now = 1000.0

    def rows(self, count: int, duration_s: float, *, runs: bool = True, leq: float = 60.0) -> None:
        """Let rows come, the first one after a second and that long a measurement."""
        for number in range(count):
            self.now += 1
            row = measured(duration_s + number * runs, leq)
            self.tracker.row(row, self.now - 0.05, self.now, changed=runs)

    def own_start(self) -> None:
        """Start by an own command, half a second on its way."""
        self.tracker.commanded_start(Span(self.now, self.now + 0.5))
        self.now += 1.5
        self.tracker.told_run(START, self.now)

    def elapsed(self) -> float:
        """Seconds measured now."""
        elapsed_s = self.tracker.elapsed_s(self.now)
        assert elapsed_s is not None
        return elapsed_s

    def started(self) -> float:
        """Start time as told."""
        assert self.tracker.start
        return self.tracker.start.at

    def state(self) -> MeasurementState | None:
        """State in one word."""
        return self.tracker.state

    @property
    def origin(self) -> StartOrigin:
        """Whence it is known."""
        assert self.tracker.start
        return self.tracker.start.origin
