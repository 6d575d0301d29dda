"""Buttons of a meter."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LevelsCoordinator, RionConfigEntry
from .entity import RionEntity
from .errors import translate_errors
from .monitor import MeterMonitor

# The link carries out one command after the other anyway.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class RionButtonDescription(ButtonEntityDescription):
    """A button that sends one command."""

    press_fn: Callable[[MeterMonitor], Awaitable[None]]


BUTTONS: Final = (
    RionButtonDescription(key="start", translation_key="start", press_fn=lambda monitor: monitor.start()),
    RionButtonDescription(key="stop", translation_key="stop", press_fn=lambda monitor: monitor.stop()),
    RionButtonDescription(key="pause", translation_key="pause", press_fn=lambda monitor: monitor.pause()),
    RionButtonDescription(key="resume", translation_key="resume", press_fn=lambda monitor: monitor.resume()),
    RionButtonDescription(key="store", translation_key="store", press_fn=lambda monitor: monitor.store()),
    RionButtonDescription(
        key="sync_clock",
        translation_key="sync_clock",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda monitor: monitor.sync_clock(),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of a meter."""
    async_add_entities(RionButton(entry, entry.runtime_data.levels, description) for description in BUTTONS)


class RionButton(RionEntity[LevelsCoordinator], ButtonEntity):
    """A button that sends one command."""

    entity_description: RionButtonDescription

    @translate_errors
    @override
    async def async_press(self) -> None:
        """Send the command and see what it did."""
        await self.entity_description.press_fn(self.coordinator.monitor)
