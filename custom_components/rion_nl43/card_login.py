"""The FTP login of a meter's card: asked for anew when the meter refuses it."""

from typing import Final

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from .coordinator import RionConfigEntry
from .ftp_login import REFUSED, FtpLogin, async_check, error_key
from .monitor import CardNotQuiet
from .nl43 import NL43Error
from .nl43.ftp import FtpClient

BUSY: Final = "ftp_busy"


@callback
def async_follow_login(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Ask for another login when the meter refuses ours, until the entry is unloaded."""
    card = entry.runtime_data.monitor.card
    entry.async_on_unload(card.on_login_refused(lambda: entry.async_start_reauth(hass)))


async def async_try_login(entry: RionConfigEntry, login: FtpLogin) -> str | None:
    """Try a login at a meter that runs; return the key of what is wrong with it, None if nothing is.

    While FTP is off it is switched on for that, as for every use of the card.
    """
    monitor, host = entry.runtime_data.monitor, entry.data[CONF_HOST]
    try:
        async with monitor.card.alone():
            error = await async_check(host, login)
    except CardNotQuiet:
        return BUSY
    if error == REFUSED and monitor.available and monitor.card.client is not None:
        error = await _async_try_switched_on(entry, login)
    return error


async def _async_try_switched_on(entry: RionConfigEntry, login: FtpLogin) -> str | None:
    card, host = entry.runtime_data.monitor.card, entry.data[CONF_HOST]
    kept, card.client = card.client, FtpClient(host, login.user, login.password, port=login.port)
    try:
        async with card.session():
            return None
    except CardNotQuiet:
        return BUSY
    except NL43Error as error:
        return error_key(error)
    finally:
        card.client = kept
