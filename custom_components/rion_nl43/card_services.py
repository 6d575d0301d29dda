"""Actions for the files on meters' cards: list them, and download them to Home Assistant."""

from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import probatio

from .card_folder import Download, async_download
from .card_paths import local_time, names_of, on_card
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .errors import async_in_words, to_home_assistant_error
from .meter_actions import async_each, async_response
from .meter_targets import async_targeted_meters
from .monitor import Facts
from .nl43.ftp import UnsafeName

SERVICE_LIST_FILES: Final = "list_files"
SERVICE_DOWNLOAD_FILES: Final = "download_files"

ATTR_PATH: Final = "path"
ATTR_FOLDER: Final = "folder"
ATTR_ZIP: Final = "zip"

LIST_SCHEMA: Final = cv.make_entity_service_schema({probatio.Optional(ATTR_PATH, default="/"): cv.string})
DOWNLOAD_SCHEMA: Final = cv.make_entity_service_schema(
    {
        probatio.Required(ATTR_PATH): cv.string,
        probatio.Optional(ATTR_FOLDER): cv.string,
        probatio.Optional(ATTR_ZIP, default=False): cv.boolean,
    }
)
# How the meter begins the name of a folder, by its store mode; what Timer Auto stores is an Auto store.
STORES: Final = {"Auto": "Auto_", "Timer Auto": "Auto_", "Manual": "Manual_"}


@callback
def async_setup_card_services(hass: HomeAssistant) -> None:
    """Register the actions, whether meters are there or not."""
    hass.services.async_register(DOMAIN, SERVICE_LIST_FILES, _async_list, LIST_SCHEMA, SupportsResponse.ONLY)
    hass.services.async_register(
        DOMAIN, SERVICE_DOWNLOAD_FILES, _async_download, DOWNLOAD_SCHEMA, SupportsResponse.OPTIONAL
    )


def stored_names(entry: RionConfigEntry, facts: Facts, *, stored: bool) -> tuple[str, ...] | None:
    """Return the folder of what a measurement has stored; None if it has stored nothing, or that is not known.

    `facts` are those of the time when it ran; `stored`: its result was stored by hand.
    """
    mode = facts.store_mode or ""
    if facts.store_name is None or mode not in STORES or (mode == "Manual" and not stored):
        return None
    return entry.runtime_data.identity.model, f"{STORES[mode]}{facts.store_name}"


async def async_downloaded(
    hass: HomeAssistant, entry: RionConfigEntry, names: tuple[str, ...] | None
) -> JsonObjectType:
    """Download to the media folder what a measurement has stored; return what the response tells of it."""
    if names is None:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="nothing_stored")
    return await _told(hass, await async_download(hass, entry, names, None))


async def _async_list(call: ServiceCall) -> ServiceResponse:
    names = _names(call)

    async def list_files(entry: RionConfigEntry) -> JsonObjectType:
        card = entry.runtime_data.monitor.card
        return {
            "files": [
                {
                    "name": found.name,
                    "path": on_card((*names, found.name)),
                    "is_folder": found.is_folder,
                    "size": found.size,
                    "modified": local_time(card, found).isoformat(),
                }
                for found in await card.entries(on_card(names))
            ]
        }

    return async_response(call, await async_each(call, await async_targeted_meters(call, POLICY_READ), list_files))


async def _async_download(call: ServiceCall) -> ServiceResponse:
    names = _names(call)

    async def download(entry: RionConfigEntry) -> JsonObjectType:
        done = await async_download(call.hass, entry, names, call.data.get(ATTR_FOLDER), packed=call.data[ATTR_ZIP])
        return await _told(call.hass, done)

    # Who may only look may not write a file.
    return async_response(call, await async_each(call, await async_targeted_meters(call, POLICY_CONTROL), download))


def _names(call: ServiceCall) -> tuple[str, ...]:
    path = call.data[ATTR_PATH]
    try:
        return names_of(path)
    except UnsafeName as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="card_path_invalid", translation_placeholders={"path": path}
        ) from error


async def _told(hass: HomeAssistant, done: Download) -> JsonObjectType:
    return {
        "target": str(done.target),
        "files": [str(path) for path in done.files],
        "size": done.size,
        "left": [
            {"path": path, "why": await async_in_words(hass, to_home_assistant_error(error))}
            for path, error in done.left.items()
        ],
    }
