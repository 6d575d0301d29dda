"""What the logbook says of commands."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook import LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.const import ATTR_COMMAND, ATTR_DEVICE_ID, ATTR_STATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .command_events import ATTR_ASKED_REASON, ATTR_DETAIL, ATTR_REASON
from .const import DOMAIN, EVENT_COMMAND
from .monitor import CommandState

NAMES: Final = {
    "start": "start",
    "stop": "stop",
    "pause": "pause",
    "resume": "resume",
    "store": "storing of the result",
    "set_clock": "setting of the clock",
    "start_cycle": "start cycle",
    "stop_cycle": "stop cycle",
    "set": "setting",
    "send": "command",
    "power_cycle": "power cycle",
}
ENDS: Final[Mapping[str, str]] = {
    CommandState.COMPLETED: "completed",
    CommandState.FAILED: "failed",
    CommandState.EXPIRED: "could not be sent in time and was not sent",
    CommandState.BLOCKED: "was not sent",
}
# The others say it all by their name.
DETAILED: Final = ("set", "send")
ASKERS: Final = {
    "button": "a button",
    "setting": "a setting's entity",
    "action": "an action",
    "repair": "a repair",
    "watchdog": "the watchdog",
    "recovery": "the recovery of the connection",
}


@callback
def async_describe_events(
    hass: HomeAssistant, async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None]
) -> None:
    """Register the description of the commands' events."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        device = dr.async_get(hass).async_get(str(event.data.get(ATTR_DEVICE_ID)))
        name = (device.name_by_user or device.name) if device else None
        return {LOGBOOK_ENTRY_NAME: name or "Rion NL-43", LOGBOOK_ENTRY_MESSAGE: _message(event.data)}

    async_describe_event(DOMAIN, EVENT_COMMAND, describe)


def _message(data: Mapping[str, Any]) -> str:
    """Return a sentence without its subject, as the logbook wants it."""
    command, state = str(data.get(ATTR_COMMAND)), str(data.get(ATTR_STATE))
    what = NAMES.get(command, command)
    if command in DETAILED and (detail := data.get(ATTR_DETAIL)):
        what += f" “{detail}”"
    if asker := ASKERS.get(str(data.get(ATTR_ASKED_REASON))):
        what += f", asked for by {asker},"
    end = ENDS.get(state, state)
    if reason := data.get(ATTR_REASON):
        end += f": {reason}"
    return f"{what} {end}"
