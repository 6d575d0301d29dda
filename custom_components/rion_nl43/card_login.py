"""The FTP login of a meter's card: asked for anew when the meter refuses it."""

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from .coordinator import RionConfigEntry
from .ftp_login import FtpLogin, error_key
from .monitor import MeterCard
from .nl43 import FtpRefused, NL43Error, check_login
from .nl43.ftp import FtpClient


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
        try:
            async with monitor.card.alone():
                await check_login(host, login.port, login.user, login.password)
        except FtpRefused:
            if monitor.card.client is None or not monitor.available:
                raise
            await _async_try_switched_on(monitor.card, host, login)
    except NL43Error as error:
        return error_key(error)
    return None


async def _async_try_switched_on(card: MeterCard, host: str, login: FtpLogin) -> None:
    kept, card.client = card.client, FtpClient(host, login.user, login.password, port=login.port)
    try:
        async with card.session():
            pass
    finally:
        card.client = kept
