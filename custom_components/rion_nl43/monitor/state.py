"""All that is known of one meter, and who is told when it changes."""

import asyncio
from datetime import UTC, datetime, tzinfo

from ..nl43 import Levels, NL43Error, RunState, SlotLevels
from .availability import Availability
from .feed.facts import Change, Facts
from .feed.sample import STREAM_SLOT_S, Sample, covered_s, with_slot
from .measurement.clock import WallClock
from .measurement.held import HeldWatch
from .measurement.measurement import Measurement, MeasurementMemory, StartOrigin
from .measurement.run_tracker import Remembered, RunTracker
from .signal import Signal


class MeterState:
    """What the exchanges told of a meter; does no I/O, but needs the running loop for its time.

    Times passed in are loop times; every change is told to the subscribers before the method returns. `words` tells
    each word of the meter on its run state, new or not.
    """

    def __init__(self, restored: MeasurementMemory | None, time_zone: tzinfo) -> None:
        """Nothing is known but what is restored; `time_zone` is that of the meter's clock."""
        self.time_zone = time_zone
        self.samples = Signal[Sample]("samples")
        self.measurements = Signal[Measurement]("measurement")
        self.facts_changes = Signal[Facts]("facts")
        self.availability_changes = Signal[bool, NL43Error | None]("availability")
        self.words = Signal[()]("run state")
        self.availability = Availability(self.availability_changes.send)
        self.sample: Sample | None = None
        self.levels: Levels | None = None
        self.facts = Facts()
        self._loop = asyncio.get_running_loop()
        self._wall = WallClock(datetime.now(UTC), self._loop.time())
        self.tracker = RunTracker(self._remembered(restored))
        self._restored_origin = StartOrigin.RESTORED if restored is None else restored.origin
        self._held = HeldWatch()
        self._row_at: float | None = None
        self._told = Measurement()

    @property
    def measurement(self) -> Measurement:
        """What is known of the measurement now."""
        start = self.tracker.start
        if start is None:
            return Measurement(self.tracker.state)
        return Measurement(
            self.tracker.state,
            self._wall.utc(start.at),
            self.tracker.elapsed_s(self._loop.time()),
            start.origin,
            start.uncertainty_s,
        )

    @property
    def memory(self) -> MeasurementMemory | None:
        """What to keep of the measurement over a restart."""
        kept = self.tracker.to_remember()
        if kept is None:
            return None
        return MeasurementMemory(
            self._wall.utc(kept.at),
            self._restored_origin if self.tracker.start is None else self.tracker.start.origin,
            kept.uncertainty_s,
            kept.paused_s,
            None if kept.paused_since is None else self._wall.utc(kept.paused_since),
        )

    def take_levels(self, levels: Levels, sent: float, received: float, *, covers: bool = True) -> bool:
        """Make a sample of a row; true when it makes the run state doubtful.

        Unless it `covers` the time since the row before, as a row between two streams does not, it covers nothing.
        """
        tracker = self.tracker
        now = datetime.now(UTC)
        self._wall.read(now, self._loop.time())
        doubtful = self._held.row(levels, tracker.moving)
        tracker.row(levels.main, sent, received, changed=self._held.changed)
        self._tell_measurement()
        since_last_s = None if self._row_at is None else received - self._row_at
        self._row_at = received
        self.levels = levels
        self._hand_on(now, covered_s(since_last_s) if covers else 0.0, levels, None)
        return doubtful

    def take_slot(self, slot: tuple[SlotLevels, ...], ended: float) -> None:
        """Make a sample of a slot of a stream that ended then; a row of levels must have come on this connection."""
        assert self.levels is not None  # noqa: S101 # no stream begins before
        # The next row has no part in the time before the last slot, nor in the hole after it.
        self._row_at = None
        now = self._loop.time()
        self._wall.read(datetime.now(UTC), now)
        self._hand_on(self._wall.utc(ended), STREAM_SLOT_S, with_slot(self.levels, slot), slot)

    def connected(self) -> None:
        """A connection is new: what comes has no part in the time before."""
        self._row_at = self.levels = None
        self.tracker.connected()

    def take_run(self, run: RunState, at: float) -> None:
        """Take the meter's word on its run state."""
        self.tracker.told_run(run, at)
        self._tell_measurement()
        self.words.send()

    def take_paused(self, paused: bool, at: float) -> None:
        """Take the meter's word on whether it is paused."""
        self.tracker.told_paused(paused, at)
        self._tell_measurement()
        self.words.send()

    def change_facts(self, change: Change) -> None:
        """Know one fact better."""
        facts = change(self.facts)
        if facts != self.facts:
            self.facts = facts
            self.facts_changes.send(facts)

    def _hand_on(self, at: datetime, duration_s: float, levels: Levels, slot: tuple[SlotLevels, ...] | None) -> None:
        tracker = self.tracker
        self.sample = Sample(at, duration_s, levels, tracker.run, tracker.moving is not True, slot)
        self.availability.row_came()
        self.samples.send(self.sample)

    def _remembered(self, restored: MeasurementMemory | None) -> Remembered | None:
        if restored is None:
            return None
        return Remembered(
            self._wall.loop_time(restored.started_at),
            restored.uncertainty_s,
            restored.paused_s,
            None if restored.paused_since is None else self._wall.loop_time(restored.paused_since),
        )

    def _tell_measurement(self) -> None:
        measurement, told = self.measurement, self._told
        if (measurement.state, measurement.started_at, measurement.origin) != (
            told.state,
            told.started_at,
            told.origin,
        ):
            self._told = measurement
            self.measurements.send(measurement)
