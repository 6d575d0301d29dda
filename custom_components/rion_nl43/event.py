"""The events of a meter: what became of a command, and what happens to the alerts of its rules."""

from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alert_entities import alert_event_entities
from .alert_runtime import async_for_each_rule
from .coordinator import RionConfigEntry
from .entity import MeterEntity
from .monitor import Command, CommandState

PARALLEL_UPDATES = 0

COMMAND: Final = EventEntityDescription(
    key="command", translation_key="command", event_types=[state.value for state in CommandState]
)

ATTRIBUTES: Final = ("id", "command", "detail", "asked_by", "asked_reason", "reason")


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the events of a meter."""
    async_add_entities([CommandEvent(entry)])
    async_for_each_rule(entry, async_add_entities, alert_event_entities)


class CommandEvent(MeterEntity, EventEntity):
    """Each step in the life of each command; it is there whether the meter is or not."""

    _attr_should_poll = False

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, COMMAND)
        self._commands = entry.runtime_data.monitor.commands

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to listen; what came before is no news."""
        await super().async_added_to_hass()
        self.async_on_remove(self._commands.on_change(self._tell))

    @callback
    def _tell(self, command: Command) -> None:
        # So that Home Assistant's own logbook names the person.
        self.async_set_context(Context(user_id=command.asked.by))
        told = (command.id, command.name, command.detail, command.asked.by, command.asked.reason, command.reason)
        self._trigger_event(command.state, dict(zip(ATTRIBUTES, told, strict=True)))
        self.async_write_ha_state()
