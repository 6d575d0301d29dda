"""For how much of today there are levels, as a sensor."""

from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from emulator import EmulatedMeter

from .helpers import MockConfigEntry, let_pass, state, value

KEY = "coverage_today"


def since(hass: HomeAssistant) -> datetime:
    """Return where the count begins."""
    found = state(hass, KEY).attributes["since"]
    assert isinstance(found, datetime)
    return found


async def test_while_a_meter_is_away(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """It falls, and is told all the time; when the meter is back it rises again."""
    await let_pass(3600)
    before = float(value(hass, KEY))
    assert 99 <= before <= 100
    await meter.power_off()
    await let_pass(3600)
    assert 49 <= (low := float(value(hass, KEY))) <= 50.5
    await meter.power_on()
    await let_pass(3600)
    assert low < float(value(hass, KEY)) < 67


async def test_over_a_restart(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """What was counted stays."""
    began = since(hass)
    await let_pass(1200)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await let_pass(1200)
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await let_pass(120)
    assert since(hass) == began
    assert 45 < float(value(hass, KEY)) < 60


async def test_of_the_day(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """It begins anew at midnight of the place."""
    # Where the day has less than an hour left; the sign of these zones is that of the west.
    ahead = (23 - dt_util.utcnow().hour + 12) % 24 - 12
    await hass.config.async_set_time_zone(f"Etc/GMT{-ahead:+d}")
    assert await hass.config_entries.async_reload(loaded.entry_id)
    midnight = dt_util.start_of_local_day() + timedelta(days=1)
    await let_pass((midnight - dt_util.utcnow()).total_seconds() + 600)
    assert since(hass) == midnight
    assert float(value(hass, KEY)) > 99
