"""Points in time."""

from datetime import datetime
from typing import NamedTuple


class Moment(NamedTuple):
    """A point in time: seconds on a clock that never jumps, and the date that goes with it."""

    seconds: float
    utc: datetime
