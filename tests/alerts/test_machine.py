"""An engine to which anything happens, in any order."""

from collections.abc import Iterable
import json
from typing import Any

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule as step
import pytest

from custom_components.rion_nl43.alerts import (
    UNREACHABLE,
    AlertEngine,
    Always,
    EndReason,
    Episode,
    Grade,
    Helper,
    Metric,
    Quantity,
    Reading,
    Refusal,
    Refused,
    Rule,
    Schedule,
    Transition,
    TransitionKind,
)

from .sounds import EIGHT, LP

NAMES = ("a", "b", "c")
HISTORY = 12
RAISED = (TransitionKind.ONSET, TransitionKind.REOPENED, TransitionKind.ESCALATED)
SCHEDULES: tuple[Schedule, ...] = (Always(), Helper("site"))


@st.composite
def rules(draw: st.DrawFn, name: str) -> Rule:
    """Rules of some seconds."""
    return Rule(
        id=name,
        name=draw(st.sampled_from(["One", "Other"])),
        metric=draw(st.sampled_from([LP, Metric(Quantity.LEQ)])),
        warning_db=65.0,
        alarm_db=draw(st.sampled_from([None, 70.0])),
        duration_s=draw(st.sampled_from([0.0, 3.0, 10.0])),
        share_percent=draw(st.sampled_from([100.0, 60.0])),
        clear_margin_db=draw(st.sampled_from([0.0, 2.0])),
        cooldown_s=draw(st.sampled_from([0.0, 20.0])),
        schedule=draw(st.sampled_from(SCHEDULES)),
        enabled=draw(st.sampled_from([True, True, True, False])),
    )


class Machine(RuleBasedStateMachine):
    """Believes what it is told of transitions, and nothing else; and what it believes must be so."""

    def __init__(self) -> None:
        """Begin at eight."""
        super().__init__()
        self.at = EIGHT
        self.engine = AlertEngine(self.at, history=HISTORY)
        self.configured: dict[str, Rule] = {}
        # By the id of the episode, what was told of it last.
        self.believed: dict[str, Episode] = {}
        self.open: dict[str, str] = {}
        self.is_open: bool | None = None
        self.snoozes: dict[str, float] = {}

    def take(self, told: Iterable[Transition], *, may_raise: bool = True) -> None:
        """Check each transition against what is believed, and believe it."""
        for each in told:
            before = self.believed.get(each.episode.id)
            assert each.previous is (Grade.OK if before is None else before.grade)
            if before is not None:
                assert each.episode.grades[: len(before.grades)] == before.grades
            self.check_episode(each, before)
            if each.kind in RAISED and each.episode.rule_id != UNREACHABLE:
                assert may_raise
                self.check_raised(each)
            self.believed[each.episode.id] = each.episode
            if each.kind is TransitionKind.CLEARED:
                del self.open[each.episode.rule_id]
            elif each.episode.open:
                self.open[each.episode.rule_id] = each.episode.id

    def check_episode(self, each: Transition, before: Episode | None) -> None:
        """What happened may follow what happened before."""
        episode = each.episode
        if each.kind is TransitionKind.ACKNOWLEDGED:
            assert before is not None
            assert (before.acknowledged, episode.open) == (None, before.open)
            assert episode.acknowledged is not None
            return
        begins = each.kind in (TransitionKind.ONSET, TransitionKind.REOPENED)
        assert self.open.get(episode.rule_id) == (None if begins else episode.id)
        match each.kind:
            case TransitionKind.ONSET:
                assert before is None
                assert episode.began <= episode.onset == each.at
                assert episode.reopened == 0
            case TransitionKind.REOPENED:
                assert before is not None
                assert before.end_reason is EndReason.CLEARED
                assert (episode.began, episode.onset) == (before.began, before.onset)
                assert episode.reopened == before.reopened + 1
            case TransitionKind.ESCALATED:
                assert (episode.grade > each.previous, episode.acknowledged) == (True, None)
            case TransitionKind.RELAXED:
                assert Grade.OK < episode.grade < each.previous
            case TransitionKind.NO_DATA:
                assert episode.no_data
            case TransitionKind.CLEARED:
                assert episode.ended == each.at >= episode.onset
                assert (episode.end_reason is None, episode.no_data) == (False, False)

    def check_raised(self, each: Transition) -> None:
        """It might be raised."""
        rule = self.configured[each.episode.rule_id]
        assert rule.enabled
        assert self.snoozes.get(rule.id, 0) <= each.at
        assert self.is_open or not isinstance(rule.schedule, Helper)

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Have two rules."""
        for name in NAMES[:2]:
            self.configured[name] = data.draw(rules(name))
        self.take(self.engine.configure(self.configured.values(), self.at))

    @step(seconds=st.integers(1, 15), level=st.sampled_from([None, 50.0, 64.0, 66.0, 66.0, 75.0, 75.0]))
    def hear(self, seconds: int, level: float | None) -> None:
        """Readings come."""
        for _ in range(seconds):
            self.at += 1
            self.take(self.engine.take(dict.fromkeys(self.configured, Reading(self.at, 1.0, level, True, level))))

    @step(measuring=st.sampled_from([None, False]))
    def stop(self, measuring: bool | None) -> None:
        """The measurement ends, or nobody knows."""
        self.at += 1
        self.take(self.engine.take(dict.fromkeys(self.configured, Reading(self.at, 1.0, 66.0, measuring, 66.0))))

    @step(seconds=st.sampled_from([1, 9, 12, 100]), told=st.booleans())
    def wait(self, seconds: int, told: bool) -> None:
        """Nothing comes."""
        self.at += seconds
        if told:
            self.take(self.engine.tick(self.at))

    @step(seconds=st.sampled_from([1, 30, 3600]))
    def set_back(self, seconds: int) -> None:
        """Our clock is set back; a snooze that has ended does not begin again by that."""
        self.snoozes = {name: until for name, until in self.snoozes.items() if until > self.at}
        self.at -= seconds

    @step(name=st.sampled_from(NAMES), data=st.data())
    def configure(self, name: str, data: st.DataObject) -> None:
        """A rule is added, edited, named, or switched."""
        self.configured = {**self.configured, name: data.draw(rules(name))}
        self.take(self.engine.configure(self.configured.values(), self.at))

    @precondition(lambda self: self.configured)
    @step(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        """A rule is switched on or off."""
        name = data.draw(st.sampled_from(sorted(self.configured)))
        old = self.configured[name]
        changed = {**{key: getattr(old, key) for key in Rule.__slots__}, "enabled": not old.enabled}
        self.configured = {**self.configured, name: Rule(**changed)}
        self.take(self.engine.configure(self.configured.values(), self.at), may_raise=False)

    @precondition(lambda self: self.configured)
    @step(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """A rule is removed."""
        name = data.draw(st.sampled_from(sorted(self.configured)))
        self.configured = {each: rule for each, rule in self.configured.items() if each != name}
        self.snoozes.pop(name, None)
        self.take(self.engine.configure(self.configured.values(), self.at), may_raise=False)
        assert name not in self.open

    @step(is_open=st.sampled_from([True, True, False, None]))
    def set_schedule(self, is_open: bool | None) -> None:
        """The helper says something."""
        told = self.engine.set_schedule("site", is_open, self.at)
        self.is_open = self.is_open if is_open is None else is_open
        self.take(told)

    @step(name=st.sampled_from([*NAMES, UNREACHABLE]))
    def acknowledge(self, name: str) -> None:
        """Somebody takes notice."""
        # After our clock was set back the open one need not be the one that began last.
        latest = self.engine.episodes(name)
        meant = next((each for each in latest if each.open), latest[0] if latest else None)
        refusal = None
        if name not in (*self.configured, UNREACHABLE):
            refusal = Refusal.UNKNOWN_RULE
        elif meant is None:
            refusal = Refusal.NO_EPISODE
        elif meant.acknowledged is not None:
            refusal = Refusal.ALREADY_ACKNOWLEDGED
        if refusal is None:
            told = self.engine.acknowledge(name, self.at)
            assert told[-1].kind is TransitionKind.ACKNOWLEDGED
        else:
            with pytest.raises(Refused, match=refusal.value.replace("_", " ")):
                self.engine.acknowledge(name, self.at)
            told = []
        self.take(told)

    @precondition(lambda self: self.configured)
    @step(data=st.data(), seconds=st.sampled_from([5, 60, 4000]))
    def snooze(self, data: st.DataObject, seconds: int) -> None:
        """A rule is snoozed."""
        name = data.draw(st.sampled_from(sorted(self.configured)))
        told = self.engine.snooze(name, self.at + seconds, self.at)
        self.take(told)
        self.snoozes[name] = self.at + seconds

    @precondition(lambda self: self.configured)
    @step(data=st.data())
    def unsnooze(self, data: st.DataObject) -> None:
        """Or not any more."""
        name = data.draw(st.sampled_from(sorted(self.configured)))
        self.snoozes.pop(name, None)
        self.take(self.engine.unsnooze(name, self.at))

    @step(reachable=st.booleans(), wanted=st.sampled_from([True, True, False]))
    def set_reachable(self, reachable: bool, wanted: bool) -> None:
        """The meter is lost, let go, or back."""
        self.take(self.engine.set_reachable(reachable, self.at, wanted=wanted))

    @step(seconds=st.sampled_from([0, 5, 120]))
    def restart(self, seconds: int) -> None:
        """It goes on after a restart."""
        self.take(self.engine.tick(self.at))
        before = self.engine.episodes()
        memory: Any = json.loads(json.dumps(self.engine.memory, allow_nan=False))
        episodes: Any = json.loads(json.dumps([each.to_json() for each in before], allow_nan=False))
        self.at += seconds
        self.engine = AlertEngine(self.at, history=HISTORY, memory=memory, episodes=episodes)
        kept = self.engine.episodes()
        assert {each.id: (each.grades, each.ended, each.acknowledged) for each in kept} == {
            each.id: (each.grades, each.ended, each.acknowledged) for each in before
        }
        self.is_open = None
        self.take(self.engine.configure(self.configured.values(), self.at), may_raise=False)

    @invariant()
    def is_as_told(self) -> None:
        """What is believed is so."""
        assert {each.rule_id: each.id for each in self.engine.open_episodes} == self.open
        for name in (*self.configured, UNREACHABLE):
            raiser = self.engine.raiser(name)
            believed = self.believed[self.open[name]] if name in self.open else None
            assert raiser.grade is (believed.grade if believed else Grade.OK)
            assert (raiser.episode is None) is (believed is None)
            self.engine.explain(name, self.at)
        assert self.engine.worst is max((self.believed[each].grade for each in self.open.values()), default=Grade.OK)

    @invariant()
    def episodes_make_sense(self) -> None:
        """They are in order, bounded, unique, and can be written down."""
        episodes = self.engine.episodes()
        assert len(episodes) == len({each.id for each in episodes})
        assert len([each for each in episodes if not each.open]) <= HISTORY
        assert [each.onset for each in episodes] == sorted((each.onset for each in episodes), reverse=True)
        for each in episodes:
            assert Episode.from_json(json.loads(json.dumps(each.to_json(), allow_nan=False))) == each
            assert each.began <= each.onset == each.grades[0].at
            assert [change.at for change in each.grades] == sorted(change.at for change in each.grades)
            assert 0 <= each.coverage_percent <= 100
            assert each.open is (each.end_reason is None)
            assert each.trace is not None
            assert len(each.trace.levels_db) <= 600


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_anything_may_happen_in_any_order = Machine.TestCase
