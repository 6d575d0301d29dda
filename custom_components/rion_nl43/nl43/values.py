"""What a setting of the meter can be: words, numbers or a form of text."""

from dataclasses import dataclass
import re
from typing import Protocol

_PLAIN = re.compile(r"[!-~](?:[ -~]{0,58}[!-~])?")


class Values(Protocol):
    """Values that a command takes and answers."""

    @property
    def sure(self) -> bool:
        """Whether the manual or a meter has shown that there are no others."""

    def canonical(self, text: str) -> str | None:
        """Return the value as the meter writes it, None if it is none of these."""


@dataclass(frozen=True, slots=True)
class Words:
    """One of a few words, in any case of letters."""

    words: tuple[str, ...]
    sure: bool = True

    def canonical(self, text: str) -> str | None:
        """Return the word in its own case."""
        return next((word for word in self.words if word.casefold() == text.casefold()), None)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of that range."""

    minimum: int
    maximum: int
    sure: bool = True

    def canonical(self, text: str) -> str | None:
        """Return the number without leading zeros."""
        fits = re.fullmatch("-?[0-9]{1,9}", text) and self.minimum <= int(text) <= self.maximum
        return str(int(text)) if fits else None


@dataclass(frozen=True, slots=True)
class Form:
    """Text of a form, given as a regular expression."""

    pattern: str
    sure: bool = True

    def canonical(self, text: str) -> str | None:
        """Return the text itself."""
        return text if re.fullmatch(self.pattern, text) else None


def is_plain(text: str) -> bool:
    """Return whether it can be the value of some setting: short printable text without comma and outer blanks."""
    return "," not in text and _PLAIN.fullmatch(text) is not None
