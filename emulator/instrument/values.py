"""What a setting may be: kinds of values, each of which turns what was sent into what the meter answers later."""

from dataclasses import dataclass
from datetime import datetime
import ipaddress
import re
from typing import Protocol

_STAMP = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,6}", re.ASCII)


class Values(Protocol):
    """The values that one setting takes."""

    def canonical(self, text: str) -> str | None:
        """Return the text as the meter answers it, or None if the setting does not take it."""

    @property
    def examples(self) -> tuple[str, ...]:
        """Some values it takes, in canonical form."""

    @property
    def described(self) -> str:
        """The values in words."""


@dataclass(frozen=True, slots=True)
class Words:
    """One of some words, in any case."""

    words: tuple[str, ...]

    def canonical(self, text: str) -> str | None:
        """Return the word as the meter writes it."""
        wanted = text.lower()
        return next((word for word in self.words if word.lower() == wanted), None)

    @property
    def examples(self) -> tuple[str, ...]:
        """All of them."""
        return self.words

    @property
    def described(self) -> str:
        """The values in words."""
        return ", ".join(f"`{word}`" for word in self.words)


@dataclass(frozen=True, slots=True)
class Digits:
    """A fixed number of digits."""

    count: int

    def canonical(self, text: str) -> str | None:
        """Return the digits."""
        return text if len(text) == self.count and text.isascii() and text.isdigit() else None

    @property
    def examples(self) -> tuple[str, ...]:
        """The lowest and the highest."""
        return "0" * self.count, "9" * self.count

    @property
    def described(self) -> str:
        """The values in words."""
        return f"{self.count} digits"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within limits."""

    low: int
    high: int
    step: int = 1

    def canonical(self, text: str) -> str | None:
        """Return the number without leading zeros."""
        if not _WHOLE.fullmatch(text):
            return None
        number = int(text)
        return str(number) if number in range(self.low, self.high + 1, self.step) else None

    @property
    def examples(self) -> tuple[str, ...]:
        """The lowest and the highest."""
        return str(self.low), str(self.high)

    @property
    def described(self) -> str:
        """The values in words."""
        step = f" in steps of {self.step}" if self.step > 1 else ""
        return f"{self.low} to {self.high}{step}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Date and time, `YYYY/MM/DD HH:MM:SS`, of the years that the meter's clock knows."""

    whole_minutes: bool = False

    def canonical(self, text: str) -> str | None:
        """Return date and time with leading zeros."""
        when = parse_stamp(text)
        return None if when is None or (self.whole_minutes and when.second) else format_stamp(when)

    @property
    def examples(self) -> tuple[str, ...]:
        """The first and the last."""
        return "2023/01/01 00:00:00", "2079/12/31 23:59:00"

    @property
    def described(self) -> str:
        """The values in words."""
        return "`YYYY/MM/DD HH:MM:SS`, 2023 to 2079" + (", whole minutes" if self.whole_minutes else "")


@dataclass(frozen=True, slots=True)
class Address:
    """An IPv4 address or mask."""

    def canonical(self, text: str) -> str | None:
        """Return the address in dotted form."""
        try:
            return str(ipaddress.IPv4Address(text))
        except ipaddress.AddressValueError:
            return None

    @property
    def examples(self) -> tuple[str, ...]:
        """One of each class of private network."""
        return "192.168.0.10", "10.0.0.1"

    @property
    def described(self) -> str:
        """The values in words."""
        return "an IPv4 address"


@dataclass(frozen=True, slots=True)
class Text:
    """Any text: for settings whose values are not known."""

    longest: int = 16

    def canonical(self, text: str) -> str | None:
        """Return the text as it came."""
        return text if 0 < len(text) <= self.longest and text == text.strip() else None

    @property
    def examples(self) -> tuple[str, ...]:
        """Two texts."""
        return "Off", "1"

    @property
    def described(self) -> str:
        """The values in words."""
        return f"any text of 1 to {self.longest} characters"


def parse_stamp(text: str) -> datetime | None:
    """Return the time of `YYYY/MM/DD HH:MM:SS`, leading zeros optional; None unless it is one of 2023 to 2079."""
    if not (match := _STAMP.fullmatch(text)):
        return None
    try:
        year, month, day, hour, minute, second = map(int, match.groups())
        when = datetime(year, month, day, hour, minute, second)  # the meter knows no zone
    except ValueError:
        return None
    return when if 2023 <= when.year <= 2079 else None


def format_stamp(when: datetime) -> str:
    """Return `YYYY/MM/DD HH:MM:SS`."""
    return when.strftime("%Y/%m/%d %H:%M:%S")
