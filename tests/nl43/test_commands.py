"""Every command of the table keeps the rules of all."""

import pytest

from custom_components.rion_nl43.nl43 import InvalidCommand, UnusableAnswer
from custom_components.rion_nl43.nl43.commands import COMMANDS, Command, Kind, find
from custom_components.rion_nl43.nl43.framing import encode
from custom_components.rion_nl43.nl43.values import Form, Values, Whole, Words, is_plain

CUTS_THE_LINK = {
    *("TCP", "Web", "USB Class", "IO Func"),
    *("Ethernet", "Ethernet DHCP", "Ethernet IP", "Ethernet Subnet", "Ethernet Gateway"),
}
EXAMPLES = {
    "Type": "NL-53",
    "Serial Number": "00830001",
    "Clock": "2026/03/02 08:00:00",
    "Index Number": "0001",
    "Store Name": "0100",
    "Ethernet IP": "10.0.0.1",
    "Ethernet Subnet": "255.255.255.0",
    "Ethernet Gateway": "10.0.0.254",
}


def examples(command: Command) -> list[str]:
    """Return values that the command takes or answers."""
    match command.values:
        case Words(words):
            return list(words)
        case Whole(minimum, maximum):
            return [str(minimum), str(maximum)]
        case Form():
            return [EXAMPLES[command.name]]
        case _:
            return ["whatever"]


def test_the_table_is_whole() -> None:
    """Names are unique and found in any case; the count is that of the guide's list."""
    assert len(COMMANDS) == 167
    assert all(find(name.swapcase()) is command for name, command in COMMANDS.items())
    with pytest.raises(InvalidCommand):
        find("Reset")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_requests(command: Command) -> None:
    """What can be asked makes a clean line, with its own arguments only."""
    if Kind.REQUEST not in command.kind:
        with pytest.raises(InvalidCommand):
            command.request_line()
        return
    assert encode(command.request_line()) == f"{command.name}?\r\n".encode()
    for argument in command.arguments:
        assert command.request_line(argument) == f"{command.name}?{argument}"
    with pytest.raises(InvalidCommand):
        command.request_line("nonsense")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_settings(command: Command) -> None:
    """What can be set makes a clean line; what would cut the link never gets out."""
    assert command.forbidden == (command.name in CUTS_THE_LINK)
    for value in examples(command):
        if command.forbidden or Kind.SETTING not in command.kind:
            with pytest.raises(InvalidCommand):
                command.setting_line(value)
        else:
            assert encode(command.setting_line(value)) == f"{command.name},{value}\r\n".encode()


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_answers(command: Command) -> None:
    """A meter's value is read as it is, without outer blanks; no answer is read from a row, a torn line or nothing."""
    for value in examples(command):
        assert command.read(f" {value} ") == value
    for alien in ("", " ", "1,2", " 43.7, 44.1", "a\x00", "x" * 61):
        with pytest.raises(UnusableAnswer):
            command.read(alien)
    if command.values and command.values.sure:
        with pytest.raises(UnusableAnswer):
            command.read("nonsense")
        if Kind.SETTING in command.kind:
            with pytest.raises(InvalidCommand):
                command.setting_line("nonsense")
    else:
        assert command.read("nonsense") == "nonsense"


def test_words_take_the_meters_case() -> None:
    """A caller may write them as they like."""
    assert find("measure").setting_line("START") == "Measure,Start"
    assert find("Store Mode").setting_line("auto") == "Store Mode,Auto"


@pytest.mark.parametrize(
    ("values", "text", "canonical"),
    [
        (Whole(1, 4), "1", "1"),
        (Whole(1, 4), "04", "4"),
        (Whole(1, 4), "5", None),
        (Whole(-10, 4), "-10", "-10"),
        (Whole(1, 4), "1.0", None),
        (Whole(1, 4), "٣", None),
        (Whole(1, 4), "1" * 5000, None),
        (Form("[0-9]{4}"), "0100", "0100"),
        (Form("[0-9]{4}"), "100", None),
        (Words(("On", "Off")), "oN", "On"),
        (Words(("On", "Off")), "O", None),
    ],
)
def test_values(values: Values, text: str, canonical: str | None) -> None:
    """Only what fits has a canonical form."""
    assert values.canonical(text) == canonical


def test_plain_values() -> None:
    """A value is short printable text."""
    assert is_plain("2026/03/02 08:00:00")
    assert is_plain("F")
    assert not is_plain("F ")
    assert not is_plain("1,2")
