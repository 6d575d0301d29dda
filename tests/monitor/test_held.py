"""Whether rows alone make the run state doubtful."""

from dataclasses import replace

import pytest

from custom_components.rion_nl43.monitor.measurement.held import FROZEN_ROWS, MAX_PATIENCE, HeldWatch
from custom_components.rion_nl43.nl43 import ChannelLevels

from .rows import channel, levels, measured


def feed(watch: HeldWatch, rows: list[ChannelLevels], *, moving: bool | None) -> list[int]:
    """Return after how many of the rows (from 1) the watch became doubtful."""
    return [number for number, row in enumerate(rows, 1) if watch.row(levels(row), moving)]


def frozen(count: int) -> list[ChannelLevels]:
    """Rows whose results stand still while Lp moves."""
    return [measured(100, lp=50 + number % 7) for number in range(count)]


def running(count: int) -> list[ChannelLevels]:
    """Rows whose results move."""
    return [measured(10 * 1.1**number) for number in range(count)]


def test_moving_results_of_a_measurement_raise_no_doubt() -> None:
    """A measurement that runs is not asked after."""
    watch = HeldWatch()
    assert feed(watch, running(30), moving=True) == []
    assert watch.changed


def test_frozen_results_raise_doubt_after_some_rows_and_then_ever_less_often() -> None:
    """Results that stand still while Lp moves may be held; each false alarm doubles the patience."""
    assert feed(HeldWatch(), frozen(500), moving=True) == [
        1 + FROZEN_ROWS * n for n in (1, 3, 7, 15, 31, 47, 63, 79, 95)
    ]
    assert FROZEN_ROWS * 2**4 == MAX_PATIENCE


def test_patience_is_lost_with_the_next_state() -> None:
    """What was learnt about one measurement does not delay the doubt about the next."""
    watch = HeldWatch()
    feed(watch, frozen(200), moving=True)
    feed(watch, frozen(3), moving=False)
    assert feed(watch, frozen(FROZEN_ROWS + 1), moving=True) == [FROZEN_ROWS + 1]


def test_a_change_in_between_starts_the_count_again() -> None:
    """Only consecutive rows count."""
    watch = HeldWatch()
    rows = [*frozen(FROZEN_ROWS), measured(103), *[measured(103, lp=40 + n) for n in range(FROZEN_ROWS)]]
    assert feed(watch, rows, moving=True) == [len(rows)]


def test_steady_sound_raises_no_doubt() -> None:
    """Where Lp stands still as well, nothing can be said (a calibrator)."""
    assert feed(HeldWatch(), [measured(100)] * 100, moving=True) == []


@pytest.mark.parametrize("after", [measured(2), channel()])
def test_results_that_fall_back_raise_doubt_at_once(after: ChannelLevels) -> None:
    """The energy of a running measurement only grows: less of it, or none, is another measurement."""
    watch = HeldWatch()
    assert feed(watch, [*running(10), after], moving=True) == [11]


HELD = measured(100)


@pytest.mark.parametrize(
    "moved",
    [
        replace(HELD, leq=61.0),
        replace(HELD, le=90.0),
        replace(HELD, lmax=99.0),
        replace(HELD, lmin=10.0),
        replace(HELD, ln=(None, None, None, None, 30.0)),
    ],
)
def test_held_results_that_move_raise_doubt_at_once(moved: ChannelLevels) -> None:
    """Somebody started a measurement, or went on with it, at the meter."""
    watch = HeldWatch()
    assert feed(watch, [*frozen(20), moved], moving=False) == [21]
    assert watch.changed


def test_the_first_row_after_a_stop_may_be_the_last_word() -> None:
    """The end of a measurement adds to the results: that is no news of another one."""
    watch = HeldWatch()
    feed(watch, running(5), moving=True)
    assert feed(watch, running(6)[-1:], moving=False) == []
    assert not watch.changed


def test_nothing_is_doubtful_while_nothing_is_known() -> None:
    """Before the first word of the meter the run state is asked for anyway."""
    assert feed(HeldWatch(), [*frozen(20), *running(20)], moving=None) == []
