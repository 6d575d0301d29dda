"""Limits of LAeq over hours of each day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
import json
from pathlib import Path
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor.feed.facts import Facts
from custom_components.rion_nl43.monitor.history.limits import LevelLimit, LimitStatus
from tests.acoustics import seconds
from tests.acoustics.seconds import close, stretch
from tests.monitor.history.hearing import Ear, polled, second, span

BERLIN = ZoneInfo("Europe/Berlin")
DAY = LevelLimit("day", "Day", 60.0, 7 * 60, 22 * 60)
NIGHT = LevelLimit("night", "Night", 60.0, 22 * 60, 7 * 60)
ALL = LevelLimit("all", "Around the clock", 60.0, 6 * 60 + 30, 6 * 60 + 30)
MARCH_2 = date(2026, 3, 2)


def at(hour: int, minute: int = 0, day: date = MARCH_2) -> int:
    """Return a local time in s since the epoch."""
    return int(datetime.combine(day, time(hour, minute), BERLIN).timestamp())


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """Let it be some time."""
    with freeze_time(datetime.fromtimestamp(at(6), UTC)) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@pytest.fixture
def ear(tmp_path: Path, clock: FrozenDateTimeFactory) -> Iterator[Ear]:
    """Watch three limits."""
    ear = Ear(tmp_path / "a.db", BERLIN)
    ear.history.limits.configure([DAY, NIGHT, ALL])
    yield ear
    ear.end()


def restart(ear: Ear) -> None:
    """Let the program begin anew, as after a crash that lost nothing."""
    ear.end()
    ear.memory = json.loads(json.dumps(ear.memory))
    ear.restart()
    ear.history.limits.configure([DAY, NIGHT, ALL])


def status(ear: Ear, limit: LevelLimit, second: int) -> LimitStatus:
    """Return what has become of a limit."""
    return ear.history.limits.status(limit.id, datetime.fromtimestamp(second, UTC))


def test_a_limit_that_runs(ear: Ear) -> None:
    """What is used up, what is left, how long and how often the level was above it: second by second."""
    ear.hear(at(7), ([59] * 50 + [70] * 10) * 60)
    told = status(ear, DAY, at(8))
    assert (told.period, told.running, told.last) == (span(at(7), at(22)), True, None)
    budget = told.budget
    heard = {number: second(number, 59 if number < 50 else 70) for number in range(60)}
    assert close(budget.leq, seconds.leq(heard))
    assert (budget.coverage, budget.above_s, budget.exceedances) == (1, 600, 60)
    assert close(budget.projected, seconds.leq(heard))
    assert budget.allowed is not None
    assert budget.allowed < 60
    assert budget.breach_s is not None
    assert ear.history.limits.limits == (DAY, NIGHT, ALL)
    with pytest.raises(KeyError):
        ear.history.limits.status("none")


def test_outside_of_its_hours(ear: Ear) -> None:
    """The next period is told, in which nothing is used up, and the one that ended last."""
    ear.hear(at(6, 59), [70] * 120)
    ear.hear(at(21, 59), [70] * 120)
    told = status(ear, DAY, at(22, 1))
    assert (told.period, told.running) == (span(at(7, day=date(2026, 3, 3)), at(22, day=date(2026, 3, 3))), False)
    assert (told.budget.leq, told.budget.coverage, told.budget.above_s) == (None, 1, 0)
    assert close(told.budget.allowed, 60)
    assert told.last is not None
    assert (told.last.period, told.last.running) == (span(at(7), at(22)), False)
    assert (told.last.budget.above_s, told.last.budget.exceedances) == (120, 1)
    assert told.last.budget.leq is None
    assert close(told.last.budget.coverage, 120 / (15 * 3600))
    assert status(ear, DAY, at(22, 1)).last is told.last
    night = status(ear, NIGHT, at(22, 1))
    assert (night.period, night.running) == (span(at(22), at(7, day=date(2026, 3, 3))), True)
    assert (night.budget.above_s, night.budget.exceedances) == (60, 1)
    assert night.last is not None
    assert (night.last.budget.above_s, night.last.budget.exceedances) == (60, 1)
    around = status(ear, ALL, at(22, 1))
    assert (around.budget.above_s, around.budget.exceedances) == (240, 1)


def test_a_sample_over_the_end(ear: Ear) -> None:
    """Each of its parts counts where it lies."""
    ear.hear(at(21, 59), [50] * 57)

    ear.history.take_sample(polled(at(22) + 4, 70, 7))
    told = status(ear, NIGHT, at(22) + 4)
    assert (told.budget.above_s, told.budget.exceedances) == (4, 1)
    last = status(ear, DAY, at(22) + 4).last
    assert last is not None
    assert (last.budget.above_s, last.budget.exceedances) == (3, 1)


def test_after_a_restart(ear: Ear, clock: FrozenDateTimeFactory) -> None:
    """The counts go on, those of the last period too; a level that stays above the limit is one exceedance."""
    ear.hear(at(21), [70] * 3600)
    ear.hear(at(22), [50] * 10 + [70] * 50)
    clock.move_to(datetime.fromtimestamp(at(22, 1), UTC))
    restart(ear)
    ear.hear(at(22, 1), [70] * 50 + [50] * 10)
    night = status(ear, NIGHT, at(22, 2))
    assert (night.budget.above_s, night.budget.exceedances) == (100, 1)
    last = status(ear, DAY, at(22, 2)).last
    assert last is not None
    assert (last.budget.above_s, last.budget.exceedances) == (3600, 1)
    around = status(ear, ALL, at(22, 2))
    assert (around.budget.above_s, around.budget.exceedances) == (3700, 2)


def test_the_last_two_periods_are_kept(ear: Ear) -> None:
    """And no more, whatever happens."""
    for days in range(4):
        ear.hear(at(12, day=MARCH_2 + timedelta(days=days)), [70] * 5)
    assert [len(one["counts"]) for one in ear.history.memory["limits"].values()] == [2, 0, 2]


def test_another_limit_begins_anew(ear: Ear) -> None:
    """One that stays the same but for its name goes on; what nobody counted is told by the kept levels."""
    ear.hear(at(7), [70] * 60)
    stricter = LevelLimit("day", "Day", 50.0, 7 * 60, 22 * 60)
    renamed = LevelLimit("all", "Another name", 60.0, ALL.begin_min, ALL.until_min)
    ear.history.limits.configure([stricter, renamed])
    assert ear.history.limits.limits == (stricter, renamed)
    assert status(ear, renamed, at(7, 1)).budget.above_s == 60
    assert status(ear, stricter, at(7, 1)).budget.above_s == 60
    ear.hear(at(7, 1), [70] * 5)
    assert status(ear, stricter, at(7, 1) + 5).budget.above_s == 5
    ear.history.limits.configure([DAY])
    assert status(ear, DAY, at(7, 1) + 5).budget.above_s == 65


def test_what_is_kept_of_another_limit(ear: Ear) -> None:
    """It does not count for one of the same name."""
    ear.hear(at(7), [70] * 60)
    ear.end()
    ear.memory = ear.history.memory
    assert ear.history.memory["limits"]["day"]["counts"]
    ear.restart()
    assert ear.history.memory["limits"] == ear.memory["limits"]
    ear.history.limits.configure([LevelLimit("day", "Day", 55.0, 7 * 60, 22 * 60)])
    assert ear.history.memory["limits"]["day"]["counts"] == []


NONSENSE: tuple[object, ...] = (
    {},
    {"span": 3},
    {"span": [1]},
    {"span": [1, 2], "ended": "?", "minutes": {}},
    {"span": [1, float("inf")], "ended": 1, "minutes": {}},
    {"span": [1, 2], "ended": 1, "minutes": {"AF": [[1, 2]]}},
    {"span": [1, 2], "ended": 1, "minutes": {"AF": 5}},
    None,
)


def test_nonsense_that_was_kept(ear: Ear) -> None:
    """It does no harm."""
    definition = {"limit_db": 60.0, "begin_min": 7 * 60, "until_min": 22 * 60}
    ear.end()
    for counts in ([one] for one in NONSENSE):
        ear.memory = {"limits": {"day": definition | {"counts": counts}, "night": 5}}
        ear.restart()
        ear.history.limits.configure([DAY, NIGHT])
        assert ear.history.memory["limits"]["day"]["counts"] == []
    ear.memory = {"limits": {"day": definition | {"counts": 5}}}
    ear.restart()
    ear.history.limits.configure([DAY])
    assert ear.history.memory["limits"]["day"]["counts"] == []


def test_time_that_is_excluded(ear: Ear) -> None:
    """It is not above the limit, and no exceedance, also if it has been so for a while."""
    ear.hear(at(7), [50] * 180 + [94] * 60 + [50] * 60 + [70] * 60)
    assert status(ear, DAY, at(7, 6)).budget.above_s == 120
    ear.exclude(at(7, 3), at(7, 4))
    told = status(ear, DAY, at(7, 6)).budget
    assert (told.above_s, told.exceedances) == (60, 1)
    assert close(told.coverage, 5 / 6)


def test_records_of_the_meter(ear: Ear) -> None:
    """They are used up as well; nobody counted how often the level was above the limit in them."""
    ear.hear(at(7), [50] * 600)
    ear.hear(at(8), [50] * 60)
    ear.add(stretch(at(7, 10), 3000, 65))
    told = status(ear, DAY, at(8, 1)).budget
    assert told.coverage == 1
    assert (told.above_s, told.exceedances) == (0, 0)
    assert told.leq is not None
    assert told.leq > 64


def test_another_weighting(ear: Ear) -> None:
    """What was above the limit under the weighting that tells the level counts."""
    ear.history.take_facts(Facts(frequency_weightings=("A", None, None, None)))
    ear.hear(at(7), [70] * 60)
    ear.history.take_facts(Facts(frequency_weightings=("C", None, None, None)))
    ear.hear(at(7, 1), [50] * 30 + [70] * 10)
    assert status(ear, DAY, at(7, 2)).budget.above_s == 60
    ear.hear(at(7, 1) + 40, [70] * 30)
    assert status(ear, DAY, at(7, 2)).budget.above_s == 40


def test_a_weighting_that_becomes_known_while_it_is_loud(ear: Ear) -> None:
    """What goes on above the limit under it has risen once."""
    ear.hear(at(7), [70] * 10)
    ear.history.take_facts(Facts(frequency_weightings=("A", None, None, None)))
    ear.hear(at(7) + 10, [70] * 20)
    budget = status(ear, DAY, at(7, 1)).budget
    assert (budget.above_s, budget.exceedances) == (20, 1)


def test_another_time_zone(ear: Ear) -> None:
    """Its periods begin by another clock."""
    ear.hear(at(7), [70] * 60)
    ear.history.set_time_zone(ZoneInfo("Europe/London"))
    ear.hear(at(7, 1), [70] * 60)
    told = status(ear, DAY, at(7, 2))
    assert (told.running, told.period.began_ms) == (False, 1000 * at(8))
    ear.hear(at(8), [70] * 60)
    assert status(ear, DAY, at(8, 1)).budget.above_s == 60


@pytest.mark.parametrize("by_s", [5, 60, 3000])
def test_a_clock_that_is_set_back(ear: Ear, by_s: int) -> None:
    """No time counts twice."""
    ear.hear(at(12), [70] * 3600)
    ear.hear(at(13) - by_s, [70] * by_s)
    ear.hear(at(13), [70] * 60)
    assert status(ear, DAY, at(13, 1)).budget.above_s == 3660


def test_a_clock_that_is_set_back_into_another_period(ear: Ear) -> None:
    """It goes on counting there."""
    ear.hear(at(21, 59), [70] * 60)
    ear.hear(at(22), [70] * 60)
    ear.hear(at(21, 59), [70] * 60)
    ear.hear(at(22), [70] * 61)
    assert status(ear, NIGHT, at(22, 2)).budget.above_s == 61
    ear.hear(at(6), [70] * 60)
    ear.hear(at(5), [70] * 60)
    assert not status(ear, DAY, at(6)).running


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(6 * 60, 8 * 60),
    st.lists(
        st.tuples(st.sampled_from([None, 50.0, 60.0, 60.1, 75.0]), st.sampled_from([1, 30, 200, 1200, 5000])),
        max_size=12,
    ),
    st.sampled_from([DAY, NIGHT, ALL, LevelLimit("half", "Half an hour", 60.0, 7 * 60, 7 * 60 + 30)]),
)
def test_counts_are_those_of_the_seconds(
    tmp_path: Path,
    clock: FrozenDateTimeFactory,
    began_min: int,
    runs: list[tuple[float | None, int]],
    limit: LevelLimit,
) -> None:
    """Whatever is heard, in the period that runs and in the last one."""
    clock.move_to(datetime.fromtimestamp(at(6), UTC))
    ear = Ear(tmp_path / f"{began_min}.db", BERLIN)
    ear.end()
    ear.history.limits.configure([limit])
    second = at(0) + 60 * began_min
    heard: dict[int, float] = {}
    for level, lasted in runs:
        ear.hear(second, [level] * lasted)
        heard |= {} if level is None else dict.fromkeys(range(second, second + lasted), level)
        second += lasted
    told = status(ear, limit, second)
    for one in (told, told.last):
        if one is not None:
            above = [level > 60 for at, level in sorted(heard.items()) if inside(one.period, at)]
            assert one.budget.above_s == sum(above)
            assert one.budget.exceedances == sum(now and not before for before, now in pairwise([False, *above]))
    assert told.running == inside(told.period, second)


def inside(period: Span, second: int) -> bool:
    """Whether a second lies in a period."""
    return period.began_ms <= 1000 * second < period.ended_ms


def test_hours_that_the_clock_skips(tmp_path: Path, clock: FrozenDateTimeFactory) -> None:
    """There is no such period on that day."""
    limit = LevelLimit("early", "Early", 60.0, 2 * 60, 3 * 60)
    changed = date(2026, 3, 29)
    clock.move_to(datetime.fromtimestamp(at(1, day=changed), UTC))
    ear = Ear(tmp_path / "a.db", BERLIN)
    ear.history.limits.configure([limit])
    ear.hear(at(1, 59, changed), [70] * 120)
    told = status(ear, limit, at(1, 59, changed) + 120)
    morrow = changed + timedelta(days=1)
    assert (told.period, told.running) == (span(at(2, day=morrow), at(3, day=morrow)), False)
    ear.end()
