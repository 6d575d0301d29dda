"""System health: how the meters of this Home Assistant are."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .acoustics import Basis
from .const import DOMAIN
from .coordinator import RionConfigEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what to show."""
    register.async_register_info(async_system_health_info)


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how many meters there are, and how many of them are in which state."""
    entries: list[RionConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    monitors = [entry.runtime_data.monitor for entry in entries]
    return {
        "meters": len(monitors),
        "meters_available": sum(monitor.available for monitor in monitors),
        "meters_in_standby": sum(monitor.standby.active for monitor in monitors),
        "meters_streamed": sum(monitor.available and monitor.basis is Basis.STREAMED for monitor in monitors),
        "meters_needing_a_person": sum(monitor.recovery.needs_person for monitor in monitors),
        "connections_lost": sum(monitor.statistics.losses for monitor in monitors),
    }
