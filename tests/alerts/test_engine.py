"""All rules of a meter: acknowledging, snoozing, switching, what is kept, and what is told when."""

from datetime import UTC, time
import json
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
import pytest

from custom_components.rion_nl43.acoustics import energy_mean
from custom_components.rion_nl43.alerts import (
    UNREACHABLE,
    AlertEngine,
    Direction,
    EndReason,
    Episode,
    Grade,
    GradeChange,
    Helper,
    Judge,
    Reading,
    Refusal,
    Refused,
    TransitionKind,
    Verdict,
    Weekly,
)

from .nonsense import JSON, spoiled
from .sounds import EIGHT, Site, rule, warning

FROM_NINE = Weekly(time(9), time(10))


def test_a_breach_from_its_onset_to_its_end() -> None:
    """Warning, alarm, warning, ok; one episode that tells it all."""
    site = Site(rule(clear_margin_db=2.0, name="Night"), symbol_of=lambda metric: f"LA{metric.key}")
    site.hear(30, 50)
    site.hear(90, 66)
    site.hear(60, 75)
    site.hear(60, 67)
    site.hear(60, 60)
    assert site.story == [
        ("onset", 90, "warning"),
        ("escalated", 180, "alarm"),
        ("relaxed", 240, "warning"),
        ("cleared", 300, "ok"),
    ]
    assert [transition.previous for transition in site.told] == [
        Grade.OK,
        Grade.WARNING,
        Grade.ALARM,
        Grade.WARNING,
    ]
    assert [transition.level_db for transition in site.told] == [66, 75, 67, 60]
    episode = site.episode
    assert episode.id == f"loud-{round(1000 * (EIGHT + 90)):x}"
    assert (episode.rule_name, episode.symbol, episode.metric, episode.direction) == ("Night", "LAlp", "lp", "above")
    assert episode.thresholds_db == {"warning": 65.0, "alarm": 70.0}
    assert (episode.began, episode.onset, episode.ended) == (EIGHT + 30, EIGHT + 90, EIGHT + 300)
    assert (episode.onset_db, episode.peak_db, episode.peak_at) == (66, 75, EIGHT + 121)
    assert episode.grades == (
        GradeChange(EIGHT + 90, Grade.WARNING),
        GradeChange(EIGHT + 180, Grade.ALARM),
        GradeChange(EIGHT + 240, Grade.WARNING),
    )
    assert (episode.coverage_percent, episode.end_reason) == (100, EndReason.CLEARED)
    assert episode.leq_db == pytest.approx(energy_mean([66, 75, 67, 60], [30, 60, 60, 60]))


def test_the_highest_grade_is_raised_at_once() -> None:
    """There is no warning before an alarm that is due."""
    site = Site(rule())
    site.hear(60, 75)
    assert site.story == [("onset", 60, "alarm")]


def test_a_breach_to_the_low_side() -> None:
    """As when a sound that must be heard is not."""
    site = Site(rule(direction=Direction.BELOW, warning_db=40.0, alarm_db=30.0, clear_margin_db=2.0))
    site.hear(60, 39)
    site.hear(60, 29)
    site.hear(60, 41.9)
    site.hear(60, 42)
    assert site.story == [
        ("onset", 60, "warning"),
        ("escalated", 120, "alarm"),
        ("relaxed", 180, "warning"),
        ("cleared", 240, "ok"),
    ]
    assert (site.episode.peak_db, site.episode.direction) == (29, "below")


def test_a_rule_without_duration() -> None:
    """One reading is enough, for the breach and for its end; one that covers no time as well."""
    site = Site(warning(duration_s=0))
    site.hear(1, 66)
    site.hear(1, 50)
    site.take(site.engine.take({"loud": Reading(site.now + 0.5, 0.0, 70.0)}))
    assert site.story == [("onset", 1, "warning"), ("cleared", 2, "ok"), ("onset", 2.5, "warning")]
    assert (site.episode.peak_db, site.episode.leq_db, site.episode.coverage_percent) == (70, None, 0)


def test_readings_that_cover_no_time_are_no_evidence() -> None:
    """The level is told all the same, and nothing is pending for it."""
    site = Site(warning())
    site.hear(1, 50)
    for number in range(100):
        site.take(site.engine.take({"loud": Reading(site.now + number / 10 + 0.1, 0.0, 90.0)}))
    judge = site.engine.raiser("loud")
    assert (site.told, judge.level_db, judge.pending) == ([], 90, False)


def test_the_same_moment_twice() -> None:
    """Says nothing new."""
    site = Site(warning())
    site.hear(59, 66)
    for _ in range(5):
        site.take(site.engine.take({"loud": Reading(site.now, 1.0, 50.0)}))
    site.hear(1, 66)
    assert site.kinds == [TransitionKind.ONSET]
    site = Site(warning())
    site.hear(1, 50)
    site.take(site.engine.take({"loud": Reading(site.now, 1.0, 51.0)}))
    assert site.engine.raiser("loud").level_db == 50


def test_a_measurement_that_ends_at_the_same_moment() -> None:
    """That is new."""
    site = Site(warning(only_while_measuring=True))
    site.hear(60, 66)
    site.take(site.engine.take({"loud": Reading(site.now, 1.0, 66.0, measuring=False)}))
    assert site.episode.end_reason is EndReason.MEASUREMENT_ENDED
    site.hear(30, 66)
    pending = [site.engine.raiser("loud").pending]
    site.take(site.engine.take({"loud": Reading(site.now, 1.0, 66.0, measuring=False)}))
    pending.append(site.engine.raiser("loud").pending)
    assert pending == [True, False]


@pytest.mark.parametrize("share_percent", [50.0, 30.0])
def test_the_breach_goes_before_its_end(share_percent: float) -> None:
    """A level that is over half the time and quiet half the time is not over and done with each second."""
    site = Site(warning(share_percent=share_percent, duration_s=10))
    for _ in range(30):
        site.hear(1, 66)
        site.hear(1, 50)
    assert site.kinds == [TransitionKind.ONSET]
    site.hear(10, 50)
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.CLEARED]


def test_acknowledging() -> None:
    """The open episode, once; a higher grade voids it, a lower one does not."""
    site = Site(rule())
    site.hear(60, 66)
    site.do(site.engine.acknowledge, "loud", by="her", note="It is the crane")
    assert site.kinds[-1] is TransitionKind.ACKNOWLEDGED
    transition = site.told[-1]
    assert (transition.previous, transition.level_db, transition.at) == (Grade.WARNING, 66, EIGHT + 60)
    assert site.episode == transition.episode
    acknowledged = site.episode.acknowledged
    assert acknowledged is not None
    assert (acknowledged.at, acknowledged.by, acknowledged.note) == (EIGHT + 60, "her", "It is the crane")
    with pytest.raises(Refused, match="already acknowledged") as refused:
        site.do(site.engine.acknowledge, "loud")
    assert (refused.value.refusal, refused.value.subject) == (Refusal.ALREADY_ACKNOWLEDGED, site.episode.id)
    site.hear(60, 75)
    assert (site.kinds[-1], site.episode.acknowledged) == (TransitionKind.ESCALATED, None)
    site.do(site.engine.acknowledge, "loud")
    site.hear(60, 66)
    site.hear(60, 50)
    assert site.episode.acknowledged is not None


def test_acknowledging_what_has_ended() -> None:
    """The latest episode of a rule, or any by its id, also of a rule that is gone."""
    site = Site(warning())
    with pytest.raises(Refused, match="no episode"):
        site.do(site.engine.acknowledge, "loud")
    for _ in range(3):
        site.hear(60, 66)
        site.hear(60, 50)
    site.do(site.engine.acknowledge, "loud")
    assert [episode.acknowledged is not None for episode in site.engine.episodes()] == [True, False, False]
    assert site.told[-1].previous is Grade.OK
    with pytest.raises(Refused) as refused:
        site.do(site.engine.acknowledge, "loud")
    assert refused.value.refusal is Refusal.ALREADY_ACKNOWLEDGED
    site.configure()
    oldest = site.engine.episodes()[2]
    site.do(site.engine.acknowledge_episode, oldest.id)
    assert site.told[-1].level_db is None
    assert [episode.acknowledged is not None for episode in site.engine.episodes()] == [True, False, True]
    with pytest.raises(Refused, match="no episode"):
        site.do(site.engine.acknowledge_episode, "other")


def test_rules_that_are_not_there() -> None:
    """Nothing can be done to them."""
    site = Site(warning())
    for act in (
        lambda: site.engine.acknowledge("other", site.now),
        lambda: site.engine.snooze("other", site.now + 1, site.now),
        lambda: site.engine.unsnooze("other", site.now),
        lambda: site.engine.explain("other", site.now),
        lambda: site.engine.raiser("other"),
    ):
        with pytest.raises(Refused, match="other: unknown rule") as refused:
            act()
        assert refused.value.refusal is Refusal.UNKNOWN_RULE
    assert site.engine.take({"other": Reading(site.now + 1, 1.0, 90.0)}) == []


def test_a_snooze() -> None:
    """Raises nothing: no onset, no escalation; relaxing and clearing go on."""
    site = Site(rule())
    site.hear(60, 66)
    site.take(site.engine.snooze("loud", site.now + 300, site.now))
    judge = site.engine.raiser("loud")
    assert (judge.snoozed_until, site.explain().verdict) == (EIGHT + 360, Verdict.ACTIVE)
    site.hear(100, 75)
    assert site.grade() is Grade.WARNING
    assert judge.pending
    site.hear(60, 50)
    assert site.story[-1] == ("cleared", 220.0, "ok")
    site.hear(70, 75)
    assert (site.grade(), site.explain().verdict) == (Grade.OK, Verdict.SNOOZED)
    site.hear(70, 75)
    assert site.story[-1] == ("onset", 360.0, "alarm")
    assert site.episode.began == EIGHT + 220


def test_a_snooze_that_ends_without_a_sample() -> None:
    """What holds is raised in time."""
    site = Site(warning())
    site.take(site.engine.snooze("loud", site.now + 65, site.now))
    site.hear(60, 66)
    assert site.engine.next_tick == EIGHT + 65
    site.wait(5)
    assert site.story == [("onset", 65, "warning")]


def test_a_snooze_that_is_called_off() -> None:
    """What holds is raised at once; where there is none nothing happens."""
    site = Site(warning())
    site.take(site.engine.snooze("loud", site.now + 3600, site.now))
    site.hear(100, 66)
    site.do(site.engine.unsnooze, "loud")
    assert site.story == [("onset", 100, "warning")]
    assert site.engine.raiser("loud").snoozed_until is None
    site.do(site.engine.unsnooze, "loud")
    assert len(site.told) == 1


def test_a_snooze_into_the_past() -> None:
    """There is none."""
    site = Site(warning())
    for rule_id in ("loud", UNREACHABLE):
        with pytest.raises(Refused, match="time not ahead"):
            site.engine.snooze(rule_id, site.now, site.now)
        assert site.engine.raiser(rule_id).snoozed_until is None


def test_a_rule_that_is_switched_off() -> None:
    """Its episode ends, and while it is off nothing is evidence; switched on, it begins anew."""
    site = Site(warning(cooldown_s=3600))
    site.hear(60, 66)
    site.configure(warning(cooldown_s=3600, enabled=False))
    assert site.episode.end_reason is EndReason.DISABLED
    site.hear(300, 66)
    assert (site.grade(), site.explain().verdict) == (Grade.OK, Verdict.DISABLED)
    assert site.engine.raiser("loud").level_db == 66
    site.configure(warning(cooldown_s=3600))
    site.hear(59, 66)
    assert site.grade() is Grade.OK
    site.hear(1, 66)
    assert site.kinds[-1] is TransitionKind.ONSET
    assert len(site.engine.episodes()) == 2


def test_an_episode_of_a_rule_that_was_switched_off_while_nothing_ran() -> None:
    """It ends when that is found."""
    site = Site(warning())
    site.hear(60, 66)
    site.restart(warning(enabled=False))
    assert site.episode.end_reason is EndReason.DISABLED


def test_an_edit_keeps_the_snooze() -> None:
    """Who snoozed a rule and puts its threshold right wants his peace still."""
    site = Site(warning())
    site.take(site.engine.snooze("loud", site.now + 3600, site.now))
    site.configure(warning(warning_db=60.0))
    assert site.engine.raiser("loud").snoozed_until == EIGHT + 3600


def test_an_edit_ends_the_cooldown() -> None:
    """Another rule has other episodes."""
    for restarts in (False, True):
        site = Site(warning(cooldown_s=3600))
        site.hear(60, 66)
        site.hear(60, 50)
        if restarts:
            site.restart(warning(cooldown_s=3601))
        else:
            site.configure(warning(cooldown_s=3601))
        site.hear(60, 66)
        assert site.kinds[-1] is TransitionKind.ONSET


def test_only_an_end_by_being_quiet_is_followed_by_a_cooldown() -> None:
    """Hours that end and begin again begin anew."""
    site = Site(warning(cooldown_s=86400, schedule=Helper("site")))
    site.take(site.engine.set_schedule("site", True, site.now))
    site.hear(60, 66)
    site.take(site.engine.set_schedule("site", False, site.now))
    site.take(site.engine.set_schedule("site", True, site.now))
    assert [transition.kind.value for transition in site.told] == ["onset", "cleared", "onset"]
    site.hear(60, 50)
    site.hear(60, 66)
    site.take(site.engine.set_schedule("site", False, site.now))
    site.take(site.engine.set_schedule("site", True, site.now))
    assert [transition.kind.value for transition in site.told[3:]] == ["cleared", "reopened", "cleared", "onset"]


def test_rules_are_configured_by_difference() -> None:
    """What is the same goes on; what has another order is the same."""
    site = Site(warning("a"), warning("b"))
    site.hear(30, 66)
    site.configure(warning("b"), warning("a"), warning("c"), warning(UNREACHABLE))
    assert list(site.engine.rules) == ["b", "a", "c"]
    site.hear(30, 66)
    assert [site.grade(rule_id) for rule_id in "abc"] == [Grade.WARNING, Grade.WARNING, Grade.OK]
    assert [episode.rule_id for episode in site.engine.open_episodes] == ["a", "b"]
    assert site.engine.worst is Grade.WARNING


def test_what_has_changed_is_told() -> None:
    """More than a level: grades, pending, samples that come no more, snoozes, schedules, rules."""
    site = Site(warning("a"), warning("b", duration_s=0), warning("c", schedule=Weekly(time(9), time(10))))
    engine = site.engine
    assert engine.collect_changed() == {"a", "b", "c"}
    site.hear(10, 50)
    assert engine.collect_changed() == frozenset()
    site.hear(1, 66)
    assert engine.collect_changed() == {"a", "b", "c"}
    assert engine.raiser("a").pending
    assert not engine.raiser("b").pending
    site.hear(10, 66)
    assert engine.collect_changed() == frozenset()
    site.hear(1, 50)
    assert engine.collect_changed() == {"a", "b", "c"}
    site.hear(60, 66)
    assert engine.collect_changed() == {"a", "b", "c"}
    site.wait(11)
    assert engine.collect_changed() == {"a", "b", "c"}
    assert [engine.raiser(rule_id).no_data for rule_id in "abc"] == [True, True, False]
    site.hear(1, 66)
    assert engine.collect_changed() == {"a", "b", "c"}
    site.take(engine.snooze("a", site.now + 60, site.now))
    assert engine.collect_changed() == {"a"}
    site.do(engine.unsnooze, "a")
    assert engine.collect_changed() == {"a"}
    site.do(engine.acknowledge, "a")
    assert engine.collect_changed() == {"a"}
    site.configure(warning("a", name="Other"), warning("b", duration_s=0))
    assert engine.collect_changed() == {"a", "c"}
    site.hear(60, 50)
    engine.collect_changed()
    site.wait(70)
    # Their traces are complete.
    assert engine.collect_changed() == {"a", "b"}
    site.do(engine.set_reachable, False)
    assert engine.collect_changed() == {UNREACHABLE}


def test_when_to_tell_the_time() -> None:
    """When something will be due: hours, the end of a snooze, an outage that matters, the end of a trace."""
    site = Site(warning(schedule=Weekly(time(8, 5), time(10))))
    engine = site.engine
    assert engine.next_tick == EIGHT + 300
    site.hear(100, 50)
    assert engine.next_tick == EIGHT + 300
    site.hear(10, 66)
    assert engine.next_tick == EIGHT + 110 + 11
    site.wait(11)
    assert engine.next_tick == EIGHT + 300
    site.wait(200)
    assert engine.next_tick == EIGHT + 7200
    site.hear(60, 66)
    assert engine.next_tick == site.now + 11
    site.wait(11)
    assert (site.kinds[-1], engine.next_tick) == (TransitionKind.NO_DATA, EIGHT + 7200)
    site.hear(60, 50)
    assert (site.kinds[-1], engine.next_tick) == (TransitionKind.CLEARED, site.now + 60)
    site.wait(60)
    assert engine.next_tick == EIGHT + 7200
    site.do(engine.set_reachable, False)
    assert engine.next_tick == site.now + 60
    site.do(engine.set_reachable, True)
    site.configure()
    assert engine.next_tick is None


def test_the_time_zone_may_change() -> None:
    """Hours are those of the new one from then on."""
    site = Site(warning(duration_s=0, schedule=Weekly(time(7), time(9))))
    site.hear(1, 66)
    site.take(site.engine.set_zone(ZoneInfo("Europe/Berlin"), site.now))
    assert site.episode.end_reason is EndReason.SCHEDULE_ENDED
    site.take(site.engine.set_zone(UTC, site.now))
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.CLEARED, TransitionKind.ONSET]
    site.configure(warning("late", duration_s=0, schedule=Weekly(time(7), time(9))))
    site.take(site.engine.set_zone(ZoneInfo("Europe/London"), site.now))
    assert site.engine.raiser("late").in_schedule is True


def test_the_history_is_bounded() -> None:
    """The oldest go first, those that go on never."""
    site = Site(warning("long"), warning(duration_s=0), history=3)
    for _ in range(70):
        site.hear(1, 66)
        site.hear(1, 65.0)
    assert len(site.engine.episodes("loud")) == 3
    site = Site(warning("long", duration_s=0), warning(duration_s=0, warning_db=70.0), history=3)
    for _ in range(10):
        site.hear(1, 75)
        site.hear(1, 66)
    assert [episode.rule_id for episode in site.engine.episodes()] == ["loud"] * 3 + ["long"]
    assert [episode.onset - EIGHT for episode in site.engine.episodes("loud")] == [19, 17, 15]
    assert all(site.engine.episode(episode.id) == episode for episode in site.engine.episodes())


def test_the_trace_of_an_episode_that_is_forgotten_is_not_completed() -> None:
    """The others' are."""
    site = Site(warning(duration_s=0), history=1)
    for _ in range(3):
        site.hear(1, 66)
        site.hear(1, 50)
    site.hear(70, 50)
    site.wait(0)
    assert site.engine.next_tick is None
    assert site.episode.trace is not None
    assert len(site.episode.trace.levels_db) > 60


def test_an_episode_that_is_forgotten_is_not_opened_again() -> None:
    """Another one begins."""
    site = Site(warning(duration_s=0, cooldown_s=60), history=0)
    site.hear(1, 66)
    site.hear(1, 50)
    site.hear(1, 66)
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.CLEARED, TransitionKind.ONSET]


def test_ids_never_repeat() -> None:
    """Not even when our clock is set back to the same moment; and those of each meter are its own."""
    site = Site(warning(duration_s=0), meter="00340100")
    for _ in range(3):
        site.hear(3, 50)
        site.hear(1, 66)
        site.hear(1, 50)
        site.hole(-site.at)
    ids = [episode.id for episode in site.engine.episodes()]
    stem = f"00340100-loud-{round(1000 * EIGHT) + 4000:x}"
    assert sorted(ids) == [stem, f"{stem}-2", f"{stem}-3"]


def test_memory_is_small_and_complete() -> None:
    """It is plain JSON, has the last episode of each rule, and no traces."""
    site = Site(rule("a", cooldown_s=600), warning("b", schedule=Helper("site")), warning("c"))
    site.take(site.engine.set_schedule("site", True, site.now))
    site.hear(100, 66)
    site.take(site.engine.snooze("c", site.now + 60, site.now))
    memory = json.dumps(site.engine.memory)
    assert len(memory) < 5000
    assert '"trace": null' in memory
    assert site.engine.memory["rules"]["c"]["snoozed_until"] == site.now + 60


def test_memory_without_the_list_of_episodes() -> None:
    """The last episode of each rule goes on; only its trace is lost."""
    site = Site(warning())
    site.hear(100, 66)
    site.restart(episodes=None)
    assert site.episode.open
    assert site.episode.coverage_percent == 100
    site.hear(60, 50)
    assert site.story[-1] == ("cleared", 160.0, "ok")


def test_a_list_of_episodes_that_is_older_than_the_memory() -> None:
    """Whichever went further holds."""
    site = Site(warning(cooldown_s=600))
    site.hear(100, 66)
    older = [episode.to_json() for episode in site.engine.episodes()]
    site.hear(60, 50)
    ended = [episode.to_json() for episode in site.engine.episodes()]
    site.restart(episodes=older)
    assert site.episode.end_reason is EndReason.CLEARED
    assert site.episode.trace is not None
    site.hear(60, 66)
    assert (site.kinds[-1], site.episode.reopened) == (TransitionKind.REOPENED, 1)
    site.restart(episodes=ended)
    assert (site.episode.open, site.episode.reopened) == (True, 1)
    site.do(site.engine.acknowledge, "loud")
    kept = site.engine.memory
    site.restart(episodes=ended, memory=kept)
    assert site.episode.acknowledged is not None


def test_a_memory_that_is_older_than_the_list_of_episodes() -> None:
    """Then the list holds."""
    site = Site(warning())
    site.hear(100, 66)
    older = site.engine.memory
    site.hear(60, 50)
    site.restart(memory=older)
    assert site.episode.end_reason is EndReason.CLEARED


def test_a_list_of_episodes_alone() -> None:
    """It is enough for what is open."""
    site = Site(warning())
    site.hear(100, 66)
    site.restart(memory=None)
    assert site.grade() is Grade.WARNING


def test_what_is_kept_before_rules_are_configured_is_kept_on() -> None:
    """And an open episode is known."""
    site = Site(warning(), rule("other"))
    site.hear(100, 66)
    site.take(site.engine.snooze("other", site.now + 600, site.now))
    memory, episodes = site.engine.memory, [episode.to_json() for episode in site.engine.episodes()]
    engine = AlertEngine(site.now, memory=memory, episodes=episodes)
    assert len(engine.episodes()) == 2
    assert engine.memory == memory | {"rules": memory["rules"]}
    engine = AlertEngine(site.now, memory=engine.memory, episodes=[each.to_json() for each in engine.episodes()])
    engine.configure([warning(), rule("other")], site.now)
    assert engine.raiser("loud").grade is Grade.WARNING
    assert engine.raiser("other").snoozed_until == site.now + 600


def test_a_rule_has_one_open_episode_at_most() -> None:
    """Whatever was kept: it is the latest."""
    site = Site(warning())
    site.hear(60, 66)
    one = site.episode.to_json()
    other = one | {"id": "other", "onset": one["onset"] + 5}
    site.restart(episodes=[other, one], memory=None)
    assert [episode.id for episode in site.engine.episodes()] == ["other"]


def test_a_grade_that_the_rule_does_not_have() -> None:
    """It is of another rule."""
    site = Site(warning())
    site.hear(60, 66)
    alarm = site.episode.to_json() | {"grades": [[EIGHT + 60, "alarm"]]}
    site.restart(episodes=[alarm], memory=None)
    assert site.episode.end_reason is EndReason.EDITED


def test_the_end_of_the_hours_is_found_after_a_restart_in_another_zone() -> None:
    """They are not open there now."""
    site = Site(warning(schedule=Weekly(time(7), time(9))))
    site.hear(60, 66)
    site.zone = ZoneInfo("Europe/Berlin")
    site.restart()
    assert site.story[-1] == ("cleared", 60.0, "ok")


def test_a_restart_with_a_clock_that_was_put_back() -> None:
    """The episode goes on."""
    site = Site(warning(schedule=Weekly(time(7), time(9))))
    site.hear(60, 66)
    site.restart(after_s=-600)
    site.hear(59, 50)
    assert site.grade() is Grade.WARNING
    site.hear(1, 50)
    assert site.kinds[-1] is TransitionKind.CLEARED
    assert site.episode.ended == site.episode.onset


def _kept() -> dict[str, Any]:
    site = Site(rule(), warning("other", cooldown_s=600))
    site.do(site.engine.set_reachable, False)
    site.hear(100, 66)
    site.take(site.engine.snooze("other", site.now + 60, site.now))
    site.wait(20)
    return {
        "memory": json.loads(json.dumps(site.engine.memory)),
        "episodes": json.loads(json.dumps([episode.to_json() for episode in site.engine.episodes()])),
    }


@settings(deadline=None, max_examples=60)
@given(kept=spoiled(_kept()), memory=JSON)
def test_nonsense_in_the_memory_is_borne(kept: Any, memory: Any) -> None:
    """It judges all the same, and what it keeps then is no nonsense."""
    options = kept if isinstance(kept, dict) else {"memory": memory, "episodes": kept}
    site = Site(rule(), warning("other"), memory=options.get("memory"), episodes=options.get("episodes"))
    site.hole(300)
    site.hear(130, 75)
    site.hear(130, 50)
    json.dumps(site.engine.memory, allow_nan=False)
    for episode in site.engine.episodes():
        assert Episode.from_json(json.loads(json.dumps(episode.to_json(), allow_nan=False))) == episode
    assert site.grade() is Grade.OK


def test_sounds_of_the_future_are_not_shown() -> None:
    """Judged and recorded is what ended before."""
    site = Site(warning(duration_s=0))
    site.hear(5, 66, leq=64.0)
    assert site.episode.leq_db == pytest.approx(64.0)
    site.take(site.engine.take({"loud": Reading(site.now, 1.0, 66.0, leq_db=120.0)}))
    assert site.episode.leq_db == pytest.approx(64.0)
    site.take(site.engine.take({"loud": Reading(site.now + 1, 1.0, 66.0)}))
    assert site.episode.coverage_percent == pytest.approx(80)


def test_the_peak_is_that_since_the_level_was_over() -> None:
    """And not one of before, which the share does not look at any more."""
    site = Site(warning(duration_s=10, share_percent=80.0))
    site.hear(1, 90)
    site.hear(3, 50)
    site.hear(6, 66)
    assert site.told == []
    site.hear(2, 67)
    assert site.story == [("onset", 12, "warning")]
    assert (site.episode.began, site.episode.peak_db) == (EIGHT + 4, 67)


def test_a_level_that_falls_by_hairs_breadths() -> None:
    """It does not fill the memory, and its peak is known."""
    for share_percent, peak_db in ((100.0, 79.999), (93.0, 78.81)):
        site = Site(warning(duration_s=100, share_percent=share_percent))
        site.hear(1, 50)
        for number in range(999 if share_percent == 100 else 1990):
            other = 79.0 if share_percent == 100 else 50.0
            site.hear(0.1, 80 - number / 1000 if number % 12 else other, step=0.1)
        judge = site.engine.raiser("loud")
        assert isinstance(judge, Judge)
        assert len(judge._pending._tops) <= 257
        assert not site.told
        site.hear(20, 70, step=0.1)
        assert site.kinds == [TransitionKind.ONSET]
        assert site.episode.peak_db == pytest.approx(peak_db, abs=0.05)


def test_an_episode_without_sound_that_is_opened_again() -> None:
    """Nobody knows what was heard, and that is told."""
    site = Site(warning(duration_s=0, cooldown_s=60))
    for level in (66.0, 50.0, 66.0, 66.0):
        site.hole(1)
        site.take(site.engine.take({"loud": Reading(site.now, 1.0, level)}))
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.CLEARED, TransitionKind.REOPENED]
    assert (site.episode.leq_db, site.episode.coverage_percent) == (None, 0)


def test_an_episode_that_is_forgotten_within_its_cooldown() -> None:
    """Another one begins."""
    site = Site(warning(duration_s=0, cooldown_s=60), warning("other", duration_s=0, warning_db=70.0), history=1)
    site.hear(1, 66)
    site.hear(1, 50)
    site.hear(1, 50)
    site.hear(1, 75)
    site.hear(1, 50)
    assert [episode.rule_id for episode in site.engine.episodes()] == ["other"]
    site.hear(1, 66)
    assert [(each.kind.value, each.episode.rule_id) for each in site.told[-2:]] == [
        ("cleared", "other"),
        ("onset", "loud"),
    ]


def test_readings_that_look_at_other_levels() -> None:
    """Each rule is judged by its own; the sound of them all is recorded once."""
    site = Site(warning("a", duration_s=0), warning("b", duration_s=0), warning("c", duration_s=0))
    site.hole(1)
    loud, quiet = (Reading(site.now, 1.0, level, None, 60.0) for level in (66.0, 50.0))
    longer = Reading(site.now, 2.0, 66.0, None, 60.0)
    site.take(site.engine.take({"a": loud, "b": quiet, "c": longer}))
    assert [site.grade(rule_id) for rule_id in "abc"] == [Grade.WARNING, Grade.OK, Grade.WARNING]


def test_what_was_due_before_something_is_done_happens_first() -> None:
    """Though nobody told the time between."""

    def snooze(site: Site) -> None:
        site.take(site.engine.snooze("loud", site.now + 60, site.now))

    def rename(site: Site) -> None:
        site.configure(warning(name="Other", schedule=FROM_NINE))

    def switch_off(site: Site) -> None:
        site.configure(warning(enabled=False, schedule=FROM_NINE))

    def unsnooze(site: Site) -> None:
        site.do(site.engine.unsnooze, "loud")

    def move(site: Site) -> None:
        site.take(site.engine.set_zone(ZoneInfo("Asia/Tokyo"), site.now))

    for act in (snooze, rename, switch_off, unsnooze, move):
        site = Site(warning(schedule=FROM_NINE))
        site.hear(3595, 66)
        site.hole(8)
        act(site)
        assert site.story[0] == ("onset", 3600.0, "warning")
        assert site.told[0].episode.rule_name == "Too loud"


def test_the_end_of_a_snooze_comes_before_the_closing_of_a_helper() -> None:
    """If that was earlier."""
    site = Site(warning(schedule=Helper("site")))
    site.take(site.engine.set_schedule("site", True, site.now))
    site.take(site.engine.snooze("loud", site.now + 65, site.now))
    site.hear(60, 66)
    site.hole(8)
    site.take(site.engine.set_schedule("site", False, site.now))
    assert site.story == [("onset", 65, "warning"), ("cleared", 68, "ok")]


def test_the_cooldown_is_exact() -> None:
    """Its last moment is one of it."""
    for late_s, kind in ((0.0, TransitionKind.REOPENED), (0.05, TransitionKind.ONSET)):
        site = Site(warning(duration_s=0, cooldown_s=60))
        site.hear(1, 66)
        site.hear(1, 50)
        site.hear(59.95 + late_s, 50, step=0.05)
        site.hear(0.05, 66, step=0.05)
        assert site.kinds[-1] is kind
