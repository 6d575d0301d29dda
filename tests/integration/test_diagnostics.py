"""Diagnostics and system health."""

import json

from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import ExtendedJSONEncoder
from homeassistant.setup import async_setup_component

from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.diagnostics import async_get_config_entry_diagnostics
from emulator import EmulatedMeter

from .helpers import SERIAL, MockConfigEntry, get_system_health_info, let_pass


async def test_diagnostics(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """All that helps is told, and nothing that tells whose meter this is or where."""
    await let_pass(60)
    diagnostics = await async_get_config_entry_diagnostics(hass, loaded)
    text = json.dumps(diagnostics, cls=ExtendedJSONEncoder)
    assert meter.host not in text
    assert SERIAL not in text
    assert diagnostics["data"]["host"] == diagnostics["data"]["serial"] == REDACTED
    assert diagnostics["link"]["state"] == "connected"
    assert diagnostics["link"]["error"] is None
    assert diagnostics["link"]["statistics"]["connects"] == 1
    assert diagnostics["available"] is True
    assert diagnostics["measurement"]["state"] == "stopped"
    assert diagnostics["facts"]["battery"] == "Full"
    assert diagnostics["sample"]["levels"]["channels"][0]["lp"] > 20


async def test_diagnostics_of_a_meter_that_is_off(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry
) -> None:
    """The kind of the link's error is told; its text might name the host."""
    await meter.power_off()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await let_pass(3)
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    assert meter.host not in json.dumps(diagnostics, cls=ExtendedJSONEncoder)
    assert diagnostics["link"]["error"] == "ConnectionRefused"
    assert diagnostics["sample"] is None


async def test_system_health(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """System health counts the meters."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    assert await get_system_health_info(hass, DOMAIN) == {"meters": 1, "meters_available": 1}
