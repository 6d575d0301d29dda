"""Entries of earlier versions."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant

from custom_components.rion_nl43.const import CONF_FTP_PASSWORD, CONF_FTP_PORT, CONF_FTP_USER, CONF_PUBLISH
from custom_components.rion_nl43.migration import MINOR_VERSION
from custom_components.rion_nl43.options import MeterOptions
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, open_connections, until_available

FTP_KEYS = (CONF_FTP_PORT, CONF_FTP_USER, CONF_FTP_PASSWORD)


async def test_from_1_1(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """The FTP login is the factory's, all else stays, and the meter runs."""
    old = {key: value for key, value in entry.data.items() if key not in FTP_KEYS}
    hass.config_entries.async_update_entry(entry, data=old, options={CONF_PUBLISH: "live"}, minor_version=1)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    assert (entry.version, entry.minor_version) == (1, MINOR_VERSION)
    assert entry.data == {**old, CONF_FTP_PORT: 21, CONF_FTP_USER: "USER", CONF_FTP_PASSWORD: "0000"}
    assert MeterOptions.from_entry(entry).publish == "live"
    assert open_connections(meter) == 1


async def test_up_to_date(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """A newer minor version is taken as it is."""
    data = {**entry.data, CONF_FTP_USER: "site"}
    hass.config_entries.async_update_entry(entry, data=data, minor_version=MINOR_VERSION + 1)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.data == data
    assert entry.minor_version == MINOR_VERSION + 1


async def test_from_the_future(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """An entry of a later version is left alone, and so is its meter."""
    hass.config_entries.async_update_entry(entry, version=2, minor_version=1)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert (entry.data[CONF_HOST], entry.data[CONF_PORT]) == (meter.host, meter.port)
    assert not meter.referee.connections
    assert await hass.config_entries.async_remove(entry.entry_id)
