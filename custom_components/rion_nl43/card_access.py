"""Who gets to see a meter's card: whoever may read the meter's entities."""

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.components.http import KEY_HASS_USER
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import current_request

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .meter_targets import async_may


@callback
def async_asking_user(hass: HomeAssistant) -> User | None:
    """Return who asks at this moment over the websocket or by HTTP; None for Home Assistant itself."""
    if connection := websocket_api.current_connection.get():
        return connection.user
    if (request := current_request.get()) is not None:
        user: User | None = request.get(KEY_HASS_USER)
        return user
    return None


@callback
def async_readable_meters(hass: HomeAssistant, user: User | None) -> list[RionConfigEntry]:
    """Return the meters that run and whose cards somebody may see."""
    entries: list[RionConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [entry for entry in entries if async_may(hass, user, entry, POLICY_READ)]


@callback
def async_meter_with(hass: HomeAssistant, serial: str) -> RionConfigEntry | None:
    """Return the meter of a serial number, if it runs."""
    entry: RionConfigEntry | None = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, serial)
    return entry if entry is not None and entry.state is ConfigEntryState.LOADED else None
