"""Conditions of automations: alerts, measurements, and whether a meter is there. Asked of the meters, not of states."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Final, Unpack, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
import probatio

from .alerts import Grade
from .monitor import UNREACHABLE, MeasurementState, MeterMonitor, RuleState
from .targets import TARGET_SCHEMA, MeterTarget, async_refuse_strangers

CONF_GRADE: Final = "grade"

BEHAVIOR: Final = {probatio.Optional(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): probatio.In([BEHAVIOR_ANY, BEHAVIOR_ALL])}
SCHEMA: Final = probatio.Schema({**TARGET_SCHEMA, probatio.Optional(CONF_OPTIONS, default=dict): BEHAVIOR})
ALERT_ACTIVE_SCHEMA: Final = probatio.Schema(
    {
        **TARGET_SCHEMA,
        probatio.Optional(CONF_OPTIONS, default=dict): {
            **BEHAVIOR,
            probatio.Optional(CONF_GRADE, default=Grade.WARNING.word): probatio.In(
                [Grade.WARNING.word, Grade.ALARM.word]
            ),
        },
    }
)
GRADE_IS_SCHEMA: Final = probatio.Schema(
    {
        **TARGET_SCHEMA,
        probatio.Required(CONF_OPTIONS, msg="a grade is needed"): {
            **BEHAVIOR,
            probatio.Required(CONF_GRADE): probatio.In([grade.word for grade in Grade]),
        },
    }
)


class MeterCondition(Condition):
    """Something that is so with any, or with all, of what is in its target; never where nothing is."""

    schema: ClassVar[probatio.Schema] = SCHEMA

    _end_following: CALLBACK_TYPE | None = None

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Refuse what could never be so."""
        validated: ConfigType = cls.schema(config)
        async_refuse_strangers(hass, validated[CONF_TARGET])
        return validated

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Take the validated configuration."""
        super().__init__(hass, config)
        self._options = config.options or {}
        self._target = MeterTarget(hass, config.target)

    @override
    async def _async_setup(self) -> None:
        self._end_following = self._target.async_follow()

    @override
    def _async_unload(self) -> None:
        if self._end_following:
            self._end_following()

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        found = list(self._found())
        return bool(found) and (all if self._options[ATTR_BEHAVIOR] == BEHAVIOR_ALL else any)(found)

    @abstractmethod
    def _found(self) -> Iterator[bool]:
        """Yield for each in the target whether it is so; what is not known is not."""


class OfMeters(MeterCondition):
    """Something that is so with a meter."""

    @override
    def _found(self) -> Iterator[bool]:
        for _, monitor in self._target.async_monitors():
            yield monitor is not None and self._is_so(monitor)

    @abstractmethod
    def _is_so(self, monitor: MeterMonitor) -> bool: ...


class OfRules(MeterCondition):
    """Something that is so with a rule."""

    @override
    def _found(self) -> Iterator[bool]:
        for share, monitor in self._target.async_monitors():
            if monitor is None:
                yield False
                continue
            for rule_id in (*monitor.alerts.rules, UNREACHABLE):
                if rule_id in share:
                    yield self._is_so(monitor.alerts.state(rule_id))

    @abstractmethod
    def _is_so(self, state: RuleState) -> bool: ...


class AlertActive(OfRules):
    """An alert is open, of this grade or a higher one."""

    schema = ALERT_ACTIVE_SCHEMA

    @override
    def _is_so(self, state: RuleState) -> bool:
        return state.grade >= Grade[self._options[CONF_GRADE].upper()]


class GradeIs(OfRules):
    """A rule has exactly this grade."""

    schema = GRADE_IS_SCHEMA

    @override
    def _is_so(self, state: RuleState) -> bool:
        return state.grade is Grade[self._options[CONF_GRADE].upper()]


class MeterMeasuring(OfMeters):
    """A meter is there, and a measurement runs that is not paused."""

    @override
    def _is_so(self, monitor: MeterMonitor) -> bool:
        return monitor.available and monitor.measurement.state is MeasurementState.MEASURING


class MeterReachable(OfMeters):
    """A meter answers, and its values can be had."""

    @override
    def _is_so(self, monitor: MeterMonitor) -> bool:
        return monitor.available


CONDITIONS: Final[dict[str, type[Condition]]] = {
    "alert_active": AlertActive,
    "grade_is": GradeIs,
    "meter_measuring": MeterMeasuring,
    "meter_reachable": MeterReachable,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions by their names."""
    return CONDITIONS
