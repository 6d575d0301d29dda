"""Rows that break off: no entity ever shows a value that the meter did not say."""

from typing import Literal

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.rion_nl43.const import CONF_PUBLISH, CONF_WINDOWS, PublishProfile
from emulator import EmulatedMeter
from emulator.faults import CutAnswer, ReplaceAnswer

from .helpers import MockConfigEntry, StateLog, let_pass, until_available

# Every figure of the row is told from every part of itself: no cut of `123.4` leaves another of these figures.
FIGURES = ("123.4", "113.5", "133.6", "127.7", "101.8", "126.9", "125.1", "115.2", "107.3", "103.2", "137.5")
UNUSED = "  -.-," * 14 + "-,-"
ROW = ",".join([*FIGURES, *["  -.-"] * 3, "0", "0", UNUSED, UNUSED, UNUSED])
ANSWER_SIZE = len(f"R+0000\r\n{ROW}\r\n")


@pytest.mark.parametrize("then", ["close", "stall", "go_on"])
async def test_no_wrong_value(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, then: Literal["close", "stall", "go_on"]
) -> None:
    """Whatever byte the row is cut after, the states are the row's, unknown or unavailable."""
    hass.config_entries.async_update_entry(entry, options={CONF_PUBLISH: PublishProfile.LIVE, CONF_WINDOWS: []})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    meter.faults.add(ReplaceAnswer("DOD?", ROW, times=None))
    await let_pass(10)
    log = StateLog(hass)
    for cut in range(0, ANSWER_SIZE, 7):
        meter.faults.add(CutAnswer("DOD?", cut, then))
        await let_pass(20)
    log.close()
    await until_available(hass)
    await let_pass(2)
    levels = {
        found.entity_id
        for found in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if found.original_device_class == "sound_pressure"
    }
    seen = {state for _, changed, state in log.changes if changed in levels}
    assert seen <= {*FIGURES, STATE_UNAVAILABLE, STATE_UNKNOWN}
    shown = {state.state for state in hass.states.async_all("sensor") if state.entity_id in levels}
    # Of a period that is not over there is no level.
    assert shown - {STATE_UNKNOWN} == set(FIGURES) - {"133.6"}
