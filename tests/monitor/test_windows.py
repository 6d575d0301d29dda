"""The windows of a meter, made of its samples."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.rion_nl43.acoustics import Basis, WindowKind, WindowSpec, energy_mean
from custom_components.rion_nl43.monitor.feed.facts import Facts
from custom_components.rion_nl43.monitor.feed.sample import COVERED_LIMIT_S, Sample
from custom_components.rion_nl43.monitor.windows import MeterWindows
from custom_components.rion_nl43.nl43 import RunState, SlotLevels

from .rows import channel, levels

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTE = WindowSpec(WindowKind.RUNNING, 60)
CLOCK_HOUR = WindowSpec(WindowKind.ALIGNED, 3600)
A_FAST = Facts(frequency_weightings=("A", None, None, None), time_weightings=("F", None, None, None))


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """Let it be eight."""
    with freeze_time(EIGHT) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@pytest.fixture
def windows(clock: FrozenDateTimeFactory) -> MeterWindows:
    """Have a minute, and an hour of the clock."""
    found = MeterWindows()
    found.configure([MINUTE, CLOCK_HOUR])
    return found


def polled(second: float, lp: float | None, duration_s: float = 1.0) -> Sample:
    """Make a sample of the polled feed, so many seconds after eight; its results are of no interest."""
    row = levels(channel(lp, 99.0, 99.0, lmax=99.0), channel(120.0))
    return Sample(EIGHT + timedelta(seconds=second), duration_s, row, RunState.START, held=False)


def streamed(second: float, *told: float | None) -> Sample:
    """Make a sample of the streamed feed: Lp, Leq, Lmax and Lmin of its slot."""
    lp, leq, lmax, lmin = told
    slot = SlotLevels(lp, leq, lmax, lmin, None, None, over=False, under=False)
    loud = SlotLevels(120.0, 120.0, 120.0, 120.0, None, None, over=False, under=False)
    row = levels(channel(lp, 99.0, 99.0, lmax=99.0))
    return Sample(EIGHT + timedelta(seconds=second), 0.1, row, RunState.START, held=False, slot=(slot, loud))


def test_a_polled_window_is_made_of_lp(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """Of the main channel; each Lp counts for the time that its sample covers, and Lmax is the highest of them."""
    for second in range(1, 61):
        windows.take_sample(polled(second, 80.0 if second > 54 else 50.0))
    clock.move_to(EIGHT + timedelta(seconds=60))
    found = windows.levels(MINUTE)
    assert (found.coverage_percent, found.basis) == (100, Basis.POLLED)
    assert found.leq == pytest.approx(energy_mean([50, 80], [54, 6]))
    assert (found.lmax, found.lmin, found.percentiles[10], found.percentiles[50]) == (80, 50, 80, 50)


def test_a_sample_covers_the_time_before_it(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """Seven seconds, if so many have passed since the one before."""
    windows.take_sample(polled(0, 50.0))
    windows.take_sample(polled(7, 70.0, 7.0))
    clock.move_to(EIGHT + timedelta(seconds=7))
    windows.min_coverage_percent = 0
    found = windows.levels(MINUTE)
    assert found.coverage_percent == pytest.approx(100 * 8 / 60)
    assert found.leq == pytest.approx(energy_mean([50, 70], [1, 7]))


def test_a_streamed_window_is_made_of_slots(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """Each level of the main channel's slot has its use."""
    for slot in range(1, 601):
        windows.take_sample(streamed(slot / 10, 55.0, 60.0 if slot % 2 else 50.0, 64.0, 41.0))
    clock.move_to(EIGHT + timedelta(seconds=60))
    found = windows.levels(MINUTE)
    assert (found.coverage_percent, found.basis) == (100, Basis.STREAMED)
    assert found.leq == pytest.approx(energy_mean([60, 50]))
    assert (found.lmax, found.lmin, found.percentiles[50]) == (64, 41, 55)


def test_both_feeds_may_have_a_part(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """The window says so; a row between two streams that covers nothing has none."""
    windows.min_coverage_percent = 0
    windows.take_sample(streamed(0.1, 55.0, 55.0, 55.0, 55.0))
    windows.take_sample(polled(1.0, 90.0, 0.0))
    clock.move_to(EIGHT + timedelta(seconds=2))
    found = windows.levels(MINUTE)
    assert (found.basis, found.lmax) == (Basis.STREAMED, 55)
    windows.take_sample(polled(2.0, 50.0))
    assert windows.levels(MINUTE).basis is Basis.MIXED


def test_what_is_missing_is_a_hole(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """A sample without a level that is needed covers nothing."""
    clock.move_to(EIGHT + timedelta(seconds=2))
    windows.take_sample(polled(1, None))
    for missing in range(4):
        windows.take_sample(streamed(1.1 + missing / 10, *(None if at == missing else 60.0 for at in range(4))))
    found = windows.levels(MINUTE)
    assert (found.coverage_percent, found.basis) == (0, None)


def test_too_little_coverage_is_no_level(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """75 % is wanted, unless told otherwise."""
    clock.move_to(EIGHT + timedelta(seconds=60))
    for second in range(16, 60):
        windows.take_sample(polled(second, 60.0))
    assert windows.levels(MINUTE).leq is None
    windows.take_sample(polled(60, 60.0))
    assert windows.levels(MINUTE).leq == pytest.approx(60)
    windows.min_coverage_percent = 90
    assert windows.levels(MINUTE).leq is None


def test_periods_are_those_of_the_time_zone(windows: MeterWindows) -> None:
    """It may change at any time."""
    assert windows.levels(CLOCK_HOUR).ended == EIGHT.timestamp()
    windows.time_zone = ZoneInfo("Asia/Kathmandu")
    assert windows.levels(CLOCK_HOUR).ended == EIGHT.timestamp() - 2700


@pytest.mark.parametrize(
    "changed",
    [
        Facts(frequency_weightings=("C", None, None, None), time_weightings=("F", None, None, None)),
        Facts(frequency_weightings=("A", None, None, None), time_weightings=("S", None, None, None)),
    ],
)
def test_under_another_weighting_all_begins_anew(
    windows: MeterWindows, clock: FrozenDateTimeFactory, changed: Facts
) -> None:
    """Levels weighted A and C, or F and S, have no mean."""
    windows.take_facts(A_FAST)
    windows.take_sample(polled(1, 60.0))
    clock.move_to(EIGHT + timedelta(seconds=1))
    windows.take_facts(changed)
    assert windows.levels(MINUTE).coverage_percent == 0
    windows.take_sample(polled(2, 60.0))
    windows.take_facts(changed)
    assert windows.levels(MINUTE).coverage_percent > 0


def test_to_learn_of_a_weighting_changes_nothing(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """Nor does not to know it for a while, or another channel."""
    windows.take_sample(polled(1, 60.0))
    clock.move_to(EIGHT + timedelta(seconds=1))
    for facts in (
        Facts(),
        A_FAST,
        Facts(),
        Facts(frequency_weightings=("A", "C", "Z", None), time_weightings=("F", "S", None, None)),
    ):
        windows.take_facts(facts)
        assert windows.levels(MINUTE).coverage_percent > 0


def test_what_was_forgotten_is_compared_when_it_is_known_again(
    windows: MeterWindows, clock: FrozenDateTimeFactory
) -> None:
    """The weighting changed while nobody could know."""
    windows.take_facts(A_FAST)
    windows.take_facts(Facts())
    windows.take_sample(polled(1, 60.0))
    clock.move_to(EIGHT + timedelta(seconds=1))
    windows.take_facts(Facts(frequency_weightings=("Z", None, None, None)))
    assert windows.levels(MINUTE).coverage_percent == 0


def test_our_clock_may_be_set_back(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """What was heard at times that are still to come is forgotten; a second of jitter is none of that."""
    windows.min_coverage_percent = 0
    windows.take_sample(polled(3600, 60.0))
    windows.take_sample(polled(3599.5, 60.0))
    clock.move_to(EIGHT + timedelta(seconds=3600))
    assert windows.levels(MINUTE).leq == pytest.approx(60)
    clock.move_to(EIGHT + timedelta(seconds=1))
    windows.take_sample(polled(1, 50.0))
    found = windows.levels(MINUTE)
    assert found.ended == EIGHT.timestamp() + 1
    assert found.leq == pytest.approx(50)


def test_time_since_the_last_sample_is_no_hole_yet(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """As long as the next sample may still cover it, windows end with the last one; then with the present."""
    for second in range(1, 61):
        windows.take_sample(polled(second, 60.0))
    clock.move_to(EIGHT + timedelta(seconds=60 + COVERED_LIMIT_S))
    assert (windows.levels(MINUTE).ended, windows.levels(MINUTE).coverage_percent) == (EIGHT.timestamp() + 60, 100)
    clock.move_to(EIGHT + timedelta(seconds=72))
    assert windows.levels(MINUTE).ended == EIGHT.timestamp() + 72
    assert windows.levels(MINUTE).coverage_percent == 80


def test_what_rules_need_is_there_whatever_the_options_say(windows: MeterWindows, clock: FrozenDateTimeFactory) -> None:
    """Neither of the two takes away what the other one wants, nor does a change of either begin a window anew."""
    ten = WindowSpec(WindowKind.RUNNING, 10)
    windows.need([ten, MINUTE])
    for second in range(1, 61):
        windows.take_sample(polled(second, 60.0))
    clock.move_to(EIGHT + timedelta(seconds=60))
    windows.configure([])
    assert windows.levels(MINUTE).coverage_percent == windows.levels(ten).coverage_percent == 100
    windows.configure([MINUTE])
    windows.need([])
    assert windows.levels(MINUTE).coverage_percent == 100
    with pytest.raises(KeyError):
        windows.levels(ten)
