"""When a meter that should be measuring is to be started."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.monitor.recovery.restart_rule import RestartRule, WatchdogState
from custom_components.rion_nl43.monitor.recovery.stop_reason import StopReason

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BY_ITSELF = [reason for reason in StopReason if not reason.wanted]


def rule(expected: bool | None = True, **kept: Any) -> RestartRule:
    made = RestartRule(kept)
    made.expect(expected)
    return made


def state_of(watched: RestartRule) -> WatchdogState:
    return watched.state


def restarted(watched: RestartRule, now: datetime) -> bool:
    """Let it start the meter if it wants to."""
    if due := watched.due(now):
        watched.note_restart(now)
        watched.started()
    return due


def test_nothing_is_done_before_anything_is_expected_or_known() -> None:
    assert RestartRule({}).state is WatchdogState.OFF
    assert rule(None).state is WatchdogState.OFF
    assert rule(False).state is WatchdogState.WAITING
    assert rule(True).state is WatchdogState.WAITING
    for expected in (None, False, True):
        assert not rule(expected).due(NOON)


@pytest.mark.parametrize("reason", [None, *BY_ITSELF])
def test_what_stopped_by_itself_is_restarted_at_once(reason: StopReason | None) -> None:
    watched = rule()
    watched.started()
    assert state_of(watched) is WatchdogState.MEASURING
    watched.stopped(reason)
    assert state_of(watched) is WatchdogState.RESTARTING
    assert watched.due(NOON)


@pytest.mark.parametrize("reason", [StopReason.COMMAND, StopReason.OPERATOR])
def test_a_stop_of_a_person_is_respected_until_the_next_scheduled_start(reason: StopReason) -> None:
    watched = rule()
    watched.started()
    watched.stopped(reason)
    watched.stopped(None)
    assert state_of(watched) is WatchdogState.STOP_RESPECTED
    assert not watched.due(NOON + timedelta(days=1))
    watched.expect(True)
    assert state_of(watched) is WatchdogState.STOP_RESPECTED
    watched.expect(False)
    assert state_of(watched) is WatchdogState.WAITING
    watched.expect(True)
    assert watched.due(NOON + timedelta(days=1))


def test_a_stop_of_a_person_is_respected_until_anybody_starts() -> None:
    watched = rule()
    watched.started()
    watched.stopped(StopReason.OPERATOR)
    watched.started()
    watched.stopped(StopReason.PRESET)
    assert watched.due(NOON)


def test_a_start_in_vain_is_tried_anew_after_a_minute_and_three_times() -> None:
    watched = rule()
    watched.stopped(None)
    tried = []
    for second in range(3600):
        if watched.due(now := NOON + second * SECOND):
            watched.note_restart(now)
            tried.append(second)
    assert tried == [0, 60, 120]
    assert state_of(watched) is WatchdogState.GIVEN_UP


def given_up() -> RestartRule:
    watched = rule()
    for second in range(4):
        watched.stopped(StopReason.PRESET)
        assert restarted(watched, NOON + second * SECOND) is (second < 3)
    assert state_of(watched) is WatchdogState.GIVEN_UP
    return watched


def test_a_start_in_vain_is_tried_anew_after_a_minute_though_the_clock_was_set_back() -> None:
    watched = rule()
    watched.stopped(None)
    assert watched.due(NOON)
    watched.note_restart(NOON)
    an_hour_less = NOON - timedelta(hours=1)
    assert not watched.due(NOON + SECOND)
    assert watched.due(an_hour_less + SECOND)


def test_giving_up_lasts_until_someone_starts() -> None:
    watched = given_up()
    assert not watched.due(NOON + timedelta(days=1))
    watched.started()
    assert state_of(watched) is WatchdogState.MEASURING


@pytest.mark.parametrize("renewal", ["acknowledge", "schedule"])
def test_after_giving_up_the_lockout_is_waited_out_in_silence(renewal: str) -> None:
    watched = given_up()
    if renewal == "acknowledge":
        watched.acknowledge()
    else:
        watched.expect(False)
        watched.expect(True)
    assert not watched.due(NOON + timedelta(minutes=10))
    assert state_of(watched) is WatchdogState.RESTARTING
    assert watched.due(NOON + timedelta(minutes=16))


def test_an_acknowledgement_does_not_undo_the_stop_of_a_person() -> None:
    watched = rule()
    watched.stopped(StopReason.OPERATOR)
    watched.acknowledge()
    assert state_of(watched) is WatchdogState.STOP_RESPECTED


def test_a_restart_of_this_program_is_no_scheduled_start() -> None:
    before = rule()
    before.started()
    before.stopped(StopReason.OPERATOR)
    after = RestartRule(json.loads(json.dumps(before.to_json())))
    assert state_of(after) is WatchdogState.OFF
    after.expect(True)
    after.stopped(None)
    assert state_of(after) is WatchdogState.STOP_RESPECTED
    off = RestartRule({**before.to_json(), "expected": False})
    off.expect(True)
    off.stopped(None)
    assert off.due(NOON)


EVENTS = st.one_of(
    st.tuples(st.just("expect"), st.sampled_from([None, False, True, True])),
    st.tuples(st.just("started"), st.none()),
    st.tuples(st.just("stopped"), st.sampled_from([None, *StopReason])),
    st.tuples(st.just("acknowledge"), st.none()),
    st.tuples(st.just("restart_program"), st.none()),
    st.tuples(st.just("wait"), st.floats(0.1, 1200)),
)


class Story:
    """Everything that happened, read from the beginning whenever somebody asks: slow, and plain to see."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self.events: list[tuple[str, Any, datetime]] = []

    def since(self, *wanted: str) -> list[tuple[str, Any, datetime]]:
        """Return what came after the last of these."""
        after: list[tuple[str, Any, datetime]] = []
        for event in reversed(self.events):
            if event[0] in wanted:
                break
            after.insert(0, event)
        return after

    @property
    def tries(self) -> list[datetime]:
        return [at for name, _, at in self.events if name == "try"]

    @property
    def expected(self) -> bool | None:
        values = [value for name, value, _ in self.events if name == "expect"]
        return values[-1] if values else None

    @property
    def measuring(self) -> bool | None:
        words = [name for name, _, _ in self.since("restart_program") if name in ("started", "stopped")]
        return words[-1] == "started" if words else None

    @property
    def respected(self) -> bool:
        return any(
            name == "stopped" and value in (StopReason.COMMAND, StopReason.OPERATOR)
            for name, value, _ in self.since("started", "renewal")
        )


def happen(watched: RestartRule, story: Story, name: str, value: Any, now: datetime) -> RestartRule:
    """Let something happen; returns the rule, which may be that of another run of this program."""
    if name == "expect":
        if value is not True or story.expected is not True:
            story.events.append(("renewal", None, now))
        watched.expect(value)
    elif name == "started":
        watched.started()
    elif name == "stopped":
        watched.stopped(value)
    elif name == "acknowledge":
        watched.acknowledge()
    elif name == "restart_program":
        watched = RestartRule(json.loads(json.dumps(watched.to_json())))
        watched.expect(story.expected)
    story.events.append((name, value, now))
    return watched


@given(st.lists(EVENTS, max_size=60))
def test_the_rule_holds_whatever_happens(events: list[tuple[str, Any]]) -> None:
    watched, story, now = RestartRule({}), Story(), NOON
    for name, value in events:
        if name == "wait":
            now += timedelta(seconds=value)
        watched = happen(watched, story, name, value, now)
        assert (state_of(watched) is WatchdogState.OFF) is (story.expected is None)
        assert (state_of(watched) is WatchdogState.MEASURING) is bool(story.expected and story.measuring)
        if story.expected and not story.measuring:
            assert (state_of(watched) is WatchdogState.STOP_RESPECTED) is story.respected
        lately = [at for at in story.tries if now - at < timedelta(minutes=15)]
        if watched.due(now):
            assert story.expected
            assert story.measuring is False
            assert not story.respected
            assert len(lately) < 3
            watched.note_restart(now)
            story.events.append(("try", None, now))
            assert not watched.due(now + 59 * SECOND)
        elif state_of(watched) is WatchdogState.RESTARTING:
            assert len(lately) == 3 or (lately and now - lately[-1] < timedelta(minutes=1))
        if state_of(watched) is WatchdogState.GIVEN_UP:
            assert len(story.tries) >= 3


@given(
    st.dictionaries(
        st.sampled_from(list(RestartRule({}).to_json())), st.none() | st.booleans() | st.text() | st.integers()
    )
)
def test_nonsense_that_was_kept_is_borne(kept: dict[str, Any]) -> None:
    made = RestartRule(kept)
    made.expect(True)
    made.stopped(None)
    assert made.state in WatchdogState
