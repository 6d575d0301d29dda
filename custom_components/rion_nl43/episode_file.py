"""Tables and reports as files, where Home Assistant may write."""

from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.file import WriteError, write_utf8_file

from .const import DOMAIN

SUFFIX: Final = ".csv"
# Without it spreadsheets take umlauts for something else.
BYTE_ORDER_MARK: Final = "\ufeff"
# Home Assistant's folder of media: beside the configuration in a container, within it elsewhere.
MEDIA: Final = "media"
LOCAL_MEDIA: Final = "local"


async def async_write_table(hass: HomeAssistant, file: str, table: str) -> str:
    """Write a table, as `async_write_text` does; the name of the file has to say that it is one."""
    path = whole_path(hass, Path(file))
    if path.suffix != SUFFIX:
        raise _error(ServiceValidationError, "file_not_csv", path)
    return await async_write_text(hass, file, BYTE_ORDER_MARK + table)


async def async_write_text(hass: HomeAssistant, file: str, text: str) -> str:
    """Write a text, over an older file if there is one, and return the whole path.

    A relative path is one of the configuration folder, or of the media folder if it begins with "media". Raises
    ServiceValidationError where nobody allowed to write, and HomeAssistantError where it cannot be written.
    """
    path = whole_path(hass, Path(file))
    if not await hass.async_add_executor_job(_write, hass, path, text):
        raise _error(ServiceValidationError, "path_not_allowed", path)
    return str(path)


def whole_path(hass: HomeAssistant, path: Path) -> Path:
    """Return where a path is that a user has named."""
    media = hass.config.media_dirs.get(LOCAL_MEDIA)
    if media and path.parts[:1] == (MEDIA,):
        return Path(media, *path.parts[1:])
    return Path(hass.config.path(str(path)))


def _write(hass: HomeAssistant, path: Path, text: str) -> bool:
    """Write the text; False if it may not be written there."""
    # A path with control characters is nobody's, and some of them are errors to the system.
    if not str(path).isprintable() or not hass.config.is_allowed_path(str(path)):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_utf8_file(str(path), text)
    except (OSError, WriteError) as error:
        raise _error(HomeAssistantError, "file_not_written", path, error=str(error)) from error
    return True


def _error[E: HomeAssistantError](kind: type[E], key: str, path: Path, **more: Any) -> E:
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders={"file": str(path), **more})
