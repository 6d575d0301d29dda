"""The meter's settings that are entities: one table, made from that of the driver's commands.

A setting of the words On and Off is a switch, one of other known words a select, one of numbers a number; settings
whose values are not known, or that would cut the link, are not offered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import Final

from homeassistant.const import PERCENTAGE, UnitOfSoundPressure

from .nl43.commands import COMMANDS, FOUR_DIGITS, LEVEL, ON_OFF, Command, Kind
from .nl43.values import Whole, Words

# Echo only lengthens the answers, the clock and the measurement have their buttons, and the main weightings are offered
# by their longer names.
NOT_OFFERED: Final = frozenset({"Echo", "Clock", "Measure", "Pause", "Frequency Weighting", "Time Weighting"})
# Units without NX-43EX know the weightings by their shorter names only.
OTHER_NAMES: Final = {
    "Frequency Weighting (Main)": "Frequency Weighting",
    "Time Weighting (Main)": "Time Weighting",
}
ENABLED: Final = frozenset({*OTHER_NAMES, "Store Mode", "Sleep Mode"})

_NUMBER = re.compile(r"\s*(?:LN?)?\s*(-?[0-9]{1,9}(?:\.[0-9]{1,3})?)\s*%?\s*")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the entities of all kinds have in common; `commands` are the setting's names, the likeliest first."""

    commands: tuple[str, ...]

    @property
    def key(self) -> str:
        """The part of the entity's id that says which setting it is: `frequency_weighting_sub1`."""
        return slug(self.commands[0])

    @property
    def number(self) -> str | None:
        """Which one it is of several alike that share a name: `1` of Sub1; Ltm5 is a quantity, and the only one."""
        numbered = re.search(r"(?<!ltm)[0-9]$", self.key)
        return numbered[0] if numbered else None

    @property
    def translation_key(self) -> str:
        """The key of its name: `frequency_weighting_sub`."""
        return self.key if self.number is None else self.key[:-1].rstrip("_")

    @property
    def placeholders(self) -> dict[str, str] | None:
        """What its name leaves open."""
        return None if self.number is None else {"number": self.number}

    @property
    def enabled(self) -> bool:
        """Whether it is an entity in use unless the user decides otherwise."""
        return self.commands[0] in ENABLED


@dataclass(frozen=True, slots=True)
class OnOffSetting(Setting):
    """A setting that is on or off."""


@dataclass(frozen=True, slots=True)
class WordSetting(Setting):
    """A setting of a few words; `words` has them by their option in Home Assistant."""

    words: Mapping[str, str]

    def option(self, word: str | None) -> str | None:
        """Return the option of the meter's word; None for a word that is not known."""
        return next((option for option, known in self.words.items() if known == word), None)


@dataclass(frozen=True, slots=True)
class NumberSetting(Setting):
    """A setting that is a whole number; `digits` is the length that the meter writes it with, 0 for as it comes."""

    minimum: int
    maximum: int
    step: int = 1
    digits: int = 0
    unit: str | None = None

    def write(self, number: float) -> str:
        """Return the number as the meter takes it."""
        return f"{round(number):0{self.digits}}"

    def read(self, text: str | None) -> float | None:
        """Return the number that the meter tells; None if it is none."""
        found = _NUMBER.fullmatch(text or "")
        return float(found[1]) if found else None


def slug(text: str) -> str:
    """Return the text as a key of translations: `Frequency Weighting (Sub1)` is `frequency_weighting_sub1`."""
    return re.sub("[^a-z0-9]+", "_", text.casefold()).strip("_")


def _setting(command: Command) -> Setting | None:
    """Return what a command is as an entity, None if it is not to be one."""
    if command.name in NOT_OFFERED or command.forbidden or command.kind is not Kind.BOTH:
        return None
    names = (command.name, OTHER_NAMES[command.name]) if command.name in OTHER_NAMES else (command.name,)
    match command.values:
        case Words(words) if words == ON_OFF.words:
            return OnOffSetting(names)
        case Words(words):
            return WordSetting(names, {slug(word): word for word in words})
        case _:
            return _number_setting(command, names)


def _number_setting(command: Command, names: tuple[str, ...]) -> NumberSetting | None:
    """Return what a command is as a number, None if its values are not known to be numbers."""
    if command.name.startswith("Percentile "):
        return NumberSetting(names, 1, 99, unit=PERCENTAGE)
    if command.values is FOUR_DIGITS:
        return NumberSetting(names, 0, 9999, digits=4)
    if command.values is LEVEL:
        return NumberSetting(names, LEVEL.minimum, LEVEL.maximum, step=10, unit=UnitOfSoundPressure.DECIBEL)
    if isinstance(command.values, Whole):
        return NumberSetting(names, command.values.minimum, command.values.maximum)
    return None


SETTINGS: Final = tuple(setting for command in COMMANDS.values() if (setting := _setting(command)))
