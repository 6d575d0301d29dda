"""The judge of one rule: what begins anew and when, and what the next reading is told of the ones before."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.acoustics import energy_mean
from custom_components.rion_nl43.alerts import (
    Direction,
    Dropped,
    Grade,
    Helper,
    Metric,
    Nearest,
    Quantity,
    Reading,
    TransitionKind,
    Verdict,
    Weekly,
)

from .sounds import EIGHT, Site, warning

FROM_NINE = Weekly(time(9), time(10))


@pytest.mark.parametrize(("hole_s", "judged_s"), [(9.999, 35), (10.0, 35), (10.001, 5), (600.0, 5)])
def test_how_much_was_judged_begins_anew_after_an_outage(hole_s: float, judged_s: float) -> None:
    """Though nothing was over before or after it."""
    site = Site(warning())
    site.hear(30, 50)
    site.hole(hole_s)
    site.hear(5, 50)
    assert site.explain().judged_s == judged_s


def test_a_measurement_that_begins_is_seen_at_once() -> None:
    """However quiet it is."""
    for before in (False, None):
        site = Site(warning(metric=Metric(Quantity.LEQ)))
        site.hear(2, 50, measuring=before)
        assert site.explain().verdict is Verdict.NOT_MEASURING
        site.hear(2, 50)
        assert site.explain().verdict is Verdict.WITHIN_LIMITS
        site.hear(2, 50, measuring=before)
        assert site.explain().verdict is Verdict.NOT_MEASURING


def test_too_small_a_share_is_told_as_soon_as_time_alone_would_be_enough() -> None:
    """Not a second before, and not one later."""
    site = Site(warning(share_percent=90.0))
    site.hear(30, 66)
    site.hear(1, 50)
    site.hear(22, 66)
    assert site.explain().verdict is Verdict.PENDING
    site.hear(1, 66)
    assert (site.explain().verdict, site.explain().over_s) == (Verdict.SHARE_TOO_SMALL, 53)


def test_levels_are_told_to_the_tenth() -> None:
    """That of the nearest as well as the peak, to either side."""
    for side, limit_db, quiet, level in ((Direction.ABOVE, 65.0, 50.0, 66.7), (Direction.BELOW, 40.0, 60.0, 33.3)):
        site = Site(warning(direction=side, warning_db=limit_db))
        site.hear(10, level)
        site.hear(1, quiet)
        assert site.explain().nearest == Nearest(EIGHT + 10, 10, Grade.WARNING, level, Dropped.QUIET)
        site.hear(60, level)
        assert (site.episode.onset_db, site.episode.peak_db) == (level, level)


def test_an_overload_just_before_the_level_was_over() -> None:
    """It is none of the episode's business."""
    site = Site(warning())
    site.hear(1, 50, overload=True)
    site.hear(60, 66)
    assert (site.kinds, site.episode.overload) == ([TransitionKind.ONSET], False)


def test_what_was_over_before_our_clock_was_set_back_is_no_peak() -> None:
    """Nor was its overload one of the episode that comes."""
    site = Site(warning())
    site.hear(30, 90, overload=True)
    site.hole(-3600)
    site.hear(61, 66)
    assert site.kinds == [TransitionKind.ONSET]
    assert (site.episode.peak_db, site.episode.overload) == (66, False)


def test_a_clock_that_is_set_back_changes_what_is_due() -> None:
    """And that is told."""
    site = Site(warning(schedule=FROM_NINE))
    site.hear(1, 50)
    site.wait(3700)
    assert site.engine.next_tick == EIGHT + 7200
    site.engine.collect_changed()
    site.wait(-3600)
    assert site.engine.next_tick == EIGHT + 3600
    assert "loud" in site.engine.collect_changed()


@pytest.mark.parametrize("off_s", [0, 5])
def test_a_rule_that_is_switched_off_for_a_moment(off_s: int) -> None:
    """Nothing is pending from then on, and nothing of before is evidence."""
    site = Site(warning())
    judge = site.engine.raiser("loud")
    site.hear(50, 66)
    pending = [judge.pending]
    site.configure(warning(enabled=False))
    pending.append(judge.pending)
    assert pending == [True, False]
    assert site.engine.next_tick is None
    site.hear(off_s, 66)
    site.configure(warning())
    assert (judge.pending, site.explain().over_s, site.explain().judged_s) == (False, 0, 0)
    site.hear(59, 66)
    assert site.told == []
    site.hear(1, 66)
    assert (site.kinds, judge.pending) == ([TransitionKind.ONSET], False)
    assert site.episode.began == EIGHT + 50 + off_s


def test_nothing_is_pending_once_a_snooze_is_called_off() -> None:
    """It is raised then."""
    site = Site(warning())
    judge = site.engine.raiser("loud")
    site.take(site.engine.snooze("loud", site.now + 3600, site.now))
    site.hear(60, 66)
    pending = [judge.pending]
    site.do(site.engine.unsnooze, "loud")
    pending.append(judge.pending)
    assert (site.kinds, pending) == ([TransitionKind.ONSET], [True, False])


def test_the_end_of_a_snooze_is_due_right_after_a_restart() -> None:
    """Whether or not anything comes before."""
    site = Site(warning())
    site.take(site.engine.snooze("loud", site.now + 600, site.now))
    site.restart(after_s=10)
    assert site.engine.next_tick == EIGHT + 600
    site.wait(590)
    assert site.engine.raiser("loud").snoozed_until is None


def test_what_is_looked_at_no_longer_does_not_crowd_out_the_peak() -> None:
    """However many levels there were, and however finely they fell."""
    site = Site(warning(duration_s=100, share_percent=50.0))

    def fall(seconds: float, level: float) -> None:
        for number in range(round(10 * seconds)):
            site.hear(0.1, level - number / 1000, step=0.1)

    fall(25.1, 90.0)
    site.hear(99.9, 50, step=0.1)
    fall(50, 70.0)
    assert site.kinds == [TransitionKind.ONSET]
    assert (site.episode.began, site.episode.peak_db) == (EIGHT + 125, 70.0)


@pytest.mark.parametrize("told", [True, False])
def test_hours_open_and_close_to_the_moment(told: bool) -> None:
    """Seen and told with the reading that ends then, or with the time, however quiet it is."""
    site = Site(warning(schedule=FROM_NINE))
    judge = site.engine.raiser("loud")
    for change_s, is_open in ((3600, True), (7200, False)):
        site.hear(change_s - 1 - site.at, 50)
        site.engine.collect_changed()
        assert judge.in_schedule is not is_open
        if told:
            site.wait(1)
        else:
            site.hear(1, 50)
        assert judge.in_schedule is is_open
        assert site.engine.collect_changed() == {"loud"}


def test_a_snooze_ends_to_the_moment() -> None:
    """However quiet it is."""
    site = Site(warning())
    site.take(site.engine.snooze("loud", site.now + 60, site.now))
    site.hear(59, 50)
    site.engine.collect_changed()
    snoozed = [site.engine.raiser("loud").snoozed_until]
    site.hear(1, 50)
    snoozed.append(site.engine.raiser("loud").snoozed_until)
    assert snoozed == [EIGHT + 60, None]
    assert site.engine.collect_changed() == {"loud"}


def test_nothing_is_pending_once_the_hours_are_open() -> None:
    """Whether a helper opens them or another zone does, what holds is raised, and that at once."""

    def open_helper(site: Site) -> None:
        site.take(site.engine.set_schedule("site", True, site.now))

    def move(site: Site) -> None:
        site.take(site.engine.set_zone(ZoneInfo("Europe/Berlin"), site.now))

    for schedule, act in ((Helper("site"), open_helper), (FROM_NINE, move)):
        site = Site(warning(schedule=schedule))
        site.hear(60, 66)
        pending = [site.engine.raiser("loud").pending]
        act(site)
        pending.append(site.engine.raiser("loud").pending)
        assert (site.kinds, pending) == ([TransitionKind.ONSET], [True, False])


def test_nothing_is_pending_once_our_clock_is_set_back() -> None:
    """And an outage is told by the clock as it is then."""
    site = Site(warning(), warning("open", duration_s=10))
    site.hear(30, 66)
    site.wait(-3600)
    assert not site.engine.raiser("loud").pending
    site.wait(10.9)
    assert site.kinds == [TransitionKind.ONSET]
    site.wait(0.1)
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.NO_DATA]


def test_nothing_is_pending_once_anything_is_done_by_a_clock_that_was_set_back() -> None:
    """Though it is done to something else."""
    site = Site(warning())
    site.hear(30, 66)
    site.at -= 3600
    site.do(site.engine.set_reachable, True)
    assert not site.engine.raiser("loud").pending


def test_a_restart_after_the_hours_have_closed_finds_them_closed() -> None:
    """The episode ended then, and the hours are told as they are now."""
    site = Site(warning(schedule=Weekly(time(7), time(9))))
    site.hear(100, 66)
    site.restart(after_s=2 * 3600)
    assert site.story[-1] == ("cleared", 3600.0, "ok")
    assert site.explain().verdict is Verdict.OUTSIDE_SCHEDULE
    assert site.engine.raiser("loud").in_schedule is False


@pytest.mark.parametrize(("back_s", "dropped"), [(1.0, False), (1.001, True)])
def test_from_when_on_a_clock_was_set_back(back_s: float, dropped: bool) -> None:
    """A reading that ends a second before the last one says nothing; one of before that says that the clock was put."""
    site = Site(warning())
    site.hear(30, 66)
    site.take(site.engine.take({"loud": Reading(site.now - back_s, 1.0, 66.0)}))
    nearest = site.explain().nearest
    assert (nearest == Nearest(EIGHT + 30, 30, Grade.WARNING, 66, Dropped.CLOCK)) is dropped
    assert (nearest is None) is not dropped
    assert site.explain().over_s == (1 if dropped else 30)


def test_what_was_not_over_did_not_come_near() -> None:
    """Nor did what was pending when the rule was switched off: it was not dropped by anything that was heard."""
    site = Site(warning())
    site.hear(5, 50)
    site.hole(60)
    site.hear(5, 50)
    site.hole(-3600)
    site.hear(5, 50)
    assert site.explain().nearest is None
    site = Site(warning())
    site.hear(30, 66)
    site.configure(warning(enabled=False))
    assert site.explain().nearest is None


@pytest.mark.parametrize("enabled", [True, False])
def test_a_reading_that_was_on_its_way_when_a_rule_was_switched_on(enabled: bool) -> None:
    """What of it was before is no evidence."""
    site = Site(warning(enabled=enabled))
    site.hear(3, 66)
    site.at += 0.4
    site.configure(warning(enabled=False))
    site.configure(warning())
    site.take(site.engine.take({"loud": Reading(site.now + 0.6, 1.0, 66.0)}))
    assert (site.explain().judged_s, site.explain().over_s) == (0.6, 0.6)
    assert site.explain().last_sample_at == EIGHT + 4


def test_an_open_episode_is_told_as_it_is_now() -> None:
    """Time without samples is time of it, too."""
    site = Site(warning(duration_s=0))
    site.hear(11, 66)
    site.wait(9)
    episode = site.engine.raiser("loud").episode
    assert episode is not None
    assert episode.coverage_percent == pytest.approx(100 * 10 / 19)
    assert episode == site.episode


def test_the_cooldown_is_exact_though_the_time_is_told() -> None:
    """At the very moment, before the reading that ends with it."""
    site = Site(warning(duration_s=0, cooldown_s=60))
    site.hear(1, 66)
    site.hear(1, 50)
    site.hear(59, 50)
    site.take(site.engine.tick(site.now + 1))
    site.hear(1, 66)
    assert site.story[-1] == ("reopened", 62, "warning")


def test_what_was_heard_in_the_cooldown_belongs_to_an_episode_that_is_opened_again() -> None:
    """All of it, the long quiet time as well."""
    site = Site(warning(cooldown_s=300))
    site.hear(60, 66)
    site.hear(60, 50)
    site.hear(100, 40)
    site.hear(60, 66)
    assert site.kinds[-1] is TransitionKind.REOPENED
    assert site.episode.coverage_percent == 100
    assert site.episode.leq_db == pytest.approx(energy_mean([66, 50, 40], [60, 60, 100]))
