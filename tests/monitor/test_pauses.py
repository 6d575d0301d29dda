"""Pauses and starts that are remembered: the time measured is not the time since the start."""

import pytest

from custom_components.rion_nl43.monitor.measurement.measurement import MeasurementState, StartOrigin
from custom_components.rion_nl43.monitor.measurement.run_tracker import Remembered
from custom_components.rion_nl43.nl43 import RunState

from .tracking import START, STOP, Watched


def test_own_pause_does_not_count(watched: Watched) -> None:
    """Pauses by own commands are known to the moment."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.commanded_pause(watched.now)
    watched.now += 1.1
    watched.tracker.told_paused(True, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    assert watched.tracker.moving is False
    paused_at = watched.now - 1.1
    watched.rows(500, 101.5, runs=False)
    assert watched.elapsed() == pytest.approx(101.5)
    watched.tracker.commanded_pause(watched.now)
    watched.now += 1.1
    watched.tracker.told_paused(False, watched.now)
    watched.rows(100, 102.6)
    assert watched.elapsed() == pytest.approx(202.6, abs=0.1)
    assert watched.started() == 1000
    kept = watched.tracker.to_remember()
    assert kept
    assert kept.at == 1000
    assert kept.paused_s == pytest.approx(watched.now - paused_at - 101.1)


def test_a_pause_at_the_meter_is_dated_by_the_rows(watched: Watched) -> None:
    """Noticed late, it began when the results stood still and ended when they moved."""
    watched.own_start()
    watched.rows(100, 2)
    watched.rows(20, 101, runs=False)
    watched.tracker.told_paused(True, watched.now)
    watched.rows(60, 101, runs=False)
    watched.rows(2, 102)
    watched.tracker.told_paused(False, watched.now)
    watched.tracker.told_run(START, watched.now)
    watched.rows(50, 104)
    assert watched.elapsed() == pytest.approx(153, abs=3)
    assert watched.started() == 1000


def test_results_that_move_before_the_end_of_a_pause_is_told_tell_no_time(watched: Watched) -> None:
    """The start stays where it is."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.told_paused(True, watched.now)
    watched.rows(20, 101, runs=False)
    watched.rows(10, 102)
    watched.tracker.told_paused(False, watched.now)
    watched.rows(2, 112)
    watched.tracker.told_run(START, watched.now)
    watched.rows(20, 114)
    assert (watched.started(), watched.origin) == (1000, StartOrigin.COMMAND)
    assert watched.elapsed() == pytest.approx(133, abs=0.1 * 133)


def test_results_that_stand_still_early_are_no_other_measurement(watched: Watched) -> None:
    """Paused at the meter a moment after the start: before the word comes, the rows tell no time."""
    watched.own_start()
    watched.rows(3, 2)
    watched.rows(20, 4, runs=False)
    assert (watched.started(), watched.origin) == (1000, StartOrigin.COMMAND)
    watched.tracker.told_paused(True, watched.now)
    assert watched.elapsed() == pytest.approx(4.5)
    assert watched.tracker.measurement_number == 1


def test_the_end_of_a_pause_without_moving_rows_is_that_of_the_word(watched: Watched) -> None:
    """Where the rows do not tell, the word does."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.told_paused(True, watched.now)
    watched.now += 50
    watched.tracker.told_paused(False, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    watched.now += 3
    watched.tracker.told_run(START, watched.now)
    assert watched.state() is MeasurementState.MEASURING
    assert watched.elapsed() == pytest.approx(104.5)


def test_words_about_a_pause_that_are_no_news_change_nothing(watched: Watched) -> None:
    """Told before the state, or told again."""
    watched.tracker.told_paused(True, watched.now)
    assert not watched.tracker.paused
    watched.own_start()
    watched.rows(10, 2)
    watched.tracker.told_paused(False, watched.now)
    assert watched.elapsed() == pytest.approx(11.5)


def test_found_paused(watched: Watched) -> None:
    """The time measured is known, the start as if there had been no pause before."""
    watched.tracker.told_run(START, watched.now)
    watched.tracker.told_paused(True, watched.now)
    watched.rows(100, 600, runs=False)
    assert watched.elapsed() == pytest.approx(600, abs=0.025 * 600)
    assert watched.started() == pytest.approx(400, abs=0.025 * 600)


def test_a_stop_in_a_pause_ends_the_measurement_there(watched: Watched) -> None:
    """By an own command the stop is certain even while paused."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.commanded_pause(watched.now)
    watched.tracker.told_paused(True, watched.now)
    watched.now += 100
    watched.tracker.commanded_stop(watched.now)
    watched.tracker.told_run(STOP, watched.now)
    assert watched.state() is MeasurementState.STOPPED
    assert watched.elapsed() == pytest.approx(101.5)


def test_a_meter_that_says_stop_during_a_pause(watched: Watched) -> None:
    """`Pause?` has the last word: the measurement goes on with its start when the meter says Start again."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.told_run(STOP, watched.now)
    assert watched.state() is MeasurementState.STOPPED
    assert watched.tracker.maybe_paused
    watched.tracker.told_paused(True, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    watched.tracker.told_run(STOP, watched.now)
    watched.rows(30, 101.5, runs=False)
    assert watched.elapsed() == pytest.approx(101.5)
    watched.tracker.told_run(START, watched.now)
    watched.rows(30, 102.5)
    assert watched.elapsed() == pytest.approx(131.5, abs=1)
    assert (watched.started(), watched.tracker.measurement_number) == (1000, 1)


def test_a_paused_measurement_that_is_stopped_at_the_meter(watched: Watched) -> None:
    """Stop alone may still mean the pause; no pause any more means the end."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.told_paused(True, watched.now)
    watched.now += 60
    watched.tracker.told_run(STOP, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    watched.tracker.told_paused(False, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    watched.tracker.told_run(STOP, watched.now)
    assert watched.state() is MeasurementState.STOPPED
    assert watched.elapsed() == pytest.approx(101.5)


def test_a_pause_that_is_over_may_have_ended_in_a_stop(watched: Watched) -> None:
    """No pause any more, and the last word was Start: it measures only if the next word is Start too."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.told_paused(True, watched.now)
    watched.now += 60
    watched.tracker.told_paused(False, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    assert watched.tracker.pause_over_at == watched.now
    watched.tracker.told_run(STOP, watched.now + 2)
    assert watched.state() is MeasurementState.STOPPED
    assert watched.elapsed() == pytest.approx(101.5)


def test_paused_again_before_the_next_word(watched: Watched) -> None:
    """The word Start tells nothing then."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.told_paused(True, watched.now)
    watched.tracker.told_paused(False, watched.now + 10)
    watched.tracker.told_paused(True, watched.now + 12)
    watched.tracker.told_run(START, watched.now + 14)
    assert watched.state() is MeasurementState.PAUSED
    assert watched.elapsed() == pytest.approx(101.5)


def test_resumed_by_an_own_command_a_meter_that_says_stop_during_a_pause(watched: Watched) -> None:
    """Its last word was Stop; what it says next tells that it goes on, since the command."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.told_paused(True, watched.now)
    watched.tracker.told_run(STOP, watched.now)
    watched.now += 100
    watched.tracker.commanded_pause(watched.now)
    watched.now += 1
    watched.tracker.told_paused(False, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    watched.now += 1
    watched.tracker.told_run(START, watched.now)
    assert watched.state() is MeasurementState.MEASURING
    assert watched.elapsed() == pytest.approx(103.5)


def test_a_pause_that_nobody_saw_moves_the_time_measured_not_the_start(watched: Watched) -> None:
    """Less was measured than has passed, and not by falling back: the start stays."""
    watched.own_start()
    watched.rows(600, 2)
    watched.now += 120
    watched.rows(30, 602)
    assert (watched.started(), watched.origin) == (1000, StartOrigin.COMMAND)
    assert watched.elapsed() == pytest.approx(631, abs=0.025 * 630)
    kept = watched.tracker.to_remember()
    assert kept
    assert kept.paused_s == pytest.approx(120, abs=0.05 * 630)


def test_a_pause_that_was_shorter_than_it_seemed(watched: Watched) -> None:
    """More was measured than the known pauses allow: they were shorter."""
    watched.own_start()
    watched.rows(100, 2)
    watched.tracker.told_paused(True, watched.now)
    watched.now += 500
    watched.tracker.told_paused(False, watched.now)
    watched.tracker.told_run(START, watched.now)
    watched.rows(30, 502)
    assert watched.started() == 1000
    assert watched.elapsed() == pytest.approx(531, abs=0.025 * 530)


def remembered(**changes: float) -> Remembered:
    """A start 600 s before the tests begin, 100 s of which were paused."""
    return Remembered(400.0, 0.5, 100.0, None)._replace(**changes)


def test_a_remembered_start_that_the_rows_bear_out() -> None:
    """After a restart of the program the start is the same to the second, pauses included."""
    watched = Watched(remembered())
    assert watched.tracker.to_remember() == remembered()
    watched.tracker.told_run(START, watched.now)
    watched.rows(30, 501)
    assert (watched.started(), watched.origin) == (400, StartOrigin.RESTORED)
    assert watched.elapsed() == pytest.approx(530, abs=1)
    kept = watched.tracker.to_remember()
    assert kept
    assert (kept.at, kept.paused_s, kept.paused_since) == (400, 100, None)


def test_a_remembered_start_that_the_rows_belie() -> None:
    """Another measurement was started meanwhile."""
    watched = Watched(remembered())
    watched.tracker.told_run(START, watched.now)
    watched.rows(30, 50)
    assert watched.origin is StartOrigin.DERIVED
    assert watched.elapsed() == pytest.approx(79, abs=2)


def test_a_remembered_start_is_of_no_use_once_stopped() -> None:
    """A stopped meter has ended that measurement."""
    watched = Watched(remembered())
    watched.tracker.told_run(STOP, watched.now)
    assert watched.tracker.to_remember() is None


def test_a_pause_is_remembered_too() -> None:
    """Restarted during a pause, the program goes on with the same start."""
    watched = Watched(remembered(paused_since=900.0))
    watched.tracker.told_run(START, watched.now)
    assert watched.state() is None
    watched.tracker.told_paused(True, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    watched.rows(30, 400, runs=False)
    assert (watched.started(), watched.origin) == (400, StartOrigin.RESTORED)
    assert watched.elapsed() == pytest.approx(400, abs=1)
    kept = watched.tracker.to_remember()
    assert kept
    assert (kept.paused_s, kept.paused_since) == (100, 900)
    watched.tracker.told_paused(False, watched.now)
    watched.tracker.told_run(START, watched.now)
    watched.rows(10, 401)
    assert watched.elapsed() == pytest.approx(410, abs=1)


@pytest.mark.parametrize("paused", [False, True])
def test_a_remembered_pause_of_another_measurement(paused: bool) -> None:
    """The rows belie both, the start and the pause."""
    watched = Watched(remembered(paused_since=900.0))
    watched.tracker.told_run(START, watched.now)
    watched.tracker.told_paused(paused, watched.now)
    watched.tracker.told_run(START, watched.now)
    watched.rows(10, 3000, runs=not paused)
    assert watched.state() is (MeasurementState.PAUSED if paused else MeasurementState.MEASURING)
    assert watched.origin is StartOrigin.DERIVED
    assert watched.elapsed() == pytest.approx(3000 if paused else 3010, abs=0.03 * 3000)


def test_a_remembered_pause_that_was_stopped_meanwhile() -> None:
    """Nothing is known before both words have come; a Stop in a pause may be the pause."""
    watched = Watched(remembered(paused_since=900.0))
    watched.tracker.told_run(STOP, watched.now)
    assert watched.state() is None
    watched.tracker.told_paused(False, watched.now)
    assert watched.state() is None
    watched.tracker.told_run(STOP, watched.now)
    assert watched.state() is MeasurementState.STOPPED
    assert watched.tracker.to_remember() is None


@pytest.mark.parametrize("run", [START, STOP])
def test_gone_on_over_a_connection_that_was_lost(run: RunState) -> None:
    """The command was taken, but the meter may have lost its power since: its word on the run state tells."""
    watched = Watched()
    watched.own_start()
    watched.rows(60, 1)
    watched.tracker.commanded_pause(watched.now)
    watched.tracker.told_paused(True, watched.now)
    watched.rows(30, 60, runs=False)
    watched.tracker.commanded_pause(watched.now)
    watched.tracker.connected()
    watched.now += 60
    watched.tracker.told_paused(False, watched.now)
    assert watched.state() is MeasurementState.PAUSED
    watched.tracker.told_run(run, watched.now)
    assert watched.state() is (MeasurementState.MEASURING if run is START else MeasurementState.STOPPED)
    assert watched.elapsed() == pytest.approx(121 if run is START else 61, abs=2)
