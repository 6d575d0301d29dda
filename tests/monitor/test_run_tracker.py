"""Run state and start time, by words, commands and rows."""

from dataclasses import replace

import pytest

from custom_components.rion_nl43.monitor.measurement.measurement import MeasurementState, StartOrigin
from custom_components.rion_nl43.monitor.measurement.run_tracker import DISAGREEING_ROWS
from custom_components.rion_nl43.monitor.measurement.start_time import Span

from .rows import channel, measured
from .tracking import START, STOP, Watched


def test_nothing_is_known_before_the_first_word(watched: Watched) -> None:
    """Rows alone tell no state."""
    watched.rows(5, 100)
    tracker = watched.tracker
    assert (tracker.state, tracker.moving, tracker.start, tracker.elapsed_s(watched.now)) == (None, None, None, None)
    assert tracker.to_remember() is None


def test_a_stopped_meter_has_no_start(watched: Watched) -> None:
    """What a stopped meter shows was measured some time."""
    watched.tracker.told_run(STOP, watched.now)
    watched.rows(5, 100, runs=False)
    assert watched.state() is MeasurementState.STOPPED
    assert watched.tracker.moving is False
    assert watched.tracker.elapsed_s(watched.now) is None


def test_own_start_is_the_moment_on_the_wire(watched: Watched) -> None:
    """The start command's own time counts, not that of the answer or of the rows."""
    watched.tracker.told_run(STOP, watched.now)
    watched.own_start()
    watched.rows(600, 2.0)
    assert (watched.started(), watched.origin) == (1000.0, StartOrigin.COMMAND)
    assert watched.tracker.start
    assert watched.tracker.start.uncertainty_s <= 0.5
    assert watched.elapsed() == pytest.approx(601.5)
    assert watched.tracker.measurement_number == 1
    assert watched.tracker.moving is True


def test_own_start_counts_only_once_the_meter_says_start(watched: Watched) -> None:
    """An accepted command is no word of the state."""
    watched.tracker.told_run(STOP, watched.now)
    watched.tracker.commanded_start(Span(1000, 1000.5))
    assert watched.state() is MeasurementState.STOPPED
    watched.tracker.told_run(STOP, watched.now)
    watched.tracker.told_run(START, watched.now)
    assert watched.tracker.start is None


def test_start_is_derived_from_the_rows_of_a_running_measurement(watched: Watched) -> None:
    """Found measuring: T from the first row, refined by those that follow."""
    watched.tracker.told_run(START, watched.now)
    watched.rows(1, 3600)
    assert watched.origin is StartOrigin.DERIVED
    first = watched.tracker.start
    assert first
    assert first.at == pytest.approx(1001 - 3600, abs=0.025 * 3600)
    watched.rows(300, 3601)
    assert watched.tracker.start
    assert watched.tracker.start.uncertainty_s < first.uncertainty_s
    assert watched.elapsed() == pytest.approx(3900, abs=0.025 * 3600)
    assert watched.tracker.measurement_number == 0


def test_rows_without_results_tell_nothing(watched: Watched) -> None:
    """Before the first results, or with LE off the display, the start stays unknown."""
    watched.tracker.told_run(START, watched.now)
    watched.tracker.row(channel(50.0), 1000, 1001, changed=False)
    watched.tracker.row(channel(50.0, 60.0), 1001, 1002, changed=True)
    assert watched.tracker.start is None


def test_elapsed_stands_still_after_an_own_stop(watched: Watched) -> None:
    """The moment of the own stop command ends the measurement."""
    watched.own_start()
    watched.rows(60, 2)
    watched.tracker.commanded_stop(watched.now + 0.5)
    watched.now += 1.6
    watched.tracker.told_run(STOP, watched.now)
    watched.rows(100, 62, runs=False)
    assert watched.elapsed() == pytest.approx(62)
    assert watched.started() == 1000
    assert not watched.tracker.maybe_paused
    assert watched.tracker.to_remember() is None


def test_a_stop_of_what_is_stopped_already_ends_nothing(watched: Watched) -> None:
    """The answer to it was lost, and so was the refusal."""
    watched.own_start()
    watched.rows(60, 2)
    watched.tracker.told_run(STOP, watched.now)
    watched.now += 1000
    watched.tracker.commanded_stop(watched.now)
    watched.tracker.told_run(STOP, watched.now)
    assert watched.elapsed() == pytest.approx(61.5)


def test_a_preset_end_is_dated_by_the_rows(watched: Watched) -> None:
    """Noticed half a minute late, the measurement ended when its results stood still."""
    watched.own_start()
    watched.rows(30, 1.5)
    watched.rows(30, 30, runs=False)
    watched.tracker.told_run(STOP, watched.now)
    assert watched.tracker.maybe_paused
    watched.rows(2, 30, runs=False)
    assert watched.elapsed() == pytest.approx(30, abs=1.6)


def test_an_end_that_nobody_saw_is_dated_by_the_result(watched: Watched) -> None:
    """The connection was lost for ten minutes: what the held results say counts."""
    watched.own_start()
    watched.rows(30, 2)
    watched.now += 600
    watched.tracker.told_run(STOP, watched.now)
    assert watched.elapsed() == pytest.approx(31.5)
    watched.rows(3, 300, runs=False)
    assert watched.elapsed() == pytest.approx(300, abs=0.025 * 300)
    assert watched.started() == 1000


def test_results_of_a_measurement_nobody_saw_are_not_given_the_old_start(watched: Watched) -> None:
    """Started and ended within a minute by somebody else: those results belong to no known start."""
    watched.own_start()
    watched.rows(300, 2)
    watched.tracker.commanded_stop(watched.now)
    watched.tracker.told_run(STOP, watched.now)
    watched.rows(3, 301, runs=False)
    assert watched.tracker.start
    watched.rows(1, 10, runs=False)
    assert watched.tracker.start is None


def test_results_of_the_own_start_do_not_touch_the_measurement_before(watched: Watched) -> None:
    """The meter shows them before it has told that it measures: until then all stays as it was."""
    watched.own_start()
    watched.rows(300, 2)
    watched.tracker.commanded_stop(watched.now)
    watched.tracker.told_run(STOP, watched.now)
    watched.tracker.commanded_start(Span(watched.now, watched.now + 0.5))
    watched.rows(2, 1.5)
    assert watched.started() == 1000
    watched.tracker.told_run(START, watched.now)
    assert watched.started() == watched.now - 2


def test_a_start_at_the_meter_after_a_stop_is_another_measurement(watched: Watched) -> None:
    """Stop, then Start without an own command: derived."""
    watched.own_start()
    watched.rows(300, 2)
    watched.tracker.told_run(STOP, watched.now)
    watched.now += 60
    watched.tracker.told_run(START, watched.now)
    assert watched.tracker.start is None
    watched.rows(1, 5)
    assert watched.started() == pytest.approx(watched.now - 5, abs=1)
    assert watched.tracker.measurement_number == 2


@pytest.mark.parametrize(("leq", "age_s"), [(60.0, 300), (90.0, 300), (90.0, 10_000)])
def test_a_restart_between_two_words_is_noticed_by_the_rows(watched: Watched, leq: float, age_s: int) -> None:
    """Stopped and started within a minute: T falls back, even where it is louder than before."""
    watched.tracker.told_run(START, watched.now)
    watched.rows(100, age_s)
    watched.rows(DISAGREEING_ROWS - 1, 1, leq=leq)
    assert watched.tracker.measurement_number == 0
    watched.rows(1, DISAGREEING_ROWS, leq=leq)
    assert watched.tracker.measurement_number == 1
    assert watched.origin is StartOrigin.DERIVED
    assert watched.elapsed() == pytest.approx(DISAGREEING_ROWS, abs=1)


def test_a_single_odd_row_changes_nothing(watched: Watched) -> None:
    """A measurement just started may show the results of the one before it."""
    watched.own_start()
    watched.rows(DISAGREEING_ROWS - 1, 5000)
    watched.rows(20, 3.5)
    assert (watched.started(), watched.origin) == (1000, StartOrigin.COMMAND)


def test_a_measurement_that_fits_into_a_hole_is_another_one(watched: Watched) -> None:
    """After an hour without a connection a measurement of ten minutes is not the one of half an hour ago."""
    watched.own_start()
    watched.rows(60, 2)
    watched.now += 3600
    watched.rows(DISAGREEING_ROWS, 600, leq=80)
    assert watched.tracker.measurement_number == 2
    assert watched.elapsed() == pytest.approx(602, abs=0.025 * 600)


def test_the_start_is_not_reset_by_a_lost_connection(watched: Watched) -> None:
    """The measurement goes on meanwhile; the rows agree."""
    watched.own_start()
    watched.rows(60, 2)
    watched.now += 3600
    watched.tracker.told_run(START, watched.now)
    watched.rows(60, 3663)
    assert (watched.started(), watched.origin) == (1000, StartOrigin.COMMAND)
    assert watched.tracker.measurement_number == 1


def test_a_stop_before_any_start_is_known(watched: Watched) -> None:
    """Nothing to end."""
    watched.tracker.told_run(START, watched.now)
    watched.tracker.told_run(STOP, watched.now)
    assert watched.tracker.elapsed_s(watched.now) is None


def test_a_start_that_was_earlier_than_thought(watched: Watched) -> None:
    """More was measured than has passed since the start: it was not the start."""
    watched.own_start()
    watched.rows(10, 500)
    assert watched.origin is StartOrigin.DERIVED
    assert watched.started() == pytest.approx(1002.5 - 500, abs=0.03 * 500)
    assert watched.tracker.measurement_number == 1


def test_a_delayed_start_counts_from_the_command(watched: Watched) -> None:
    """With Delay Time 10s the measurement begins later; the time measured does not count the delay."""
    watched.own_start()
    watched.now += 8.5
    watched.rows(60, 1)
    assert watched.started() == 1000
    assert watched.elapsed() == pytest.approx(60, abs=2)


def test_channels_other_than_the_main_one_do_not_matter(watched: Watched) -> None:
    """Lp and statistics tell nothing of time."""
    watched.tracker.told_run(START, watched.now)
    watched.tracker.row(replace(measured(100), lp=None, over=True), 1000, 1001, changed=True)
    assert watched.started() == pytest.approx(901, abs=3)
