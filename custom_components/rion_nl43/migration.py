"""Entries of earlier versions."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .const import LOGGER
from .ftp_login import FtpLogin

VERSION: Final = 1
MINOR_VERSION: Final = 2


async def async_migrate_entry(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Bring an entry up to date; 1.2 keeps an FTP login, that of the factory before anybody says otherwise."""
    if entry.minor_version < MINOR_VERSION:
        hass.config_entries.async_update_entry(
            entry, data={**FtpLogin().as_data(), **entry.data}, minor_version=MINOR_VERSION
        )
        LOGGER.debug("%s is now of version %s.%s", entry.title, VERSION, MINOR_VERSION)
    return True
