"""FTP is left as it was found when Home Assistant has no use for a meter any more."""

import asyncio

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from emulator import EmulatedMeter

from .card_helpers import fill, sessions
from .helpers import MockConfigEntry, ask, device_id, let_pass, runtime, until_available


def ftp_is_on(meter: EmulatedMeter) -> bool:
    return meter.instrument.settings.is_on("FTP")


@pytest.mark.parametrize("how", ["reload", "stop"])
async def test_ftp_is_off_in_the_end(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, how: str
) -> None:
    fill(meter)
    await ask(hass, "list_files", device_id=device_id(hass, loaded))
    assert ftp_is_on(meter)
    if how == "reload":
        assert await hass.config_entries.async_reload(loaded.entry_id)
    else:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await let_pass(10)
    assert not ftp_is_on(meter)
    assert runtime(loaded).monitor.memory["card"]["ftp_owes"] is None


async def test_a_restart_after_a_crash_puts_it_back(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """The connection is lost at the end: what is owed is in the memory's file."""
    fill(meter)
    await ask(hass, "list_files", device_id=device_id(hass, loaded))
    fault = meter.faults.switch_on("foreign-client", comes="at once")
    await let_pass(20)
    await hass.config_entries.async_unload(loaded.entry_id)
    assert ftp_is_on(meter)
    meter.faults.switch_off(fault)
    await let_pass(10)
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await until_available(hass)
    await let_pass(10)
    assert not ftp_is_on(meter)


async def test_who_waits_for_files_is_told(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    fill(meter)
    listing = asyncio.create_task(ask(hass, "list_files", device_id=device_id(hass, loaded)))
    await let_pass(3)
    await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(HomeAssistantError):
        await listing
    assert not ftp_is_on(meter)
    assert sessions(meter) == 0
