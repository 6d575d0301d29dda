"""The sensors of a meter's levels; they are named by what the meter says that it measures."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfSoundPressure
from homeassistant.core import callback

from .coordinator import LevelsCoordinator, RionConfigEntry
from .entity import RionEntity
from .monitor import Facts
from .symbols import QUANTITIES, plain_symbol, symbol

SUB_CHANNELS: Final = (1, 2, 3)
# LE says nothing that Leq and the elapsed time do not, and changes for as long as the measurement runs.
DISABLED_QUANTITIES: Final = ("le",)


@dataclass(frozen=True, kw_only=True)
class LevelDescription(SensorEntityDescription):
    """A level of one channel: 0 is the main one, 1 to 3 are the sub channels."""

    quantity: str
    channel: int


def _describe(quantity: str, channel: int) -> LevelDescription:
    return LevelDescription(
        key=f"sub{channel}_{quantity}" if channel else quantity,
        translation_key=f"sub_{quantity}" if channel else quantity,
        device_class=SensorDeviceClass.SOUND_PRESSURE,
        native_unit_of_measurement=UnitOfSoundPressure.DECIBEL,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=not channel and quantity not in DISABLED_QUANTITIES,
        quantity=quantity,
        channel=channel,
    )


LEVELS: Final = tuple(_describe(quantity, channel) for channel in (0, *SUB_CHANNELS) for quantity in QUANTITIES)


class RionLevelSensor(RionEntity[LevelsCoordinator], SensorEntity):
    """A level. Its id never depends on its name, which follows the meter's weightings and percentages."""

    entity_description: LevelDescription

    def __init__(self, entry: RionConfigEntry, coordinator: LevelsCoordinator, description: LevelDescription) -> None:
        """Bear the symbol that is known so far."""
        super().__init__(entry, coordinator, description)
        self._named_by: Facts | None = None
        self._set_symbol()

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return the part of the entity id that stays whatever the meter measures."""
        description = self.entity_description
        plain = plain_symbol(description.quantity)
        return f"Sub {description.channel} {plain}" if description.channel else plain

    @property
    @override
    def native_value(self) -> float | None:
        """Return the level in dB."""
        description = self.entity_description
        if (levels := self.coordinator.data.channel(description.channel)) is None:
            return None
        if description.quantity.startswith("ln"):
            level = levels.ln[int(description.quantity[2:]) - 1]
        else:
            level = getattr(levels, description.quantity)
        return None if level is None else round(level, 1)

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
        description = self.entity_description
        placeholders = {"symbol": symbol(description.quantity, facts, description.channel)}
        if description.channel:
            placeholders["channel"] = str(description.channel)
        self._attr_translation_placeholders = placeholders
        # The base class caches the name and does not know that it depends on the placeholders.
        self.__dict__.pop("name", None)
