"""System health: how many of the meters are there."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import RionConfigEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what to show."""
    register.async_register_info(async_system_health_info)


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the number of meters, and of those that can be read."""
    entries: list[RionConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return {
        "meters": len(entries),
        "meters_available": sum(entry.runtime_data.monitor.available for entry in entries),
    }
