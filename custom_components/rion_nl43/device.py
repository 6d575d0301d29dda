"""The meter's device, as Home Assistant knows it."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .coordinator import RionConfigEntry


@callback
def async_meter_name(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the name that the user gave the meter, the entry's title where there is none."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next((device.name_by_user for device in devices if device.name_by_user), entry.title)


@callback
def async_device_id(hass: HomeAssistant, entry: RionConfigEntry) -> str | None:
    """Return the id of a loaded entry's device, None before its first entity is there."""
    identifier = DOMAIN, entry.runtime_data.identity.serial
    device = dr.async_get(hass).async_get_device_by_identifier(identifier, entry.entry_id)
    return device.id if device else None
