"""The figures of a report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ..acoustics.day_plans import DayPart
from ..acoustics.periods import PeriodLevel
from ..acoustics.stretches import Span
from .sources import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The levels in dB of a span; None where they are unknown, which all are below the wanted coverage.

    `exposure_pa2h` is the sound exposure of the covered time and is told in any case: with the coverage beside it
    anybody can see what it is worth. `meter_share`, 0 to 1, is how much of the covered time came from the meter's
    stored records.
    """

    span: Span
    coverage: float
    leq: float | None = None
    lmax: float | None = None
    lmin: float | None = None
    percentiles: Mapping[int, float]
    exposure_pa2h: float = 0.0
    meter_share: float = 0.0


@dataclass(frozen=True, slots=True)
class HourRow:
    """An hour of the local clock.

    `excluded_ms` is how much of it counts nowhere; `weighting` (`CF`) is its own if that is not the report's.
    """

    levels: Levels
    excluded_ms: int = 0
    weighting: str = ""


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """LAeq of a period; while it is `running` it has none."""

    level: PeriodLevel
    running: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day: its periods, what its plan makes of them, and LAeq,24h from midnight to midnight."""

    date: date
    periods: Mapping[DayPart, PeriodRow]
    rating: float | None
    whole: PeriodRow
    lmax: float | None

    @property
    def running(self) -> bool:
        """Whether one of its periods has not ended yet."""
        return any(row.running for row in (*self.periods.values(), self.whole))


@dataclass(frozen=True, slots=True)
class MeanRow:
    """The same over all days of a report whose periods have ended: energy means over the covered time."""

    days: int
    periods: Mapping[DayPart, PeriodLevel]
    rating: float | None
    whole: PeriodLevel | None


@dataclass(frozen=True, slots=True)
class LimitRow:
    """What became of a limit in one of its windows.

    `exceeded` is None if that is unknown; a limit can be exceeded by what was measured alone, at any coverage.
    `above_ms` is how long Lp was above it, None where its distribution is unknown; `exceedances` how often, None where
    nobody counted.
    """

    limit: Limit
    row: PeriodRow
    exceeded: bool | None
    above_ms: float | None
    exceedances: int | None

    @property
    def over_db(self) -> float | None:
        """By how many dB LAeq is above the limit; negative below it."""
        return None if self.row.level.leq is None else self.row.level.leq - self.limit.limit_db


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A change of the clock within the report: when, in ms since the epoch, and the offsets from UTC in s."""

    at_ms: int
    before_s: int
    after_s: int
