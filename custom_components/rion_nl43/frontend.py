"""Cards and dashboards: the folder `frontend`, served to browsers and loaded by Home Assistant's pages."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from homeassistant.components import frontend
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .coordinator import RionConfigEntry

FOLDER: Final = Path(__file__).parent / "frontend"
MODULE: Final = "rion-nl43.js"
# Letters of the hash: enough to tell two states of the files from each other.
HASH_LENGTH: Final = 8

PAGE: HassKey[_Page] = HassKey(f"{DOMAIN}_page")


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Serve the folder under its version, so that browsers may keep what they got."""
    integration = await async_get_integration(hass, DOMAIN)
    digest = await hass.async_add_executor_job(hash_of_files, FOLDER)
    page = hass.data[PAGE] = _Page(hass, f"{integration.version}-{digest}")
    await hass.http.async_register_static_paths([StaticPathConfig(page.folder_url, str(FOLDER), cache_headers=True)])


@callback
def async_page_version(hass: HomeAssistant) -> str:
    """Return the version of what is served; another one than that of a page says that the page is to be reloaded."""
    return hass.data[PAGE].version


@callback
def async_load_frontend(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Let pages load the module for as long as this entry is loaded, or any other is."""
    hass.data[PAGE].async_take(entry)


def hash_of_files(folder: Path) -> str:
    """Return a short hash of the names and contents of all files in a folder."""
    digest = sha256()
    for path in _files(folder):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        for part in (name, content):
            # With its length before it, no part can pass for the end of the one before.
            digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()[:HASH_LENGTH]


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


class _Page:
    """The module, and the entries that want it loaded."""

    def __init__(self, hass: HomeAssistant, version: str) -> None:
        """Load nothing yet."""
        self._hass = hass
        self._entry_ids: set[str] = set()
        self.version = version
        self.folder_url = f"/{DOMAIN}/{version}"

    @callback
    def async_take(self, entry: RionConfigEntry) -> None:
        """Load the module if this entry is the first."""
        # Home Assistant can do without pages of its own.
        if frontend.DOMAIN not in self._hass.config.components:
            return
        if not self._entry_ids:
            frontend.add_extra_js_url(self._hass, self._module_url)
        self._entry_ids.add(entry.entry_id)

        @callback
        def leave() -> None:
            self._entry_ids.discard(entry.entry_id)
            if not self._entry_ids:
                frontend.remove_extra_js_url(self._hass, self._module_url)

        entry.async_on_unload(leave)

    @property
    def _module_url(self) -> str:
        return f"{self.folder_url}/{MODULE}"
