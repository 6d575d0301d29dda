"""The judge of one rule: what begins anew and when, and what the next reading is told of the ones before."""

from datetime import time

import pytest

from custom_components.rion_nl43.alerts import (
    Direction,
    Dropped,
    Grade,
    Metric,
    Nearest,
    Quantity,
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
