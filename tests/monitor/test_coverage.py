"""For how much of a day there are levels."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.rion_nl43.monitor.coverage import WORTH_KEEPING_S, DayCoverage
from custom_components.rion_nl43.monitor.feed.sample import COVERED_LIMIT_S, Sample
from custom_components.rion_nl43.nl43 import RunState

from .rows import channel, levels

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """Let it be eight."""
    with freeze_time(EIGHT) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


class Day:
    """A meter whose samples come for a while."""

    def __init__(self, clock: FrozenDateTimeFactory, restored: object = None, zone: str = "UTC") -> None:
        """Begin at once."""
        self.clock = clock
        self.kept = 0
        self.coverage = DayCoverage(ZoneInfo(zone), restored, self._keep)

    def _keep(self) -> None:
        self.kept += 1

    def told(self) -> tuple[float | None, datetime]:
        """The share in %, and since when."""
        return self.coverage.percent, self.coverage.since

    def percent(self) -> float | None:
        """The share alone."""
        return self.coverage.percent

    def hear(self, seconds: int, lp: float | None = 50.0) -> None:
        """Let a sample come each second."""
        for _ in range(seconds):
            self.clock.tick(1)
            self.take(datetime.now(UTC), lp=lp)

    def take(self, at: datetime, duration_s: float = 1.0, lp: float | None = 50.0) -> None:
        """Let one sample come."""
        self.coverage.take_sample(Sample(at, duration_s, levels(channel(lp)), RunState.START, held=False))

    def pass_by(self, seconds: float) -> None:
        """Let nothing come."""
        self.clock.tick(timedelta(seconds=seconds))


def test_all_of_it(clock: FrozenDateTimeFactory) -> None:
    """A meter that is added during a day counts from then on."""
    day = Day(clock)
    day.hear(59)
    assert day.percent() is None
    day.hear(41)
    assert day.told() == (100, EIGHT)


def test_holes(clock: FrozenDateTimeFactory) -> None:
    """Time without samples is a hole, and so are samples without a level."""
    day = Day(clock)
    day.hear(60)
    day.pass_by(30)
    assert day.percent() == pytest.approx(100 * 60 / 90)
    day.hear(30, lp=None)
    assert day.percent() == pytest.approx(100 * 60 / 120)
    day.hear(60)
    assert day.percent() == pytest.approx(100 * 120 / 180)


def test_what_the_next_sample_may_cover(clock: FrozenDateTimeFactory) -> None:
    """The time since the last sample is no hole yet."""
    day = Day(clock)
    day.hear(60)
    day.pass_by(COVERED_LIMIT_S)
    assert day.percent() == 100
    day.pass_by(1)
    assert day.percent() == pytest.approx(100 * 60 / (61 + COVERED_LIMIT_S))


def test_clocks_that_differ_a_little(clock: FrozenDateTimeFactory) -> None:
    """What lies between two samples is less than a slot: nothing is missing; and what overlaps counts once."""
    day = Day(clock)
    for second in range(1, 101):
        day.take(EIGHT + timedelta(seconds=second), 0.98 if second % 2 else 1.02)
    clock.move_to(EIGHT + timedelta(seconds=100))
    assert day.percent() == pytest.approx(100, abs=0.03)


def test_midnight(clock: FrozenDateTimeFactory) -> None:
    """A new day begins with nothing; the sample over midnight counts for what lies behind it."""
    day = Day(clock)
    clock.move_to(MIDNIGHT - timedelta(seconds=60))
    day.hear(59)
    clock.tick(0.5)
    assert day.percent() == pytest.approx(100 * 59 / (16 * 3600 - 1))
    clock.tick(0.75)
    assert day.percent() is None
    day.take(MIDNIGHT + timedelta(seconds=1), 2.0)
    clock.move_to(MIDNIGHT + timedelta(seconds=100))
    assert day.told() == (1, MIDNIGHT)


def test_midnight_of_the_place(clock: FrozenDateTimeFactory) -> None:
    """It is that of the time zone, also on the day on which the clocks are changed; another zone may be set."""
    clock.move_to(datetime(2026, 3, 28, 12, tzinfo=UTC))
    day = Day(clock, zone="Europe/Berlin")
    clock.move_to(datetime(2026, 3, 29, 12, tzinfo=UTC))
    assert day.coverage.since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    day.coverage.set_time_zone(UTC)
    assert day.coverage.since == datetime(2026, 3, 29, tzinfo=UTC)


def test_over_a_restart(clock: FrozenDateTimeFactory) -> None:
    """What was counted stays; the time in which nobody looked is a hole."""
    day = Day(clock)
    day.hear(60)
    kept = day.coverage.memory
    day.pass_by(30)
    again = Day(clock, kept)
    assert again.told() == (100 * 60 / 90, EIGHT)
    again.hear(30)
    assert again.percent() == pytest.approx(100 * 90 / 120)


def test_over_a_restart_and_midnight(clock: FrozenDateTimeFactory) -> None:
    """The meter was there before: the day counts from midnight on."""
    day = Day(clock)
    day.hear(60)
    kept = day.coverage.memory
    clock.move_to(MIDNIGHT + timedelta(seconds=50))
    again = Day(clock, kept)
    again.hear(50)
    assert again.told() == (50, MIDNIGHT)


@pytest.mark.parametrize(
    "kept",
    [
        "nonsense",
        {},
        {"since": "2026-03-02T07:00:00+00:00"},
        {"since": "2026-03-02T07:00:00+00:00", "covered_s": "60"},
        {"since": "2026-03-02T07:00:00+00:00", "covered_s": -1},
        {"since": "2026-03-02T07:00:00+00:00", "covered_s": 3601},
        {"since": "2026-03-02T07:00:00+00:00", "covered_s": float("nan")},
        {"since": "2026-03-02T09:00:00+00:00", "covered_s": 60},
        {"since": "some day", "covered_s": 60},
    ],
)
def test_nonsense_that_was_kept(clock: FrozenDateTimeFactory, kept: object) -> None:
    """It counts from now on, as on the first day."""
    assert Day(clock, kept).coverage.since == EIGHT


def test_it_is_kept_now_and_then(clock: FrozenDateTimeFactory) -> None:
    """Not with each sample, and not soon after others have kept it."""
    day = Day(clock)
    day.hear(round(WORTH_KEEPING_S) - 1)
    assert day.kept == 0
    assert day.coverage.memory["covered_s"] == WORTH_KEEPING_S - 1
    day.hear(round(WORTH_KEEPING_S))
    assert day.kept == 1
    day.hear(round(WORTH_KEEPING_S) - 1)
    assert day.kept == 1


def test_a_clock_that_is_set_back(clock: FrozenDateTimeFactory) -> None:
    """Nothing is known of such a day but what comes then."""
    day = Day(clock)
    day.hear(60)
    clock.move_to(EIGHT - timedelta(hours=1))
    day.hear(60)
    assert day.told() == (100, EIGHT - timedelta(hours=1))
