"""A walk along the command table: every command can be set, asked and refused as its entry says."""

import pytest

from emulator.config import OPTIONS, PercentileForm
from emulator.instrument import COMMANDS
from emulator.instrument.command import Command, Kind, When
from emulator.instrument.table import ALIASES, BY_NAME
from emulator.instrument.values import Text
from tests.emulator.bench import Bench

from .command_list import BASE, EX, RT, WR, names

STORED = [command for command in COMMANDS if command.stored]
SETTINGS = [command for command in COMMANDS if Kind.SETTING in command.kind]
REQUESTS = [command for command in COMMANDS if Kind.REQUEST in command.kind]
OPTIONAL = [command for command in COMMANDS if command.option]
LOCKED = [command for command in SETTINGS if command.when is When.STOPPED]
UNLOCKED = [command for command in SETTINGS if command.when is When.ALWAYS]
FREE = [command for command in SETTINGS if isinstance(command.values, Text)]
KNOWN = [command for command in SETTINGS if command not in FREE]
KNOWN_STORED = [command for command in KNOWN if command.stored]
WRONG_FOR_ALL = ("", " ", "  On", "On ", "~" * 17, "On,Off", "1,", ",", "On, Off")


def named(command: Command) -> str:
    """Name a test after its command."""
    return command.name


@pytest.fixture
def bench() -> Bench:
    """Have a meter with all options."""
    return Bench(options=frozenset(OPTIONS))


@pytest.mark.parametrize(("option", "listed"), [(None, BASE), ("EX", EX), ("RT", RT), ("WR", WR)])
def test_the_table_has_every_command_of_the_guides_list(option: str | None, listed: str) -> None:
    """The table has every command of the guide's list."""
    assert {command.name for command in COMMANDS if command.option == option} == names(listed).difference(ALIASES)
    assert all(BY_NAME[name.lower()].option == option for name in names(listed))


def test_no_name_stands_in_the_table_twice() -> None:
    """No name stands in the table twice."""
    assert len({command.name.lower() for command in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize("command", STORED, ids=named)
def test_a_setting_tells_what_was_set(bench: Bench, command: Command) -> None:
    """A setting tells what was set."""
    assert command.values is not None
    assert bench.ask(f"{command.name}?") == command.default
    for example in command.values.examples:
        bench.do(f"{command.name},{example}")
        assert bench.ask(f"{command.name}?") == example
        assert bench.instrument.settings[command.name] == example


@pytest.mark.parametrize("command", KNOWN_STORED, ids=named)
def test_names_and_words_are_taken_in_any_case(bench: Bench, command: Command) -> None:
    """Names and words are taken in any case."""
    assert command.values is not None
    for example in command.values.examples:
        bench.do(f"{command.name.upper()},{example.lower()}")
        assert bench.ask(f"{command.name.lower()}?") == example
        bench.do(f"{command.name.swapcase()}, {example.upper()}")
        assert bench.ask(f"{command.name.swapcase()}?") == example


@pytest.mark.parametrize("command", KNOWN, ids=named)
def test_a_wrong_parameter_is_refused(bench: Bench, command: Command) -> None:
    """A wrong parameter is refused."""
    before = bench.answer(f"{command.name}?")
    for value in (*WRONG_FOR_ALL, "nonsense", "-1000000", "1e3", "1_0", "2026/13/01 00:00:00", "256.0.0.1"):
        assert bench.code(f"{command.name},{value}") == 2, value
    assert bench.answer(f"{command.name}?") == before


@pytest.mark.parametrize("command", FREE, ids=named)
def test_a_text_has_a_length_and_no_spaces_around_it(bench: Bench, command: Command) -> None:
    """A text has a length and no spaces around it."""
    for value in WRONG_FOR_ALL:
        assert bench.code(f"{command.name},{value}") == 2, value
    assert bench.ask(f"{command.name}?") == command.default


@pytest.mark.parametrize("command", REQUESTS, ids=named)
def test_a_request_takes_nothing_behind_its_mark(bench: Bench, command: Command) -> None:
    """A request takes nothing behind its mark."""
    assert bench.code(f"{command.name}?") == 0
    assert bench.code(f"{command.name}?x") == 2
    assert bench.code(f"{command.name}? ") == 2
    assert bench.code(f"{command.name} ?") == 1


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_a_name_must_be_exact(bench: Bench, command: Command) -> None:
    """A name must be exact."""
    for line in (command.name, f" {command.name}?", f"${command.name}?", f"{command.name}x?", f"{command.name} ,On"):
        assert bench.code(line) == 1, line
    if " " in command.name:
        assert bench.code(command.name.replace(" ", "  ") + "?") == 1
        assert bench.code(command.name.replace(" ", "") + "?") == 1


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_the_wrong_kind_is_a_designation_error(bench: Bench, command: Command) -> None:
    """The wrong kind is a designation error."""
    if Kind.SETTING not in command.kind:
        assert bench.code(f"{command.name},On") == 3
    elif Kind.REQUEST not in command.kind:
        assert bench.code(f"{command.name}?") == 3
    else:
        assert bench.code(f"{command.name}?") == 0


@pytest.mark.parametrize("command", OPTIONAL, ids=named)
def test_a_command_needs_its_option(command: Command) -> None:
    """A command needs its option."""
    without = frozenset(OPTIONS).difference({command.option})
    bench = Bench(options=without)
    assert bench.code(f"{command.name}?") == 3
    assert bench.code(f"{command.name},nonsense") == 3
    assert Bench(options=without, missing_option_code=1).code(f"{command.name}?") == 1


@pytest.mark.parametrize("command", LOCKED, ids=named)
def test_what_belongs_to_the_measurement_is_locked_while_it_runs(bench: Bench, command: Command) -> None:
    """What belongs to the measurement is locked while it runs."""
    assert command.values is not None
    example = command.values.examples[0]
    bench.do("Measure,Start")
    assert bench.code(f"{command.name},nonsense,nonsense") == 2
    assert bench.code(f"{command.name},{example}") == 4
    assert bench.code(f"{command.name}?") == 0
    bench.wait(1)
    bench.do("Pause,On")
    assert bench.code(f"{command.name},{example}") == 4
    bench.do("Measure,Stop", f"{command.name},{example}")


@pytest.mark.parametrize("command", UNLOCKED, ids=named)
def test_display_and_communication_are_never_locked(bench: Bench, command: Command) -> None:
    """Display and communication are never locked."""
    assert command.values is not None
    bench.do("Measure,Start", *(f"{command.name},{example}" for example in command.values.examples))


def test_the_lock_can_be_taken_off() -> None:
    """The lock can be taken off."""
    bench = Bench(refuse_settings_while_measuring=False)
    bench.do("Measure,Start", "Time Weighting (Main),S", "Percentile 1,1")
    assert bench.ask("Time Weighting (Main)?") == "S"


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_an_alias_is_the_same_setting(bench: Bench, alias: str, name: str) -> None:
    """An alias is the same setting."""
    bench.do(f"{alias},{'C' if 'Frequency' in alias else 'S'}")
    assert bench.ask(f"{name}?") == bench.ask(f"{alias}?") == bench.instrument.settings[alias]


def test_a_space_after_the_comma_can_be_refused() -> None:
    """A space after the comma can be refused."""
    bench = Bench(space_after_comma=False)
    assert bench.code("Echo, On") == 2
    assert bench.code("Echo,On") == 0


@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("Type?", "NL-53"),
        ("Serial Number?", "00123456"),
        ("System Version?", "02.00.0001"),
        ("System Version?nx-43ex", "02.00.0001"),
        ("Clock?", "2026/03/02 09:00:00"),
        ("Battery Level?", "Full"),
        ("SD Card Total Size?", "1000"),
        ("SD Card Free Size?", "333"),
        ("SD Card Percentage?", "33"),
        ("Measure?", "Stop"),
        ("Pause?", "Off"),
        ("Overwrite?", "None"),
        *((f"Percentile {number}?", value) for number, value in enumerate(("5", "10", "50", "90", "95"), 1)),
    ],
)
def test_what_a_meter_tells_of_itself(line: str, data: str) -> None:
    """What a meter tells of itself."""
    bench = Bench(model="NL-53", serial="00123456", firmware="02.00.0001", card_total_mb=1000, card_free_mb=333)
    assert bench.ask(line) == data


def test_the_version_of_a_missing_option_is_no_parameter() -> None:
    """The version of a missing option is no parameter."""
    assert Bench().code("System Version?NX-43RT") == 2


def test_battery_and_power_source_can_be_played() -> None:
    """Battery and power source can be played."""
    bench = Bench()
    bench.instrument.battery = "Low"
    assert bench.ask("Battery Level?") == "Low"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026/03/02 08:00:00", "2026/03/02 08:00:00"),
        ("2079/12/31 23:59:59", "2079/12/31 23:59:59"),
        ("2026/3/2 8:0:0", "2026/03/02 08:00:00"),
    ],
)
def test_the_clock_is_set_and_goes_on(text: str, told: str) -> None:
    """The clock is set and goes on."""
    bench = Bench()
    bench.do(f"Clock,{text}")
    assert bench.ask("Clock?") == told
    bench.wait(2.5)
    seconds = int(told[-2:]) + 2
    assert bench.ask("Clock?") == (told[:-2] + f"{seconds:02d}" if seconds < 60 else "2080/01/01 00:00:01")


@pytest.mark.parametrize(
    "text",
    [
        "2025/12/24,01:11:41",
        "2022/12/31 23:59:59",
        "2080/01/01 00:00:00",
        "2026/02/29 00:00:00",
        "2026/01/01 24:00:00",
        "2026-01-01 00:00:00",
        "2026/01/01T00:00:00",
        "2026/01/01  00:00:00",
        "26/01/01 00:00:00",
    ],
)
def test_the_clock_takes_no_other_form(text: str) -> None:
    """The clock takes no other form."""
    assert Bench().code(f"Clock,{text}") == 2


def test_the_clock_may_be_ahead() -> None:
    """The clock may be ahead."""
    assert Bench(clock_offset_s=3560).ask("Clock?") == "2026/03/02 09:59:20"


def test_the_bad_form_is_found_before_the_bad_state() -> None:
    """The bad form is found before the bad state."""
    bench = Bench()
    bench.do("Measure,Start")
    assert bench.code("Clock,2025/12/24,01:11:41") == 2
    assert bench.code("Clock,2025/12/24 01:11:41") == 4


@pytest.mark.parametrize(
    "line", [b"", b"Manual Store", b"ManualStore", b"$Measure,Start", b"$Measure, Start", b"Reset,Start", b"Measure"]
)
def test_what_is_no_command(line: bytes) -> None:
    """What has been seen to be no command is none."""
    assert Bench().code(line) == 1


@pytest.mark.parametrize("line", [b"Type?\r", b"Ty\0pe?", b"Typ\xc3\xa9?", b"Echo,On\x7f", b"Echo,\tOn", b"\x1aType?"])
def test_bytes_that_do_not_print_make_a_line_no_command(line: bytes) -> None:
    """Bytes that do not print make a line no command."""
    assert Bench().code(line) == 1


def test_the_store_modes_of_a_meter_without_the_option() -> None:
    """Only a meter with option EX stores by itself."""
    bench = Bench(options=frozenset())
    bench.do("Store Mode,Manual")
    for mode in ("Auto", "Timer Auto"):
        assert bench.code(f"Store Mode,{mode}") == 2
        Bench().do(f"Store Mode,{mode}")


@pytest.mark.parametrize("alias", ALIASES)
def test_the_names_of_the_base_unit_may_be_unknown(alias: str) -> None:
    """The names of the base unit may be unknown."""
    bench = Bench(base_names=False)
    assert bench.code(f"{alias}?") == 1
    assert bench.code(f"{ALIASES[alias]}?") == 0


@pytest.mark.parametrize(("form", "text"), [("plain", "5"), ("padded", " 5"), ("decimal", "5.0"), ("percent", "5%")])
def test_how_a_percentage_is_told(form: PercentileForm, text: str) -> None:
    """A percentage may be told in several ways."""
    bench = Bench(percentile_form=form)
    assert bench.ask("Percentile 1?") == text
    assert bench.ask("Percentile 5?").strip(" %") == ("95.0" if form == "decimal" else "95")


@pytest.mark.parametrize("name", ["Timer Auto Start Time", "Timer Auto Stop Time"])
def test_a_timer_knows_whole_minutes(name: str) -> None:
    """A timer knows whole minutes."""
    bench = Bench()
    assert bench.code(f"{name},2026/03/02 08:00:30") == 2
    bench.do(f"{name},2026/3/2 8:0:0")
    assert bench.ask(f"{name}?") == "2026/03/02 08:00:00"


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_each_command_says_how_far_it_can_be_relied_on(command: Command) -> None:
    """What nobody has published is no more than a guess; text that says what was chosen is a phrase."""
    if isinstance(command.values, Text) or command.source == "assumed":
        assert command.confidence in {"low", "medium"}
    assert command.values is None or command.values.described
    assert not command.chosen.endswith(".")
    assert command.stored or command.chosen or command.name == "Serial Number"


@pytest.mark.parametrize(
    ("name", "value"),
    [("Ethernet", "Off"), ("TCP", "Off"), ("Web", "On"), ("USB Class", "CDC"), ("IO Func", "Communication")],
)
def test_what_takes_the_control_port_away(bench: Bench, name: str, value: str) -> None:
    """What excludes control over TCP takes it away, and gives it back."""
    settings, before = bench.instrument.settings, bench.instrument.settings[name]
    told = []
    for word in (before, value, before):
        settings[name] = word
        told.append(bench.instrument.lan_control)
    assert told == [True, False, True]


@pytest.mark.parametrize("needs_ex", [False, True])
def test_the_network_may_need_its_option(needs_ex: bool) -> None:
    """The network may need its option."""
    assert Bench(options=frozenset(), lan_needs_ex=needs_ex).instrument.lan_control is not needs_ex
    assert Bench(lan_needs_ex=needs_ex).instrument.lan_control


def test_settings_are_a_mapping_that_keeps_its_names(bench: Bench) -> None:
    """Settings are a mapping by full names; none can be added or taken out, or get a value that it cannot have."""
    settings = bench.instrument.settings
    assert len(settings) == len(set(settings)) == len(STORED)
    with pytest.raises(TypeError):
        del settings["Echo"]
    with pytest.raises(KeyError):
        settings["Measure"]
    with pytest.raises(ValueError, match="Echo cannot be 'Loud'"):
        settings["Echo"] = "Loud"
