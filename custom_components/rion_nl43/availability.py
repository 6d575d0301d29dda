"""Whether a meter's values can be had, told to the entities and the log."""

from homeassistant.core import callback

from .const import LOGGER
from .coordinator import RionConfigEntry
from .nl43 import NL43Error


@callback
def async_follow_availability(entry: RionConfigEntry) -> None:
    """Tell the coordinators and the log of each change once."""
    runtime = entry.runtime_data
    logged_available = True

    @callback
    def tell(available: bool, reason: NL43Error | None) -> None:
        nonlocal logged_available
        runtime.levels.async_set_available(available)
        runtime.facts.async_set_available(available)
        if available is logged_available:
            return
        logged_available = available
        if available:
            LOGGER.info("%s is available again", entry.title)
        elif runtime.monitor.standby.active:
            LOGGER.info("%s is unavailable: its connection was given away", entry.title)
        else:
            LOGGER.warning("%s is unavailable: %s", entry.title, reason)

    entry.async_on_unload(runtime.monitor.on_availability(tell))
