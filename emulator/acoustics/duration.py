"""Durations as people write them."""

import math
import re

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d+)?)")


def seconds_of(value: object) -> float:
    """Return the seconds of a number, or of text: "90", "1:30" or "0:01:30.0"; ValueError for anything else."""
    if isinstance(value, str):
        if clock := _CLOCK.fullmatch(value):
            hours, minutes, seconds = clock.groups()
            return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a duration")
    return float(value)
