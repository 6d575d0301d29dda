"""The meter's device, as Home Assistant knows it."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN, MANUFACTURER
from .coordinator import RionConfigEntry


@callback
def async_register_device(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Let there be the device before the first entity, which only names it: those of rules have to find it."""
    identity = entry.runtime_data.identity
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, identity.serial)},
        manufacturer=MANUFACTURER,
        model=identity.model,
        name=entry.title,
        serial_number=identity.serial,
        sw_version=identity.firmware,
    )


@callback
def async_meter_name(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the name that the user gave the meter, the entry's title where there is none."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next((device.name_by_user for device in devices if device.name_by_user), entry.title)


@callback
def async_device_id(hass: HomeAssistant, entry: RionConfigEntry) -> str | None:
    """Return the id of a loaded entry's device, None where the user has removed it."""
    identifier = DOMAIN, entry.runtime_data.identity.serial
    device = dr.async_get(hass).async_get_device_by_identifier(identifier, entry.entry_id)
    return device.id if device else None
