"""The rule that every meter has."""

import pytest

from custom_components.rion_nl43.alerts import (
    UNREACHABLE,
    Explanation,
    Grade,
    GradeChange,
    Reading,
    TransitionKind,
    Verdict,
)

from .sounds import EIGHT, Site, warning


def test_a_meter_of_which_nothing_is_known() -> None:
    """Nothing is raised before it has been told whether it can be reached."""
    site = Site()
    site.wait(3600)
    assert (site.told, site.engine.worst, site.engine.next_tick) == ([], Grade.OK, None)
    assert site.engine.raiser(UNREACHABLE).in_schedule is True


def test_an_episode_of_a_meter_that_is_lost() -> None:
    """There is no level to tell of."""
    site = Site(meter="00340100")
    site.do(site.engine.set_reachable, False)
    site.do(site.engine.set_reachable, False)
    assert (site.engine.next_tick, site.engine.raiser(UNREACHABLE).pending) == (EIGHT + 60, True)
    site.wait(60)
    episode = site.episode
    assert episode.id == f"00340100-unreachable-{round(1000 * (EIGHT + 60)):x}"
    assert (episode.began, episode.onset, episode.metric, episode.direction) == (EIGHT, EIGHT + 60, UNREACHABLE, "")
    assert episode.grades == (GradeChange(EIGHT + 60, Grade.ALARM),)
    assert (episode.peak_db, episode.leq_db, episode.coverage_percent, episode.no_data) == (None, None, 0, False)
    assert [episode.rule_id for episode in site.engine.open_episodes] == [UNREACHABLE]
    assert site.engine.next_tick is None
    assert not site.engine.raiser(UNREACHABLE).pending


def test_a_loss_that_is_short() -> None:
    """Nobody is told; the next one is counted anew."""
    site = Site()
    for _ in range(5):
        site.do(site.engine.set_reachable, False)
        site.wait(59)
        site.do(site.engine.set_reachable, True)
        site.wait(1)
    assert (site.told, site.engine.raiser(UNREACHABLE).pending) == ([], False)


def test_a_meter_that_comes_back_just_too_late() -> None:
    """Though nobody told the time between: both are told, at their times."""
    site = Site()
    site.do(site.engine.set_reachable, False)
    site.hole(100)
    site.do(site.engine.set_reachable, True)
    assert site.story == [("onset", 60, "alarm"), ("cleared", 100, "ok")]


def test_how_long_may_change() -> None:
    """Also while the meter is lost; it counts from the loss, and is raised no earlier than now."""
    site = Site(unreachable_after_s=300.0)
    site.do(site.engine.set_reachable, False)
    site.wait(100)
    site.take(site.engine.set_unreachable_after(200.0, site.now))
    assert site.engine.next_tick == EIGHT + 200
    site.take(site.engine.set_unreachable_after(10.0, site.now))
    assert site.story == [("onset", 100, "alarm")]
    assert site.episode.began == EIGHT


def test_it_can_be_acknowledged() -> None:
    """As others can."""
    site = Site()
    site.do(site.engine.set_reachable, False)
    site.wait(60)
    site.do(site.engine.acknowledge, UNREACHABLE, by="her")
    assert site.kinds == [TransitionKind.ONSET, TransitionKind.ACKNOWLEDGED]
    site.do(site.engine.set_reachable, True)
    site.do(site.engine.set_reachable, False)
    site.wait(60)
    # Each loss is an episode of its own.
    assert site.episode.acknowledged is None


def test_it_can_be_snoozed() -> None:
    """What still holds at the end is raised then; an end in between is told."""
    site = Site()
    site.take(site.engine.snooze(UNREACHABLE, site.now + 600, site.now))
    site.do(site.engine.set_reachable, False)
    assert (site.explain(UNREACHABLE).verdict, site.engine.next_tick) == (Verdict.SNOOZED, EIGHT + 600)
    site.wait(300)
    assert site.told == []
    site.wait(400)
    assert site.story == [("onset", 600, "alarm")]
    assert site.episode.began == EIGHT


def test_its_snooze_can_be_called_off() -> None:
    """And is kept over a restart until then."""
    site = Site()
    site.take(site.engine.snooze(UNREACHABLE, site.now + 600, site.now))
    site.restart()
    site.do(site.engine.set_reachable, False)
    site.wait(100)
    assert site.engine.raiser(UNREACHABLE).snoozed_until == EIGHT + 600
    site.do(site.engine.unsnooze, UNREACHABLE)
    assert site.story == [("onset", 100, "alarm")]
    site.do(site.engine.unsnooze, UNREACHABLE)
    assert len(site.told) == 1


def test_a_snooze_that_ends_before_the_meter_is_lost_for_long() -> None:
    """It changes nothing."""
    site = Site()
    site.take(site.engine.snooze(UNREACHABLE, site.now + 30, site.now))
    site.do(site.engine.set_reachable, False)
    site.wait(100)
    assert site.story == [("onset", 60, "alarm")]


def test_a_clock_that_is_set_back() -> None:
    """The loss counts from then on, and no onset is of a time to come."""
    site = Site()
    site.do(site.engine.set_reachable, False)
    site.wait(30)
    site.wait(-3600)
    assert site.engine.next_tick == EIGHT - 3570 + 60
    site.wait(60)
    assert site.story == [("onset", -3510, "alarm")]
    site.do(site.engine.set_reachable, True)
    site.wait(-3600)
    assert site.engine.next_tick == EIGHT - 3510 + 60


def test_its_trace_shows_the_levels_before() -> None:
    """And those when the meter is back."""
    site = Site(warning())
    site.hear(100, 50)
    site.do(site.engine.set_reachable, False)
    site.wait(100)
    site.do(site.engine.set_reachable, True)
    site.hear(10, 55)
    trace = site.episode.trace
    assert trace is not None
    assert trace.levels_db == (50,) * 60 + (None,) * 100 + (55,) * 10


@pytest.mark.parametrize(("lost_s", "over_s"), [(0, 0), (20, 20), (90, 60)])
def test_it_is_explained(lost_s: float, over_s: float) -> None:
    """Seconds are those since the loss, as far as they are needed."""
    site = Site()
    site.do(site.engine.set_reachable, True)
    if lost_s:
        site.do(site.engine.set_reachable, False)
    site.wait(lost_s)
    expected = {0: Verdict.WITHIN_LIMITS, 20: Verdict.PENDING, 90: Verdict.ACTIVE}[round(lost_s)]
    assert site.explain(UNREACHABLE) == Explanation(
        rule_id=UNREACHABLE,
        at=site.now,
        verdict=expected,
        grade=Grade.ALARM,
        level_db=None,
        threshold_db=None,
        over_s=over_s,
        judged_s=over_s,
        needed_s=60,
        duration_s=60,
    )


def test_readings_are_none_of_its_business() -> None:
    """It is told whether the meter can be reached."""
    site = Site()
    site.take(site.engine.take({UNREACHABLE: Reading(site.now + 1, 1.0, 120.0)}))
    assert site.told == []


def test_a_clock_that_is_known_to_have_been_put() -> None:
    """The meter is missed for as long as it is missed, whatever the clock shows."""
    site = Site()
    site.engine.put_clock(3600)
    site.do(site.engine.set_reachable, False)
    for by_s in (3600.0, -7200.0):
        site.wait(20)
        site.engine.put_clock(by_s)
        site.hole(by_s)
        site.wait(0)
    assert site.told == []
    site.wait(20)
    assert site.story == [("onset", -3540, "alarm")]
