"""Where times and levels lie in the picture, and which of them are named."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
import math
from typing import Final, NamedTuple

# A curve within less than this would look wilder than it is.
MIN_SPAN_DB: Final = 25
MARGIN_DB: Final = 3
MOST_TIMES: Final = 6
TIME_STEPS_S: Final = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


class Box(NamedTuple):
    """A part of the picture in pixels."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Axes:
    """Times in seconds since the epoch from left to right, levels in dB from bottom to top."""

    box: Box
    began: float
    ended: float
    lowest_db: float
    highest_db: float

    def x(self, at: float) -> float:
        """Where a time lies; outside of the axes at their edge."""
        share = (at - self.began) / (self.ended - self.began)
        return self.box.left + min(max(share, 0.0), 1.0) * (self.box.right - self.box.left)

    def y(self, level_db: float) -> float:
        """Where a level lies; outside of the axes at their edge."""
        share = (level_db - self.lowest_db) / (self.highest_db - self.lowest_db)
        return self.box.bottom - min(max(share, 0.0), 1.0) * (self.box.bottom - self.box.top)

    @property
    def named_levels(self) -> list[int]:
        """The levels with a line and a figure."""
        step = 10 if self.highest_db - self.lowest_db > MIN_SPAN_DB + 10 else 5
        first = math.ceil(self.lowest_db / step) * step
        return list(range(first, math.floor(self.highest_db) + 1, step))

    def named_times(self, zone: tzinfo) -> list[tuple[float, str]]:
        """The round times of the local clock with a line and a figure."""
        step_s = next(
            (step for step in TIME_STEPS_S if (self.ended - self.began) / step <= MOST_TIMES), TIME_STEPS_S[-1]
        )
        form = "%H:%M:%S" if step_s < 60 else "%H:%M" if step_s < TIME_STEPS_S[-1] else "%d.%m."
        midnight = datetime.fromtimestamp(self.began, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        number = math.ceil((self.began - midnight.timestamp()) / step_s)
        # An hour that the clock leaves out is the same moment as the next one.
        named = dict[float, str]()
        while (at := (midnight + timedelta(seconds=number * step_s)).timestamp()) <= self.ended:
            named[at] = datetime.fromtimestamp(at, zone).strftime(form)
            number += 1
        return list(named.items())


def level_range(levels_db: list[float]) -> tuple[float, float]:
    """Return the lowest and the highest level of the axes that show these; some usual range where there is none."""
    lowest, highest = (min(levels_db) - MARGIN_DB, max(levels_db) + MARGIN_DB) if levels_db else (30.0, 90.0)
    missing = max(0.0, MIN_SPAN_DB - (highest - lowest)) / 2
    return 5 * math.floor((lowest - missing) / 5), 5 * math.ceil((highest + missing) / 5)
