"""Buttons of a meter."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alert_controls import acknowledge_entities
from .alert_runtime import async_for_each_rule
from .coordinator import PushCoordinator, RionConfigEntry
from .entity import RionEntity
from .errors import translate_errors
from .monitor import Asked, MeterMonitor

# The link puts the commands in order, and a Stop waits for nothing that takes its time.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RionButtonDescription(ButtonEntityDescription):
    """A button that has one command carried out."""

    press_fn: Callable[[MeterMonitor, Asked], Awaitable[object]]


BUTTONS: Final = (
    RionButtonDescription(
        key="start", translation_key="start", press_fn=lambda monitor, asked: monitor.commands.start(asked)
    ),
    RionButtonDescription(
        key="stop", translation_key="stop", press_fn=lambda monitor, asked: monitor.commands.stop(asked)
    ),
    RionButtonDescription(
        key="pause", translation_key="pause", press_fn=lambda monitor, asked: monitor.commands.pause(asked)
    ),
    RionButtonDescription(
        key="resume", translation_key="resume", press_fn=lambda monitor, asked: monitor.commands.resume(asked)
    ),
    RionButtonDescription(
        key="store", translation_key="store", press_fn=lambda monitor, asked: monitor.commands.store(asked)
    ),
    RionButtonDescription(
        key="start_cycle",
        translation_key="start_cycle",
        press_fn=lambda monitor, asked: monitor.commands.start_cycle(asked),
    ),
    RionButtonDescription(
        key="stop_cycle",
        translation_key="stop_cycle",
        press_fn=lambda monitor, asked: monitor.commands.stop_cycle(asked),
    ),
    RionButtonDescription(
        key="sync_clock",
        translation_key="sync_clock",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda monitor, asked: monitor.commands.sync_clock(asked),
    ),
)
# Pressed when the meter is not there.
POWER_CYCLE: Final = RionButtonDescription(
    key="power_cycle",
    translation_key="power_cycle",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
    press_fn=lambda monitor, asked: monitor.recovery.power_cycle(asked),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of a meter."""
    runtime = entry.runtime_data
    async_add_entities(
        (
            *(RionButton(entry, runtime.levels, description) for description in BUTTONS),
            RionButton(entry, runtime.status, POWER_CYCLE),
        )
    )
    async_for_each_rule(entry, async_add_entities, acknowledge_entities)


class RionButton(RionEntity[PushCoordinator[Any]], ButtonEntity):
    """A button that has one command carried out."""

    entity_description: RionButtonDescription

    @translate_errors
    @override
    async def async_press(self) -> None:
        """Have the command carried out, and see what it did."""
        await self.entity_description.press_fn(self.coordinator.monitor, self._asked("button"))
