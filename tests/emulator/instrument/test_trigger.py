"""Measurements that wait: for a level, for a signal. And what a pause takes back."""

import pytest

from emulator.acoustics import Slot, energy_of
from emulator.config import RunWord
from emulator.instrument import State
from tests.emulator.bench import Bench

LEQ, LMIN = 1, 4


class Steps:
    """A scene of one's own: levels in dB, each for ten seconds, the last for ever; the C-weighted one is 20 dB up."""

    def __init__(self, *levels_db: float) -> None:
        """Begin with the first."""
        self.levels_db = levels_db

    def slot(self, index: int) -> Slot:
        """Return a sine of the level that it is time for."""
        energy = energy_of(self.levels_db[min(index // 100, len(self.levels_db) - 1)])
        return Slot(energy, 100 * energy, 100 * energy, 200 * energy, 200 * energy)


def state_of(bench: Bench) -> State:
    """Return what the meter is doing now."""
    return bench.instrument.state


def armed(*settings: str, scene: Steps | None = None, **config: object) -> Bench:
    """Let a measurement wait for its trigger."""
    bench = Bench(scene=scene or Steps(50, 60, 80, 50), **config)
    bench.do("Trigger Mode,Level", "Level Trigger Level,75", *settings, "Measure,Start")
    return bench


def test_a_level_begins_the_measurement() -> None:
    """The measurement begins with the slot after the one that brought the level."""
    bench = armed("Measurement Time Preset Manual,10s")
    bench.wait(19.9)
    assert state_of(bench) is State.ARMED
    assert set(bench.fields("DLC?")[:14]) == {"  -.-"}
    bench.wait(1)
    assert state_of(bench) is State.MEASURING
    bench.wait(9.5)
    assert state_of(bench) is State.STOPPED
    assert bench.instrument.results[0].duration_s == pytest.approx(10)
    assert bench.level("DLC?", LMIN) >= 75 - 15
    bench.do("Manual Store,Start")
    bench.wait(100)
    assert state_of(bench) is State.STOPPED, "the next one waits for a start"


def test_a_level_that_is_there_already_begins_it_at_once() -> None:
    """A level that is there already begins it at once."""
    bench = armed(scene=Steps(80))
    bench.wait(0.2)
    assert state_of(bench) is State.MEASURING


def test_another_channel_may_trigger() -> None:
    """Another channel may trigger, if it is on."""
    for switch, state in (("On", State.MEASURING), ("Off", State.ARMED)):
        bench = armed(
            f"Measure Display Sub Channel 1,{switch}",
            "Level Trigger Channel,Sub1",
            scene=Steps(50, 60),
        )
        bench.wait(20)
        assert state_of(bench) is state


@pytest.mark.parametrize("word", ["Start", "Stop"])
def test_what_a_waiting_meter_tells(word: RunWord) -> None:
    """A waiting meter is running, as far as the words go; a stop ends the wait and leaves no result."""
    bench = armed(trigger_word=word)
    assert bench.ask("Measure?") == word
    for line in ("Measure,Start", "Pause,On", "Pause,Off", "Store Name,0001"):
        assert bench.code(line) == 4
    assert not bench.instrument.press_trigger()
    bench.do("Measure,Stop")
    assert bench.code("Manual Store,Start") == 4
    assert set(bench.fields("DLC?")[:14]) == {"  -.-"}


def test_the_delay_comes_before_the_wait() -> None:
    """The delay comes before the wait."""
    bench = armed("Delay Time,3s", scene=Steps(80))
    bench.wait(2.9)
    assert state_of(bench) is State.DELAYED
    bench.wait(0.3)
    assert state_of(bench) is State.MEASURING


def test_the_delay_may_be_called_a_stop() -> None:
    """The delay may be called a stop."""
    bench = Bench(delay_word="Stop")
    bench.do("Delay Time,3s", "Measure,Start")
    assert bench.ask("Measure?") == "Stop"


def test_a_signal_begins_the_measurement() -> None:
    """A signal begins the measurement that waits for one; no level does."""
    bench = Bench(scene=Steps(120))
    assert not bench.instrument.press_trigger()
    bench.do("Trigger Mode,External", "Measure,Start")
    bench.wait(100)
    assert state_of(bench) is State.ARMED
    assert bench.instrument.press_trigger()
    assert not bench.instrument.press_trigger()
    bench.wait(5)
    bench.do("Measure,Stop")
    assert bench.instrument.results[0].duration_s == pytest.approx(5)


def test_an_auto_store_begins_with_its_trigger() -> None:
    """An auto store begins with its trigger."""
    bench = Bench()
    bench.do("Store Mode,Auto", "Trigger Mode,External", "Measure,Start")
    assert bench.ask("Overwrite?") == "None"
    bench.instrument.press_trigger()
    assert bench.ask("Overwrite?") == "Exist"


def test_a_pause_takes_the_last_seconds_back() -> None:
    """A pause takes the last seconds out, they do not count for the preset time."""
    bench = Bench(scene=Steps(60, 90, 60, 60))
    bench.do("Back Erase,5s", "Measurement Time Preset Manual,10s", "Measure,Start")
    bench.wait(8)
    assert bench.instrument.results[0].duration_s == pytest.approx(8)
    bench.wait(1)
    bench.do("Pause,On")
    assert bench.instrument.results[0].duration_s == pytest.approx(4)
    bench.wait(11)
    bench.do("Pause,Off")
    bench.wait(5.9)
    assert bench.ask("Measure?") == "Start"
    bench.wait(0.1)
    assert bench.ask("Measure?") == "Stop"
    assert bench.instrument.results[0].duration_s == pytest.approx(10)
    assert bench.level("DLC?", LEQ) == pytest.approx(60, abs=0.05)


@pytest.mark.parametrize(("at_stop", "seconds"), [(False, 9), (True, 6)])
def test_a_stop_may_take_them_back(at_stop: bool, seconds: float) -> None:
    """A stop may take them back."""
    bench = Bench(back_erase_at_stop=at_stop)
    bench.do("Back Erase,3s", "Measure,Start")
    bench.wait(9)
    bench.do("Measure,Stop")
    assert bench.instrument.results[0].duration_s == pytest.approx(seconds)


def test_without_back_erase_a_pause_keeps_all() -> None:
    """Without Back Erase a pause keeps all."""
    bench = Bench()
    bench.do("Measure,Start")
    bench.wait(4)
    bench.do("Pause,On")
    assert bench.instrument.results[0].duration_s == pytest.approx(4)


def test_a_wait_for_a_level_can_be_caught_up_with() -> None:
    """A wait for a level costs what a measurement costs, a wait for a time nothing."""
    bench = armed(scene=Steps(50))
    bench.wait(100)
    assert bench.instrument.behind == 1000
    bench.instrument.advance(400)
    assert bench.instrument.behind == 600
    delayed = Bench()
    delayed.do("Delay Time,10s", "Measure,Start")
    delayed.wait(30)
    assert delayed.instrument.behind == 200
    delayed.instrument.advance(50)
    assert delayed.instrument.behind == 150
