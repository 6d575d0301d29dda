"""News that came while Home Assistant was starting, kept for automations that were not there yet to be told.

Home Assistant lets meters in before its automations: an alert that is raised in between would be told to nobody.
"""

from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .news import News, async_get_news

EARLY: Final[HassKey[list[News]]] = HassKey(f"{DOMAIN}_early_news")


@callback
def async_keep_early_news(hass: HomeAssistant) -> None:
    """Keep all news until Home Assistant has started."""
    if hass.state is CoreState.running:
        return
    kept = hass.data[EARLY] = []
    end = async_get_news(hass).async_subscribe(kept.append)

    @callback
    def drop(_event: Event) -> None:
        end()
        del hass.data[EARLY]

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STARTED, drop)


@callback
def async_early_news(hass: HomeAssistant) -> tuple[News, ...]:
    """Return what came before this moment of the start; nothing once it is over."""
    kept = hass.data.get(EARLY, [])
    return tuple(kept)
