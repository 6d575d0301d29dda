"""Alert rules in a meter's life, beside what there was to hear."""

from collections import deque
from collections.abc import Callable
import json
from typing import Any

from custom_components.rion_nl43.alerts import (
    EndReason,
    Episode,
    Metric,
    Quantity,
    Rule,
    Transition,
    TransitionKind,
)
from custom_components.rion_nl43.monitor import MeterMonitor

from .witness import LEVEL_TOLERANCE_DB, LOUDEST_DB, QUIETEST_DB, Ramp, Witness

NOISE_DB = (QUIETEST_DB + LOUDEST_DB) / 2
DURATION_S = 30.0
LP = Metric(Quantity.LP)
# All that there are would look like a leak, until they are the 500 that are kept at most.
KEPT = 10
# What is judged at the beginning of a duration was heard so much later at the latest.
HEARD_WITHIN_S = 3.0
# Always over, by turns over and not, and never over, not even while overloaded.
SOUND = Rule(id="sound", name="Sound", metric=LP, warning_db=QUIETEST_DB - 10)
NOISE = Rule(id="noise", name="Noise", metric=LP, alarm_db=NOISE_DB, duration_s=DURATION_S, clear_margin_db=1.0)
BANG = Rule(id="bang", name="Bang", metric=LP, alarm_db=150.0)
RAISED = {TransitionKind.ONSET, TransitionKind.REOPENED}


class Alarms:
    """Has a monitor judge three rules, and complains of what they should not or should have raised."""

    def __init__(self, ramp: Ramp, witness: Witness, now: Callable[[], float]) -> None:
        """Nothing is known yet."""
        self.raised = 0
        self.checks = 0
        self._ramp = ramp
        self._witness = witness
        self._now = now
        self._heard: deque[tuple[float, float]] = deque()
        self._episodes: Any = None
        self._sound: set[str] = set()

    @property
    def episodes(self) -> Any:
        """What was kept of the episodes."""
        return self._episodes

    def watch(self, monitor: MeterMonitor) -> None:
        """Have a monitor that has just been made judge the rules."""
        monitor.alerts.configure((SOUND, NOISE, BANG))
        monitor.alerts.on_transition(self._take)

    def keep(self, monitor: MeterMonitor) -> None:
        """Keep the episodes of a monitor that has ended, as a file would."""
        self._episodes = json.loads(json.dumps(monitor.alerts.episodes_memory[:KEPT]))

    def look(self) -> None:
        """Remember what there is to hear."""
        now = self._now()
        self._heard.append((now, self._ramp.heard_db))
        while self._heard[0][0] < now - 2 * DURATION_S:
            self._heard.popleft()

    def check(self, monitor: MeterMonitor) -> None:
        """Complain if, in calm, other alerts are open than what there was to hear for long enough asks for."""
        heard = [level for _, level in self._heard]
        if min(heard) > NOISE_DB:
            expected = {SOUND.id, NOISE.id}
        elif max(heard) < NOISE_DB - NOISE.clear_margin_db:
            expected = {SOUND.id}
        else:
            return
        self.checks += 1
        if (there := {episode.rule_id for episode in monitor.alerts.open_episodes}) != expected:
            self._witness.complain("lost alerts", f"{self._now():.0f} s: open are {there}, not {expected}")

    def _take(self, transition: Transition) -> None:
        episode = transition.episode
        if transition.kind in RAISED:
            self.raised += 1
        if episode.rule_id == SOUND.id:
            self._sound.add(episode.id)
        if not self._fits(transition.kind, episode):
            what = f"{episode.rule_id} {transition.kind}, {episode.end_reason or 'open'}"
            heard = f"from {self._before():.2f} to {self._ramp.heard_db:.2f} dB"
            self._witness.complain("false alerts", f"{self._now():.1f} s: {what}, {heard}")

    def _fits(self, kind: TransitionKind, episode: Episode) -> bool:
        if kind is TransitionKind.NO_DATA or episode.rule_id not in (SOUND.id, NOISE.id, BANG.id):
            return True
        if episode.rule_id == SOUND.id:
            return kind is TransitionKind.ONSET and len(self._sound) == 1
        if episode.rule_id == BANG.id:
            return False
        if self._witness.overloaded_lately(self._now(), DURATION_S):
            return True
        if kind in RAISED:
            return min(self._before(), self._ramp.heard_db) > NOISE_DB - LEVEL_TOLERANCE_DB
        quiet_db = NOISE_DB - NOISE.clear_margin_db + LEVEL_TOLERANCE_DB
        return episode.end_reason is EndReason.CLEARED and max(self._before(), self._ramp.heard_db) < quiet_db

    def _before(self) -> float:
        """What there was to hear when a duration had just begun that ends now."""
        began = self._now() - DURATION_S + HEARD_WITHIN_S
        return next((level for at, level in reversed(self._heard) if at <= began), self._ramp.heard_db)
