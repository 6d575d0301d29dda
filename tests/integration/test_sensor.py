"""What the sensors say, compared with the meter itself."""

from datetime import UTC, datetime

from homeassistant.const import STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.rion_nl43.const import CONF_FEED, CONF_WATCHDOG
from custom_components.rion_nl43.options import STREAMED
from emulator import EmulatedMeter
from emulator.faults import CutAnswer, RefuseWith, ReplaceAnswer

from .helpers import MockConfigEntry, entity_id, let_pass, press, runtime, state, until, until_available, value

MEASURED = ("leq", "lmax", "lmin", "lpeak", "ln1", "ln2", "ln3", "ln4", "ln5")
DISABLED = ("le", "elapsed", "store_mode", "store_name", "frequency_weighting", "time_weighting", "card_total")


def friendly_name(hass: HomeAssistant, key: str) -> str:
    """Return the name without the device's."""
    return str(state(hass, key).attributes["friendly_name"]).removeprefix("NL-43 00830001 ")


async def test_before_the_first_measurement(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The live level is there, and nothing else."""
    assert 20 < float(value(hass, "lp")) < 130
    assert {value(hass, key) for key in MEASURED} == {STATE_UNKNOWN}
    await until(hass, lambda: value(hass, "run_state") == "stopped")
    assert value(hass, "measurement_start") == STATE_UNKNOWN
    assert value(hass, "over", Platform.BINARY_SENSOR) == STATE_OFF
    assert value(hass, "under", Platform.BINARY_SENSOR) == STATE_OFF


async def test_held_results_are_the_meters(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """After the stop all results stay, exactly as the meter's own."""
    await press(hass, "start")
    await let_pass(120)
    await press(hass, "stop")
    await let_pass(15)
    results = meter.instrument.results[0]
    assert float(value(hass, "leq")) == pytest.approx(results.leq, abs=0.051)
    assert float(value(hass, "lmax")) == pytest.approx(results.lmax, abs=0.051)
    assert float(value(hass, "lmin")) == pytest.approx(results.lmin, abs=0.051)
    assert float(value(hass, "lpeak")) == pytest.approx(results.lpeak, abs=0.051)
    for number, level in enumerate(results.ln, 1):
        assert float(value(hass, f"ln{number}")) == pytest.approx(level, abs=0.051)
    held = {key: value(hass, key) for key in MEASURED}
    lp = value(hass, "lp")
    await let_pass(600)
    assert {key: value(hass, key) for key in MEASURED} == held
    assert value(hass, "lp") != lp


async def test_operator_at_the_meter(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """What is done at the meter itself shows within a minute."""
    await let_pass(60)
    assert meter.instrument.press_start()
    began = datetime.now(UTC)
    await until(hass, lambda: value(hass, "run_state") == "measuring", 70)
    await let_pass(120)
    assert meter.instrument.pause()
    await until(hass, lambda: value(hass, "run_state") == "paused", 140)
    assert meter.instrument.resume()
    await until(hass, lambda: value(hass, "run_state") == "measuring", 140)
    started = datetime.fromisoformat(value(hass, "measurement_start"))
    assert abs((started - began).total_seconds()) < 70
    assert meter.instrument.press_stop()
    await until(hass, lambda: value(hass, "run_state") == "stopped", 70)


@pytest.mark.usefixtures("all_enabled")
async def test_facts(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The slow facts are those of the meter."""
    await let_pass(200)
    assert value(hass, "battery") == "full"
    assert value(hass, "power_source") == "external"
    assert float(value(hass, "card_total")) == 30436
    assert float(value(hass, "card_free")) == 29120
    assert float(value(hass, "card_free_percent")) == pytest.approx(100 * 29120 / 30436, abs=1)
    assert abs(float(value(hass, "clock_offset"))) <= 1
    assert value(hass, "store_mode") == "manual"
    assert value(hass, "store_name") == meter.instrument.settings["Store Name"]
    assert value(hass, "frequency_weighting") == "a"
    assert value(hass, "time_weighting") == "f"
    assert value(hass, "sub1_frequency_weighting") == "c"
    meter.instrument.battery = "Low"
    await runtime(loaded).facts.async_refresh()
    assert value(hass, "battery") == "low"


async def test_word_that_we_do_not_know(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """A battery word of a firmware to come is no error; the level is unknown then."""
    meter.faults.add(ReplaceAnswer("Battery Level?", "Three Quarters", times=None))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await let_pass(120)
    assert value(hass, "battery") == STATE_UNKNOWN


@pytest.mark.usefixtures("all_enabled")
async def test_elapsed(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The measurement's time runs with it and stands with it."""
    await press(hass, "start")
    await let_pass(300)
    assert float(value(hass, "elapsed")) == pytest.approx(300, abs=12)
    await press(hass, "stop")
    stopped = float(value(hass, "elapsed"))
    assert stopped == pytest.approx(300, abs=5)
    await let_pass(120)
    assert float(value(hass, "elapsed")) == stopped


@pytest.mark.usefixtures("all_enabled")
async def test_sub_channels(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A sub channel has values while the meter shows it."""
    assert value(hass, "sub1_lp") == STATE_UNKNOWN
    meter.instrument.settings["Measure Display Sub Channel 1"] = "On"
    await until(hass, lambda: value(hass, "sub1_lp") != STATE_UNKNOWN)
    assert value(hass, "sub2_lp") == STATE_UNKNOWN
    assert float(value(hass, "sub1_lp")) >= float(value(hass, "lp")) - 10


async def test_meter_without_sub_channels(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """A row with the main channel alone is a row."""
    main = " 44.4," + "  -.-," * 13 + "0,0"
    meter.faults.add(ReplaceAnswer("DOD?", main, times=None))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: value(hass, "lp") == "44.4")
    assert runtime(entry).levels.data.channel(1) is None


async def test_labels_without_an_answer(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """A meter that does not tell its percentages has neutral labels, never guessed ones."""
    for number in range(1, 6):
        meter.faults.add(RefuseWith(f"Percentile {number}?", 3, times=None))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await let_pass(300)
    assert [friendly_name(hass, f"ln{number}") for number in range(1, 6)] == ["LN1", "LN2", "LN3", "LN4", "LN5"]


async def test_label_that_is_not_understood(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """An answer without a number makes no label."""
    meter.faults.add(ReplaceAnswer("Percentile 2?", "??", times=None))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await let_pass(300)
    assert [friendly_name(hass, f"ln{number}") for number in range(1, 6)] == ["L5", "LN2", "L50", "L90", "L95"]


async def test_labels_follow_the_meter(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """With other settings the names are others at the next measurement; the ids stay."""
    await let_pass(120)
    keys = ("ln1", "lp", "lmax", "leq")
    ids = [entity_id(hass, key) for key in keys]
    assert [friendly_name(hass, key) for key in keys] == ["L5", "LAF", "LAFmax", "LAeq"]
    meter.instrument.settings["Percentile 1"] = "1"
    meter.instrument.settings["Frequency Weighting (Main)"] = "C"
    meter.instrument.settings["Time Weighting (Main)"] = "S"
    await press(hass, "start")
    await let_pass(60)
    assert [friendly_name(hass, key) for key in keys] == ["L1", "LCS", "LCSmax", "LCeq"]
    assert [entity_id(hass, key) for key in keys] == ids
    registry = er.async_get(hass)
    assert [registry.entities[found].original_name for found in ids] == ["L1", "LCS", "LCSmax", "LCeq"]


async def test_name_of_the_user_stays(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A user's own name is not touched by what the meter measures."""
    er.async_get(hass).async_update_entity(entity_id(hass, "ln1"), name="Loud moments")
    meter.instrument.settings["Percentile 1"] = "1"
    await press(hass, "start")
    await let_pass(60)
    assert state(hass, "ln1").attributes["friendly_name"] == "Loud moments"


async def test_entity_id_may_change(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A renamed entity goes on under its new id."""
    er.async_get(hass).async_update_entity(entity_id(hass, "lp"), new_entity_id="sensor.fence")
    await hass.async_block_till_done()
    before = value(hass, "lp")
    assert entity_id(hass, "lp") == "sensor.fence"
    assert before != STATE_UNAVAILABLE
    await let_pass(60)
    assert value(hass, "lp") != before


@pytest.mark.usefixtures("all_enabled")
async def test_link(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """How the link is, how often it was lost, when last and why."""
    await let_pass(30)
    assert value(hass, "link") == "connected"
    assert value(hass, "reconnects") == "0"
    assert value(hass, "last_loss") == STATE_UNKNOWN
    assert 0 < float(value(hass, "round_trip")) < 1
    meter.faults.add(CutAnswer("DOD?", 20, "close"))
    await until(hass, lambda: value(hass, "link") != "connected", 10)
    lost = datetime.now(UTC)
    await until(hass, lambda: value(hass, "link") == "connected", 60)
    assert value(hass, "reconnects") == "1"
    assert abs(datetime.fromisoformat(value(hass, "last_loss")) - lost).total_seconds() <= 2
    assert state(hass, "last_loss").attributes["reason"] == "connection_lost"
    told = value(hass, "last_loss")
    await let_pass(600)
    assert value(hass, "last_loss") == told


async def test_feed_and_watchdog(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Which feed runs, and what the watchdog does, also as it is told to change."""
    assert value(hass, "feed") == "polled"
    assert value(hass, "watchdog") == "off"
    hass.config_entries.async_update_entry(loaded, options={CONF_FEED: STREAMED, CONF_WATCHDOG: "always"})
    await until(hass, lambda: value(hass, "feed") == "streamed", 180)
    await until(hass, lambda: value(hass, "watchdog") == "measuring")
    await until(hass, lambda: value(hass, "run_state") == "measuring")
