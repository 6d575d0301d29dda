"""What Home Assistant's users are called, at hand where nothing can be waited for."""

from typing import Final

from homeassistant.auth import EVENT_USER_ADDED, EVENT_USER_REMOVED, EVENT_USER_UPDATED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

NAMES: Final[HassKey[dict[str, str]]] = HassKey(f"{DOMAIN}_user_names")


async def async_setup_user_names(hass: HomeAssistant) -> None:
    """Learn all names, and again whenever a user comes, goes or is called otherwise."""

    async def learn(_: Event | None = None) -> None:
        hass.data[NAMES] = {user.id: user.name for user in await hass.auth.async_get_users() if user.name}

    for event_type in (EVENT_USER_ADDED, EVENT_USER_UPDATED, EVENT_USER_REMOVED):
        hass.bus.async_listen(event_type, learn)
    await learn()


@callback
def async_user_name(hass: HomeAssistant, user_id: str | None) -> str | None:
    """Return what a user is called; None for nobody, for one who is gone, and for one without a name."""
    return None if user_id is None else hass.data[NAMES].get(user_id)
