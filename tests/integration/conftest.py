"""An emulated meter and its entry in Home Assistant."""

from collections.abc import AsyncIterator

from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.rion_nl43.const import CONF_FIRMWARE, CONF_SERIAL, DOMAIN
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .helpers import SERIAL, until_available


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""


@pytest.fixture
async def meter(hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
    """A meter that is switched on, in Home Assistant's time zone."""
    await hass.config.async_set_time_zone("UTC")
    return await emulated_meter(serial=SERIAL)


@pytest.fixture
async def entry(hass: HomeAssistant, meter: EmulatedMeter) -> AsyncIterator[MockConfigEntry]:
    """The meter's entry, not set up yet; unloaded at the end whatever became of it."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"NL-43 {SERIAL}",
        unique_id=SERIAL,
        data={
            CONF_HOST: meter.host,
            CONF_PORT: meter.port,
            CONF_MODEL: "NL-43",
            CONF_SERIAL: SERIAL,
            CONF_FIRMWARE: "01.02.0304",
        },
    )
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
