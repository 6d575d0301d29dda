"""Limits of LAeq over a period of the day, as the entry of a meter keeps them: one config subentry each."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import Any

from homeassistant.config_entries import ConfigSubentry

from .acoustics import DayPart, DayPlan
from .const import CONF_BEGIN, CONF_LIMIT, CONF_LIMIT_PERIOD, CONF_UNTIL
from .monitor import LevelLimit
from .options import minute_of


class LimitPeriod(StrEnum):
    """Over which time of each day a limit is: a period of the options' plan, a whole day, or hours of its own."""

    WHOLE_DAY = "whole_day"
    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"
    OWN = "own"


def limit_from_subentry(subentry: ConfigSubentry, plan: DayPlan) -> LevelLimit:
    """Return the limit that a subentry keeps; raises ValueError if that makes no sense."""
    return limit_from_data(subentry.subentry_id, subentry.title, subentry.data, plan)


def limit_from_data(limit_id: str, name: str, data: Mapping[str, Any], plan: DayPlan) -> LevelLimit:
    """Return the limit of what a subentry keeps; raises ValueError if it makes no sense.

    A limit of the evening makes none where the day has no evening.
    """
    try:
        begin_min, until_min = _bounds_min(data, plan)
        return LevelLimit(limit_id, name, float(data[CONF_LIMIT]), begin_min, until_min)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no limit: {error!r}") from error


def name_in_figures(limit: LevelLimit) -> str:
    """Return what to call a limit that nobody gave a name: 55 dB, 22:00-06:00."""
    begin_min, until_min = limit.begin_min, limit.until_min
    if begin_min == until_min == 0:
        until_min = 1440
    return f"{limit.limit_db:g} dB, {_clock(begin_min)}-{_clock(until_min)}"


def own_hours(limit: LevelLimit) -> dict[str, str]:
    """Return the hours of a limit as they are kept: in whole minutes, which is what counts."""
    return {CONF_BEGIN: f"{_clock(limit.begin_min)}:00", CONF_UNTIL: f"{_clock(limit.until_min)}:00"}


def _bounds_min(data: Mapping[str, Any], plan: DayPlan) -> tuple[int, int]:
    period = LimitPeriod(data[CONF_LIMIT_PERIOD])
    if period is LimitPeriod.WHOLE_DAY:
        return 0, 0
    if period is LimitPeriod.OWN:
        begin, until = (minute_of(time.fromisoformat(data[key])) for key in (CONF_BEGIN, CONF_UNTIL))
        return begin, until
    return plan.bounds_min(DayPart(period))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
