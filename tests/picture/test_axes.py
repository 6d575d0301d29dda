"""Where times and levels lie."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.picture.axes import MIN_SPAN_DB, MOST_TIMES, Axes, Box, level_range

BERLIN = ZoneInfo("Europe/Berlin")
BOX = Box(100, 50, 1100, 450)
EPOCH = datetime(2026, 3, 2, 8, tzinfo=BERLIN).timestamp()

levels = st.floats(-20, 150).map(lambda level: round(level, 1))


def axes(length_s: float = 100, lowest_db: float = 40, highest_db: float = 80) -> Axes:
    return Axes(BOX, EPOCH, EPOCH + length_s, lowest_db, highest_db)


def test_edges() -> None:
    """The first time is left, the lowest level at the bottom; what lies outside is shown at the edge."""
    assert (axes().x(EPOCH), axes().x(EPOCH + 100), axes().x(EPOCH + 25)) == (100, 1100, 350)
    assert (axes().y(40), axes().y(80), axes().y(50)) == (450, 50, 350)
    assert (axes().x(EPOCH - 1), axes().x(EPOCH + 1000)) == (100, 1100)
    assert (axes().y(0), axes().y(140)) == (450, 50)


@given(st.lists(levels))
def test_the_axis_of_levels_shows_all_of_them(shown: list[float]) -> None:
    """With some room, never magnified beyond reason, and from and to round figures."""
    lowest, highest = level_range(shown)
    assert highest - lowest >= MIN_SPAN_DB
    assert lowest % 5 == highest % 5 == 0
    assert all(lowest < level < highest for level in shown)
    named = axes(lowest_db=lowest, highest_db=highest).named_levels
    assert len(named) >= 3
    assert all(lowest <= level <= highest and level % 5 == 0 for level in named)


@given(st.floats(1, 30 * 86400), st.floats(0, 365 * 86400))
def test_named_times_are_round_and_few(length_s: float, later_s: float) -> None:
    """By the local clock, in order, and none outside."""
    began = EPOCH + later_s
    named = Axes(BOX, began, began + length_s, 40, 80).named_times(BERLIN)
    times = [at for at, _ in named]
    assert times == sorted(times)
    assert all(began <= at <= began + length_s for at in times)
    assert len(named) <= max(MOST_TIMES, length_s / 86400) + 1


@pytest.mark.parametrize(
    ("length_s", "texts"),
    [
        (60, ["08:00:00", "08:00:10", "08:00:20", "08:00:30", "08:00:40", "08:00:50", "08:01:00"]),
        (180, ["08:00:00", "08:00:30", "08:01:00", "08:01:30", "08:02:00", "08:02:30", "08:03:00"]),
        (3600, ["08:00", "08:10", "08:20", "08:30", "08:40", "08:50", "09:00"]),
    ],
)
def test_how_times_are_named(length_s: float, texts: list[str]) -> None:
    """Seconds only where they matter."""
    assert [text for _, text in axes(length_s).named_times(BERLIN)] == texts


def test_days_are_named_by_their_date() -> None:
    """Where the picture shows weeks."""
    assert [text for _, text in axes(10 * 86400).named_times(BERLIN)][:2] == ["03.03.", "04.03."]


def test_hours_stay_round_on_the_day_the_clock_is_put_forward() -> None:
    """Two o'clock does not exist on it."""
    midnight = datetime(2026, 3, 29, tzinfo=BERLIN).timestamp()
    texts = [text for _, text in Axes(BOX, midnight, midnight + 6 * 3600, 40, 80).named_times(BERLIN)]
    assert texts == ["00:00", "01:00", "03:00", "04:00", "05:00", "06:00", "07:00"]
