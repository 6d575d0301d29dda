"""The sensors of a limit: the level to come, what is still allowed, how long and how often it was too loud."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import math
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import UnitOfTime
from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import HistoryCoordinator, RionConfigEntry
from .monitor import LimitStatus
from .period_sensor import Told, told_attributes
from .symbol_sensor import LEVEL
from .symbols import leq_symbol

type Value = float | int | None


@dataclass(frozen=True, kw_only=True)
class LimitDescription(SensorEntityDescription):
    """A figure of a limit; `object_id` is what stays of the entity's name, after that of the limit."""

    object_id: str
    value_fn: Callable[[LimitStatus], Value]
    told_fn: Callable[[LimitStatus], LimitStatus | None] | None = None
    """Of which period the coverage is told; None: it is not."""


def _running(value: Callable[[LimitStatus], Value]) -> Callable[[LimitStatus], Value]:
    """Let a figure be known while its period runs."""
    return lambda status: value(status) if status.running else None


def _last(value: Callable[[LimitStatus], Value]) -> Callable[[LimitStatus], Value]:
    """Return the figure of the last full period."""
    return lambda status: None if status.last is None else value(status.last)


def _level(status: LimitStatus) -> Value:
    return _rounded(status.budget.leq)


def _time_above(status: LimitStatus) -> Value:
    return round(status.budget.above_s)


def _exceedances(status: LimitStatus) -> Value:
    return status.budget.exceedances


def _time_to_breach(status: LimitStatus) -> Value:
    """Return whole minutes, rounded up: only a limit that is broken has none left."""
    breach_s = status.budget.breach_s
    return None if breach_s is None else math.ceil(breach_s / 60)


def _rounded(level: float | None) -> float | None:
    return None if level is None else round(level, 1)


_TIME: Final[dict[str, Any]] = {
    "device_class": SensorDeviceClass.DURATION,
    "native_unit_of_measurement": UnitOfTime.SECONDS,
    "suggested_display_precision": 0,
}
LIMIT_SENSORS: Final = (
    LimitDescription(
        key="projected",
        translation_key="limit_projected",
        object_id="projected Leq",
        value_fn=_running(lambda status: _rounded(status.budget.projected)),
        **LEVEL,
    ),
    LimitDescription(
        key="allowed",
        translation_key="limit_allowed",
        object_id="allowed Leq",
        value_fn=_running(lambda status: _rounded(status.budget.allowed)),
        **LEVEL,
    ),
    LimitDescription(
        key="time_to_breach",
        translation_key="limit_time_to_breach",
        object_id="time to breach",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value_fn=_running(_time_to_breach),
    ),
    LimitDescription(
        key="level",
        translation_key="limit_level",
        object_id="Leq so far",
        entity_registry_enabled_default=False,
        value_fn=_running(_level),
        told_fn=lambda status: status,
        **LEVEL,
    ),
    LimitDescription(
        key="time_above",
        translation_key="limit_time_above",
        object_id="time above",
        value_fn=_running(_time_above),
        **_TIME,
    ),
    LimitDescription(
        key="exceedances",
        translation_key="limit_exceedances",
        object_id="exceedances",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_running(_exceedances),
    ),
    LimitDescription(
        key="last_level",
        translation_key="limit_last_level",
        object_id="last Leq",
        value_fn=_last(_level),
        told_fn=lambda status: status.last,
        **LEVEL,
    ),
    LimitDescription(
        key="last_time_above",
        translation_key="limit_last_time_above",
        object_id="last time above",
        value_fn=_last(_time_above),
        **_TIME,
    ),
    LimitDescription(
        key="last_exceedances",
        translation_key="limit_last_exceedances",
        object_id="last exceedances",
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=_last(_exceedances),
    ),
)


def limit_sensors(entry: RionConfigEntry, subentry: ConfigSubentry) -> Iterator[LimitSensor]:
    """Return the sensors of a limit."""
    return (LimitSensor(entry, subentry, description) for description in LIMIT_SENSORS)


class LimitSensor(CoordinatorEntity[HistoryCoordinator], SensorEntity):
    """A figure of a limit, on the meter's device; it is there whether the meter is or not."""

    _attr_has_entity_name = True
    _unrecorded_attributes = frozenset({"coverage", "began", "ended"})
    entity_description: LimitDescription

    def __init__(self, entry: RionConfigEntry, subentry: ConfigSubentry, description: LimitDescription) -> None:
        """Belong to the limit that this subentry keeps."""
        super().__init__(entry.runtime_data.history)
        self.entity_description = description
        self._entry = entry
        self._limit_id = subentry.subentry_id
        self._title = subentry.title
        self._attr_unique_id = f"{entry.runtime_data.identity.serial}_{self._limit_id}_{description.key}"
        self._written: tuple[object, ...] | None = None
        self._set_name()

    @property
    @override
    def available(self) -> bool:
        """Return whether the limit is watched: not if what was stored of it makes no sense."""
        return self._status is not None

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return the part of the entity id that stays whatever the meter measures."""
        return f"{self._title} {self.entity_description.object_id}"

    @property
    @override
    def native_value(self) -> Value:
        """Return the figure; None outside of the period, and where too little of it is covered."""
        return None if (status := self._status) is None else self.entity_description.value_fn(status)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return how much of the period is covered in %, and from when to when it is, where that is told."""
        if (told_fn := self.entity_description.told_fn) is None or (status := self._status) is None:
            return None
        told = told_fn(status)
        return told_attributes(Told() if told is None else Told(None, told.budget.coverage, told.period))

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Follow a new entity id: nothing here depends on it."""

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state only where it says something new."""
        self._set_name()
        shown = self.available, self.name, self.native_value, self.extra_state_attributes
        if shown != self._written:
            self._written = shown
            self.async_write_ha_state()

    @property
    def _status(self) -> LimitStatus | None:
        return self.coordinator.data.limits.get(self._limit_id)

    def _set_name(self) -> None:
        if subentry := self._entry.subentries.get(self._limit_id):
            self._title = subentry.title
        self._attr_translation_placeholders = {
            "limit": self._title,
            "symbol": leq_symbol(self.coordinator.monitor.history.weighting),
        }
        # The base class caches the name and does not know that it depends on the placeholders.
        self.__dict__.pop("name", None)
