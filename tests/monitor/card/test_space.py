"""For how many days the card has room."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
import json
import random
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.monitor import CardSpace
from tests.fixtures import MeterFactory

from .helpers import bench_of

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
STORING = ("Auto", "100ms", "15m")
EVERY_S = 780
DAY_S = 86_400


class Card:
    """A card that is looked at now and then."""

    def __init__(self, free_mb: float = 10_000, restored: Any = None) -> None:
        """Begin at a time, measuring since then."""
        self.space = CardSpace(restored or {})
        self.now = BEGAN
        self.since: datetime | None = BEGAN
        self.storing: tuple[str, ...] = STORING
        self.free_mb = free_mb
        self.total_mb: float | None = 30_000
        self.look()

    def look(self, free_mb: float | None = None) -> bool:
        shown = float(int(self.free_mb)) if free_mb is None else free_mb
        return self.space.take(self.now, shown, self.total_mb, measuring_since=self.since, storing=self.storing)

    def run(self, hours: float, mb_per_hour: float, every_s: float = EVERY_S, jitter: Iterable[float] = ()) -> None:
        """Let time pass, and look now and then."""
        jitters = iter(jitter)
        end = self.now + timedelta(hours=hours)
        while self.now < end:
            step_s = min(every_s, (end - self.now).total_seconds())
            self.now += timedelta(seconds=step_s)
            self.free_mb -= mb_per_hour * step_s / 3600
            self.look(float(int(self.free_mb)) + next(jitters, 0.0))

    def days_left(self) -> float | None:
        return self.space.days_left


def test_nothing_is_known_before_it_has_fallen_for_an_hour() -> None:
    card = Card()
    assert card.days_left() is None
    card.run(1, 30)
    assert card.days_left() is None
    card.run(0.5, 30)
    assert card.days_left() == pytest.approx(card.free_mb / 720, rel=0.05)
    assert card.space.mb_per_day == pytest.approx(720, rel=0.05)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.2, 400), st.floats(10, 1800), st.floats(24, 60))
def test_the_rate_is_that_of_the_time_measured(mb_per_hour: float, every_s: float, hours: float) -> None:
    card = Card(free_mb=100_000)
    card.run(hours, mb_per_hour, every_s)
    known = card.space.mb_per_day
    falls = mb_per_hour * min(hours, 24)
    assert known is not None or falls < 3
    if known is not None:
        # Nobody sees more than whole MB, and only when somebody looks.
        assert known / 24 == pytest.approx(mb_per_hour, rel=1.1 / max(falls - 1, 1) + 1.1 * every_s / 3600 / 20)


def test_what_does_not_fall_any_more_lasts_longer() -> None:
    card = Card()
    card.run(3, 30)
    before = card.days_left()
    card.run(100, 0)
    after = card.days_left()
    assert before is not None
    assert after is not None
    assert after > 10 * before


def test_a_few_mb_up_and_down_are_no_news() -> None:
    rng = random.Random(1)
    card = Card()
    card.run(24, 30, jitter=iter(lambda: float(rng.choice((0, 0, 1, 2, 3))), None))
    assert card.days_left() == pytest.approx(card.free_mb / 720, rel=0.1)


def test_other_times_than_those_measured_do_not_count() -> None:
    card = Card()
    for _ in range(6):
        card.run(1, 30)
        card.since = None
        card.run(5, 100)  # screenshots, results stored by hand, files put there by a person
        card.since = card.now
    assert card.space.mb_per_day == pytest.approx(720, rel=0.1)


def test_a_measurement_that_began_since_does_not_count_from_before() -> None:
    card = Card()
    card.run(2, 30)
    rate = card.space.mb_per_day
    card.now += timedelta(hours=5)
    card.since = card.now - timedelta(minutes=1)
    card.free_mb -= 3000
    assert not card.look()
    assert card.space.mb_per_day == rate


def test_a_card_that_was_emptied_keeps_the_rate() -> None:
    card = Card()
    card.run(3, 30)
    rate = card.space.mb_per_day
    card.free_mb = 29_000
    assert not card.look()
    assert card.space.mb_per_day == rate
    assert card.days_left() == pytest.approx(29_000 / 720, rel=0.05)
    card.run(3, 30)
    assert card.space.mb_per_day == pytest.approx(720, rel=0.05)


@pytest.mark.parametrize("free_mb", [900, 9_900])
def test_another_card_keeps_the_rate(free_mb: float) -> None:
    card = Card()
    card.run(3, 30)
    card.free_mb, card.total_mb = free_mb, 1_000
    assert card.look()
    assert card.days_left() == pytest.approx(free_mb / 720, rel=0.05)
    card.total_mb = None
    card.run(1, 30)
    card.total_mb = 1_000
    assert not card.look()
    card.run(1, 30)
    assert card.space.mb_per_day == pytest.approx(720, rel=0.05)


def test_a_fuller_card_of_the_same_size_is_no_fall() -> None:
    card = Card()
    card.run(3, 30)
    card.now += timedelta(seconds=EVERY_S)
    card.free_mb = 2_000
    assert not card.look()
    card.run(1, 30)
    assert card.space.mb_per_day == pytest.approx(720, rel=0.05)


def test_another_way_of_storing_has_another_rate() -> None:
    card = Card()
    card.run(3, 30)
    card.storing = ()
    card.look()
    assert card.days_left() is not None, "nothing is known of it yet"
    card.storing = ("Auto", "10ms", "15m")
    assert card.look()
    assert card.days_left() is None
    card.run(2, 300)
    assert card.space.mb_per_day == pytest.approx(7200, rel=0.05)


def test_the_rate_is_that_of_the_last_day() -> None:
    card = Card(free_mb=100_000)
    card.run(48, 30)
    card.run(30, 90)
    assert card.space.mb_per_day == pytest.approx(90 * 24, rel=0.05)
    assert len(card.space.memory["falls"]) < 200


def test_a_card_whose_space_is_not_told_is_not_known() -> None:
    card = Card()
    assert not card.space.take(card.now, None, None, measuring_since=BEGAN, storing=STORING)
    assert CardSpace({}).days_left is None


def test_a_clock_that_is_put_back_is_borne() -> None:
    card = Card()
    card.run(3, 30)
    card.now -= timedelta(hours=2)
    card.look()
    card.run(1, 30)
    assert card.space.mb_per_day == pytest.approx(720, rel=0.1)


def test_it_goes_on_after_a_restart() -> None:
    card = Card()
    card.run(3, 30)
    kept = json.loads(json.dumps(card.space.memory))
    again = Card(free_mb=card.free_mb - 500, restored=kept)
    assert again.space.mb_per_day == card.space.mb_per_day
    again.run(1, 30)
    assert again.space.mb_per_day == pytest.approx(720, rel=0.05)
    again.storing = ("Auto", "1s", "15m")
    again.look()
    assert again.days_left() is None


@pytest.mark.parametrize(
    "change",
    [
        {"falls": None},
        {"falls": [[0, 1]]},
        {"falls": [[5, 1], [4, 2]]},
        {"falls": [[4, 2], [5, 1]]},
        {"falls": [[5e9, 1e9]]},
        {"falls": [["x", 1]]},
        {"measured_s": float("nan")},
        {"fallen_mb": -1},
        {"total_mb": "many"},
        {"storing": [1]},
        {"storing": 7},
    ],
)
def test_nonsense_that_was_kept_is_left_alone(change: dict[str, Any]) -> None:
    card = Card()
    card.run(0.5, 30)
    kept = card.space.memory
    again = CardSpace(kept | change)
    assert again.memory["falls"] in ([], [[0.0, 1.0]])
    assert CardSpace({key: value for key, value in kept.items() if key != "falls"}).memory["falls"] == []
    assert CardSpace(kept | {"storing": None}).memory == kept | {"storing": None}


async def test_the_space_of_a_meter_that_stores(emulated_meter: MeterFactory) -> None:
    """Most of the hour was seen by an earlier run: what this one sees counts with it."""
    storing = {"Store Mode": "Auto", "Lp Store Interval": "10ms", "Leq Calculation Interval Preset": "1m"}
    meter = await emulated_meter(ftp_port=0, settings=storing, card_free_mb=1000)
    earlier = Card()
    earlier.storing = ("Auto", "10ms", "1m")
    earlier.total_mb = meter.config.card_total_mb
    earlier.look()
    earlier.run(1, 11)
    assert earlier.days_left() is None
    meter.instrument.press_start()
    async with bench_of(meter, restored={"card": {"space": earlier.space.memory}}) as bench:
        kept: list[float | None] = []
        bench.watch.monitor.on_memory(lambda: kept.append(bench.card.space.days_left))
        await bench.watch.settled()
        files, since = meter.instrument.card.files, bench.watch.now
        before = files.free
        for _ in range(2):
            await asyncio.sleep(400)
            await bench.watch.monitor.refresh_facts()
        per_day = (before - files.free) / (bench.watch.now - since) * DAY_S
        assert bench.card.space.days_left == pytest.approx(files.free / per_day, rel=0.3), "of some ten MB"
        assert kept[-1] == bench.card.space.days_left
