"""What is told of hours is what was heard second by second, through the file and back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.day_plans import DayPart
from custom_components.rion_nl43.acoustics.stretches import Stretch
from custom_components.rion_nl43.monitor.history.recent import RecentRows
from tests.acoustics import seconds
from tests.acoustics.seconds import close
from tests.monitor.history.hearing import Ear, assert_tells, polled, second, span, streamed

TEN = int(datetime(2026, 3, 2, 10, tzinfo=UTC).timestamp())
NUMBERS = count()

LEVELS = st.integers(250, 1300).map(lambda tenths: tenths / 10)


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """Let it be noon."""
    with freeze_time(datetime.fromtimestamp(TEN + 7200, UTC)) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@st.composite
def runs(draw: st.DrawFn) -> list[tuple[int, int, list[float]]]:
    """Draw runs of seconds with levels in turn, and holes of any length between them."""
    found: list[tuple[int, int, list[float]]] = []
    at = TEN + draw(st.integers(0, 4000))
    for _ in range(draw(st.integers(1, 8))):
        lasted = draw(st.sampled_from([1, 2, 59, 60, 61, 400, 899, 900, 1700]))
        found.append((at, lasted, draw(st.lists(LEVELS, min_size=1, max_size=7))))
        at += lasted + draw(st.sampled_from([0, 0, 1, 7, 59, 60, 61, 700, 3700]))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs(), st.sets(st.integers(0, 7)), st.booleans())
def test_hours_are_those_of_the_seconds(
    tmp_path: Path,
    clock: FrozenDateTimeFactory,
    heard: list[tuple[int, int, list[float]]],
    restarts: set[int],
    in_memory: bool,
) -> None:
    """Whenever the program was started anew, and while the last of it is young."""
    ear = Ear(tmp_path / f"{next(NUMBERS)}.db")
    expected: dict[int, Stretch] = {}
    for number, (began, lasted, lps) in enumerate(heard):
        if number in restarts:
            ear.reopen()
        found = [lps[at % len(lps)] for at in range(lasted)]
        ear.hear(began, found)
        expected |= {began + at: second(began + at, lp) for at, lp in enumerate(found)}
    if not in_memory:
        ear.reopen()
    ended = max(expected) + 1
    told = ear.hours(TEN, ended)
    for hour in range(TEN, ended, 3600):
        mine = {at: one for at, one in expected.items() if hour <= at < hour + 3600}
        assert_tells(told.get(1000 * hour), mine)
    # Any span, cut at any minute.
    minute = TEN + 60 * ((heard[0][0] - TEN) // 60 + 3)
    cut = ear.stretches(minute, minute + 4020)
    mine = {at: one for at, one in expected.items() if minute <= at < minute + 4020}
    assert close(sum(one.covered_ms for one in cut) / 1000, seconds.covered_s(mine), tolerance=1e-6)
    energy = sum(one.energy * one.covered_ms for one in cut) / 1000
    # The minutes of a quarter of an hour are kept to 0.01 dB.
    assert abs(energy - seconds.energy_s(mine)) <= 0.0012 * seconds.energy_s(mine) + 1e-9
    holes = ear.holes(TEN, ended, repaired=True)
    silent = [at for at in range(TEN, ended) if at not in expected]
    assert holes == [hole for hole in _runs(silent) if hole[1] - hole[0] >= 60]
    ear.end()


def _runs(found: list[int]) -> list[tuple[float, float]]:
    holes: list[tuple[float, float]] = []
    for at in found:
        if holes and holes[-1][1] == at:
            holes[-1] = (holes[-1][0], at + 1)
        else:
            holes.append((at, at + 1))
    return holes


@pytest.mark.usefixtures("clock")
def test_slots_of_the_stream(tmp_path: Path) -> None:
    """Leq, Lmax and Lmin are those of the slots, percentiles those of Lp."""
    ear = Ear(tmp_path / "a.db")
    for number in range(36_000):
        loud = number % 10 == 3
        ear.history.take_sample(
            streamed(
                TEN + (number + 1) / 10, 70.0 if loud else 50.0, 75.0 if loud else 51.0, 44.0, 62.0 if loud else 48.0
            )
        )
    ear.reopen()
    told = ear.hour(TEN)
    assert close(told.leq, seconds.leq({0: second(0, 70), **{at: second(at, 50) for at in range(1, 10)}}))
    assert (told.lmax, told.lmin, told.l10, told.l90, told.coverage) == (75, 44, 62, 48, 1)
    assert len(ear.stretches(TEN, TEN + 3600)) == 4
    ear.end()


@pytest.mark.usefixtures("clock")
def test_what_is_no_sound(tmp_path: Path) -> None:
    """A row without a level, one that covers nothing, one that lies in what is known already."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [None])
    ear.history.take_sample(polled(TEN + 2, 50, 0))
    assert ear.hours(TEN, TEN + 3600) == {}
    assert ear.history.recent == ()
    ear.history.take_sample(polled(TEN + 5, 50, 3))
    ear.history.take_sample(polled(TEN + 4, 90, 1))
    assert close(ear.hour(TEN).leq, 50)
    ear.history.take_sample(polled(TEN + 6, 50, 4))
    assert close(ear.hour(TEN).coverage, 4 / 3600)


@pytest.mark.usefixtures("clock")
def test_clocks_that_differ_a_little(tmp_path: Path) -> None:
    """What lies between two samples is less than a slot: nothing is missing; what overlaps counts once."""
    ear = Ear(tmp_path / "a.db")
    for number in range(3600):
        ear.history.take_sample(polled(TEN + number + 1, 50, 0.98 if number % 2 else 1.02))
    told = ear.stretches(TEN, TEN + 3600)
    assert [one.coverage for one in told] == [1.0] * 4
    assert close(ear.hour(TEN).coverage, 1)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("by_s", [11, 59, 300, 1800, 4000])
def test_a_clock_that_is_set_back(tmp_path: Path, by_s: int) -> None:
    """No time counts twice, however much is heard under the same time."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [50] * 5400)
    ear.hear(TEN + 5400 - by_s, [50] * by_s)
    ear.hear(TEN + 5400, [50] * 1800)
    for _ in range(2):
        assert [round(told.coverage, 9) for told in ear.hours(TEN, TEN + 7200).values()] == [1, 1]
        assert close(sum(one.covered_ms for one in ear.history.recent), 7_200_000)
        ear.reopen()


@pytest.mark.usefixtures("clock")
def test_a_clock_that_is_set_back_a_little(tmp_path: Path) -> None:
    """What is heard until it has caught up is what was heard already."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [50] * 100)
    ear.hear(TEN + 92, [90] * 8)
    ear.hear(TEN + 100, [50] * 10)
    assert close(ear.hour(TEN).leq, 50)
    assert close(ear.hour(TEN).coverage, 110 / 3600)


def test_recent_levels(tmp_path: Path, clock: FrozenDateTimeFactory) -> None:
    """Those of three days are in memory, after a restart too; what is older is on disk alone."""
    ear = Ear(tmp_path / "a.db")
    for day in range(5):
        began = TEN + day * 86_400
        clock.move_to(datetime.fromtimestamp(began + 600, UTC))
        ear.hear(began, [50 + day] * 600)
        ear.reopen()
    assert [one.began_ms // 86_400_000 - TEN // 86_400 for one in ear.history.recent] == [1, 2, 3, 4]
    assert not any(one.classes for one in ear.history.recent)
    assert [round(told.leq or 0, 6) for told in ear.hours(TEN, TEN + 5 * 86_400).values()] == [50, 51, 52, 53, 54]
    assert ear.history.present() is None


def test_present_level(tmp_path: Path, clock: FrozenDateTimeFactory) -> None:
    """It is the mean of the minute that runs and of the one before, as long as anything is heard."""
    ear = Ear(tmp_path / "a.db")
    assert ear.history.present() is None
    ear.hear(TEN + 840, [90] * 30)
    assert close(ear.history.present(datetime.fromtimestamp(TEN + 870, UTC)), 90)
    ear.hear(TEN + 870, [90] * 30)
    ear.hear(TEN + 900, [50] * 30)
    at = datetime.fromtimestamp(TEN + 930, UTC)
    assert close(ear.history.present(at), seconds.leq({0: second(0, 90), 1: second(1, 90), 2: second(2, 50)}))
    clock.move_to(datetime.fromtimestamp(TEN + 938, UTC))
    assert ear.history.present() is not None
    clock.tick(1)
    assert ear.history.present() is None
    ear.hear(TEN + 1020, [40] * 3)
    assert close(ear.history.present(datetime.fromtimestamp(TEN + 1023, UTC)), 40)


@pytest.mark.usefixtures("clock")
def test_the_wanted_coverage(tmp_path: Path) -> None:
    """Below it a level is unknown; what is over is worked out once."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [50] * 1800)
    history = ear.history
    at = datetime.fromtimestamp(TEN + 3600, UTC)
    assert history.min_coverage == history.limits.min_coverage == 0.75
    told = history.periods(at)
    assert told.current[DayPart.DAY].leq is None
    assert history.periods(at).last is told.last
    history.min_coverage = 0.125
    assert close(history.periods(at).current[DayPart.DAY].leq, 50)
    assert history.periods(at).last is not told.last


def test_what_is_asked_for_again_is_not_looked_up() -> None:
    """But no more than can be asked for again."""
    recent = RecentRows()
    for began in range(200):
        recent.heard(span(began, began + 1), None)
    told = recent.heard(span(199, 200), None)
    assert recent.heard(span(199, 200), None) is told
