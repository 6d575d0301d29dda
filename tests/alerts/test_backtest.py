"""What a rule would have told."""

from collections.abc import Iterable
from datetime import UTC, time
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st

from custom_components.rion_nl43.alerts import (
    EndReason,
    Episode,
    Grade,
    Helper,
    HelperChange,
    Reading,
    Weekly,
    backtest,
)

from .sounds import EIGHT, Site, warning


def readings(*levels: tuple[float, float | None], step: float = 1.0) -> list[Reading]:
    """Make readings of so many seconds of a level each."""
    made, at = list[Reading](), EIGHT
    for seconds, level in levels:
        for _ in range(round(seconds / step)):
            at += step
            made.append(Reading(at, step, level, None, level))
    return made


def told(episodes: Iterable[Episode]) -> list[tuple[float, float | None]]:
    """Return when episodes were."""
    return [(each.onset - EIGHT, None if each.ended is None else each.ended - EIGHT) for each in episodes]


def test_episodes_come_in_their_order() -> None:
    """The last one may be open."""
    found = backtest(warning(), readings((60, 66), (60, 50), (100, 67)), UTC)
    assert told(found) == [(60, 120), (180, None)]
    assert [episode.peak_db for episode in found] == [66, 67]
    assert found[1].grade is Grade.WARNING
    assert found[1].coverage_percent == 100
    assert backtest(warning(), [], UTC) == ()


def test_a_rule_that_is_switched_off_is_judged_all_the_same() -> None:
    """The question is what it would tell."""
    assert len(backtest(warning(enabled=False), readings((60, 66)), UTC)) == 1


def test_hours_are_those_of_the_zone() -> None:
    """As they were then."""
    found = backtest(
        warning(schedule=Weekly(time(9), time(10))), readings((7200, 66), step=10), ZoneInfo("Europe/Berlin")
    )
    assert told(found) == [(60, 3600)]
    assert found[0].end_reason is EndReason.SCHEDULE_ENDED


def test_a_helper_is_as_it_was() -> None:
    """What it said before the first reading holds; without it nothing is raised."""
    rule = warning(schedule=Helper("site"))
    sound = readings((600, 66))
    assert backtest(rule, sound, UTC) == ()
    said = [HelperChange(EIGHT - 100, True), HelperChange(EIGHT + 100, None), HelperChange(EIGHT + 200, False)]
    assert told(backtest(rule, sound, UTC, said)) == [(60, 200)]
    assert told(backtest(rule, sound, UTC, [HelperChange(EIGHT + 300, True)])) == [(300, None)]
    assert told(backtest(warning(), sound, UTC, [HelperChange(EIGHT + 300, False)])) == [(60, None)]


def test_more_episodes_than_are_kept_of_a_meter() -> None:
    """All are returned."""
    found = backtest(warning(duration_s=0), readings(*[(1, 66), (1, 50)] * 700), UTC)
    assert len(found) == 700


def test_readings_of_a_minute() -> None:
    """Long ones that follow each other are no outage."""
    found = backtest(warning(duration_s=120), readings((180, 66), (300, 50), step=60), UTC)
    assert told(found) == [(120, 300)]
    assert found[0].coverage_percent == 100


@settings(deadline=None, max_examples=50)
@given(
    levels=st.lists(st.tuples(st.sampled_from([1, 3, 10, 60]), st.sampled_from([None, 50.0, 64.0, 66.0])), max_size=30),
    share_percent=st.sampled_from([100.0, 80.0]),
)
def test_it_tells_what_was_told(levels: list[tuple[float, float | None]], share_percent: float) -> None:
    """The same as while the meter was watched, with the time told ever so often."""
    rule = warning(duration_s=10, share_percent=share_percent, clear_margin_db=2.0, cooldown_s=20.0)
    site = Site(rule)
    for seconds, level in levels:
        for _ in range(round(seconds)):
            site.hear(1, level, measuring=None)
            site.wait(0)
    found = backtest(rule, readings(*levels), UTC)
    assert found == tuple(reversed(site.engine.episodes()))
