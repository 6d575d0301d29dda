"""Settings of a few words: they show what the meter says, and set it."""

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.rion_nl43.const import DOMAIN
from emulator import EmulatedMeter
from emulator.faults import RefuseWith, ReplaceAnswer

from .helpers import MockConfigEntry, enable, entity_id, let_pass, press, runtime, state, until, until_available, value

SELECT = Platform.SELECT


async def choose(hass: HomeAssistant, key: str, option: str) -> None:
    """Choose an option."""
    await hass.services.async_call(
        SELECT, "select_option", {"entity_id": entity_id(hass, key, SELECT), "option": option}, blocking=True
    )


async def test_shows_and_sets(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The state is the meter's word, also after a choice."""
    await until(hass, lambda: value(hass, "frequency_weighting_main", SELECT) == "a", 120)
    await choose(hass, "frequency_weighting_main", "c")
    assert meter.instrument.settings["Frequency Weighting (Main)"] == "C"
    assert value(hass, "frequency_weighting_main", SELECT) == "c"
    assert [command.line for command in meter.referee.commands].count("Frequency Weighting (Main),C") == 1


async def test_changed_at_the_meter(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """What somebody sets at the meter shows in time."""
    await until(hass, lambda: value(hass, "store_mode", SELECT) == "manual", 120)
    meter.instrument.settings["Store Mode"] = "Auto"
    await runtime(loaded).facts.async_refresh()
    assert value(hass, "store_mode", SELECT) == "auto"


async def test_refused_while_measuring(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The user is told to stop the measurement first; nothing changes."""
    await until(hass, lambda: value(hass, "time_weighting_main", SELECT) == "f", 120)
    await press(hass, "start")
    with pytest.raises(ServiceValidationError) as raised:
        await choose(hass, "time_weighting_main", "s")
    assert raised.value.translation_key == "refused_while_measuring"
    assert value(hass, "time_weighting_main", SELECT) == "f"
    assert meter.instrument.settings["Time Weighting (Main)"] == "F"


async def test_refused_for_no_reason(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A refusal that is not the user's doing is an error of the meter."""
    await let_pass(60)
    meter.faults.add(RefuseWith("Store Mode,Auto", 2))
    with pytest.raises(HomeAssistantError) as raised:
        await choose(hass, "store_mode", "auto")
    assert (raised.value.translation_domain, raised.value.translation_key) == (DOMAIN, "parameter_refused")
    assert not isinstance(raised.value, ServiceValidationError)


async def test_word_that_we_do_not_know(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A word of a firmware to come is unknown, no error."""
    await until(hass, lambda: value(hass, "store_mode", SELECT) == "manual", 120)
    meter.faults.add(ReplaceAnswer("Store Mode?", "Cloud", times=None))
    await runtime(loaded).facts.async_refresh()
    assert value(hass, "store_mode", SELECT) == STATE_UNKNOWN


async def test_other_name(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """A unit that knows the weightings by their shorter names is asked and set by those."""
    meter.faults.add(RefuseWith("Frequency Weighting (Main)?", 1, times=None))
    meter.faults.add(RefuseWith("Frequency Weighting (Main),C", 1, times=None))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await until(hass, lambda: value(hass, "frequency_weighting_main", SELECT) == "a", 240)
    await choose(hass, "frequency_weighting_main", "c")
    assert value(hass, "frequency_weighting_main", SELECT) == "c"
    assert "Frequency Weighting,C" in [command.line for command in meter.referee.commands]


async def test_not_of_this_meter(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A setting that the meter refuses by every name is not available."""
    found = entity_id(hass, "language", SELECT)
    meter.faults.add(RefuseWith("Language?", 1, times=None))
    await enable(hass, found)
    await until(hass, lambda: value(hass, "language", SELECT) == STATE_UNAVAILABLE, 600)
    await let_pass(600)
    assert value(hass, "language", SELECT) == STATE_UNAVAILABLE


async def test_read_only_while_in_use(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Settings without an entity in use are not asked for."""
    await let_pass(600)
    asked = {command.line for command in meter.referee.commands}
    assert "Language?" not in asked
    assert "Delay Time?" not in asked
    await enable(hass, entity_id(hass, "delay_time", SELECT))
    await until(hass, lambda: value(hass, "delay_time", SELECT) == "off", 600)
    assert state(hass, "delay_time", SELECT).attributes["options"] == ["off", "1s", "3s", "5s", "10s"]
