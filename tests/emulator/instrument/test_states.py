"""The state machine of a measurement: what is accepted in which state, and what becomes of the result."""

from collections.abc import Callable
import math

from hypothesis import given, settings, strategies as st
import pytest

from emulator.instrument import State
from tests.emulator.bench import Bench

LEQ, LE = 1, 2


def stopped(bench: Bench) -> None:
    """Have never measured."""


def with_result(bench: Bench) -> None:
    """Have measured in Manual mode."""
    bench.do("Measure,Start")
    bench.wait(5)
    bench.do("Measure,Stop")


def stored(bench: Bench) -> None:
    """Have stored the result."""
    with_result(bench)
    bench.do("Manual Store,Start")


def auto(bench: Bench) -> None:
    """Have measured in Auto mode."""
    bench.do("Store Mode,Auto")
    with_result(bench)


def measuring(bench: Bench) -> None:
    """Be measuring."""
    bench.do("Measure,Start")
    bench.wait(5)


def paused(bench: Bench) -> None:
    """Be in a pause."""
    measuring(bench)
    bench.do("Pause,On")


def delayed(bench: Bench) -> None:
    """Wait for the measurement to begin."""
    bench.do("Delay Time,10s", "Measure,Start")
    bench.wait(5)


STATES: list[Callable[[Bench], None]] = [stopped, with_result, stored, auto, measuring, paused, delayed]
ACCEPTED = {
    #                     stopped result stored auto  measuring paused delayed
    "Measure,Start":      (1, 1, 1, 1, 0, 0, 0),
    "Measure,Stop":       (0, 0, 0, 0, 1, 1, 1),
    "Pause,On":           (0, 0, 0, 0, 1, 0, 0),
    "Pause,Off":          (0, 0, 0, 0, 0, 1, 0),
    "Manual Store,Start": (0, 1, 0, 0, 0, 0, 0),
    "Sleep Mode,On":      (1, 1, 1, 1, 0, 0, 0),
    "Sleep Mode,Off":     (1, 1, 1, 1, 0, 0, 0),
    "Store Name,0001":    (1, 1, 1, 1, 0, 0, 0),
    "FTP,On":             (1, 1, 1, 1, 1, 1, 1),
    "FTP,Off":            (1, 1, 1, 1, 1, 1, 1),
    "Backlight,On":       (1, 1, 1, 1, 1, 1, 1),
    "Display Leq,Off":    (1, 1, 1, 1, 1, 1, 1),
    "Measure?":           (1, 1, 1, 1, 1, 1, 1),
    "DOD?":               (1, 1, 1, 1, 1, 1, 1),
    "DRD?":               (1, 1, 1, 1, 1, 1, 1),
    "DLC?":               (1, 1, 1, 1, 1, 1, 1),
    "Overwrite?":         (1, 1, 1, 1, 1, 1, 1),
    "Store Mode?":        (1, 1, 1, 1, 1, 1, 1),
}  # fmt: skip


@pytest.mark.parametrize("line", ACCEPTED)
@pytest.mark.parametrize("reach", STATES)
def test_what_is_accepted_in_which_state(reach: Callable[[Bench], None], line: str) -> None:
    """What is accepted in which state."""
    bench = Bench()
    reach(bench)
    assert bench.code(line) == (0 if ACCEPTED[line][STATES.index(reach)] else 4)


@pytest.mark.parametrize(
    ("reach", "measure", "pause", "letter"),
    [
        (stopped, "Stop", "Off", "S"),
        (with_result, "Stop", "Off", "S"),
        (measuring, "Start", "Off", "M"),
        (paused, "Start", "On", "M"),
        (delayed, "Start", "Off", "M"),
    ],
)
def test_the_words_for_each_state(reach: Callable[[Bench], None], measure: str, pause: str, letter: str) -> None:
    """Each state has its words."""
    bench = Bench()
    reach(bench)
    assert bench.ask("Measure?") == measure
    assert bench.ask("Pause?") == pause
    assert bench.instrument.drd_row(1, with_status=True)[-1] == letter


def test_a_pause_can_be_called_a_stop() -> None:
    """A pause can be called a stop."""
    bench = Bench(pause_word="Stop")
    paused(bench)
    assert bench.ask("Measure?") == "Stop"


@pytest.mark.parametrize(
    ("preset", "seconds"),
    [
        (("Measurement Time Preset Manual,10s",), 10),
        (("Measurement Time Preset Manual,15m",), 900),
        (("Measurement Time Preset Manual,1h",), 3600),
        (
            (
                "Measurement Time Preset Manual,Manual",
                "Measurement Time Manual (Num),7",
                "Measurement Time Manual (Unit),m",
            ),
            420,
        ),
        (("Store Mode,Auto", "Measurement Time Preset Auto,1m"), 60),
        (
            (
                "Store Mode,Auto",
                "Measurement Time Preset Auto,Manual",
                "Measurement Time Auto (Num),3",
                "Measurement Time Auto (Unit),s",
            ),
            3,
        ),
    ],
)
def test_the_preset_time_ends_the_measurement(preset: tuple[str, ...], seconds: float) -> None:
    """The preset time ends the measurement."""
    bench = Bench()
    bench.do(*preset, "Measure,Start")
    bench.wait(seconds - 0.1)
    assert bench.ask("Measure?") == "Start"
    bench.wait(0.1)
    assert bench.ask("Measure?") == "Stop"
    bench.wait(20)
    assert bench.level("DLC?", LE) - bench.level("DLC?", LEQ) == pytest.approx(10 * math.log10(seconds), abs=0.11)
    assert bench.instrument.results[0].duration_s == pytest.approx(seconds)
    assert bench.code("Measure,Stop") == 4


def test_a_measurement_of_three_seconds_is_one_of_three_seconds() -> None:
    """A measurement of three seconds is one of three seconds."""
    bench = Bench()
    bench.wait(7.77)
    bench.do("Measure,Start")
    bench.wait(3.1)
    bench.do("Measure,Stop")
    assert bench.instrument.results[0].duration_s == pytest.approx(3.1)


def test_a_pause_does_not_count() -> None:
    """A pause does not count."""
    bench = Bench()
    bench.do("Measurement Time Preset Manual,10s", "Measure,Start")
    bench.wait(4)
    bench.do("Pause,On")
    row = bench.fields("DLC?")
    bench.wait(3600)
    assert bench.fields("DLC?") == row
    bench.do("Pause,Off")
    bench.wait(5.9)
    assert bench.ask("Measure?") == "Start"
    bench.wait(0.1)
    assert bench.ask("Measure?") == "Stop"
    assert bench.instrument.results[0].duration_s == pytest.approx(10)


def test_a_delay_does_not_count() -> None:
    """A delay does not count."""
    bench = Bench()
    bench.do("Delay Time,3s", "Measurement Time Preset Manual,10s", "Measure,Start")
    bench.wait(3)
    assert set(bench.fields("DLC?")[:14]) == {"  -.-"}
    bench.wait(10)
    assert bench.ask("Measure?") == "Stop"
    assert bench.instrument.results[0].duration_s == pytest.approx(10)


def test_a_stop_during_the_delay_leaves_no_result() -> None:
    """A stop during the delay leaves no result."""
    bench = Bench()
    delayed(bench)
    bench.do("Measure,Stop")
    assert bench.code("Manual Store,Start") == 4
    assert set(bench.fields("DLC?")[:14]) == {"  -.-"}


def test_results_are_held_until_the_next_start() -> None:
    """Results are held until the next start."""
    bench = Bench()
    with_result(bench)
    held = bench.fields("DLC?")
    bench.wait(5 * 3600)
    assert bench.fields("DLC?") == held
    assert bench.fields("DOD?")[1:] == held[1:]
    bench.do("Time Weighting (Main),S", "Measure Display Sub Channel 1,On")
    assert bench.fields("DLC?")[:16] == held[:16]
    bench.do("Measure,Start")
    assert set(bench.fields("DLC?")[:14]) == {"  -.-"}


def test_a_manual_store_writes_one_record_and_goes_to_the_next_address() -> None:
    """A manual store writes one record and goes to the next address."""
    bench = Bench(settings={"Store Name": "0019"})
    for address in ("1", "2", "3"):
        assert bench.ask("Manual Address?") == address
        assert bench.ask("Overwrite?") == "None"
        with_result(bench)
        bench.do("Manual Store,Start")
        assert bench.code("Manual Store,Start") == 4
    bench.do("Manual Address,2")
    assert bench.ask("Overwrite?") == "Exist"
    bench.do("Store Name,0020")
    assert bench.ask("Overwrite?") == "None"


def test_the_last_address_stays() -> None:
    """The last address stays."""
    bench = Bench(settings={"Manual Address": "1000"})
    stored(bench)
    assert bench.ask("Manual Address?") == "1000"


def test_a_store_without_the_mode_is_refused() -> None:
    """A store without the mode is refused."""
    bench = Bench()
    with_result(bench)
    bench.do("Store Mode,Auto")
    assert bench.code("Manual Store,Start") == 4


def test_an_auto_store_makes_its_folder() -> None:
    """An auto store makes its folder."""
    bench = Bench(auto_folders=frozenset({"0019"}), settings={"Store Mode": "Auto", "Store Name": "0019"})
    assert bench.ask("Overwrite?") == "Exist"
    bench.do("Store Name,0020")
    assert bench.ask("Overwrite?") == "None"
    bench.do("Measure,Start")
    assert bench.ask("Overwrite?") == "Exist"
    assert bench.instrument.card.auto_folders == {"0019", "0020"}
    bench.do("Measure,Stop")
    assert bench.ask("Store Name?") == "0020"
    bench.do("Store Mode,Manual")
    assert bench.ask("Overwrite?") == "None"


def test_the_store_name_may_count_up_by_itself() -> None:
    """The store name may count up by itself."""
    bench = Bench(store_name_steps=True, settings={"Store Mode": "Auto", "Store Name": "9999"})
    bench.do("Measure,Start", "Measure,Stop")
    assert bench.ask("Store Name?") == "0000"


def test_the_keys_do_what_the_commands_do() -> None:
    """The keys do what the commands do."""
    bench = Bench()
    instrument = bench.instrument
    assert not instrument.press_stop()
    assert not instrument.press_pause()
    assert instrument.press_start()
    assert not instrument.press_start()
    bench.wait(1)
    assert instrument.press_pause()
    assert bench.ask("Pause?") == "On"
    assert instrument.press_pause()
    assert bench.ask("Pause?") == "Off"
    assert instrument.state is State.MEASURING
    assert instrument.press_stop()
    assert instrument.press_store()
    assert not instrument.press_store()


def test_power_loss_ends_the_measurement_and_keeps_the_settings() -> None:
    """Power loss ends the measurement and keeps the settings."""
    bench = Bench()
    bench.do("Store Name,0042", "Time Weighting (Main),S")
    bench.do("Clock,2030/01/01 00:00:00")
    measuring(bench)
    bench.instrument.power_off()
    assert not bench.instrument.powered
    with pytest.raises(RuntimeError, match="switched off"):
        bench.instrument.press_start()
    bench.instrument.power_off()
    bench.instrument.settings["Store Name"] = "0043"
    bench.wait(60)
    bench.instrument.power_on()
    assert bench.ask("Measure?") == "Stop"
    assert set(bench.fields("DOD?")[1:14]) == {"  -.-"}
    assert bench.ask("Store Name?") == "0043"
    assert bench.ask("Time Weighting?") == "S"
    assert bench.ask("Clock?") == "2030/01/01 00:01:05"
    assert bench.code("Manual Store,Start") == 4


@given(st.lists(st.tuples(st.sampled_from(list(ACCEPTED)), st.floats(0, 30)), max_size=30))
@settings(deadline=None, max_examples=50)
def test_asking_often_or_seldom_makes_no_difference(steps: list[tuple[str, float]]) -> None:
    """The oracle is asked ten times a second, the meter under test only when a command comes."""
    seldom, often = Bench(), Bench()
    for bench in (seldom, often):
        bench.do("Measurement Time Preset Manual,10s")
    for line, seconds in steps:
        seldom.wait(seconds)
        for _ in range(int(seconds * 10)):
            often.wait(0.1)
            often.instrument.advance()
        often.seconds = seldom.seconds
        assert seldom.answer(line) == often.answer(line)


def test_a_result_may_be_stored_more_than_once() -> None:
    """A result may be stored more than once, and the address may stay."""
    bench = Bench(stores_once=False, manual_address_steps=False)
    with_result(bench)
    bench.do("Manual Store,Start", "Manual Store,Start")
    assert bench.ask("Manual Address?") == "1"
    assert bench.ask("Overwrite?") == "Exist"


@pytest.mark.parametrize("reach", [stopped, with_result, measuring, paused])
def test_a_measurement_may_go_on_after_power_loss(reach: Callable[[Bench], None]) -> None:
    """A measurement may be started anew after the loss of power, if there was one."""
    bench = Bench(resumes_after_power_loss=True)
    reach(bench)
    running = bench.instrument.state is not State.STOPPED
    bench.instrument.power_off()
    bench.wait(60)
    bench.instrument.power_on()
    assert bench.ask("Measure?") == ("Start" if running else "Stop")
    bench.wait(3)
    assert set(bench.fields("DLC?")[1:10]).isdisjoint({"  -.-"}) == running


def test_settings_may_be_forgotten() -> None:
    """Settings may be forgotten with the power."""
    bench = Bench(keeps_settings=False, settings={"Store Name": "0007"})
    told: list[str] = []
    bench.instrument.setting_changed.append(told.append)
    bench.do("Store Name,0042", "Time Weighting (Main),S", "Display Leq,Off")
    told.clear()
    bench.instrument.power_off()
    bench.instrument.power_on()
    assert bench.ask("Store Name?") == "0007"
    assert bench.ask("Time Weighting?") == "F"
    assert sorted(told) == ["Display Leq", "Store Name", "Time Weighting (Main)"]


def test_every_change_of_state_is_told() -> None:
    """Every change of state is told once, and nothing else is."""
    bench = Bench()
    states: list[State] = []
    bench.instrument.state_changed.append(lambda: states.append(bench.instrument.run.state))
    bench.do("Delay Time,1s", "Trigger Mode,External", "Measurement Time Preset Manual,10s", "Measure,Start")
    assert bench.code("Measure,Start") == 4
    bench.wait(2)
    bench.do("Measure?")
    bench.instrument.press_trigger()
    bench.do("Pause,On", "Pause,Off")
    bench.wait(10)
    bench.do("Measure?", "Measure,Start", "Measure,Stop")
    assert states == [
        *(State.DELAYED, State.MEASURING, State.PAUSED, State.MEASURING, State.STOPPED),
        *(State.DELAYED, State.STOPPED),
    ]
