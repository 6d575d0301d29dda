"""Records of the meter in the holes of the feed, and what is excluded."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.stretches import Stretch
from custom_components.rion_nl43.monitor.feed.facts import Facts
from tests.acoustics import seconds
from tests.acoustics.seconds import close, stretch
from tests.monitor.history.hearing import Ear, done, second, span

TEN = int(datetime(2026, 3, 2, 10, tzinfo=UTC).timestamp())
NUMBERS = count()


@pytest.fixture(autouse=True, scope="module")
def now() -> Iterator[None]:
    """Let it be noon."""
    with freeze_time(datetime.fromtimestamp(TEN + 7200, UTC)):
        yield


def loud(at: int) -> float:
    """Return what was to hear in a second."""
    return 50 + at // 7 % 13 + (20 if at // 400 % 5 == 0 else 0)


def records(began: int, ended: int, length_s: int) -> list[Stretch]:
    """Return what a meter stores of that."""
    found = []
    for at in range(began, ended, length_s):
        levels = [loud(one) for one in range(at, min(ended, at + length_s))]
        leq = seconds.leq({number: second(number, level) for number, level in enumerate(levels)})
        classes = {round(10 * level): levels.count(level) for level in levels}
        assert leq is not None
        found.append(stretch(at, len(levels), leq, lmax=max(levels), lmin=min(levels), classes=classes))
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    holes=st.lists(st.tuples(st.integers(0, 3599), st.integers(60, 3000)), min_size=1, max_size=3),
    length_s=st.sampled_from([5, 60, 300, 900, 3600]),
    seed=st.integers(0, 100),
    restart=st.booleans(),
)
def test_an_outage_leaves_no_trace(
    tmp_path: Path, *, holes: list[tuple[int, int]], length_s: int, seed: int, restart: bool
) -> None:
    """Energy, extremes and coverage are what they would have been, with records of any length, in any order."""
    ear = Ear(tmp_path / f"{next(NUMBERS)}.db")
    silent = {at for began, lasted in holes for at in range(TEN + began, TEN + began + lasted)}
    ear.hear(TEN, [None if at in silent else loud(at) for at in range(TEN, TEN + 3600)])
    if restart:
        ear.reopen()
    stored = records(TEN, TEN + 3600, length_s)
    order = Random(seed)
    order.shuffle(stored)
    middle = order.randrange(len(stored) + 1)
    for part in (stored[:middle], stored[middle:]):
        ear.add(*part)
    assert ear.add(*stored) is None
    told = ear.hour(TEN)
    heard = {at: second(at, loud(at)) for at in range(TEN, TEN + 3600)}
    assert (told.lmax, told.lmin) == seconds.extremes(heard)
    # A tenth of a record may be missing at both ends of a hole, and another tenth of it is an estimate.
    assert told.coverage >= 1 - 0.2 * len(holes) * min(length_s, 300) / 3600
    assert abs((told.leq or 0) - (seconds.leq(heard) or 0)) < (0.1 if length_s < 300 else 0.3)
    ear.end()


def test_a_feed_with_a_lost_row_keeps_its_time(tmp_path: Path) -> None:
    """The meter's records cover a little more, but count only where the feed has a hole, unless all are wanted."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [50] * 1800 + [None] * 3 + [50] * 1797)
    record = stretch(TEN, 3600, 60)
    assert ear.add(record) is None
    assert ear.add() is None
    assert close(ear.hour(TEN).leq, 50)
    assert ear.add(record, holes_s=None) == span(TEN, TEN + 3600)
    assert close(ear.hour(TEN).leq, 60)
    assert ear.hour(TEN).repaired
    assert ear.told == [span(TEN, TEN + 3600)]


def test_a_record_that_touches_a_hole(tmp_path: Path) -> None:
    """By less than half of it only that part counts; by a tenth, as clocks differ, nothing."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [50] * 600)
    ear.hear(TEN + 720, [50] * 600)
    assert ear.add(stretch(TEN + 545, 60, 90)) is None
    found = [stretch(TEN + 550, 60, 60), stretch(TEN + 610, 60, 60), stretch(TEN + 670, 60, 60)]
    assert ear.add(*found) == span(TEN + 600, TEN + 730)
    assert ear.hour(TEN).lmax == 50
    assert close(ear.hour(TEN).meter_share, 130 / 1320)
    assert ear.holes(TEN, TEN + 1320, repaired=True) == [(TEN + 600, TEN + 720)]
    assert ear.holes(TEN, TEN + 1320) == []
    assert ear.holes(TEN, TEN + 3600) == [(TEN + 1320, TEN + 3600)]


def test_a_quarter_of_an_hour_that_a_record_cuts(tmp_path: Path) -> None:
    """The rest of it counts by its minutes."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [50] * 300 + [90] * 100)
    ear.reopen()
    ear.add(stretch(TEN + 300, 600, 70))
    assert ear.hour(TEN).leq == pytest.approx(
        seconds.leq({0: second(0, 50), 1: second(1, 70), 2: second(2, 70)}), abs=0.01
    )
    assert ear.hour(TEN).meter_share == pytest.approx(600 / 900)


def test_records_of_long_ago(tmp_path: Path) -> None:
    """They are written at once, and are not kept in memory."""
    ear = Ear(tmp_path / "a.db")
    began = TEN - 100 * 86_400
    assert ear.add(stretch(began + 600, 7200, 60)) == span(began + 600, began + 7800)
    assert ear.told == [span(began, began + 10_800)]
    assert [levels.coverage for levels in ear.hours(began, began + 7200 + 3600).values()] == [5 / 6, 1, 1 / 6]
    assert ear.history.recent == ()
    ear.reopen()
    assert ear.add(stretch(began + 600, 7200, 60)) is None


def test_time_that_is_excluded(tmp_path: Path) -> None:
    """It counts nowhere, nor do the minutes that it touches; a record of which a part is excluded says nothing."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [50] * 200 + [94] * 60 + [50] * 3340)
    ear.add(stretch(TEN + 3600, 3600, 60))
    ear.exclude(TEN + 195, TEN + 265)
    ear.exclude(TEN + 195, TEN + 265)
    ear.exclude(TEN + 4000, TEN + 4001)
    for _ in range(2):
        told = ear.hours(TEN, TEN + 7200)
        assert list(told) == [1000 * TEN]
        hour = told[1000 * TEN]
        assert hour.leq == pytest.approx(50, abs=0.001)
        assert (hour.lmax, hour.l10, hour.coverage) == (50, 50, 3480 / 3600)
        assert close(sum(one.covered_ms for one in ear.history.recent), 3_480_000)
        assert ear.holes(TEN, TEN + 3600) == []
        ear.reopen()
    assert len(ear.history.exclusions) == 2
    assert ear.told == []


def test_hours_that_are_excluded_are_told(tmp_path: Path) -> None:
    """Once."""
    ear = Ear(tmp_path / "a.db")
    ear.exclude(TEN + 3500, TEN + 3700)
    ear.exclude(TEN + 3500, TEN + 3700)
    assert ear.told == [span(TEN, TEN + 7200)]


def weighted(frequency: str | None, time: str | None) -> Facts:
    """Return what is known of a meter."""
    return Facts(frequency_weightings=(frequency, None, None, None), time_weightings=(time, None, None, None))


def test_another_weighting(tmp_path: Path) -> None:
    """No hour mixes two of them: it tells of the one that covers most of it, and so does a day."""
    ear = Ear(tmp_path / "a.db")
    ear.history.take_facts(weighted(None, None))
    assert (ear.history.weighting, ear.kept) == ("", 0)
    ear.hear(TEN, [50] * 10)
    ear.history.take_facts(weighted("A", "F"))
    ear.hear(TEN + 10, [50] * 2390)
    ear.history.take_facts(weighted("C", "F"))
    assert ear.history.weighting == "CF"
    ear.hear(TEN + 2400, [70] * 3000)
    ear.history.take_facts(weighted("C", None))
    ear.history.take_facts(weighted("C", "S"))
    ear.hear(TEN + 5400, [90] * 600)
    for _ in range(2):
        told = ear.hours(TEN, TEN + 7200)
        assert [round(levels.leq or 0, 9) for levels in told.values()] == [50, 70]
        assert [round(levels.coverage, 9) for levels in told.values()] == [round(2400 / 3600, 9), 0.5]
        weightings = done(ear.history.weightings(span(TEN, TEN + 7200)))
        assert weightings == {1000 * TEN: "AF", 1000 * TEN + 3_600_000: "CF"}
        assert {round(one.energy) for one in ear.stretches(TEN, TEN + 7200)} == {10**7}
        assert {round(one.energy) for one in ear.history.recent} == {10**5, 10**7}
        ear.reopen()
    assert ear.history.weighting == "CS"
    assert ear.history.memory["weightings"] == {"frequency": "C", "time": "S"}


def test_records_of_another_weighting(tmp_path: Path) -> None:
    """They do not mix with the feed's either."""
    ear = Ear(tmp_path / "a.db")
    ear.history.take_facts(weighted("A", "F"))
    ear.hear(TEN, [50] * 1200)
    ear.add(stretch(TEN + 1200, 2400, 80), weighting="CF")
    ear.add(stretch(TEN + 1200, 600, 60))
    assert done(ear.history.weightings(span(TEN, TEN + 3600))) == {1000 * TEN: "CF"}
    ear.add(stretch(TEN + 1800, 1800, 60))
    assert done(ear.history.weightings(span(TEN, TEN + 3600))) == {1000 * TEN: "AF"}


def test_nonsense_that_was_kept(tmp_path: Path) -> None:
    """It does no harm."""
    ear = Ear(tmp_path / "a.db")
    ear.end()
    ear.memory = {"weightings": {"frequency": 3, "time": "F"}, "limits": 7}
    ear.restart()
    assert ear.history.weighting == "F"
    ear.end()
