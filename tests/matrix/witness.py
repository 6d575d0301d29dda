"""Watches a monitor while faults are played, and complains of whatever is not true or not as promised."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import Diagnosis, LinkDiagnosis, Measurement, MeasurementState, Sample
from custom_components.rion_nl43.nl43 import LinkState, LinkStatus
from emulator.instrument.run import State
from tests.monitor.watching import Watching

from .chronicle import Chronicle, dod_values, drd_values

# From when the meter made a row to when it is told: it may answer as late as a client waits, and byte by byte.
ROW_OLD_S = 3.6
# The slots of a stream are timed by their counters: no other slot is so near.
SLOT_OFF_S = 0.08
# A word is as old as its answer; another one may be asked for once more.
WORD_OLD_S = 4.5
SILENCE_S = 6.0
# No sample stands for more than two exchanges of the slowest kind.
LONGEST_SAMPLE_S = 8.0
# The meter's own clock has slots of 100 ms, and an exchange takes its time.
START_OFF_S = 1.0
# A break: quiet after the stream, `DOD?`, `Measure?` and four facts, each a second after the one before.
BREAK_S = 9.0
# Where the run state changes there is more to ask: why it stopped, or whether it only rests.
CHANGE_S = 20.0
TICK_S = 0.06
EXACT_S = 0.001
# From a link that is back to its first row: serial number and run state are asked for before.
FIRST_ROW_S = 4.0

STATES = {
    MeasurementState.STOPPED: {State.STOPPED, State.WAITING},
    MeasurementState.PAUSED: {State.PAUSED},
    MeasurementState.MEASURING: {State.MEASURING, State.DELAYED, State.ARMED},
}


@dataclass(frozen=True, slots=True)
class Told:
    """A diagnosis, and when it was told (loop time)."""

    at: float
    diagnosis: Diagnosis
    web_app: bool


@dataclass(frozen=True, slots=True)
class Covered:
    """The time that a sample stands for (loop time); a row between two streams stands for none."""

    began: float
    ended: float
    basis: Basis


class Witness:
    """Subscribes to all that a monitor tells and holds it against what the meter really did."""

    def __init__(self, watch: Watching, chronicle: Chronicle) -> None:
        """Begin to watch."""
        self.complaints: list[str] = []
        self.covered: list[Covered] = []
        self.availability: list[tuple[float, bool]] = []
        self._watch = watch
        self._chronicle = chronicle
        self._loop_to_epoch_s = datetime.now(UTC).timestamp() - watch.now
        self._last_dod: Sample | None = None
        self._words: list[str] = []
        self._changed_at: list[float] = []
        monitor = watch.monitor
        current = monitor.diagnosis.current
        self.told = [Told(watch.now, current.diagnosis, current.web_app)]
        self.connected_at = watch.now
        """When the link was connected, or in step again, for the last time."""
        watch.link.on_status(self._take_status)
        monitor.on_sample(self._take_sample)
        monitor.on_measurement(self._take_measurement)
        monitor.on_availability(lambda available, _: self.availability.append((watch.now, available)))
        monitor.diagnosis.on_change(self._take_diagnosis)

    def complain(self, text: str) -> None:
        """Write down what is not as it should be."""
        self.complaints.append(f"{self._watch.now:.2f} s: {text}")

    def diagnoses(self, from_s: float, to_s: float) -> list[Told]:
        """Return what was told within this time, and before that what stood at its begin."""
        before = [told for told in self.told if told.at <= from_s]
        return [*before[-1:], *(told for told in self.told if from_s < told.at <= to_s)]

    def unavailable(self, from_s: float, to_s: float) -> float:
        """Return for how many seconds of this time there were no values."""
        states = [(from_s, True), *((at, available) for at, available in self.availability if from_s < at < to_s)]
        return sum(later - at for (at, available), (later, _) in pairwise([*states, (to_s, True)]) if not available)

    def check_silences(self, since_s: float) -> None:
        """Complain where the meter said nothing for too long and was still taken for available."""
        self._chronicle.close()
        for began, ended in self._chronicle.silences:
            told_at = began + SILENCE_S + TICK_S
            if began < since_s or ended < told_at:
                continue
            known = [available for at, available in self.availability if at <= told_at]
            if known and known[-1]:
                self.complain(f"silent since {began:.2f} s and not noticed within {SILENCE_S:g} s")

    def check_coverage(self, since_s: float, away: list[tuple[float, float]]) -> float:
        """Complain of time that is covered twice, or not at all without a reason; return the longest hole (s).

        `away`: when samples may be missing.
        """
        longest = 0.0
        for before, after in pairwise(self._worth(since_s)):
            hole_s = after.began - before.ended
            if hole_s < -(TICK_S if Basis.STREAMED in {before.basis, after.basis} else EXACT_S):
                self.complain(f"{-hole_s:.2f} s before {before.ended:.2f} s are covered twice")
            excused = any(began < after.began and before.ended < ended for began, ended in away)
            polled = before.basis is after.basis is Basis.POLLED
            changed = any(before.ended <= at <= after.began for at in self._changed_at)
            if not excused and hole_s > (EXACT_S if polled else CHANGE_S if changed else BREAK_S):
                self.complain(f"no sample covers {hole_s:.2f} s after {before.ended:.2f} s")
            longest = max(longest, hole_s)
        return longest

    def check_words(self) -> None:
        """Complain of more changes of the run state than there were."""
        really = iter(self._chronicle.all_words)
        if not all(word in really for word, _ in groupby(self._words)):
            self.complain(f"told {self._words}, but it was {self._chronicle.all_words}")

    def check_state(self) -> bool:
        """Return whether the monitor knows what the meter does now."""
        state = self._watch.monitor.measurement.state
        return state is not None and self._chronicle.state in STATES[state]

    def _worth(self, since_s: float) -> Iterator[Covered]:
        return (piece for piece in self.covered if piece.began >= since_s and piece.ended > piece.began)

    def _take_sample(self, sample: Sample) -> None:
        now = self._watch.now
        ended = sample.at.timestamp() - self._loop_to_epoch_s
        self.covered.append(Covered(ended - sample.duration_s, ended, sample.basis))
        if sample.duration_s > LONGEST_SAMPLE_S:
            self.complain(f"a sample that covers {sample.duration_s:.2f} s")
        if sample.slot is None:
            self._last_dod = sample
            if not self._chronicle.made("DOD", dod_values(sample.levels), now - ROW_OLD_S, now):
                self.complain(f"a row that the meter did not make: {sample.levels.main}")
            return
        if not self._chronicle.made("DRD", drd_values(sample.slot), ended - SLOT_OFF_S, ended + SLOT_OFF_S):
            self.complain(f"a slot that the meter did not make then: {sample.slot[0]}")
        if self._last_dod is None or sample.levels.main.leq != self._last_dod.levels.main.leq:
            self.complain("a slot with the results of no row")

    def _take_measurement(self, measurement: Measurement) -> None:
        now = self._watch.now
        told = measurement.state
        self._changed_at.append(now)
        word = "Stop" if told is MeasurementState.STOPPED else "Start"
        if told is MeasurementState.PAUSED and not self._chronicle.paused(now - WORD_OLD_S, now):
            self.complain("it was not paused")
        if told is not None:
            self._words.append(word)
        if told is not None and word not in self._chronicle.words(now - WORD_OLD_S, now):
            self.complain(f"it did not say {word}")
        began_at = self._chronicle.began_at
        if measurement.started_at is None or told is MeasurementState.STOPPED or began_at is None:
            return
        off_s = measurement.started_at.timestamp() - self._loop_to_epoch_s - began_at
        if abs(off_s) > (measurement.uncertainty_s or 0.0) + START_OFF_S:
            self.complain(f"a start {off_s:.1f} s from the real one, by {measurement.origin}")

    def _take_status(self, status: LinkStatus) -> None:
        if status.state is LinkState.CONNECTED:
            self.connected_at = self._watch.now

    def _take_diagnosis(self, current: LinkDiagnosis) -> None:
        self.told.append(Told(self._watch.now, current.diagnosis, current.web_app))
