"""The form that asks for an alert rule, and the way between what it shows and what a subentry keeps."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.components.schedule import DOMAIN as SCHEDULE_DOMAIN
from homeassistant.const import CONF_NAME, PERCENTAGE, WEEKDAYS, UnitOfSoundPressure, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    DurationSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)
import probatio

from .acoustics import PERCENTAGES, WindowKind
from .alert_checks import ProblemKind
from .alerts import Direction, Quantity
from .const import (
    CONF_ALARM,
    CONF_BEGIN,
    CONF_CLEAR_MARGIN,
    CONF_COOLDOWN,
    CONF_DAYS,
    CONF_DIRECTION,
    CONF_DURATION,
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

LEVEL: Final = "level"
LIMITS: Final = "limits"
TIMING: Final = "timing"
WHEN: Final = "when"
ADVANCED: Final = "advanced"

PROBLEM_SECTIONS: Final[Mapping[ProblemKind, str]] = {
    ProblemKind.PERCENTILE_TOO_SHORT: LEVEL,
    ProblemKind.NO_THRESHOLD: LIMITS,
    ProblemKind.THRESHOLD_OUT_OF_RANGE: LIMITS,
    ProblemKind.ALARM_NOT_BEYOND_WARNING: LIMITS,
    ProblemKind.DURATION_TOO_LONG: TIMING,
    ProblemKind.NO_DAYS: WHEN,
    ProblemKind.BEGIN_IS_UNTIL: WHEN,
    ProblemKind.SCHEDULE_NOT_CHOSEN: WHEN,
    ProblemKind.SCHEDULE_NOT_FOUND: WHEN,
}
# Most permits limit LAeq over a quarter of an hour; the rest keeps a passing lorry from being two alerts, or one.
NEW_RULE: Final[Mapping[str, Any]] = {
    CONF_METRIC: Quantity.WINDOW_LEQ.value,
    CONF_WINDOW_MINUTES: 15,
    CONF_WINDOW_KIND: WindowKind.RUNNING.value,
    CONF_PERCENTAGE: 10,
    CONF_DIRECTION: Direction.ABOVE.value,
    CONF_ALARM: 70.0,
    CONF_DURATION: 10,
    CONF_SHARE: 100,
    CONF_CLEAR_MARGIN: 2.0,
    CONF_COOLDOWN: 300,
    CONF_SCHEDULE: RuleSchedule.ALWAYS.value,
    CONF_DAYS: WEEKDAYS,
    CONF_BEGIN: "07:00:00",
    CONF_UNTIL: "19:00:00",
    CONF_ONLY_WHILE_MEASURING: False,
}
DURATIONS: Final = (CONF_DURATION, CONF_COOLDOWN)
# What a rule without a window, without a percentile, without hours of its own has not.
OF_WINDOWS: Final = (CONF_WINDOW_MINUTES, CONF_WINDOW_KIND)
OF_SCHEDULES: Final[Mapping[str, tuple[str, ...]]] = {
    RuleSchedule.WEEKLY: (CONF_DAYS, CONF_BEGIN, CONF_UNTIL),
    RuleSchedule.HELPER: (CONF_SCHEDULE_ENTITY,),
}


def _choice(
    options: Collection[str], translation_key: str, *, dropdown: bool = False, multiple: bool = False
) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options),
            translation_key=translation_key,
            multiple=multiple,
            mode=SelectSelectorMode.DROPDOWN if dropdown else SelectSelectorMode.LIST,
        )
    )


def _number(unit: str, minimum: float, maximum: float, step: float = 1) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(min=minimum, max=maximum, step=step, mode=NumberSelectorMode.BOX, unit_of_measurement=unit)
    )


# Thresholds have no limits here: what is out of range is told in words.
DECIBELS: Final = NumberSelector(
    NumberSelectorConfig(step=0.1, mode=NumberSelectorMode.BOX, unit_of_measurement=UnitOfSoundPressure.DECIBEL)
)


def _duration() -> DurationSelector:
    return DurationSelector(DurationSelectorConfig(enable_day=False))


PERCENTILE_CHOICE: Final = SelectSelector(
    SelectSelectorConfig(
        options=[SelectOptionDict(value=str(percentage), label=f"L{percentage}") for percentage in PERCENTAGES],
        mode=SelectSelectorMode.DROPDOWN,
    )
)
SECTIONS: Final[Mapping[str, probatio.Schema]] = {
    LEVEL: probatio.Schema(
        {
            probatio.Required(CONF_METRIC): _choice(Quantity, CONF_METRIC, dropdown=True),
            probatio.Required(CONF_WINDOW_MINUTES): _number(UnitOfTime.MINUTES, 1, 1440),
            probatio.Required(CONF_WINDOW_KIND): _choice(WindowKind, CONF_WINDOW_KIND),
            probatio.Required(CONF_PERCENTAGE): PERCENTILE_CHOICE,
        }
    ),
    LIMITS: probatio.Schema(
        {
            probatio.Required(CONF_DIRECTION): _choice(Direction, CONF_DIRECTION),
            probatio.Optional(CONF_WARNING): DECIBELS,
            probatio.Optional(CONF_ALARM): DECIBELS,
        }
    ),
    TIMING: probatio.Schema(
        {
            probatio.Required(CONF_DURATION): _duration(),
            probatio.Required(CONF_SHARE): _number(PERCENTAGE, 1, 100),
            probatio.Required(CONF_CLEAR_MARGIN): _number(UnitOfSoundPressure.DECIBEL, 0, 50, step=0.1),
            probatio.Required(CONF_COOLDOWN): _duration(),
        }
    ),
    WHEN: probatio.Schema(
        {
            probatio.Required(CONF_SCHEDULE): _choice(RuleSchedule, "rule_schedule"),
            probatio.Optional(CONF_DAYS, default=list): _choice(WEEKDAYS, CONF_DAYS, multiple=True),
            probatio.Required(CONF_BEGIN): TimeSelector(),
            probatio.Required(CONF_UNTIL): TimeSelector(),
            probatio.Optional(CONF_SCHEDULE_ENTITY): EntitySelector(EntitySelectorConfig(domain=SCHEDULE_DOMAIN)),
        }
    ),
    ADVANCED: probatio.Schema({probatio.Required(CONF_ONLY_WHILE_MEASURING): BooleanSelector()}),
}


def rule_schema(expanded: Collection[str] = (LEVEL, LIMITS)) -> probatio.Schema:
    """Return the form with these sections open and the others folded."""
    return probatio.Schema(
        {
            probatio.Optional(CONF_NAME): TextSelector(),
            **{
                probatio.Required(name): section(schema, {"collapsed": name not in expanded})
                for name, schema in SECTIONS.items()
            },
        }
    )


def as_shown(data: Mapping[str, Any], name: str | None = None) -> dict[str, Any]:
    """Return what the form shows for a rule: what the rule itself has not is as for a new one.

    Thresholds are the exception: one that a rule has not is empty.
    """
    filled = {**{key: value for key, value in NEW_RULE.items() if key != CONF_ALARM}, **data}
    values = {
        **filled,
        CONF_PERCENTAGE: str(filled[CONF_PERCENTAGE]),
        **{key: _parts(filled[key]) for key in DURATIONS},
    }
    sections = {
        part: {str(key): values[str(key)] for key in schema.schema if str(key) in values}
        for part, schema in SECTIONS.items()
    }
    return {**sections, CONF_NAME: name} if name else sections


def as_kept(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a subentry keeps of a filled form, right or wrong; what does not apply is left out."""
    values: dict[str, Any] = {key: value for part in SECTIONS for key, value in shown[part].items()}
    values |= {key: timedelta(**values[key]).total_seconds() for key in DURATIONS}
    values[CONF_PERCENTAGE] = int(values[CONF_PERCENTAGE])
    values[CONF_WINDOW_MINUTES] = round(values[CONF_WINDOW_MINUTES])
    quantity = Quantity(values[CONF_METRIC])
    left_out = {key for schedule, keys in OF_SCHEDULES.items() if schedule != values[CONF_SCHEDULE] for key in keys}
    if not quantity.windowed:
        left_out.update(OF_WINDOWS)
    if quantity is not Quantity.WINDOW_LN:
        left_out.add(CONF_PERCENTAGE)
    return {key: value for key, value in values.items() if key not in left_out}


def _parts(seconds: float) -> dict[str, int]:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return {"hours": hours, "minutes": minutes, "seconds": rest}
