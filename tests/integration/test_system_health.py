"""System health."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.rion_nl43.const import CONF_FEED, DOMAIN
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, act, get_system_health_info, let_pass, runtime, until
from .texts import TEXTS

NOBODY = dict.fromkeys(TEXTS["system_health"]["info"], 0)


async def info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what system health shows."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    found: dict[str, Any] = await get_system_health_info(hass, DOMAIN)
    return found


async def test_without_meters(hass: HomeAssistant) -> None:
    """Every line has its words, and every word its line."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert await info(hass) == NOBODY


async def test_meter_that_is_there(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A meter with a polled feed."""
    assert await info(hass) == NOBODY | {"meters": 1, "meters_available": 1}


async def test_streamed(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A meter with a streamed feed, chosen while it runs."""
    hass.config_entries.async_update_entry(loaded, options={CONF_FEED: "streamed"})
    await let_pass(60)
    assert await info(hass) == NOBODY | {"meters": 1, "meters_available": 1, "meters_streamed": 1}


async def test_standby(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A meter whose connection was given away; that is no loss."""
    await act(hass, "standby")
    assert await info(hass) == NOBODY | {"meters": 1, "meters_in_standby": 1}


async def test_lost(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A meter that has gone."""
    await meter.power_off()
    await until(hass, lambda: not runtime(loaded).monitor.available)
    assert await info(hass) == NOBODY | {"meters": 1, "connections_lost": 1}
