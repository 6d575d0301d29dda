"""All rules of one meter."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import Any

from .episode import Acknowledgement, EndReason, Episode
from .explanation import Explanation
from .judge import SET_BACK_MS, Judge
from .ledger import HISTORY, NEVER, Ledger
from .memory import KeptRule, likeness, read_kept
from .metric import Metric
from .raiser import Raiser
from .reachability import UNREACHABLE, UNREACHABLE_AFTER_S, Reachability
from .reading import Reading
from .refusal import Refusal, Refused
from .rule import Grade, Rule
from .schedule import Helper
from .transition import Transition


class AlertEngine:
    """Judges the readings of one meter by all its rules, and keeps its episodes.

    Times are in seconds since the epoch. Whatever may raise or end an episode returns what happened, in order; it
    happens at its own time, so that it makes no difference how often `tick` is called. `next_tick` tells when that is
    worth while.
    """

    def __init__(
        self,
        at: float,
        *,
        zone: tzinfo = UTC,
        meter: str = "",
        symbol_of: Callable[[Metric], str] = lambda metric: metric.key,
        unreachable_after_s: float = UNREACHABLE_AFTER_S,
        history: int = HISTORY,
        memory: object = None,
        episodes: object = None,
    ) -> None:
        """Begin with no rule but the built-in one.

        `zone` is that of the schedules; `meter`, as its serial number, makes the ids of episodes its own; `symbol_of`
        names a level for people. `memory` and `episodes` are what an engine before this one told to keep; nonsense in
        them is ignored.
        """
        now = _ms(at)
        self._zone = zone
        self._symbol_of = symbol_of
        self._ledger = Ledger(meter, history)
        self._judges: dict[str, Judge] = {}
        self._helpers: dict[str, bool] = {}
        self._rules: dict[str, Rule] = {}
        self._now = self._heard = now
        self.reachability = Reachability(self._ledger, now, _ms(unreachable_after_s))
        self._kept = read_kept(memory, episodes, self._ledger)
        self._take_up(self.reachability, None, now)

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules as configured, by id, without the built-in one."""
        return MappingProxyType(self._rules)

    @property
    def open_episodes(self) -> tuple[Episode, ...]:
        """The episodes that go on, the newest first."""
        return tuple(episode for episode in self.episodes() if episode.open)

    @property
    def worst(self) -> Grade:
        """The highest grade of all rules now."""
        return max(raiser.grade for raiser in self._raisers())

    @property
    def next_tick(self) -> float | None:
        """When to call `tick`, unless something comes before; None if there is no need to.

        It may be in the past. It can become earlier only when `collect_changed` tells something.
        """
        due = min((judge.due_ms for judge in self._judges.values()), default=NEVER)
        due = min(due, self.reachability.due_ms, self._ledger.due_ms)
        return None if due == NEVER else due / 1000

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart, in plain JSON: small, and changes with what `collect_changed` tells."""
        latest = {episode.rule_id: episode for episode in self._ledger.bare_episodes()}
        # What was kept of rules that nobody has configured yet is kept on.
        kept = {rule_id: each.to_json(latest.get(rule_id)) for rule_id, each in self._kept.items()}
        for raiser in self._raisers():
            told = KeptRule.of(raiser, self._rules.get(raiser.rule_id))
            kept[raiser.rule_id] = told.to_json(latest.get(raiser.rule_id))
        return {"rules": kept}

    def configure(self, rules: Iterable[Rule], at: float) -> list[Transition]:
        """Have these rules from now on; what is the same as before goes on.

        A rule that differs in more than its name, or in whether it is enabled, ends its episode and begins anew; it
        stays snoozed.
        """
        now = self._pass_to(at)
        wanted = {rule.id: rule for rule in rules if rule.id != UNREACHABLE}
        for rule_id in self._judges.keys() - wanted.keys():
            self._judges.pop(rule_id).close(now, EndReason.REMOVED)
            self._ledger.note_change(rule_id)
        for rule_id, rule in wanted.items():
            judge = self._judges.get(rule_id)
            if judge is None:
                self._take_up(self._add(rule, now), rule, now)
            elif rule == judge.rule:
                continue
            elif likeness(rule) == likeness(judge.rule):
                judge.configure(rule, now)
            else:
                judge.close(now, EndReason.EDITED)
                self._add(rule, now).resume_snooze(judge.snoozed_ms, now)
        self._judges = {rule_id: self._judges[rule_id] for rule_id in wanted}
        self._rules = wanted
        for rule_id in [*self._kept]:
            gone = Raiser(rule_id, self._ledger, now)
            self._take_up(gone, None, now)
            gone.close(now, EndReason.REMOVED)
        return self._ledger.collect()

    def take(self, readings: Mapping[str, Reading]) -> list[Transition]:
        """Judge one sample: a reading for each rule, by its id, the same one for several if they look at the same."""
        last: Reading | None = None
        began = ended = 0
        judges = self._judges
        for rule_id, reading in readings.items():
            if reading is not last:
                if last is None or (reading.ended, reading.covered_s) != (last.ended, last.covered_s):
                    ended = round(1000 * reading.ended)
                    began = min(round(1000 * (reading.ended - reading.covered_s)), ended)
                if last is None:
                    self._hear(reading, began, ended)
                last = reading
            judge = judges.get(rule_id)
            if judge is not None:
                judge.take(reading, began, ended)
        return self._ledger.collect()

    def tick(self, at: float) -> list[Transition]:
        """Let all happen that is due by then."""
        now = self._pass_to(at)
        for raiser in self._raisers():
            raiser.tick(now)
        self._ledger.tick(now)
        return self._ledger.collect()

    def set_schedule(self, name: str, is_open: bool | None, at: float) -> list[Transition]:
        """Take what a helper says of its schedule; while it says nothing (None), what it said last holds."""
        now = self._pass_to(at)
        if is_open is not None:
            self._helpers[name] = is_open
            for judge in self._judges.values():
                if judge.rule.schedule == Helper(name):
                    judge.set_open(now, is_open=is_open)
        return self._ledger.collect()

    def set_zone(self, zone: tzinfo, at: float) -> list[Transition]:
        """Have the schedules go by the clock of another zone."""
        now = self._pass_to(at)
        self._zone = zone
        for judge in self._judges.values():
            judge.set_zone(zone, now)
        return self._ledger.collect()

    def set_reachable(self, reachable: bool, at: float, *, wanted: bool = True) -> list[Transition]:
        """Take whether the meter can be reached; `wanted` is False while it is left alone on purpose."""
        self.reachability.set_reachable(self._pass_to(at), reachable=reachable, wanted=wanted)
        return self._ledger.collect()

    def put_clock(self, by_s: float) -> None:
        """Our clock was put by so much, before the next time that is told: the meter is not missed longer by that."""
        self.reachability.shift(_ms(by_s))

    def set_unreachable_after(self, seconds: float, at: float) -> list[Transition]:
        """Take a meter for unreachable after so long."""
        self.reachability.set_after(_ms(seconds), self._pass_to(at))
        return self._ledger.collect()

    def acknowledge(self, rule_id: str, at: float, *, by: str | None = None, note: str = "") -> list[Transition]:
        """Acknowledge the open episode of a rule, or else its latest; raises Refused."""
        latest = self.raiser(rule_id).latest()
        if latest is None:
            raise Refused(Refusal.NO_EPISODE, rule_id)
        return self.acknowledge_episode(latest.id, at, by=by, note=note)

    def acknowledge_episode(
        self, episode_id: str, at: float, *, by: str | None = None, note: str = ""
    ) -> list[Transition]:
        """Acknowledge an episode, whether its rule is still there or not; raises Refused."""
        now = self._pass_to(at)
        episode = self.episode(episode_id)
        if episode is None:
            raise Refused(Refusal.NO_EPISODE, episode_id)
        if episode.acknowledged is not None:
            raise Refused(Refusal.ALREADY_ACKNOWLEDGED, episode_id)
        judge = self._judges.get(episode.rule_id)
        level_db = None if judge is None else judge.level_db
        self._ledger.acknowledge(episode_id, Acknowledgement(now / 1000, by, note), level_db, now)
        return self._ledger.collect()

    def snooze(self, rule_id: str, until: float, at: float) -> list[Transition]:
        """Let a rule raise nothing until then; raises Refused."""
        self.raiser(rule_id).snooze(_ms(until), self._pass_to(at))
        return self._ledger.collect()

    def unsnooze(self, rule_id: str, at: float) -> list[Transition]:
        """Let a rule raise alerts again, what still holds at once; raises Refused."""
        self.raiser(rule_id).unsnooze(self._pass_to(at))
        return self._ledger.collect()

    def collect_changed(self) -> frozenset[str]:
        """Return the rules of which more than a level has changed since this was asked last, or that came or went."""
        return self._ledger.collect_changed()

    def raiser(self, rule_id: str) -> Judge | Reachability:
        """Return the state of a rule, or of the built-in one; raises Refused."""
        if rule_id == UNREACHABLE:
            return self.reachability
        if (judge := self._judges.get(rule_id)) is None:
            raise Refused(Refusal.UNKNOWN_RULE, rule_id)
        return judge

    def episode(self, episode_id: str) -> Episode | None:
        """Return an episode that is still known."""
        return self._ledger.episode(episode_id, self._latest)

    def episodes(self, rule_id: str | None = None) -> tuple[Episode, ...]:
        """Return the episodes that are known, of one rule or of all, the newest first and open ones included."""
        return self._ledger.episodes(self._latest, rule_id)

    def explain(self, rule_id: str, at: float) -> Explanation:
        """Tell why a rule does or does not alert then; raises Refused."""
        return self.raiser(rule_id).explain(_ms(at))

    @property
    def _latest(self) -> int:
        return max(self._now, self._heard)

    def _raisers(self) -> Iterator[Judge | Reachability]:
        yield from self._judges.values()
        yield self.reachability

    def _pass_to(self, at: float) -> int:
        """Return the time, which never goes back by a little; by more than a little, it is that of a clock put back."""
        now = _ms(at)
        if now < self._now - SET_BACK_MS:
            self._now = now
            self._ledger.recording.clear()
            for raiser in self._raisers():
                raiser.set_back(now)
        self._now = max(self._now, now)
        return self._now

    def _hear(self, reading: Reading, began: int, ended: int) -> None:
        if ended < self._heard - SET_BACK_MS:
            self._ledger.recording.clear()
            self._heard = began
            # Whoever tells the time next must not find the same jump once more.
            self._pass_to(began / 1000)
        if ended > self._heard:
            if reading.leq_db is not None:
                self._ledger.hear(max(began, self._heard), ended, reading.leq_db)
            self._heard = ended

    def _add(self, rule: Rule, now: int) -> Judge:
        judge = Judge(rule, self._ledger, self._zone, now, self._symbol_of)
        self._judges[rule.id] = judge
        self._ledger.note_change(rule.id)
        if isinstance(rule.schedule, Helper) and (is_open := self._helpers.get(rule.schedule.name)) is not None:
            judge.set_open(now, is_open=is_open)
        return judge

    def _take_up(self, raiser: Raiser, rule: Rule | None, now: int) -> None:
        """Let a rule go on with what was kept of it."""
        kept = self._kept.pop(raiser.rule_id, None)
        if kept is None:
            return
        raiser.resume_snooze(kept.snoozed_ms, now)
        same = rule is None or kept.is_of(rule)
        course = None if kept.open_id is None else self._ledger.courses.get(kept.open_id)
        if course is None:
            if same and isinstance(raiser, Judge):
                raiser.may_reopen(raiser.latest())
        elif rule is not None and not (same and course.grade in rule.grades):
            # It was open by the hours that the rule had.
            Raiser.resume(raiser, course)
            raiser.close(now, EndReason.EDITED)
        else:
            raiser.resume(course)
            if rule is not None and not rule.enabled:
                raiser.close(now, EndReason.DISABLED)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
