"""Numbers of a meter: its settings that are figures."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import NumberEntity, NumberEntityDescription, NumberMode
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import RionConfigEntry
from .setting_entity import SettingEntity
from .settings_table import SETTINGS, NumberSetting

# Of many settings at once each has its own time: none expires while it waits for the others.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class RionNumberDescription(NumberEntityDescription):
    """A number that is a setting."""

    setting: NumberSetting


def _describe(setting: NumberSetting) -> RionNumberDescription:
    return RionNumberDescription(
        key=setting.key,
        translation_key=setting.translation_key,
        translation_placeholders=setting.placeholders,
        native_min_value=setting.minimum,
        native_max_value=setting.maximum,
        native_step=setting.step,
        native_unit_of_measurement=setting.unit,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=setting.enabled,
        setting=setting,
    )


NUMBERS: Final = tuple(_describe(setting) for setting in SETTINGS if isinstance(setting, NumberSetting))


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the numbers of a meter."""
    async_add_entities(
        RionNumber(entry, entry.runtime_data.facts, description, description.setting) for description in NUMBERS
    )


class RionNumber(SettingEntity, NumberEntity):
    """A setting that is a figure."""

    entity_description: RionNumberDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return what the meter is set to; None for what is no number."""
        return self.entity_description.setting.read(self.told)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the meter."""
        await self.async_set(self.entity_description.setting.write(value))
