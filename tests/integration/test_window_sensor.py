"""Levels over windows: what they tell, what they are called, and that they follow the options."""

from datetime import UTC, datetime
from itertools import pairwise
import re

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.rion_nl43.acoustics import WindowKind, WindowSpec
from custom_components.rion_nl43.const import CONF_FEED, CONF_MIN_COVERAGE, CONF_PUBLISH, CONF_WINDOWS, PublishProfile
from custom_components.rion_nl43.options import STREAMED
from emulator import EmulatedMeter

from .helpers import (
    SERIAL,
    MockConfigEntry,
    StateLog,
    enable,
    entity_id,
    let_pass,
    press,
    runtime,
    state,
    until,
    value,
)


def window_keys(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the keys of all sensors of windows that there are."""
    keys = {
        found.unique_id.removeprefix(f"{SERIAL}_")
        for found in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    }
    return {key for key in keys if re.fullmatch(r"l\w+_[0-9]+min(_aligned)?", key)}


def lengths(keys: set[str]) -> set[str]:
    """Return the lengths that keys of windows are of."""
    return {key.split("_")[1] for key in keys}


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **options: object) -> None:
    """Choose options, as the form does."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
    await hass.async_block_till_done()


async def test_fills(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A window is unknown until enough of it is covered, and says how much that is."""
    await let_pass(30)
    assert value(hass, "leq_1min") == STATE_UNKNOWN
    assert 30 <= state(hass, "leq_1min").attributes["coverage"] <= 65
    await until(hass, lambda: value(hass, "leq_1min") != STATE_UNKNOWN, 40)
    await let_pass(60)
    assert state(hass, "leq_1min").attributes["coverage"] >= 95
    assert state(hass, "leq_1min").attributes["basis"] == "polled"
    assert value(hass, "leq_15min") == STATE_UNKNOWN
    await let_pass(900)
    assert state(hass, "leq_15min").attributes["coverage"] >= 95
    assert float(value(hass, "l10_15min")) >= float(value(hass, "l90_15min"))


async def test_as_the_monitor_says(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The states are the window's levels, to a tenth."""
    await let_pass(1200)
    levels = runtime(loaded).levels.data.windows[WindowSpec(WindowKind.RUNNING, 900)]
    assert levels.leq is not None
    assert float(value(hass, "leq_15min")) == pytest.approx(levels.leq, abs=0.051)
    assert float(value(hass, "l10_15min")) == pytest.approx(levels.percentiles[10], abs=0.051)
    assert float(value(hass, "l90_15min")) == pytest.approx(levels.percentiles[90], abs=0.051)


async def test_streamed_is_the_truth(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """From a streamed feed the window's level is the meter's own."""
    await choose(hass, loaded, **{CONF_FEED: STREAMED})
    await let_pass(1000)
    assert state(hass, "leq_15min").attributes["basis"] == "streamed"
    levels = runtime(loaded).levels.data.windows[WindowSpec(WindowKind.RUNNING, 900)]
    # Meter time is counted from when the meter was made.
    made = datetime.now(UTC).timestamp() - meter.clock.now().seconds
    truth = meter.truth.span(levels.began - made, levels.ended - made)
    assert float(value(hass, "leq_15min")) == pytest.approx(truth.leq, abs=0.16)


async def test_only_what_is_enabled_is_computed(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A window of which no entity is in use costs nothing at publication."""
    await let_pass(20)
    published = runtime(loaded).levels.data.windows
    assert set(published) == {WindowSpec(WindowKind.RUNNING, 60), WindowSpec(WindowKind.RUNNING, 900)}


async def test_options(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Entities come and go with the options, over the same connection."""
    assert lengths(window_keys(hass, loaded)) == {"1min", "5min", "15min", "60min"}
    assert len(window_keys(hass, loaded)) == 4 * 2 * 9
    await choose(hass, loaded, **{CONF_WINDOWS: [10, 15]})
    assert lengths(window_keys(hass, loaded)) == {"10min", "15min"}
    assert hass.states.get(f"sensor.nl_43_{SERIAL}_leq_1min") is None
    await let_pass(60)
    assert state(hass, "leq_15min").attributes["coverage"] > 0
    assert set(runtime(loaded).levels.data.windows) == {WindowSpec(WindowKind.RUNNING, 900)}
    await choose(hass, loaded, **{CONF_WINDOWS: [1]})
    await let_pass(120)
    assert value(hass, "leq_1min") != STATE_UNKNOWN
    await choose(hass, loaded, **{CONF_WINDOWS: []})
    assert not window_keys(hass, loaded)
    await let_pass(20)
    assert not runtime(loaded).levels.data.windows
    assert loaded.state is ConfigEntryState.LOADED
    assert len(meter.referee.connections) == 1


async def test_minimum_coverage(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """How much must be covered is the user's choice."""
    await choose(hass, loaded, **{CONF_MIN_COVERAGE: 10})
    await let_pass(120)
    assert 10 <= state(hass, "leq_15min").attributes["coverage"] < 20
    assert value(hass, "leq_15min") != STATE_UNKNOWN


async def test_clock_aligned(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A clock-aligned level changes once a period, where the running one moves all the time."""
    await choose(hass, loaded, **{CONF_PUBLISH: PublishProfile.LIVE.value})
    found = entity_id(hass, "leq_5min_aligned")
    await enable(hass, found, entity_id(hass, "leq_5min"))
    await let_pass(660)
    log = StateLog(hass)
    await let_pass(1500)
    log.close()
    times = [at for at, told in log.of(found) if told != STATE_UNKNOWN]
    assert 3 <= len(times) <= 5
    assert all(abs(second - first - 300) % 300 <= 12 or second - first > 280 for first, second in pairwise(times))
    assert len(log.of(entity_id(hass, "leq_5min"))) > 20
    assert state(hass, "leq_5min_aligned").attributes["coverage"] >= 95


async def test_names_follow_the_meter(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The weighting belongs to the name, and a window begins anew under another weighting."""
    found = entity_id(hass, "leq_15min")
    await let_pass(120)
    assert state(hass, "leq_15min").attributes["friendly_name"] == f"NL-43 {SERIAL} LAeq,15min"
    assert state(hass, "l90_15min").attributes["friendly_name"] == f"NL-43 {SERIAL} L90,15min"
    meter.instrument.settings["Frequency Weighting (Main)"] = "C"
    await press(hass, "start")
    await let_pass(60)
    assert state(hass, "leq_15min").attributes["friendly_name"] == f"NL-43 {SERIAL} LCeq,15min"
    assert entity_id(hass, "leq_15min") == found
    assert state(hass, "leq_15min").attributes["coverage"] <= 8


async def test_publishing(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Windows are written no more often than levels are."""
    await choose(hass, loaded, **{CONF_PUBLISH: PublishProfile.ECONOMICAL.value})
    await let_pass(120)
    log = StateLog(hass)
    await let_pass(1200)
    log.close()
    times = [at for at, _ in log.of(entity_id(hass, "leq_1min"))]
    assert len(times) > 10
    assert all(second - first >= 60 for first, second in pairwise(times))
