"""What the feed hands on."""

from dataclasses import dataclass
from datetime import datetime

from ..nl43 import Levels, RunState

# A sample stands for the time since the one before it, unless that is longer than two exchanges of the slowest kind,
# one of them for something else: then it is a hole, and the sample stands for one pacing slot.
COVERED_LIMIT_S = 8.0
SLOT_S = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of levels.

    `at` (aware UTC) is the end of the exchange and of the covered duration; `run` is the last known state; `held` says
    that the results (all but Lp) are not of a running measurement: it is stopped, paused or not known to run.
    """

    at: datetime
    duration_s: float
    levels: Levels
    run: RunState | None
    held: bool


def covered_s(since_last_s: float | None) -> float:
    """Seconds that a sample covers, given those since the sample before it (None: there is none)."""
    if since_last_s is None or since_last_s > COVERED_LIMIT_S:
        return SLOT_S
    return since_last_s
