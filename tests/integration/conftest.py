"""An emulated meter, its entry in Home Assistant, and who watches it live."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.config_entries import RELOAD_AFTER_UPDATE_DELAY
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .helpers import SERIAL, MockConfigEntry, let_pass, new_entry, until_available
from .live_helpers import View, Viewer


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration; a recorder has to be there before Home Assistant is."""
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def hass_config_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder of the test's own: Home Assistant's storage is none of it, but the histories of meters are files."""
    return str(tmp_path_factory.mktemp("config"))


@pytest.fixture
async def meter(hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
    """A meter that is switched on, in Home Assistant's time zone; its FTP server is off, as it comes."""
    await hass.config.async_set_time_zone("UTC")
    return await emulated_meter(serial=SERIAL, ftp_port=0)


@pytest.fixture
async def entry(hass: HomeAssistant, meter: EmulatedMeter) -> AsyncIterator[MockConfigEntry]:
    """The meter's entry, not set up yet; unloaded at the end whatever became of it."""
    entry = new_entry(meter)
    entry.add_to_hass(hass)
    yield entry
    if hass.config_entries.async_get_entry(entry.entry_id):
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def loaded(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """The meter's entry, set up, with its values there."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    return entry


@pytest.fixture
async def all_enabled(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """All entities of the meter, enabled by the user; Home Assistant reloads the entry for that by itself."""
    registry = er.async_get(hass)
    for found in er.async_entries_for_config_entry(registry, loaded.entry_id):
        registry.async_update_entity(found.entity_id, disabled_by=None)
    await let_pass(RELOAD_AFTER_UPDATE_DELAY + 1)
    await until_available(hass)


@pytest.fixture
async def view(hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any) -> AsyncIterator[View]:
    """What lets somebody come, with a token of his own or that of an administrator."""
    viewers = []

    async def come(*token: str) -> Viewer:
        viewers.append(Viewer(await hass_ws_client(hass, *token)))
        return viewers[-1]

    yield come
    for viewer in viewers:
        await viewer.close()


@pytest.fixture
async def viewer(view: View) -> Viewer:
    """Somebody who may see everything."""
    return await view()
