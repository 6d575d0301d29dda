"""When a measurement started, told from its results.

LE = Leq + 10 lg(T / 1 s), so one row tells how long the meter has measured: T = 10^((LE - Leq)/10) s. Both levels are
rounded to 0.1 dB, so a row bounds T only to about 2.3 % to either side, and the bounds differ from row to row. The true
start lies within the bounds of every row: their intersection narrows with time and never jumps, where the latest row
alone would wander to and fro by minutes.
"""

from dataclasses import dataclass
from typing import NamedTuple

from .measurement import StartOrigin

# Two levels, each rounded to 0.1 dB; the thousandth allows for two quartz clocks that drift apart by up to 0.02 %.
ROUNDING_DB = 0.101
# The row may show results of up to so long ago.
DISPLAY_LAG_S = 1.0


class Span(NamedTuple):
    """From the lowest to the highest possible value, in seconds."""

    low: float
    high: float

    def shifted(self, by: float) -> Span:
        """The same, later by so many seconds."""
        return Span(self.low + by, self.high + by)

    @property
    def middle(self) -> float:
        """The value with the smallest possible error."""
        return (self.low + self.high) / 2

    def within(self, other: Span) -> Span | None:
        """The values possible in both; None if there are none."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Span(low, high) if low <= high else None


def measured_span(leq_db: float, le_db: float) -> Span:
    """How long the meter has measured, pauses left out, by the results of one row."""
    gain_db = le_db - leq_db
    return Span(10 ** ((gain_db - ROUNDING_DB) / 10), 10 ** ((gain_db + ROUNDING_DB) / 10) + DISPLAY_LAG_S)


@dataclass(frozen=True, slots=True)
class Start:
    """A start time by the clock of the rows: what is told, the possible span, and whence it is known."""

    at: float
    span: Span
    origin: StartOrigin

    @classmethod
    def derived(cls, span: Span) -> Start:
        """What one row tells."""
        return cls(span.middle, span, StartOrigin.DERIVED)

    @property
    def uncertainty_s(self) -> float:
        """Greatest possible error of the time told."""
        return max(self.span.high - self.at, self.at - self.span.low)

    def narrowed(self, span: Span) -> Start:
        """The same with a smaller span; the time told changes only if it is no longer possible."""
        at = self.at if span.low <= self.at <= span.high else span.middle
        return Start(at, span, self.origin)
