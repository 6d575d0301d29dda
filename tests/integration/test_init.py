"""The life of an entry: set up, lost, found again, unloaded, removed."""

import asyncio
from itertools import groupby
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, STATE_OFF, STATE_ON, STATE_UNAVAILABLE, Platform
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.runner import report_defect
from emulator import EmulatedMeter
from emulator.faults import CutAnswer, ReplaceAnswer
from tests.fixtures import MeterFactory

from .helpers import (
    NO_VALUES,
    SERIAL,
    MockConfigEntry,
    entity_id,
    let_pass,
    new_entry,
    open_connections,
    press,
    runtime,
    until,
    until_available,
    value,
)


def said(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    """Return what the integration logged."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.rion_nl43") and record.levelno >= level
    ]


async def test_device(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The meter is one device."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)
    assert len(devices) == 1
    device = devices[0]
    assert device.identifiers == {(DOMAIN, SERIAL)}
    assert (device.manufacturer, device.model, device.serial_number) == ("Rion", "NL-43", SERIAL)
    assert (device.name, device.sw_version) == (f"NL-43 {SERIAL}", "01.02.0304")


async def test_set_up_one_after_the_other(hass: HomeAssistant, emulated_meter: MeterFactory) -> None:
    """A restart with a hundred meters lets all else go on in between: no meter's entities come amid another one's."""
    entries = [new_entry(await emulated_meter(serial=f"0083000{number}")) for number in range(3)]
    for entry in entries:
        entry.add_to_hass(hass)
    created: list[str] = []

    @callback
    def note(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        created.append(event.data["entity_id"].split("nl_43_")[1][:8])

    unsubscribe = hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, note)
    # All at once, as Home Assistant does when it starts.
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    unsubscribe()
    assert len(created) > 300
    assert len([serial for serial, _ in groupby(created)]) == 3
    for entry in entries:
        await hass.config_entries.async_unload(entry.entry_id)


async def test_unload_leaves_nothing(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """After unloading there is no connection; lingering tasks and timers fail the test by themselves."""
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.NOT_LOADED
    await let_pass(60)
    assert open_connections(meter) == 0
    assert len(meter.referee.connections) == 1


async def test_reload_keeps_the_rules(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A reload closes the connection, gives the meter its 5 s, and connects once."""
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert 5 <= await until_available(hass) < 10
    first, second = meter.referee.connections
    assert first.closed_at is not None
    assert second.opened_at - first.closed_at >= 5


async def test_home_assistant_stops(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """The meter's only connection is given back, and nobody complains."""
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    await let_pass(10)
    assert open_connections(meter) == 0
    assert said(caplog) == []


async def test_meter_off_while_home_assistant_starts(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """The entry is set up all the same, and the meter joins when it is on."""
    await meter.power_off()
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    await let_pass(300)
    assert value(hass, "lp") == STATE_UNAVAILABLE
    assert value(hass, "connected", Platform.BINARY_SENSOR) == STATE_OFF
    assert value(hass, "link") == "refused"
    assert len(said(caplog)) == 1
    await meter.power_on()
    assert await until_available(hass) <= 40
    assert value(hass, "connected", Platform.BINARY_SENSOR) == STATE_ON
    assert value(hass, "link") == "connected"
    assert len(said(caplog)) == 2


async def test_power_cycle(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """A meter that goes and comes is unavailable meanwhile; each is logged once."""
    caplog.clear()
    await meter.power_off()
    assert await until(hass, lambda: value(hass, "lp") == STATE_UNAVAILABLE) <= 6
    assert value(hass, "run_state") == STATE_UNAVAILABLE
    assert value(hass, "battery") == STATE_UNAVAILABLE
    assert value(hass, "start", Platform.BUTTON) == STATE_UNAVAILABLE
    assert value(hass, "connected", Platform.BINARY_SENSOR) == STATE_OFF
    await let_pass(2)
    assert len(said(caplog)) == 1
    assert "is unavailable" in said(caplog)[0]
    await meter.power_on()
    assert await until_available(hass) <= 15
    assert len(said(caplog)) == 2
    assert "is available again" in said(caplog)[1]


async def test_lost_connection_keeps_the_measurement(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """The measurement goes on in the meter, and its start is known as before."""
    await press(hass, "start")
    started = value(hass, "measurement_start")
    await let_pass(100)
    meter.faults.add(CutAnswer("DOD?", 17))
    await until(hass, lambda: value(hass, "lp") == STATE_UNAVAILABLE)
    await until_available(hass, 15)
    await let_pass(60)
    assert value(hass, "run_state") == "measuring"
    assert value(hass, "measurement_start") == started


async def test_start_time_outlives_a_reload(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The start of the measurement is kept while the entry is not loaded."""
    await press(hass, "start")
    started = value(hass, "measurement_start")
    await let_pass(100)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await until(hass, lambda: value(hass, "measurement_start") not in NO_VALUES)
    await let_pass(60)
    assert value(hass, "measurement_start") == started


async def test_start_time_outlives_a_restart_without_the_meter(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """What was kept is kept on while the meter cannot be reached."""
    await press(hass, "start")
    started = value(hass, "measurement_start")
    await let_pass(100)
    meter.instrument.settings["TCP"] = "Off"
    for _ in range(2):
        assert await hass.config_entries.async_reload(loaded.entry_id)
        await let_pass(100)
    assert value(hass, "lp") == STATE_UNAVAILABLE
    meter.instrument.settings["TCP"] = "On"
    await until_available(hass)
    await let_pass(60)
    assert value(hass, "run_state") == "measuring"
    assert value(hass, "measurement_start") == started


async def test_defect_is_reported() -> None:
    """What ends the monitor against all expectation is raised, for the event loop to log it."""

    async def fail() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(fail())
    await asyncio.wait({task})
    with pytest.raises(ZeroDivisionError):
        report_defect(task)


async def test_start_time_is_on_disk_soon(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """A crash of Home Assistant costs nothing that is older than some seconds."""
    await press(hass, "start")
    await let_pass(10)
    await hass.async_block_till_done()
    stored = hass_storage[f"{DOMAIN}.{loaded.entry_id}"]["data"]["monitor"]["measurement"]
    kept = dt_util.parse_datetime(stored["started_at"])
    measured = runtime(loaded).monitor.measurement.started_at
    assert kept == measured
    assert stored["origin"] == "command"


@pytest.mark.parametrize(
    "rubbish",
    [
        {},
        {"started_at": "yesterday", "origin": "command", "uncertainty_s": 0, "paused_s": 0, "paused_since": None},
        {"started_at": None, "origin": "command", "uncertainty_s": 0, "paused_s": 0, "paused_since": None},
        {
            "started_at": "2026-03-02T07:00:00+00:00",
            "origin": "oracle",
            "uncertainty_s": 0,
            "paused_s": 0,
            "paused_since": None,
        },
        {
            "started_at": "2026-03-02T07:00:00+00:00",
            "origin": "command",
            "uncertainty_s": "much",
            "paused_s": 0,
            "paused_since": None,
        },
    ],
)
async def test_rubbish_on_disk(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any], rubbish: dict[str, Any]
) -> None:
    """A file that makes no sense is no reason not to measure."""
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": rubbish}
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    assert runtime(entry).monitor.measurement.started_at is None


async def test_removed_entry_leaves_no_file(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """What was kept for an entry goes with it."""
    await press(hass, "start")
    await let_pass(10)
    await hass.async_block_till_done()
    assert f"{DOMAIN}.{loaded.entry_id}" in hass_storage
    await hass.config_entries.async_remove(loaded.entry_id)
    assert f"{DOMAIN}.{loaded.entry_id}" not in hass_storage


async def test_another_meter_answers(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """The values of another meter are nobody's; the user is told, until the right one is back."""
    meter.faults.add(ReplaceAnswer("Serial Number?", "00830009", times=1))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await let_pass(120)
    assert value(hass, "lp") == STATE_UNAVAILABLE
    assert open_connections(meter) == 0
    issue_id = f"wrong_meter_{entry.entry_id}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue
    assert issue.translation_placeholders == {"name": entry.title, "expected": SERIAL, "found": "00830009"}
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until_available(hass)
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None


async def test_update_while_the_meter_is_off(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Asking for an update finds no meter, and makes no entity available."""
    await async_setup_component(hass, "homeassistant", {})
    await meter.power_off()
    await until(hass, lambda: value(hass, "lp") == STATE_UNAVAILABLE)
    ids = [entity_id(hass, key) for key in ("lp", "battery", "link")]
    await hass.services.async_call("homeassistant", "update_entity", {"entity_id": ids}, blocking=True)
    assert [value(hass, key) for key in ("lp", "battery")] == [STATE_UNAVAILABLE] * 2
    assert value(hass, "link") != STATE_UNAVAILABLE
    assert len(said(caplog)) == 1


async def test_time_zone_changes(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The meter's clock is compared with the time zone that Home Assistant has now."""
    await let_pass(120)
    assert abs(float(value(hass, "clock_offset"))) <= 1
    await hass.config.async_update(time_zone="Asia/Tokyo")
    await runtime(loaded).facts.async_refresh()
    assert float(value(hass, "clock_offset")) == pytest.approx(-9 * 3600, abs=1)
    await hass.config.async_update(time_zone="UTC")


async def test_connection_breaks_while_facts_are_read(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Reading the facts ends with the connection; the next one brings them back."""
    await let_pass(120)
    meter.faults.add(CutAnswer("Battery Level?", 3))
    await runtime(loaded).facts.async_refresh()
    error = runtime(loaded).facts.last_exception
    assert isinstance(error, UpdateFailed)
    assert error.translation_key == "connection_lost"
    await until_available(hass, 15)
    assert value(hass, "battery") == "full"
