"""Why a rule does or does not alert."""

from datetime import time

from custom_components.rion_nl43.alerts import Dropped, Explanation, Grade, Helper, Nearest, Reading, Verdict, Weekly

from .sounds import EIGHT, Site, rule, warning


def test_all_that_is_told() -> None:
    """Seconds of covered time, and the nearest it came to an onset."""
    site = Site(rule(share_percent=90.0))
    site.hear(20, 50)
    site.hear(20, 66)
    site.hear(10, 50)
    site.hear(15, 75)
    assert site.explain() == Explanation(
        rule_id="loud",
        at=EIGHT + 65,
        verdict=Verdict.PENDING,
        grade=Grade.WARNING,
        level_db=75,
        threshold_db=65.0,
        over_s=35,
        judged_s=60,
        needed_s=54,
        duration_s=60,
        last_sample_at=EIGHT + 65,
        nearest=Nearest(EIGHT + 40, 20, Grade.WARNING, 66, Dropped.QUIET),
    )


def test_the_grade_that_is_not_reached_yet() -> None:
    """Or the highest one."""
    site = Site(rule())
    assert (site.explain().grade, site.explain().threshold_db) == (Grade.WARNING, 65.0)
    site.hear(60, 66)
    site.hear(30, 75)
    explanation = site.explain()
    assert (explanation.verdict, explanation.grade, explanation.threshold_db) == (Verdict.ACTIVE, Grade.ALARM, 70.0)
    assert explanation.over_s == 30
    site.hear(30, 75)
    assert (site.explain().grade, site.explain().over_s) == (Grade.ALARM, 60)


def test_the_first_thing_that_keeps_it_from_alerting() -> None:
    """In their order."""
    hours = Weekly(time(9), time(10))
    site = Site(
        warning("off", enabled=False, schedule=hours),
        warning("closed", schedule=hours),
        warning("unknown", schedule=Helper("site")),
        warning("snoozed"),
        warning("measuring", only_while_measuring=True),
        warning("plain"),
    )
    for rule_id in ("off", "closed", "unknown", "snoozed"):
        site.take(site.engine.snooze(rule_id, site.now + 3000, site.now))

    def verdicts() -> list[str]:
        return [site.explain(rule_id).verdict.value for rule_id in site.engine.rules]

    kept = ["disabled", "outside_schedule", "schedule_unknown", "snoozed"]
    assert verdicts() == [*kept, "no_samples", "no_samples"]
    assert site.explain("plain").last_sample_at is None
    site.hear(1, 50, measuring=None)
    assert verdicts() == [*kept, "not_measuring", "within_limits"]
    site.hear(1, None)
    assert verdicts() == [*kept, "held", "held"]
    site.hear(1, 50)
    assert verdicts() == [*kept, "within_limits", "within_limits"]
    site.hear(1, 66)
    assert verdicts() == [*kept, "pending", "pending"]
    site.hear(60, 66)
    assert verdicts() == [*kept, "active", "active"]
    site.hear(60, 50)
    site.hole(11)
    assert verdicts() == [*kept, "within_limits", "within_limits"]
    site.hole(0.1)
    assert verdicts() == [*kept, "no_samples", "no_samples"]
    assert site.explain("plain").last_sample_at == EIGHT + 124
    assert site.explain("snoozed").snoozed_until == EIGHT + 3000


def test_explaining_changes_nothing() -> None:
    """However often, and whenever that is."""
    site = Site(warning())
    site.hear(30, 66)
    for ahead in (0, 1000, -1000):
        site.engine.explain("loud", site.now + ahead)
    site.hear(30, 66)
    assert site.kinds == ["onset"]


def test_the_nearest_is_the_one_that_was_over_for_longest() -> None:
    """Of equal ones the last; an onset begins it anew."""
    site = Site(warning())
    for seconds, level in ((20, 66), (40, 67), (30, 80), (40, 68)):
        site.hear(seconds, level)
        site.hear(5, 50)
    nearest = site.explain().nearest
    assert nearest == Nearest(EIGHT + 145, 40, Grade.WARNING, 68, Dropped.QUIET)
    site.hear(60, 66)
    site.hear(60, 50)
    assert site.explain().nearest is None
    site.hear(1, 66)
    site.hear(1, 50)
    nearest = site.explain().nearest
    assert nearest is not None
    assert nearest.over_s == 1


def test_the_nearest_to_the_low_side() -> None:
    """The lowest level is the farthest."""
    site = Site(warning(direction="below", warning_db=40.0))
    site.hear(10, 39)
    site.hear(10, 35)
    site.hear(10, 38)
    site.hear(1, 40)
    nearest = site.explain().nearest
    assert nearest is not None
    assert (nearest.level_db, nearest.over_s, nearest.at) == (35, 30, EIGHT + 30)


def test_what_could_not_be_raised_did_not_come_near() -> None:
    """Outside of the hours, snoozed, or while an episode is open."""
    site = Site(warning(schedule=Weekly(time(9), time(10))), warning("snoozed"), warning("open"))
    site.take(site.engine.snooze("snoozed", site.now + 3000, site.now))
    site.hear(60, 66)
    site.hear(1, 50)
    site.hear(10, 66)
    site.hear(1, 50)
    assert [site.explain(rule_id).nearest for rule_id in site.engine.rules] == [None, None, None]


def test_the_nearest_of_a_share() -> None:
    """It is told with the first second that is not over."""
    site = Site(warning(share_percent=90.0))
    site.hear(50, 66)
    site.hear(1, 50)
    site.hear(2, 67)
    site.hear(60, 50)
    assert site.explain().nearest == Nearest(EIGHT + 53, 52, Grade.WARNING, 67, Dropped.QUIET)


def test_the_level_of_the_nearest_is_that_since_it_was_over() -> None:
    """What the share does not look at any more was not near."""
    site = Site(warning(duration_s=10, share_percent=80.0))
    site.hear(1, 90)
    site.hear(5, 50)
    site.hear(6, 66)
    site.hear(1, 50)
    assert site.explain().nearest == Nearest(EIGHT + 12, 6, Grade.WARNING, 66, Dropped.QUIET)


def test_how_much_was_judged() -> None:
    """Time counts once, and holes do not count."""
    site = Site(warning())
    site.hear(2, 50)
    site.hole(5)
    site.hear(2, 50)
    site.take(site.engine.take({"loud": Reading(site.now + 1, 3.0, 50.0)}))
    assert (site.explain().judged_s, site.explain().over_s) == (5, 0)
