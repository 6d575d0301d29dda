"""Selects of a meter: its settings of a few words."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import RionConfigEntry
from .setting_entity import SettingEntity
from .settings_table import SETTINGS, WordSetting

# Of many settings at once each has its own time: none expires while it waits for the others.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class RionSelectDescription(SelectEntityDescription):
    """A select that is a setting."""

    setting: WordSetting


def _describe(setting: WordSetting) -> RionSelectDescription:
    return RionSelectDescription(
        key=setting.key,
        translation_key=setting.translation_key,
        translation_placeholders=setting.placeholders,
        options=list(setting.words),
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=setting.enabled,
        setting=setting,
    )


SELECTS: Final = tuple(_describe(setting) for setting in SETTINGS if isinstance(setting, WordSetting))


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the selects of a meter."""
    async_add_entities(
        RionSelect(entry, entry.runtime_data.facts, description, description.setting) for description in SELECTS
    )


class RionSelect(SettingEntity, SelectEntity):
    """A setting of a few words."""

    entity_description: RionSelectDescription

    @property
    @override
    def current_option(self) -> str | None:
        """Return what the meter is set to; None for a word that is not known."""
        return self.entity_description.setting.option(self.told)

    @override
    async def async_select_option(self, option: str) -> None:
        """Set the meter."""
        await self.async_set(self.entity_description.setting.words[option])
