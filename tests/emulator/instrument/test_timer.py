"""Timer Auto: measurements that begin by themselves. The meter's clock shows 09:00 when it is switched on."""

from hypothesis import given, strategies as st
import pytest

from emulator.config import RunWord
from emulator.instrument import State
from emulator.instrument.timer import Timer
from tests.emulator.bench import Bench

DURATION_S = 60


def programmed(
    start: str = "09:10", stop: str = "10:00", interval: str = "15m", preset: str = "1m", **config: object
) -> Bench:
    """Set a program of Timer Auto; times are those of the meter's first day."""
    bench = Bench(**config)
    bench.do(
        "Store Mode,Timer Auto",
        "Store Name,0100",
        f"Measurement Time Preset Auto,{preset}",
        f"Timer Auto Start Time,2026/03/02 {start}:00",
        f"Timer Auto Stop Time,2026/03/02 {stop}:00",
        f"Timer Auto Interval,{interval}",
    )
    return bench


def spans(bench: Bench, seconds: float) -> list[tuple[float, float]]:
    """Return begin and end of the measurements within a time, to the tenth of a second."""
    found: list[tuple[float, float]] = []
    changes: list[tuple[float, bool]] = []
    instrument = bench.instrument

    def note() -> None:
        changes.append((instrument.listening.slots / 10, instrument.run.measuring))

    instrument.state_changed.append(note)
    for _ in range(int(seconds / 7)):
        bench.wait(7)
        instrument.advance()
    instrument.state_changed.remove(note)
    began = 0.0
    for at, measuring in changes:
        if measuring:
            began = at
        elif began:
            found.append((began, at))
            began = 0.0
    return found


def test_each_slot_makes_its_own_measurement() -> None:
    """Measurements begin at the start time and each interval after it, until the stop time."""
    bench = programmed()
    bench.wait(30.0)
    bench.do("Measure,Start")
    assert spans(bench, 7200) == [
        (600.0, 660.0),
        (1500.0, 1560.0),
        (2400.0, 2460.0),
        (3300.0, 3360.0),
    ]
    assert bench.instrument.state is State.STOPPED
    assert bench.code("Measure,Stop") == 4


def test_what_the_meter_tells_between_the_measurements() -> None:
    """Between the measurements it is stopped, as far as the words go, and tells the last result."""
    bench = programmed()
    bench.do("Measure,Start")
    assert bench.instrument.state is State.WAITING
    assert set(bench.fields("DLC?")[:14]) == {"  -.-"}
    for name in range(100, 104):
        assert bench.ask("Measure?") == "Stop"
        assert bench.instrument.drd_row(1, with_status=True).endswith(",S")
        assert bench.ask("Store Name?") == f"{name:04d}"
        assert bench.ask("Overwrite?") == "None"
        bench.wait(600)
        assert bench.ask("Measure?") == "Start"
        assert bench.instrument.drd_row(1, with_status=True).endswith(",M")
        assert bench.ask("Overwrite?") == "Exist"
        bench.wait(59.9)
        assert bench.ask("Measure?") == "Start"
        bench.wait(0.1)
        assert bench.ask("Measure?") == "Stop"
        assert bench.instrument.results[0].duration_s == pytest.approx(DURATION_S)
        bench.wait(240)
    assert bench.instrument.card.auto_folders == {"0100", "0101", "0102", "0103"}
    assert bench.code("Manual Store,Start") == 4


@pytest.mark.parametrize("word", ["Start", "Stop"])
def test_the_wait_may_be_called_a_run(word: RunWord) -> None:
    """The wait may be called a run."""
    bench = programmed(timer_word=word)
    bench.do("Measure,Start")
    assert bench.ask("Measure?") == word


def test_the_store_name_may_stay() -> None:
    """The store name may stay."""
    bench = programmed(timer_store_name_steps=False)
    bench.do("Measure,Start")
    bench.wait(7200)
    assert bench.ask("Store Name?") == "0100"
    assert bench.instrument.card.auto_folders == {"0100"}


def test_a_measurement_as_long_as_the_interval_is_followed_at_once() -> None:
    """A measurement as long as the interval is followed at once; a longer one is cut."""
    for preset in ("15m", "1h"):
        bench = programmed(preset=preset)
        bench.do("Measure,Start")
        bench.wait(600 + 900)
        assert bench.ask("Measure?") == "Start"
        assert bench.ask("Store Name?") == "0101"
        assert bench.instrument.results[0].duration_s == 0.0
        bench.wait(2100)
        assert bench.ask("Measure?") == "Stop"
        assert bench.instrument.results[0].duration_s == pytest.approx(300), "the stop time cuts the last one"
        assert bench.instrument.state is State.STOPPED


def test_without_an_interval_there_is_one_measurement() -> None:
    """Without an interval there is one measurement, from start to stop time at most."""
    bench = programmed(interval="Off", preset="8h")
    bench.do("Measure,Start")
    bench.wait(600 + 3000 - 0.1)
    assert bench.ask("Measure?") == "Start"
    bench.wait(0.1)
    assert bench.instrument.state is State.STOPPED
    assert bench.instrument.results[0].duration_s == pytest.approx(3000)


def test_what_has_passed_is_missed() -> None:
    """Measurements whose begin has passed are missed; without one to come the start is refused."""
    bench = programmed()
    bench.wait(700)
    bench.do("Measure,Start")
    assert spans(bench, 1000) == [(1500.0, 1560.0)]
    bench.do("Measure,Stop")
    late = programmed()
    late.wait(3400)
    assert late.code("Measure,Start") == 4
    assert late.instrument.state is State.STOPPED
    once = programmed(interval="Off")
    once.wait(601)
    assert once.code("Measure,Start") == 4


def test_a_program_that_begins_now() -> None:
    """A program that begins now begins at once."""
    bench = programmed(start="09:00")
    bench.do("Measure,Start")
    assert bench.instrument.state is State.MEASURING


def test_a_stop_ends_the_program() -> None:
    """A stop ends the program, in a measurement or between two."""
    for wait_s in (30, 610, 700):
        bench = programmed()
        bench.do("Measure,Start")
        bench.wait(wait_s)
        assert bench.code("Measure,Start") == 4
        bench.do("Measure,Stop")
        assert spans(bench, 7200) == []
        assert bench.code("Measure,Stop") == 4


def test_settings_are_locked_while_a_program_runs() -> None:
    """Settings are locked while a program runs, and a pause makes no sense between its measurements."""
    bench = programmed()
    bench.do("Measure,Start")
    for line in ("Store Name,0001", "Sleep Mode,On", "Clock,2030/01/01 00:00:00", "Pause,On", "Pause,Off"):
        assert bench.code(line) == 4
    bench.do("Display Leq,Off")


def test_a_pause_over_the_next_begin_misses_it() -> None:
    """A pause over the next begin misses it."""
    bench = programmed()
    bench.do("Measure,Start")
    bench.wait(630)
    bench.do("Pause,On")
    bench.wait(1000)
    bench.do("Pause,Off")
    bench.wait(30)
    assert bench.instrument.results[0].duration_s == pytest.approx(60)
    assert spans(bench, 2000) == [(2400.0, 2460.0), (3300.0, 3360.0)]


def test_the_web_app_has_no_timer() -> None:
    """The web app has no timer, delay or trigger."""
    bench = programmed()
    bench.instrument.settings["Web"] = "On"
    assert not bench.instrument.press_start()
    bench.do("Store Mode,Manual", "Delay Time,10s", "Trigger Mode,External")
    assert bench.instrument.press_start()
    assert bench.instrument.state is State.MEASURING


def test_power_loss_ends_the_program() -> None:
    """Power loss ends the program."""
    bench = programmed()
    bench.do("Measure,Start")
    bench.instrument.power_off()
    bench.instrument.power_on()
    assert spans(bench, 7200) == []


def test_the_clock_decides_to_the_slot() -> None:
    """A start between two slots does not shift the program."""
    bench = programmed()
    bench.wait(12.34)
    bench.do("Measure,Start")
    assert spans(bench, 700) == [(600.0, 660.0)]


@given(
    st.integers(-50, 300),
    st.integers(-50, 300),
    st.none() | st.integers(1, 60),
    st.integers(1, 80),
    st.integers(0, 300),
)
def test_the_next_measurement(begin: int, end: int, every: int | None, preset: int, slot: int) -> None:
    """The oracle walks through all slots."""
    timer = Timer(begin, end, every, preset)
    begins = [begin] if every is None else list(range(begin, end, every))
    to_come = [at for at in begins if slot <= at < end]
    found = timer.next_from(slot)
    if not to_come:
        assert found is None
        return
    at = to_come[0]
    after = next((other for other in begins if other > at), end) if every else end
    assert found == (at, min(preset, end - at, every or preset))
    assert found[0] + found[1] <= max(after, at + (every or 0))
