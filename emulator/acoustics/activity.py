"""When a source is at work, and how much."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from .chance import rng_for


class Activity(Protocol):
    """How much of a source there is to hear: 0 for nothing, 1 for all of it."""

    def at(self, second: int) -> float:
        """Return the factor on the mean square, or on the number of events, at a second from the scene's begin."""


class Timetable:
    """The hours of the day: a factor for each of the 24, of working days and of free days.

    Without a time of day to start at, it is for ever the busiest hour.
    """

    __slots__ = ("_begin", "_free", "_workday", "_workdays")

    def __init__(
        self,
        starts_at: datetime | None,
        workday: Sequence[float],
        free: Sequence[float],
        workdays: int = 5,
    ) -> None:
        """Make one of 24 factors each; the first `workdays` days of the week are working days."""
        self._begin = starts_at
        self._workday = workday
        self._free = free
        self._workdays = workdays

    def at(self, second: int) -> float:
        """Return the factor at a second from the scene's begin."""
        if self._begin is None:
            return max(self._workday)
        now = self._begin + timedelta(seconds=second)
        hours = self._workday if now.weekday() < self._workdays else self._free
        return hours[now.hour]


class Always:
    """Every moment alike."""

    __slots__ = ()

    def at(self, second: int) -> float:
        """Return 1."""
        return 1.0


ALWAYS = Always()


class Spells:
    """Chance-made spells of activity, at most one in each period."""

    __slots__ = (
        "_chance",
        "_fade_s",
        "_longest_s",
        "_period",
        "_period_s",
        "_seed",
        "_shortest_s",
        "_spell",
        "_within",
    )

    def __init__(
        self,
        seed: str,
        period_s: int,
        chance: float,
        duration_s: tuple[int, int],
        *,
        fade_s: int = 1,
        within: Activity = ALWAYS,
    ) -> None:
        """Make spells that come with this chance, times that of `within`, in a period.

        They last from the first to the second of `duration_s`, no more than the period, and fade in and out.
        """
        self._seed = seed
        self._period_s = period_s
        self._chance = chance
        self._shortest_s, self._longest_s = duration_s
        self._fade_s = fade_s
        self._within = within
        self._period: int | None = None
        self._spell = (0, 0)

    def at(self, second: int) -> float:
        """Return the factor at a second from the scene's begin; 0 at both ends of a spell."""
        period = second // self._period_s
        if period != self._period:
            self._period = period
            self._spell = self._spell_of(period)
        begin, end = self._spell
        inside = min(second - begin, end - second) / self._fade_s
        return min(1.0, inside * inside) if inside > 0 else 0.0

    def _spell_of(self, period: int) -> tuple[int, int]:
        rng = rng_for(self._seed, period)
        duration = rng.randint(self._shortest_s, self._longest_s)
        begin = period * self._period_s + rng.randint(0, self._period_s - duration)
        happens = rng.random() < self._chance * self._within.at(begin)
        return (begin, begin + duration) if happens else (0, 0)
