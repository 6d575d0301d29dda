"""Cases in which rules of others fire falsely, or fail to."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.acoustics import energy_mean
from custom_components.rion_nl43.alerts import (
    UNREACHABLE,
    Direction,
    Dropped,
    EndReason,
    Grade,
    Helper,
    Metric,
    Quantity,
    TransitionKind,
    Verdict,
    Weekly,
)

from .sounds import EIGHT, Site, rule, warning

UNTIL_NINE = Weekly(time(7), time(9))
FROM_NINE = Weekly(time(9), time(10))
# A clock that is put forward, and one that is put back.
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Santiago": (date(2026, 9, 6), date(2026, 4, 4)),
    "Australia/Sydney": (date(2026, 10, 4), date(2026, 4, 5)),
}


def test_two_loud_samples_ten_minutes_apart_do_not_fire_a_rule_of_a_minute() -> None:
    """Time counts where samples cover it, and nothing is known of the time between them."""
    site = Site(warning())
    site.hear(1, 90)
    site.hole(600)
    site.hear(1, 90)
    site.wait(600)
    assert site.told == []
    nearest = site.explain().nearest
    assert nearest is not None
    assert (nearest.over_s, nearest.dropped, nearest.level_db) == (1.0, Dropped.GAP, 90)


def test_the_schedule_closes_while_an_episode_is_open() -> None:
    """It ends with that reason at that moment, samples or not; what is loud afterwards is nothing to this rule."""
    site = Site(warning(schedule=UNTIL_NINE))
    site.hear(3590, 66)
    site.wait(60)
    assert site.story == [("onset", 60, "warning"), ("cleared", 3600, "ok")]
    assert site.episode.end_reason is EndReason.SCHEDULE_ENDED
    assert site.episode.ended == EIGHT + 3600
    site.hear(300, 90)
    assert len(site.told) == 2
    assert site.explain().verdict is Verdict.OUTSIDE_SCHEDULE


def test_the_schedule_closes_within_a_sample() -> None:
    """What of the sample was before belongs to the episode."""
    site = Site(warning(duration_s=1, schedule=UNTIL_NINE))
    site.hear(3599.5, 66, step=0.5)
    site.hear(1, 80)
    assert site.story[-1] == ("cleared", 3600.0, "ok")
    assert site.episode.coverage_percent == 100


def test_a_restart_while_an_onset_is_pending() -> None:
    """Evidence is not kept: what was over before counts no more, as after an outage."""
    site = Site(warning())
    site.hear(59, 66)
    site.restart(after_s=5)
    site.hear(59, 66)
    assert site.told == []
    site.hear(1, 66)
    assert site.story == [("onset", 124, "warning")]


def test_a_restart_while_an_episode_is_open() -> None:
    """It goes on, with all that was known of it, and needs full evidence anew to end."""
    site = Site(rule())
    site.hear(100, 66)
    site.hear(30, 72)
    site.do(site.engine.acknowledge, "loud", by="her", note="seen")
    before = site.episode
    site.hear(50, 50)
    site.restart(after_s=20)
    after = site.episode
    assert (after.id, after.peak_db, after.acknowledged, after.grades) == (
        before.id,
        before.peak_db,
        before.acknowledged,
        before.grades,
    )
    assert site.grade() is Grade.WARNING
    site.hear(59, 50)
    assert site.grade() is Grade.WARNING
    site.hear(1, 50)
    assert site.story[-1] == ("cleared", 260.0, "ok")
    # 20 s of the 200 since the onset nobody heard.
    assert site.episode.coverage_percent == pytest.approx(90)


def test_a_restart_while_a_rule_is_snoozed() -> None:
    """It stays so for as long as it was to be."""
    site = Site(warning())
    site.engine.snooze("loud", site.now + 600, site.now)
    site.hear(120, 66)
    site.restart(after_s=10)
    assert site.explain().verdict is Verdict.SNOOZED
    site.hear(469, 66)
    assert site.told == []
    site.hear(1, 66)
    assert site.story == [("onset", 600, "warning")]
    assert site.episode.began == EIGHT + 130


def test_a_restart_after_the_end_of_a_snooze() -> None:
    """It has passed meanwhile."""
    site = Site(warning())
    site.engine.snooze("loud", site.now + 600, site.now)
    site.restart(after_s=600)
    assert site.engine.raiser("loud").snoozed_until is None


def test_a_restart_after_the_schedule_has_closed() -> None:
    """The episode ended when that was, not when somebody looked."""
    site = Site(warning(schedule=UNTIL_NINE))
    site.hear(100, 66)
    site.restart(after_s=2 * 86400)
    assert site.story[-1] == ("cleared", 3600.0, "ok")
    assert site.episode.end_reason is EndReason.SCHEDULE_ENDED


def test_a_restart_within_the_cooldown() -> None:
    """The episode is opened again."""
    site = Site(warning(cooldown_s=300))
    site.hear(60, 66)
    site.hear(60, 50)
    site.restart(after_s=100)
    site.hear(60, 66)
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.CLEARED, TransitionKind.REOPENED]
    assert len(site.engine.episodes()) == 1


def test_an_edit_while_an_episode_is_open() -> None:
    """It ends with that reason, and the rule begins anew; a new name alone is no edit."""
    site = Site(warning())
    site.hear(60, 66)
    site.configure(warning(name="Much too loud"))
    assert site.grade() is Grade.WARNING
    site.configure(warning(warning_db=64.0))
    assert site.story[-1] == ("cleared", 60.0, "ok")
    assert (site.episode.end_reason, site.episode.rule_name) == (EndReason.EDITED, "Too loud")
    site.hear(59, 66)
    assert site.grade() is Grade.OK
    site.hear(1, 66)
    assert site.grade() is Grade.WARNING
    assert site.episode.thresholds_db == {"warning": 64}


def test_an_edit_while_it_does_not_run() -> None:
    """It is found when it runs again."""
    site = Site(warning())
    site.hear(60, 66)
    site.restart(warning(duration_s=30))
    assert site.episode.end_reason is EndReason.EDITED
    site.hear(60, 66)
    site.restart(warning(schedule=FROM_NINE))
    assert site.episode.end_reason is EndReason.EDITED
    assert not site.engine.open_episodes


def test_a_removal_while_an_episode_is_open() -> None:
    """It ends with that reason, and stays known."""
    site = Site(warning(), warning("other"))
    site.hear(60, 66)
    site.configure(warning("other"))
    assert site.story[-1] == ("cleared", 60.0, "ok")
    assert site.told[-1].episode.end_reason is EndReason.REMOVED
    assert [episode.rule_id for episode in site.engine.episodes("loud")] == ["loud"]
    assert site.grade("other") is Grade.WARNING


def test_a_removal_while_it_does_not_run() -> None:
    """It is found when it runs again."""
    site = Site(warning(), warning("other"))
    site.hear(60, 66)
    site.restart(warning("other"))
    assert {each.rule_id: each.end_reason for each in site.engine.episodes()} == {
        "loud": EndReason.REMOVED,
        "other": None,
    }


@pytest.mark.parametrize(("which", "hours"), [(0, 23), (1, 25)])
@pytest.mark.parametrize("name", CHANGES)
def test_a_day_of_23_or_25_hours(name: str, which: int, hours: int) -> None:
    """A rule for that day is open from midnight to midnight of the clock, and for no second more."""
    zone = ZoneInfo(name)
    day = CHANGES[name][which]
    noon = datetime.combine(day, time(12), zone).timestamp()
    site = Site(
        warning(duration_s=30, schedule=Weekly(time(), time(), frozenset({day.weekday()}))),
        zone=zone,
        began=noon - 20 * 3600,
    )
    site.hear(40 * 3600, 66, step=10)
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.CLEARED]
    began, ended = (each.at for each in site.told)
    assert (ended - began) / 3600 == hours
    assert site.episode.coverage_percent == 100


def test_one_quiet_second_inside_the_duration_with_a_share_of_90_percent() -> None:
    """It does no harm; a seventh one does, and with the whole time wanted the first one."""
    tolerant, strict = warning(share_percent=90.0), warning("strict")
    site = Site(tolerant, strict)
    site.hear(30, 66)
    site.hear(1, 50)
    site.hear(29, 66)
    assert site.story == [("onset", 55, "warning")]
    assert site.grade("strict") is Grade.OK
    explanation = site.explain("strict")
    assert (explanation.verdict, explanation.over_s, explanation.needed_s) == (Verdict.PENDING, 29, 60)
    assert explanation.nearest is not None
    assert explanation.nearest.over_s == 30

    site = Site(tolerant)
    for _ in range(20):
        site.hear(7, 50)
        site.hear(53, 66)
    site.hear(7, 50)
    site.hear(30, 66)
    assert site.told == []
    explanation = site.explain()
    assert (explanation.verdict, explanation.over_s, explanation.judged_s) == (Verdict.SHARE_TOO_SMALL, 53, 60)


def test_hovering_at_the_threshold() -> None:
    """The threshold itself is no breach; between it and the margin nothing ends either."""
    site = Site(warning(clear_margin_db=2.0))
    site.hear(120, 65.0)
    assert site.told == []
    site.hear(60, 65.1)
    for _ in range(30):
        site.hear(10, 63.1)
        site.hear(10, 65.0)
        site.hear(10, 65.1)
    site.hear(300, 63.1)
    assert site.kinds == [TransitionKind.ONSET]
    site.hear(59, 63.0)
    site.hear(1, 63.1)
    site.hear(60, 63.0)
    assert site.story[-1] == ("cleared", 1500.0, "ok")


def test_a_margin_is_exact() -> None:
    """60.3 dB less 0.1 dB is 60.2 dB, whatever numbers with a point make of that."""
    site = Site(warning(warning_db=60.3, clear_margin_db=0.1))
    site.hear(60, 61)
    site.hear(60, 60.2)
    assert site.grade() is Grade.OK
    assert warning(warning_db=60.3, clear_margin_db=0.1).is_quiet(60.2, Grade.WARNING)
    assert warning(direction=Direction.BELOW, warning_db=60.3, clear_margin_db=0.1).is_quiet(60.4, Grade.WARNING)
    assert not warning(direction=Direction.BELOW, warning_db=60.3, clear_margin_db=0.1).is_quiet(60.3, Grade.WARNING)


def test_flapping_inside_the_cooldown() -> None:
    """One episode that is opened again, its acknowledgement kept; after the cooldown it is another."""
    site = Site(warning(cooldown_s=120))
    site.hear(60, 66)
    site.do(site.engine.acknowledge, "loud")
    for _ in range(3):
        site.hear(60, 50)
        site.hear(60, 66)
    episode = site.episode
    assert (episode.reopened, episode.open, len(site.engine.episodes())) == (3, True, 1)
    assert episode.acknowledged is not None
    assert site.kinds[-2:] == [TransitionKind.CLEARED, TransitionKind.REOPENED]
    assert [change.grade for change in episode.grades[:3]] == [Grade.WARNING, Grade.OK, Grade.WARNING]
    # From the first onset on, what was quiet in between included.
    assert (episode.coverage_percent, site.episode.began) == (100, EIGHT)
    assert episode.leq_db == pytest.approx(energy_mean([66, 50], [180, 180]))
    site.hear(60, 50)
    site.hear(61, 50)
    site.hear(60, 66)
    assert site.kinds[-2:] == [TransitionKind.CLEARED, TransitionKind.ONSET]
    assert len(site.engine.episodes()) == 2


def test_a_breach_that_returns_as_an_alarm_wants_to_be_acknowledged_again() -> None:
    """Nobody took notice of that."""
    site = Site(rule(cooldown_s=300))
    site.hear(60, 66)
    site.do(site.engine.acknowledge, "loud")
    site.hear(60, 50)
    site.hear(60, 75)
    assert site.kinds[-1] is TransitionKind.REOPENED
    assert (site.episode.acknowledged, site.grade()) == (None, Grade.ALARM)
    site.do(site.engine.acknowledge, "loud")
    site.hear(60, 50)
    site.hear(60, 75)
    assert site.episode.acknowledged is not None


def test_missing_and_held_values() -> None:
    """They are no time at all: up to 10 s do no harm, more are an outage."""
    site = Site(warning())
    site.hear(50, 66)
    site.hear(10, None)
    assert site.explain().verdict is Verdict.HELD
    site.hear(9, 66)
    assert site.told == []
    site.hear(1, 66)
    assert site.story == [("onset", 70, "warning")]
    site.hear(59, 50)
    site.hear(11, None)
    assert site.story[1:] == [("no_data", 140, "warning")]
    assert site.engine.raiser("loud").no_data
    site.hear(59, 50)
    assert not site.engine.raiser("loud").no_data
    assert site.grade() is Grade.WARNING
    site.hear(1, 50)
    assert site.story[-1] == ("cleared", 200.0, "ok")


def test_results_of_a_measurement_that_ended() -> None:
    """Its level is held: the episode ends, and nothing is judged until another one runs."""
    site = Site(warning(metric=Metric(Quantity.LEQ)))
    site.hear(60, 66)
    assert site.grade() is Grade.WARNING
    site.hear(5, None, measuring=True)
    assert site.grade() is Grade.WARNING
    site.hear(1, 66, measuring=False)
    assert site.episode.end_reason is EndReason.MEASUREMENT_ENDED
    site.hear(100, 66, measuring=False)
    site.hear(5, 66, measuring=None)
    assert site.explain().verdict is Verdict.NOT_MEASURING
    assert site.grade() is Grade.OK
    site.hear(1, 50)
    assert site.explain().verdict is Verdict.WITHIN_LIMITS
    site.hear(59, 66)
    site.hear(1, 66, measuring=False)
    nearest = site.explain().nearest
    assert nearest is not None
    assert nearest.dropped is Dropped.NOT_MEASURING


def test_an_overload() -> None:
    """It is told of the episode if it was since the level was over; one before is none of its business."""
    site = Site(warning(), warning("later"))
    site.hear(1, 90, overload=True)
    site.hear(5, 50, overload=True)
    site.hear(60, 66)
    site.hear(1, 66, overload=True)
    site.hear(60, 66)
    assert [transition.episode.overload for transition in site.told] == [False, False]
    assert [episode.overload for episode in site.engine.episodes()] == [True, True]

    site = Site(warning())
    site.hear(1, 90, overload=True)
    site.hear(59, 66)
    assert site.episode.overload


def test_our_clock_is_set_back() -> None:
    """What is pending is dropped, what is open stays so, and time goes on from there."""
    site = Site(warning(), warning("pending", duration_s=100))
    site.hear(90, 66)
    site.hole(-3600)
    site.hear(50, 66)
    assert site.kinds == [TransitionKind.ONSET]
    nearest = site.explain("pending").nearest
    assert nearest is not None
    assert (nearest.dropped, nearest.over_s) == (Dropped.CLOCK, 90)
    site.hear(50, 66)
    assert site.grade("pending") is Grade.WARNING
    site.hear(60, 50)
    ended = [transition.episode for transition in site.told if transition.kind is TransitionKind.CLEARED]
    assert [episode.rule_id for episode in ended] == ["loud"]
    assert ended[0].ended is not None
    assert ended[0].ended >= ended[0].onset


@pytest.mark.parametrize("told_after_s", [0, 50])
def test_our_clock_is_set_back_once(told_after_s: int) -> None:
    """Whoever tells the time, however long after the readings told it first, sets nothing back any more."""
    site = Site(warning())
    site.hear(5, 50)
    site.hole(-3600)
    site.hear(1, 50)
    site.hear(told_after_s, 66)
    site.wait(0)
    site.hear(70 - told_after_s, 66)
    assert [(kind, at) for kind, at, _ in site.story] == [("onset", 5 - 3600 + 1 + 60)]


def test_our_clock_is_set_back_by_a_little() -> None:
    """A second is no jump: nothing counts twice, and nothing is lost."""
    site = Site(warning())
    site.hear(30, 66)
    site.hole(-1)
    site.hear(30, 66)
    assert site.told == []
    site.hear(1, 66)
    assert site.story == [("onset", 60, "warning")]


def test_our_clock_is_set_back_into_closed_hours() -> None:
    """Then the hours are not open."""
    site = Site(warning(duration_s=10, schedule=FROM_NINE), began=EIGHT + 3600)
    site.hear(20, 66)
    site.hole(-1800)
    site.hear(20, 66)
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.CLEARED]
    assert site.episode.end_reason is EndReason.SCHEDULE_ENDED


def test_our_clock_jumps_ahead() -> None:
    """That cannot be told from an outage."""
    site = Site(warning(), warning("pending", duration_s=100))
    site.hear(90, 66)
    site.hole(3600)
    site.hear(50, 66)
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.NO_DATA]
    assert not site.engine.raiser("loud").no_data
    site.hear(49, 66)
    assert site.grade("pending") is Grade.OK
    site.hear(1, 66)
    assert site.grade("pending") is Grade.WARNING


def test_the_time_that_is_told_jumps_back() -> None:
    """It needs no sample to notice."""
    site = Site(warning())
    site.hear(30, 66)
    site.wait(1)
    site.wait(-3600)
    site.hear(59, 66)
    assert site.told == []
    site.hear(1, 66)
    assert site.kinds == [TransitionKind.ONSET]


def test_a_breach_that_runs_into_the_opening_of_the_schedule() -> None:
    """It is raised at that moment, with or without a sample; it began when it did."""
    for told in (True, False):
        site = Site(rule(schedule=FROM_NINE))
        site.hear(3000, 50)
        site.hear(595, 75)
        site.hole(5)
        if told:
            site.wait(0)
        else:
            site.hear(1, 50)
        assert site.story == [("onset", 3600, "alarm")]
        assert (site.episode.began, site.episode.onset) == (EIGHT + 3000, EIGHT + 3600)
        assert site.episode.peak_db == 75


def test_a_breach_that_is_pending_at_the_opening_of_the_schedule() -> None:
    """What it has gathered before counts."""
    site = Site(warning(schedule=FROM_NINE))
    site.hear(3570, 50)
    site.hear(60, 66)
    assert site.story == [("onset", 3630, "warning")]


def test_the_helper_of_the_schedule_is_unavailable() -> None:
    """What it said last holds; if it has said nothing yet, nothing is raised and nothing is closed."""
    site = Site(warning(schedule=Helper("schedule.site")))
    site.hear(120, 66)
    assert (site.told, site.explain().verdict) == ([], Verdict.SCHEDULE_UNKNOWN)
    site.take(site.engine.set_schedule("schedule.site", None, site.now))
    assert site.engine.raiser("loud").in_schedule is None
    site.take(site.engine.set_schedule("schedule.site", True, site.now))
    assert site.story == [("onset", 120, "warning")]
    site.take(site.engine.set_schedule("schedule.site", None, site.now))
    site.take(site.engine.set_schedule("schedule.other", False, site.now))
    site.restart()
    site.hear(60, 66)
    assert (site.grade(), len(site.told)) == (Grade.WARNING, 1)
    site.take(site.engine.set_schedule("schedule.site", False, site.now))
    assert site.episode.end_reason is EndReason.SCHEDULE_ENDED
    site.take(site.engine.set_schedule("schedule.site", None, site.now))
    site.hear(60, 66)
    assert site.explain().verdict is Verdict.OUTSIDE_SCHEDULE
    site.configure(warning(schedule=Helper("schedule.site"), warning_db=60.0))
    assert site.engine.raiser("loud").in_schedule is False


def test_unreachable() -> None:
    """An alarm after a minute without the meter, until it is back."""
    site = Site()
    site.do(site.engine.set_reachable, False)
    assert site.explain(UNREACHABLE).verdict is Verdict.PENDING
    site.wait(59.9)
    assert site.told == []
    site.wait(30)
    assert site.story == [("onset", 60, "alarm")]
    assert (site.episode.began, site.episode.rule_id) == (EIGHT, UNREACHABLE)
    assert site.engine.worst is Grade.ALARM
    site.restart(after_s=100)
    assert site.explain(UNREACHABLE).verdict is Verdict.ACTIVE
    site.do(site.engine.set_reachable, True)
    assert site.episode.end_reason is EndReason.REACHABLE
    assert site.explain(UNREACHABLE).verdict is Verdict.WITHIN_LIMITS
    site.wait(1)
    site.do(site.engine.set_reachable, False)
    site.wait(61)
    assert len(site.engine.episodes(UNREACHABLE)) == 2


def test_unreachable_on_purpose() -> None:
    """Nobody misses a meter that was let go."""
    site = Site()
    site.do(site.engine.set_reachable, False)
    site.wait(50)
    site.do(site.engine.set_reachable, False, wanted=False)
    site.wait(600)
    assert (site.told, site.explain(UNREACHABLE).verdict) == ([], Verdict.DISABLED)
    site.do(site.engine.set_reachable, False)
    site.wait(60)
    assert site.kinds == [TransitionKind.ONSET]
    site.do(site.engine.set_reachable, False, wanted=False)
    assert site.episode.end_reason is EndReason.DISABLED
