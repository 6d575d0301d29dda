"""When a rule may raise an alert: always, on days and between hours of the clock, or while a helper says so. Pure."""

from dataclasses import dataclass
from datetime import time
from typing import Final

ALL_DAYS: Final = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Always:
    """At any time."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """On these days (0 is Monday), from a time of the local clock until another one.

    Where `until` is not later than `begin`, it is of the next day, and the days are those on which it begins: Friday
    22:00 to 06:00 ends on Saturday. The same time for both means the whole 24 hours of the clock.
    """

    begin: time
    until: time
    days: frozenset[int] = ALL_DAYS

    def __post_init__(self) -> None:
        """Refuse days that are none, and times that carry a zone."""
        if not self.days or not self.days <= ALL_DAYS:
            raise ValueError(f"no days of the week: {sorted(self.days)}")
        if self.begin.tzinfo is not None or self.until.tzinfo is not None:
            raise ValueError("times of the local clock have no zone")


@dataclass(frozen=True, slots=True)
class Helper:
    """While somebody else says so; `name` is his name for it."""

    name: str


type Schedule = Always | Weekly | Helper
