"""Which settings of the meter are entities, and how their values are written and read."""

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43.commands import COMMANDS
from custom_components.rion_nl43.settings_table import (
    SETTINGS,
    NumberSetting,
    OnOffSetting,
    Setting,
    WordSetting,
    slug,
)

BY_NAME = {name: setting for setting in SETTINGS for name in setting.commands}


def the[S: Setting](kind: type[S], name: str) -> S:
    """Return the setting of that name."""
    found = BY_NAME[name]
    assert isinstance(found, kind)
    return found


@pytest.mark.parametrize(
    "name", ["Echo", "Clock", "Measure", "Pause", "Manual Store", "Overwrite", "Battery Level", "DOD", "Back Erase"]
)
def test_not_offered(name: str) -> None:
    """What has its own button, cannot be set, or whose values are not known is no setting of ours."""
    assert name not in BY_NAME


def test_nothing_that_cuts_the_link() -> None:
    """What would cut the caller off cannot be set from here."""
    assert not [name for name in BY_NAME if COMMANDS[name].forbidden]
    assert not {"TCP", "Web", "Ethernet", "USB Class", "IO Func", "Ethernet IP"} & BY_NAME.keys()


def test_all_else_is_offered() -> None:
    """Every setting with known values is an entity of the right kind."""
    assert len(SETTINGS) == len({setting.key for setting in SETTINGS}) == 63
    assert isinstance(BY_NAME["FTP"], OnOffSetting)
    assert isinstance(BY_NAME["Store Mode"], WordSetting)
    assert isinstance(BY_NAME["Percentile 3"], NumberSetting)


def test_other_names() -> None:
    """The main weightings go by two names, and are one setting."""
    assert BY_NAME["Time Weighting"].commands == ("Time Weighting (Main)", "Time Weighting")


@pytest.mark.parametrize(
    ("name", "key", "translation_key", "number"),
    [
        ("Frequency Weighting (Sub2)", "frequency_weighting_sub2", "frequency_weighting_sub", "2"),
        ("Percentile 5", "percentile_5", "percentile", "5"),
        ("Display LN3", "display_ln3", "display_ln", "3"),
        ("Display Ltm5", "display_ltm5", "display_ltm5", None),
        ("Measure Display Sub Channel 1", "measure_display_sub_channel_1", "measure_display_sub_channel", "1"),
        ("Measurement Time Manual (Num)", "measurement_time_manual_num", "measurement_time_manual_num", None),
    ],
)
def test_names(name: str, key: str, translation_key: str, number: str | None) -> None:
    """Settings alike share a text that leaves the number open."""
    setting = BY_NAME[name]
    assert (setting.key, setting.translation_key, setting.number) == (key, translation_key, number)
    assert setting.placeholders == (number and {"number": number})


def test_few_are_enabled() -> None:
    """Each one in use is read from time to time, so only those are that many want."""
    assert {setting.commands[0] for setting in SETTINGS if setting.enabled} == {
        "Frequency Weighting (Main)",
        "Time Weighting (Main)",
        "Store Mode",
        "Sleep Mode",
    }


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if isinstance(setting, WordSetting)])
def test_words(setting: WordSetting) -> None:
    """Every word has an option of its own, and back; the driver takes every word."""
    assert len(setting.words) > 1
    for option, word in setting.words.items():
        assert slug(option) == option == setting.option(word)
        assert COMMANDS[setting.commands[0]].setting_line(word) == f"{setting.commands[0]},{word}"
    assert setting.option("Something new") is None
    assert setting.option(None) is None


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if isinstance(setting, NumberSetting)])
def test_numbers(setting: NumberSetting) -> None:
    """Every number that can be chosen is one that the driver takes, and is read as it was written."""
    for number in range(setting.minimum, setting.maximum + 1, setting.step):
        text = setting.write(float(number))
        assert COMMANDS[setting.commands[0]].setting_line(text) == f"{setting.commands[0]},{text}"
        assert setting.read(text) == number


def test_four_digits() -> None:
    """Store names and indexes have all their digits."""
    assert the(NumberSetting, "Store Name").write(7) == "0007"
    assert the(NumberSetting, "Index Number").read("0430") == 430
    assert the(NumberSetting, "Manual Address").write(7) == "7"


@pytest.mark.parametrize("form", ["{}", " {}", "{}.0", "{}%", "L{}", "LN {} %"])
@given(number=st.integers(1, 99))
def test_forms_of_percentages(form: str, number: int) -> None:
    """How meters write percentages is not known for sure."""
    assert the(NumberSetting, "Percentile 1").read(form.format(number)) == number


@given(st.text())
def test_no_number(text: str) -> None:
    """What is no number is unknown, and no text breaks the reading."""
    read = the(NumberSetting, "Percentile 1").read(text)
    assert read is None or any(letter.isdigit() for letter in text)


@pytest.mark.parametrize("text", ["", None, "-.-", "1,5", "five", "1e3", "nan", "inf", "१"])
def test_unreadable(text: str | None) -> None:
    """Nothing is guessed."""
    assert the(NumberSetting, "Percentile 1").read(text) is None
