"""The sensors of a meter's levels; they are named by what the meter says that it measures."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import SensorEntityDescription

from .monitor import Facts
from .symbol_sensor import LEVEL, SymbolSensor
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
        entity_registry_enabled_default=not channel and quantity not in DISABLED_QUANTITIES,
        quantity=quantity,
        channel=channel,
        **LEVEL,
    )


LEVELS: Final = tuple(_describe(quantity, channel) for channel in (0, *SUB_CHANNELS) for quantity in QUANTITIES)


class RionLevelSensor(SymbolSensor):
    """A level that the meter displays."""

    entity_description: LevelDescription

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

    @override
    def _name_parts(self, facts: Facts) -> dict[str, str]:
        description = self.entity_description
        parts = {"symbol": symbol(description.quantity, facts, description.channel)}
        return parts | {"channel": str(description.channel)} if description.channel else parts
