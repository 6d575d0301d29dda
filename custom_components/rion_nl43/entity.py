"""What the entities of a meter have in common."""

from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import PushCoordinator, RionConfigEntry
from .monitor import Asked


class MeterEntity(Entity):
    """An entity on the meter's device."""

    _attr_has_entity_name = True

    def __init__(self, entry: RionConfigEntry, description: EntityDescription) -> None:
        """Belong to the meter of this entry."""
        identity = entry.runtime_data.identity
        self.entity_description = description
        self._attr_unique_id = f"{identity.serial}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, identity.serial)})

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Follow a new entity id: nothing here depends on it."""

    def _asked(self, reason: str) -> Asked:
        """Return who acts on this entity just now."""
        return Asked(by=self._context.user_id if self._context else None, reason=reason)


class RionEntity[C: PushCoordinator[Any]](MeterEntity, CoordinatorEntity[C]):
    """An entity of what a coordinator publishes."""

    def __init__(self, entry: RionConfigEntry, coordinator: C, description: EntityDescription) -> None:
        """Belong to the meter of this entry."""
        CoordinatorEntity.__init__(self, coordinator)
        MeterEntity.__init__(self, entry, description)
        self._written: tuple[object, ...] | None = None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state only where it says something new."""
        if (shown := self._shown()) != self._written:
            self._written = shown
            self.async_write_ha_state()

    def _shown(self) -> tuple[object, ...]:
        """Return what the state is made of."""
        return self.available, self.name
