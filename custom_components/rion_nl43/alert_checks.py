"""What is wrong with an alert rule that somebody wants, and what he should know before he gets it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
import math
from typing import Any, Final

from .alerts import Direction, Metric, Quantity
from .const import (
    CONF_ALARM,
    CONF_BEGIN,
    CONF_DAYS,
    CONF_DIRECTION,
    CONF_DURATION,
    CONF_METRIC,
    CONF_PERCENTAGE,
    CONF_SCHEDULE,
    CONF_SCHEDULE_ENTITY,
    CONF_UNTIL,
    CONF_WARNING,
    CONF_WINDOW_MINUTES,
    RuleSchedule,
)
from .options import POLLED

# No meter tells more or less, under any weighting.
LOWEST_DB: Final = 0.0
HIGHEST_DB: Final = 200.0
MAX_DURATION_S: Final = 24 * 3600
# A polled meter gives about one sample a second, a streamed one ten.
SAMPLES_PER_S: Final[Mapping[bool, float]] = {True: 1.0, False: 10.0}
# With fewer samples beyond it, a percentile is chance.
SAMPLES_BEYOND: Final = 5

# The level over a window that is mostly meant by who asks for that of the whole measurement.
WINDOWED: Final[Mapping[Quantity, Quantity]] = {
    Quantity.LEQ: Quantity.WINDOW_LEQ,
    Quantity.LMAX: Quantity.WINDOW_LMAX,
    Quantity.LMIN: Quantity.WINDOW_LMIN,
}


class ProblemKind(StrEnum):
    """Why there can be no such rule."""

    PERCENTILE_TOO_SHORT = "percentile_too_short"
    NO_THRESHOLD = "no_threshold"
    THRESHOLD_OUT_OF_RANGE = "threshold_out_of_range"
    ALARM_NOT_BEYOND_WARNING = "alarm_not_beyond_warning"
    DURATION_TOO_LONG = "duration_too_long"
    NO_DAYS = "no_days"
    BEGIN_IS_UNTIL = "begin_is_until"
    SCHEDULE_NOT_CHOSEN = "schedule_not_chosen"
    SCHEDULE_NOT_FOUND = "schedule_not_found"


class Hint(StrEnum):
    """What is worth a second thought.

    `whole_measurement`: the level is that of the meter's whole measurement, slow and held; `polled_peaks`: the extreme
    of a window is one of samples a second apart.
    """

    WHOLE_MEASUREMENT = "whole_measurement"
    POLLED_PEAKS = "polled_peaks"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; `placeholders` are what its sentence leaves open."""

    kind: ProblemKind
    placeholders: Mapping[str, str] = field(default_factory=dict)


def problems(data: Mapping[str, Any], feed: str, is_there: Callable[[str], bool]) -> tuple[Problem, ...]:
    """Return what is wrong with the rule of this flat mapping; if nothing is, it makes a rule.

    `feed` is how the meter is read, `is_there` says whether there is an entity.
    """
    return (*_of_level(data, feed), *_of_limits(data), *_of_timing(data), *_of_schedule(data, is_there))


def hint(metric: Metric, feed: str) -> Hint | None:
    """Return what to think of before a rule looks at this level."""
    if metric.quantity.of_measurement:
        return Hint.WHOLE_MEASUREMENT
    if metric.quantity in (Quantity.WINDOW_LMAX, Quantity.WINDOW_LMIN) and feed == POLLED:
        return Hint.POLLED_PEAKS
    return None


def least_minutes(percentage: int, feed: str) -> int:
    """Return the length of the shortest window of whole minutes in which a percentile is more than chance."""
    share = min(percentage, 100 - percentage) / 100
    return math.ceil(SAMPLES_BEYOND / share / SAMPLES_PER_S[feed == POLLED] / 60)


def _of_level(data: Mapping[str, Any], feed: str) -> Iterator[Problem]:
    if data[CONF_METRIC] != Quantity.WINDOW_LN:
        return
    percentage, minutes = data[CONF_PERCENTAGE], data[CONF_WINDOW_MINUTES]
    if minutes < (least := least_minutes(percentage, feed)):
        yield Problem(
            ProblemKind.PERCENTILE_TOO_SHORT,
            {"percentage": str(percentage), "minutes": str(minutes), "least": str(least)},
        )


def _of_limits(data: Mapping[str, Any]) -> Iterator[Problem]:
    warning, alarm = data.get(CONF_WARNING), data.get(CONF_ALARM)
    given = [threshold for threshold in (warning, alarm) if threshold is not None]
    if not given:
        yield Problem(ProblemKind.NO_THRESHOLD)
    elif not all(LOWEST_DB <= threshold <= HIGHEST_DB for threshold in given):
        yield Problem(ProblemKind.THRESHOLD_OUT_OF_RANGE, {"lowest": f"{LOWEST_DB:g}", "highest": f"{HIGHEST_DB:g}"})
    elif warning is not None and alarm is not None:
        beyond = alarm > warning if data[CONF_DIRECTION] == Direction.ABOVE else alarm < warning
        if not beyond:
            yield Problem(ProblemKind.ALARM_NOT_BEYOND_WARNING)


def _of_timing(data: Mapping[str, Any]) -> Iterator[Problem]:
    if data[CONF_DURATION] > MAX_DURATION_S:
        yield Problem(ProblemKind.DURATION_TOO_LONG)


def _of_schedule(data: Mapping[str, Any], is_there: Callable[[str], bool]) -> Iterator[Problem]:
    kind = data[CONF_SCHEDULE]
    if kind == RuleSchedule.WEEKLY:
        begin = time.fromisoformat(data[CONF_BEGIN])
        if not data[CONF_DAYS]:
            yield Problem(ProblemKind.NO_DAYS)
        # Midnight to midnight is how one says the whole day; other times that are the same are a slip of the hand.
        elif begin == time.fromisoformat(data[CONF_UNTIL]) != time():
            yield Problem(ProblemKind.BEGIN_IS_UNTIL)
    elif kind == RuleSchedule.HELPER:
        entity_id = data.get(CONF_SCHEDULE_ENTITY)
        if not entity_id:
            yield Problem(ProblemKind.SCHEDULE_NOT_CHOSEN)
        elif not is_there(entity_id):
            yield Problem(ProblemKind.SCHEDULE_NOT_FOUND, {"entity": entity_id})
