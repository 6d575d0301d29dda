"""Alert rules as the entry of a meter keeps them: one config subentry each, in flat JSON."""

from collections.abc import Mapping
from datetime import time
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import WEEKDAYS

from .acoustics import WindowKind
from .alerts import Always, Direction, Helper, Metric, Quantity, Rule, Schedule, Weekly
from .const import (
    CONF_ALARM,
    CONF_BEGIN,
    CONF_CLEAR_MARGIN,
    CONF_COOLDOWN,
    CONF_DAYS,
    CONF_DIRECTION,
    CONF_DURATION,
    CONF_ENABLED,
    CONF_METRIC,
    CONF_ONLY_WHILE_MEASURING,
    CONF_PERCENTAGE,
    CONF_SCHEDULE,
    CONF_SCHEDULE_ENTITY,
    CONF_SHARE,
    CONF_UNTIL,
    CONF_WARNING,
    CONF_WINDOW_KIND,
    CONF_WINDOW_MINUTES,
    RuleSchedule,
)
from .monitor import Facts
from .symbols import metric_symbol

# How a level that breaks a rule is to its thresholds.
SIGNS: Final[Mapping[Direction, str]] = {Direction.ABOVE: ">", Direction.BELOW: "<"}


def rule_from_subentry(subentry: ConfigSubentry) -> Rule:
    """Return the rule that a subentry keeps; raises ValueError if that makes no sense."""
    return rule_from_data(subentry.subentry_id, subentry.title, subentry.data)


def named_schedule(subentry: ConfigSubentry) -> str | None:
    """Return the entity that says when a rule applies, where one does."""
    data = subentry.data
    return data.get(CONF_SCHEDULE_ENTITY) if data.get(CONF_SCHEDULE) == RuleSchedule.HELPER else None


def rule_from_data(rule_id: str, name: str, data: Mapping[str, Any]) -> Rule:
    """Return the rule of the flat mapping that a subentry keeps; raises ValueError if it makes no sense."""
    try:
        return Rule(
            id=rule_id,
            name=name,
            metric=metric_from_data(data),
            direction=Direction(data.get(CONF_DIRECTION, Direction.ABOVE)),
            warning_db=_decibels(data.get(CONF_WARNING)),
            alarm_db=_decibels(data.get(CONF_ALARM)),
            duration_s=float(data.get(CONF_DURATION, 0)),
            share_percent=float(data.get(CONF_SHARE, 100)),
            clear_margin_db=float(data.get(CONF_CLEAR_MARGIN, 0)),
            cooldown_s=float(data.get(CONF_COOLDOWN, 0)),
            schedule=_schedule(data),
            only_while_measuring=bool(data.get(CONF_ONLY_WHILE_MEASURING, False)),
            enabled=bool(data.get(CONF_ENABLED, True)),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no rule: {error!r}") from error


def rule_data(rule: Rule) -> dict[str, Any]:
    """Return the flat mapping that a subentry keeps of a rule; what does not apply is left out."""
    window = rule.metric.window
    data = {
        CONF_METRIC: rule.metric.quantity.value,
        CONF_WINDOW_MINUTES: window and window.length_s // 60,
        CONF_WINDOW_KIND: window and window.kind.value,
        CONF_PERCENTAGE: rule.metric.percentage,
        CONF_DIRECTION: rule.direction.value,
        CONF_WARNING: rule.warning_db,
        CONF_ALARM: rule.alarm_db,
        CONF_DURATION: rule.duration_s,
        CONF_SHARE: rule.share_percent,
        CONF_CLEAR_MARGIN: rule.clear_margin_db,
        CONF_COOLDOWN: rule.cooldown_s,
        **_schedule_data(rule.schedule),
        CONF_ONLY_WHILE_MEASURING: rule.only_while_measuring,
        CONF_ENABLED: rule.enabled,
    }
    return {key: value for key, value in data.items() if value is not None}


def metric_from_data(data: Mapping[str, Any]) -> Metric:
    """Return the level that a rule looks at; raises KeyError or ValueError."""
    quantity = Quantity(data[CONF_METRIC])
    if not quantity.windowed:
        return Metric(quantity)
    percentage = int(data[CONF_PERCENTAGE]) if quantity is Quantity.WINDOW_LN else None
    return Metric.over(quantity, int(data[CONF_WINDOW_MINUTES]) * 60, WindowKind(data[CONF_WINDOW_KIND]), percentage)


def name_in_words(rule: Rule, facts: Facts | None) -> str:
    """Return what to call a rule that nobody gave a name, in signs: LAeq,15min > 65 / 70 dB, 07:00-19:00."""
    limits = " / ".join(f"{rule.threshold(grade):g}" for grade in rule.grades)
    name = f"{metric_symbol(rule.metric, facts)} {SIGNS[rule.direction]} {limits} dB"
    schedule = rule.schedule
    if isinstance(schedule, Weekly) and schedule.begin != schedule.until:
        name += f", {schedule.begin:%H:%M}-{schedule.until:%H:%M}"
    return name


def _decibels(threshold: Any) -> float | None:
    return None if threshold is None else float(threshold)


def _schedule(data: Mapping[str, Any]) -> Schedule:
    kind = RuleSchedule(data.get(CONF_SCHEDULE, RuleSchedule.ALWAYS))
    if kind is RuleSchedule.HELPER:
        return Helper(data[CONF_SCHEDULE_ENTITY])
    if kind is RuleSchedule.ALWAYS:
        return Always()
    return Weekly(
        time.fromisoformat(data[CONF_BEGIN]),
        time.fromisoformat(data[CONF_UNTIL]),
        frozenset(WEEKDAYS.index(day) for day in data[CONF_DAYS]),
    )


def _schedule_data(schedule: Schedule) -> dict[str, Any]:
    if isinstance(schedule, Helper):
        return {CONF_SCHEDULE: RuleSchedule.HELPER.value, CONF_SCHEDULE_ENTITY: schedule.name}
    if isinstance(schedule, Always):
        return {CONF_SCHEDULE: RuleSchedule.ALWAYS.value}
    return {
        CONF_SCHEDULE: RuleSchedule.WEEKLY.value,
        CONF_DAYS: [WEEKDAYS[day] for day in sorted(schedule.days)],
        CONF_BEGIN: schedule.begin.isoformat(),
        CONF_UNTIL: schedule.until.isoformat(),
    }
