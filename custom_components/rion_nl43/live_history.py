"""The past of each meter, as live views begin with it: in memory alone, and kept while an entry is reloaded."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .monitor import MeterLive

HISTORIES: Final[HassKey[dict[str, MeterLive]]] = HassKey(f"{DOMAIN}_live_histories")


@callback
def async_get_history(hass: HomeAssistant, entry_id: str) -> MeterLive:
    """Return what is kept of the meter of this entry, nothing at first."""
    return hass.data.setdefault(HISTORIES, {}).setdefault(entry_id, MeterLive())


@callback
def async_forget_history(hass: HomeAssistant, entry_id: str) -> None:
    """Forget it, because the entry is removed."""
    hass.data.get(HISTORIES, {}).pop(entry_id, None)
