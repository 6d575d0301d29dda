"""The meters' only connections, as the config flow and the entries of this Home Assistant share them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .nl43 import Link, Slot

type Address = tuple[str, int]

# Long enough for Home Assistant to set up the entry that the flow has just made.
HANDOVER_S: Final = 20


@dataclass(frozen=True, slots=True)
class _Parked:
    link: Link
    cancel_timer: CALLBACK_TYPE


@dataclass(slots=True)
class Connections:
    """One slot for each address, and the open links that wait for their entry to be set up."""

    hass: HomeAssistant
    _slots: dict[Address, Slot] = field(default_factory=dict)
    _parked: dict[Address, _Parked] = field(default_factory=dict)

    @callback
    def async_take(self, host: str, port: int) -> Link:
        """Take over the link that was parked for this address, else make one; its owner opens and closes it.

        A new link connects as soon as it is open and the address has been let go for long enough.
        """
        if parked := self._parked.pop((host, port), None):
            parked.cancel_timer()
            return parked.link
        return Link(host, port, slot=self._slots.setdefault((host, port), Slot()))

    @callback
    def async_park(self, host: str, port: int, link: Link) -> None:
        """Keep an open link for the entry that is about to be set up; close it if nobody takes it."""

        async def close(_now: datetime) -> None:
            del self._parked[host, port]
            await link.close()

        timer = async_call_later(self.hass, HANDOVER_S, HassJob(close, f"{DOMAIN} handover", cancel_on_shutdown=True))
        self._parked[host, port] = _Parked(link, timer)


CONNECTIONS: HassKey[Connections] = HassKey(f"{DOMAIN}.connections")


@callback
def async_get_connections(hass: HomeAssistant) -> Connections:
    """Return the connections of this Home Assistant."""
    if CONNECTIONS not in hass.data:
        hass.data[CONNECTIONS] = Connections(hass)
    return hass.data[CONNECTIONS]
