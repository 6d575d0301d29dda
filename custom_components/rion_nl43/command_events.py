"""How commands ended, told on Home Assistant's event bus; the logbook shows it."""

from typing import Final

from homeassistant.const import ATTR_COMMAND, ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_ID, ATTR_STATE, Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN, EVENT_COMMAND
from .coordinator import RionConfigEntry
from .device import async_device_id
from .monitor import Command

ATTR_DETAIL: Final = "detail"
ATTR_ASKED_BY: Final = "asked_by"
ATTR_ASKED_REASON: Final = "asked_reason"
ATTR_REASON: Final = "reason"


@callback
def async_tell_commands(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Fire an event for each command that has ended, until the entry is unloaded.

    `asked_by` is a user's id, `asked_reason` the way in which it was asked for; `reason` says why it did not complete.
    """
    registry = er.async_get(hass)
    unique_id = f"{entry.runtime_data.identity.serial}_{ATTR_COMMAND}"

    @callback
    def tell(command: Command) -> None:
        if not command.state.final:
            return
        hass.bus.async_fire(
            EVENT_COMMAND,
            {
                ATTR_DEVICE_ID: async_device_id(hass, entry),
                # So that the logbook of the event entity says it as well.
                ATTR_ENTITY_ID: registry.async_get_entity_id(Platform.EVENT, DOMAIN, unique_id),
                ATTR_ID: command.id,
                ATTR_COMMAND: command.name,
                ATTR_DETAIL: command.detail,
                ATTR_STATE: command.state.value,
                ATTR_ASKED_BY: command.asked.by,
                ATTR_ASKED_REASON: command.asked.reason,
                ATTR_REASON: command.reason,
            },
            context=Context(user_id=command.asked.by),
        )

    entry.async_on_unload(entry.runtime_data.monitor.commands.on_change(tell))
