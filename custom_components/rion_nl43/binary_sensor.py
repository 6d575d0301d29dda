"""Binary sensors of a meter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alert_entities import breach_entities
from .alert_runtime import async_for_each_rule
from .coordinator import LevelsData, PushCoordinator, RionConfigEntry, StatusData
from .entity import RionEntity
from .meter_alert_entities import UnreachableSensor
from .monitor import Diagnosis

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RionBinarySensorDescription[T](BinarySensorEntityDescription):
    """A binary sensor of what one coordinator publishes."""

    is_on_fn: Callable[[T], bool | None]


LEVELS: Final[tuple[RionBinarySensorDescription[LevelsData], ...]] = (
    RionBinarySensorDescription(
        key="over",
        translation_key="over",
        device_class=BinarySensorDeviceClass.PROBLEM,
        is_on_fn=lambda data: data.over,
    ),
    RionBinarySensorDescription(
        key="under",
        translation_key="under",
        device_class=BinarySensorDeviceClass.PROBLEM,
        is_on_fn=lambda data: data.under,
    ),
)

STATUS: Final[tuple[RionBinarySensorDescription[StatusData], ...]] = (
    RionBinarySensorDescription(
        key="connected",
        translation_key="connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda status: status.diagnosis is Diagnosis.CONNECTED,
    ),
    RionBinarySensorDescription(
        key="needs_person",
        translation_key="needs_person",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda status: status.needs_person,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors of a meter."""
    runtime = entry.runtime_data
    async_add_entities(
        (
            *(RionBinarySensor(entry, runtime.levels, description) for description in LEVELS),
            *(RionBinarySensor(entry, runtime.status, description) for description in STATUS),
            UnreachableSensor(entry),
        )
    )
    async_for_each_rule(entry, async_add_entities, breach_entities)


class RionBinarySensor[T](RionEntity[PushCoordinator[T]], BinarySensorEntity):
    """A binary sensor whose description says all about it."""

    entity_description: RionBinarySensorDescription[T]

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what the description makes of the published data."""
        return self.entity_description.is_on_fn(self.coordinator.data)

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.is_on
