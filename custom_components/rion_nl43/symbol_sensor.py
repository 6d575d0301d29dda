"""Sensors that are named by what the meter says that it measures."""

from abc import abstractmethod
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import UnitOfSoundPressure
from homeassistant.core import callback

from .coordinator import LevelsCoordinator, RionConfigEntry
from .entity import RionEntity
from .monitor import Facts

# What all levels have in common. The weighting belongs to the name: the unit stays whatever is measured.
LEVEL: Final[dict[str, Any]] = {
    "device_class": SensorDeviceClass.SOUND_PRESSURE,
    "native_unit_of_measurement": UnitOfSoundPressure.DECIBEL,
    "state_class": SensorStateClass.MEASUREMENT,
    "suggested_display_precision": 1,
}


class SymbolSensor(RionEntity[LevelsCoordinator], SensorEntity):
    """A level. Its id never depends on its name, which follows the meter's weightings and percentages."""

    def __init__(
        self, entry: RionConfigEntry, coordinator: LevelsCoordinator, description: SensorEntityDescription
    ) -> None:
        """Bear the symbol that is known so far."""
        super().__init__(entry, coordinator, description)
        self._named_by: Facts | None = None
        self._set_symbol()

    @abstractmethod
    def _name_parts(self, facts: Facts) -> dict[str, str]:
        """Return what the name leaves open."""

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Take the name first: it may be all that is new."""
        self._set_symbol()
        super()._handle_coordinator_update()

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.native_value

    def _set_symbol(self) -> None:
        if (facts := self.coordinator.monitor.facts) is self._named_by:
            return
        self._named_by = facts
        self._attr_translation_placeholders = self._name_parts(facts)
        # The base class caches the name and does not know that it depends on the placeholders.
        self.__dict__.pop("name", None)
