"""Watches what the monitor tells, beside the emulated meter's own truth."""

from collections import Counter, deque
from collections.abc import Callable
import gc
import logging
import os
from pathlib import Path

from custom_components.rion_nl43.monitor import Command, CommandState, Measurement, MeasurementState, Sample
from emulator import EmulatedMeter
from emulator.acoustics import SecondOfSound, energy_of
from emulator.acoustics.sound import SINE_CREST, SLOTS_PER_SECOND
from emulator.instrument.run import State
from emulator.referee import Sight

# The sound gets louder and quieter by 0.05 dB a second, so that a row of another moment shows.
QUIETEST_DB, LOUDEST_DB = 50.0, 80.0
DB_PER_SLOT = 0.005
HALF_SLOTS = round((LOUDEST_DB - QUIETEST_DB) / DB_PER_SLOT)
# An answer may take 3 s to come, Lp has a time weighting, and both are rounded.
LEVEL_TOLERANCE_DB = 0.5
# Time weighting S comes down from an overload of 140 dB by 4.3 dB a second.
OVERLOAD_FADES_S = 40.0
# A word on the run state that is older than an answer may be is a wrong one.
WORD_AGE_S = 4.0
STATES = {
    MeasurementState.MEASURING: {State.MEASURING, State.PAUSED},
    MeasurementState.PAUSED: {State.PAUSED},
    MeasurementState.STOPPED: {State.STOPPED},
}
MEASURING_COMMANDS = {"start", "stop", "start_cycle", "stop_cycle"}
SHOWN = 10


class Ramp:
    """A layer of sound that tells which level was heard last."""

    def __init__(self) -> None:
        """Nothing has been heard."""
        self.heard_db = QUIETEST_DB

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        for tenth in range(SLOTS_PER_SECOND):
            place = (second * SLOTS_PER_SECOND + tenth) % (2 * HALF_SLOTS)
            self.heard_db = QUIETEST_DB + DB_PER_SLOT * min(place, 2 * HALF_SLOTS - place)
            energy = energy_of(self.heard_db)
            sound.add(tenth, energy, energy, energy, SINE_CREST)


class Witness(logging.Handler):
    """Collects what must not be, as `complaints`."""

    def __init__(self, meter: EmulatedMeter, ramp: Ramp, now: Callable[[], float]) -> None:
        """Watch the meter, and what is logged as an error."""
        super().__init__(logging.ERROR)
        self.complaints: Counter[str] = Counter()
        self.examples: list[str] = []
        self.commands: Counter[CommandState] = Counter()
        self.changes = 0
        self.samples = 0
        self._meter = meter
        self._ramp = ramp
        self._now = now
        self._overloaded_until = float("-inf")
        self._states: deque[tuple[float, State]] = deque([(0.0, State.STOPPED)])
        self._sent: set[str] = set()
        meter.referee.watchers.append(self._see)

    @property
    def measures(self) -> int:
        """How many commands were sent that start or stop a measurement: each does so once at most."""
        return len(self._sent)

    def emit(self, record: logging.LogRecord) -> None:
        """Complain of an error that was logged."""
        self.complain("errors logged", f"{record.name}: {record.getMessage()} {record.exc_info}")

    def complain(self, kind: str, what: str) -> None:
        """Note what must not be."""
        self.complaints[kind] += 1
        if len(self.examples) < SHOWN:
            self.examples.append(f"{kind}: {what}")

    def overloaded(self, now: float) -> None:
        """The sound is another one for a while."""
        self._overloaded_until = now + OVERLOAD_FADES_S

    def overloaded_lately(self, now: float, within_s: float) -> bool:
        """Whether the sound was another one so lately."""
        return now < self._overloaded_until + within_s

    def take_sample(self, now: float, sample: Sample) -> None:
        """Compare its level with what there was to hear."""
        self.samples += 1
        lp = sample.levels.main.lp
        if lp is None or self.overloaded_lately(now, 0):
            return
        if abs(lp - self._ramp.heard_db) > LEVEL_TOLERANCE_DB:
            self.complain("wrong values", f"{now:.1f} s: {lp} dB, not {self._ramp.heard_db:.2f} dB")

    def take_measurement(self, now: float, measurement: Measurement) -> None:
        """Compare a run state with those that the meter had shortly before."""
        if measurement.state is None:
            return
        self.changes += 1
        self.note_state(now)
        times = [at for at, _ in self._states] + [now]
        lately = {state for (_, state), ended in zip(self._states, times[1:], strict=True) if ended >= now - WORD_AGE_S}
        if not lately & STATES[measurement.state]:
            self.complain("false run states", f"{now:.1f} s: {measurement.state}, but the meter: {lately}")

    def take_command(self, command: Command) -> None:
        """Count how commands ended."""
        if command.state is CommandState.SENT and command.name in MEASURING_COMMANDS:
            self._sent.add(command.id)
        if command.state.final:
            self.commands[command.state] += 1

    def note_state(self, now: float) -> None:
        """Remember what the meter does."""
        state = self._meter.instrument.run.state
        if state is not self._states[-1][1]:
            self._states.append((now, state))
        while len(self._states) > 1 and self._states[1][0] < now - 2 * WORD_AGE_S:
            self._states.popleft()

    def _see(self, sight: Sight) -> None:
        now = self._now()
        self.note_state(now)
        if sight.kind == "violation":
            self.complain("rules broken", f"{now:.1f} s: {sight.text}")


def memory_mb() -> float:
    """Memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def own_objects() -> int:
    """How many objects of the integration there are."""
    return sum(str(type(thing).__module__).startswith("custom_components") for thing in gc.get_objects())
