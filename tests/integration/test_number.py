"""Settings that are figures."""

from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from emulator import EmulatedMeter
from emulator.faults import ReplaceAnswer

from .helpers import MockConfigEntry, enable, entity_id, let_pass, press, state, until, value

NUMBER = Platform.NUMBER


async def enter(hass: HomeAssistant, key: str, number: float) -> None:
    """Enter a number."""
    await hass.services.async_call(
        NUMBER, "set_value", {"entity_id": entity_id(hass, key, NUMBER), "value": number}, blocking=True
    )


async def test_four_digits(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The store name is a number to people, and four digits to the meter."""
    await enable(hass, entity_id(hass, "store_name", NUMBER))
    await until(hass, lambda: value(hass, "store_name", NUMBER) != STATE_UNKNOWN, 600)
    assert float(value(hass, "store_name", NUMBER)) == int(meter.instrument.settings["Store Name"])
    await enter(hass, "store_name", 42)
    assert meter.instrument.settings["Store Name"] == "0042"
    assert float(value(hass, "store_name", NUMBER)) == 42
    attributes = state(hass, "store_name", NUMBER).attributes
    assert (attributes["min"], attributes["max"], attributes["step"]) == (0, 9999, 1)


async def test_percentile(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A percentage is set, and the label of the level follows."""
    await enable(hass, entity_id(hass, "percentile_1", NUMBER))
    await until(hass, lambda: value(hass, "percentile_1", NUMBER) == "5.0", 600)
    await enter(hass, "percentile_1", 1)
    assert meter.instrument.settings["Percentile 1"] == "1"
    assert value(hass, "percentile_1", NUMBER) == "1.0"
    await press(hass, "start")
    await let_pass(60)
    assert state(hass, "ln1").attributes["friendly_name"].endswith(" L1")


async def test_refused_while_measuring(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The user is told to stop the measurement first."""
    await enable(hass, entity_id(hass, "index_number", NUMBER))
    await until(hass, lambda: value(hass, "index_number", NUMBER) != STATE_UNKNOWN, 600)
    before = meter.instrument.settings["Index Number"]
    await press(hass, "start")
    with pytest.raises(ServiceValidationError) as raised:
        await enter(hass, "index_number", 12)
    assert raised.value.translation_key == "refused_while_measuring"
    assert meter.instrument.settings["Index Number"] == before


async def test_allowed_while_measuring(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """What the meter takes at any time is not held back."""
    await enable(hass, entity_id(hass, "backlight_brightness", NUMBER))
    await press(hass, "start")
    await enter(hass, "backlight_brightness", 4)
    assert meter.instrument.settings["Backlight Brightness"] == "4"
    assert value(hass, "backlight_brightness", NUMBER) == "4.0"


async def test_no_number(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """An answer without a number makes the state unknown."""
    meter.faults.add(ReplaceAnswer("Percentile 2?", "??", times=None))
    await enable(hass, entity_id(hass, "percentile_2", NUMBER))
    await let_pass(300)
    assert value(hass, "percentile_2", NUMBER) == STATE_UNKNOWN
