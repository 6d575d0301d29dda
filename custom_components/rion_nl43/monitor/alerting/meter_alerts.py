"""The alerts of one meter."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from operator import attrgetter
from typing import Any, Final
import zlib

from ...alerts import (
    UNREACHABLE_AFTER_S,
    AlertEngine,
    Episode,
    Explanation,
    Grade,
    Metric,
    Refused,
    Rule,
    Transition,
    TransitionKind,
)
from ..calibration.calibration import MeterCalibration
from ..errors import AlertError
from ..feed.sample import Sample
from ..measurement.clock import CLOCK_STEP_S
from ..recovery.standby import Standby
from ..signal import Signal
from ..state import MeterState
from ..windows import MeterWindows
from .readings import Readings
from .rule_state import RuleState

# The wall clock, by which rules go, may be put right while nothing comes of the meter.
LOOK_EVERY_S: Final = 30.0
# What is due at once may wait so long.
LOOK_NOT_SOONER_S: Final = 0.02
# The trace of an episode goes on for so long after its end, and then there is more to keep of it.
TRACE_ENDS_S: Final = 61.0


class MeterAlerts:
    """Judges the rules of one meter with each of its samples, and keeps what comes of it.

    `symbol_of` names the level of an episode for people. Times are in seconds since the epoch. Callbacks run in the
    event loop, and each `on_...` returns what ends the subscription; whoever is told of a transition finds the state
    that follows from it.
    """

    def __init__(
        self,
        state: MeterState,
        windows: MeterWindows,
        standby: Standby,
        *,
        calibration: MeterCalibration | None = None,
        serial: str = "",
        restored: object = None,
        episodes: object = None,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with the built-in rule alone; the windows have to take each sample before this does.

        `calibration` says which samples are no sound of the place: to the rules these are a hole. `serial` makes the
        ids of episodes those of this meter. `restored` is `memory` of an earlier run, and `keep` is
        called when it has changed; `episodes` is its `episodes_memory`, or the episodes themselves.
        """
        self.symbol_of: Callable[[Metric], str] = attrgetter("key")
        self._state = state
        self._standby = standby
        self._keep = keep
        now = datetime.now(UTC).timestamp()
        self._loop = asyncio.get_running_loop()
        self._clock_s = now - self._loop.time()
        self._engine = AlertEngine(
            now,
            zone=state.time_zone,
            # Short, and not the number itself: ids get about.
            meter=f"{zlib.crc32(serial.encode()):08x}",
            symbol_of=self._symbol,
            memory=restored,
            episodes=episodes,
        )
        calibration = calibration or MeterCalibration()
        self._readings = Readings(state, windows, calibration)
        self._unreachable_after_s = UNREACHABLE_AFTER_S
        self._transitions = Signal[Transition]("alerts")
        self._changes = Signal[()]("state of the alert rules")
        self._episode_changes = Signal[()]("episodes")
        self._traces_end_at: float | None = None
        self._looks_at = float("-inf")
        self._due_sooner = asyncio.Event()
        state.samples.connect(calibration.gated(self.take_sample))
        state.availability_changes.connect(lambda *_: self._look_at_meter())
        standby.on_change(lambda _: self._look_at_meter())

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules as configured, by id, without the built-in one."""
        return self._engine.rules

    @property
    def unreachable_after_s(self) -> float:
        """After how long the meter counts as unreachable."""
        return self._unreachable_after_s

    @unreachable_after_s.setter
    def unreachable_after_s(self, seconds: float) -> None:
        self._unreachable_after_s = seconds
        self._tell(self._engine.set_unreachable_after(seconds, self._now()))

    @property
    def open_episodes(self) -> tuple[Episode, ...]:
        """The episodes that go on, the newest first."""
        return self._engine.open_episodes

    @property
    def worst(self) -> Grade:
        """The highest grade of all rules now."""
        return self._engine.worst

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart, in plain JSON: the rules' snoozes, and the last episode of each."""
        return self._engine.memory

    @property
    def episodes_memory(self) -> list[dict[str, Any]]:
        """The episodes to keep over a restart, in plain JSON: hundreds of them with their traces."""
        return [episode.to_json() for episode in self.episodes()]

    def configure(self, rules: Iterable[Rule]) -> None:
        """Have these rules from now on; what is the same as before is left alone."""
        before = self.rules
        told = self._engine.configure(rules, self._now())
        self._readings.configure(self.rules.values())
        self._tell(told)
        if self.rules != before:
            self._keep()

    def set_schedule(self, name: str, is_open: bool | None) -> None:  # it is the value, not a flag
        """Take what a helper says of its schedule; None while it says nothing."""
        self._tell(self._engine.set_schedule(name, is_open, self._now()))

    def set_time_zone(self, time_zone: tzinfo) -> None:
        """Have the hours of schedules be those of another time zone."""
        self._tell(self._engine.set_zone(time_zone, self._now()))

    def on_transition(self, callback: Callable[[Transition], None]) -> Callable[[], None]:
        """Be told everything that happens to an episode."""
        return self._transitions.connect(callback)

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told when the state of a rule, or which rules there are, has changed; not for the level alone."""
        return self._changes.connect(callback)

    def on_episodes(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told when there is something new worth keeping of the episodes."""
        return self._episode_changes.connect(callback)

    def state(self, rule_id: str) -> RuleState:
        """Return how a rule is, of those there are and the built-in one; raises KeyError."""
        try:
            raiser = self._engine.raiser(rule_id)
        except Refused:
            raise KeyError(rule_id) from None
        return RuleState(
            grade=raiser.grade,
            episode=raiser.episode,
            level_db=raiser.level_db,
            pending=raiser.pending,
            snoozed_until=raiser.snoozed_until,
            no_data=raiser.no_data,
            in_schedule=raiser.in_schedule,
        )

    def episode(self, episode_id: str) -> Episode | None:
        """Return an episode that is still known."""
        return self._engine.episode(episode_id)

    def episodes(self, rule_id: str | None = None) -> tuple[Episode, ...]:
        """Return the episodes that are known, of one rule or of all, the newest first and open ones included."""
        return self._engine.episodes(rule_id)

    def acknowledge(self, rule_id: str, *, by: str | None = None, note: str = "") -> Episode:
        """Acknowledge the open episode of a rule, or else its latest; raises AlertError."""
        return self._acknowledge(lambda: self._engine.acknowledge(rule_id, self._now(), by=by, note=note))

    def acknowledge_episode(self, episode_id: str, *, by: str | None = None, note: str = "") -> Episode:
        """Acknowledge an episode; raises AlertError."""
        return self._acknowledge(lambda: self._engine.acknowledge_episode(episode_id, self._now(), by=by, note=note))

    def snooze(self, rule_id: str, until: float) -> None:
        """Let a rule raise nothing until then; raises AlertError."""
        self._tell(_translated(lambda: self._engine.snooze(rule_id, until, self._now())))
        self._keep()

    def unsnooze(self, rule_id: str) -> None:
        """Let a rule raise alerts again, what still holds at once; raises AlertError."""
        self._tell(_translated(lambda: self._engine.unsnooze(rule_id, self._now())))
        self._keep()

    def explain(self, rule_id: str) -> Explanation:
        """Tell why a rule does or does not alert now; raises AlertError."""
        return _translated(lambda: self._engine.explain(rule_id, self._now()))

    def take_sample(self, sample: Sample) -> None:
        """Judge what the feed handed on; what covers nothing says nothing."""
        if sample.duration_s > 0:
            self._tell(self._engine.take(self._readings.of(sample)))

    async def run(self) -> None:
        """Let happen what is due without a sample, until cancelled: outages, ends of schedules and of snoozes."""
        self._look_at_meter()
        while True:
            self._tell(self._engine.tick(self._now()))
            self._note_traces()
            self._due_sooner.clear()
            look_in_s = self._look_in_s()
            self._looks_at = self._now() + look_in_s
            try:
                async with asyncio.timeout(look_in_s):
                    await self._due_sooner.wait()
            except TimeoutError:
                continue

    def _now(self) -> float:
        """Return the time, and note where our clock was put: how long something lasted does not go by that."""
        now = datetime.now(UTC).timestamp()
        put_s = now - self._loop.time() - self._clock_s
        if abs(put_s) > CLOCK_STEP_S:
            self._clock_s += put_s
            self._engine.put_clock(put_s)
        return now

    def _look_at_meter(self) -> None:
        available, wanted = self._state.availability.available, not self._standby.active
        self._tell(self._engine.set_reachable(available, self._now(), wanted=wanted))

    def _symbol(self, metric: Metric) -> str:
        return self.symbol_of(metric)

    def _acknowledge(self, act: Callable[[], list[Transition]]) -> Episode:
        told = _translated(act)
        self._tell(told)
        return told[-1].episode

    def _tell(self, told: list[Transition]) -> None:
        """Tell of what has happened; those who ask find all of it."""
        if not self._engine.collect_changed():
            return
        if (due := self._engine.next_tick) is not None and due < self._looks_at:
            self._due_sooner.set()
        if told:
            self._keep()
            if any(transition.kind is TransitionKind.CLEARED for transition in told):
                self._traces_end_at = self._now() + TRACE_ENDS_S
            self._episode_changes.send()
        self._changes.send()
        for transition in told:
            self._transitions.send(transition)

    def _note_traces(self) -> None:
        if self._traces_end_at is not None and self._now() >= self._traces_end_at:
            self._traces_end_at = None
            self._episode_changes.send()

    def _look_in_s(self) -> float:
        due = (self._engine.next_tick, self._traces_end_at)
        nearest = min((at for at in due if at is not None), default=float("inf"))
        return min(max(LOOK_NOT_SOONER_S, nearest - self._now()), LOOK_EVERY_S)


def _translated[T](ask: Callable[[], T]) -> T:
    try:
        return ask()
    except Refused as refused:
        raise AlertError(refused.refusal, refused.subject) from refused
