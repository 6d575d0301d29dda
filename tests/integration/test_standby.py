"""A meter's connection, given away and taken back, and what an unloaded entry leaves behind: nothing."""

import asyncio
import gc
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
    STATE_UNAVAILABLE,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.rion_nl43.acoustics import Basis, WindowKind, WindowSpec
from custom_components.rion_nl43.connections import async_get_connections
from custom_components.rion_nl43.const import CONF_FTP_PASSWORD, CONF_FTP_PORT, DOMAIN
from custom_components.rion_nl43.monitor import Diagnosis, FeedMode, FeedOptions, MeterMonitor
from custom_components.rion_nl43.nl43 import Link
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .helpers import (
    SERIAL,
    MockConfigEntry,
    act,
    let_pass,
    open_connections,
    press,
    runtime,
    until,
    until_available,
    value,
)


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **options: Any) -> None:
    """Let the user choose these options."""
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done()


def basis(entry: MockConfigEntry) -> Basis:
    """Return which feed runs."""
    return runtime(entry).monitor.basis


async def test_another_program_has_the_connection(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """While it is given away, another program can use it, and nobody here calls that a fault."""
    await act(hass, "standby")
    await let_pass(5)
    reader, writer = await asyncio.open_connection(meter.host, meter.port)
    writer.write(b"Type?\r\n")
    assert await reader.readline() == b"R+0000\r\n"
    await let_pass(600)
    assert value(hass, "lp") == STATE_UNAVAILABLE
    assert runtime(loaded).monitor.diagnosis.current.diagnosis is Diagnosis.STANDBY
    assert [issue for (domain, _), issue in ir.async_get(hass).issues.items() if domain == DOMAIN] == []
    writer.close()
    await writer.wait_closed()
    await let_pass(5)
    await act(hass, "resume")
    await until_available(hass)


async def test_timed_release_over_a_restart(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The time runs on while Home Assistant does not."""
    await act(hass, "release_connection", minutes=10)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await let_pass(590)
    assert len(meter.referee.connections) == 1
    await until_available(hass, 30)
    assert await hass.config_entries.async_unload(loaded.entry_id)


async def test_release_that_ended_meanwhile(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A release that ran out while Home Assistant was off is over."""
    await act(hass, "release_connection", minutes=10)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await let_pass(3600)
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await until_available(hass, 10)


async def test_parked_link_of_a_released_meter(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A link that the config flow has left open is closed where the meter is given away."""
    await act(hass, "standby")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    link = async_get_connections(hass).async_take(meter.host, meter.port)
    link.open()
    await link.connected()
    async_get_connections(hass).async_park(meter.host, meter.port, link)
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await let_pass(60)
    assert open_connections(meter) == 0
    assert runtime(loaded).monitor.standby.active


async def test_unload_leaves_nothing(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """No task, no timer, no listener, no connection; whatever ran while it was loaded."""
    schedule = "schedule.always"
    hass.states.async_set(schedule, "on")
    hass.config_entries.async_update_entry(
        entry,
        options={
            "feed": "streamed",
            "watchdog": "schedule",
            "watchdog_schedule": schedule,
            "power_switch": "switch.socket",
            "clock_limit_s": 1,
            "card_limit": 100,
            "want_l1_l10": True,
        },
    )
    tasks, listeners = asyncio.all_tasks(), []
    for _ in range(2):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until_available(hass)
        await let_pass(90)
        assert await hass.config_entries.async_unload(entry.entry_id)
        await let_pass(10)
        await hass.async_block_till_done()
        listeners.append(dict(hass.bus.async_listeners()))
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert not hasattr(entry, "runtime_data")
    assert open_connections(meter) == 0
    assert {task for task in asyncio.all_tasks() - tasks if not task.done()} == set()
    assert [issue for (domain, _), issue in ir.async_get(hass).issues.items() if domain == DOMAIN] == []
    # What Home Assistant itself began to listen to, it began with the first of the two.
    assert listeners[0] == listeners[1]
    await let_pass(3600)
    assert len(meter.referee.connections) == 2
    gc.collect()
    assert [found for found in gc.get_objects() if isinstance(found, MeterMonitor | Link)] == []


async def test_setup_that_fails_closes_the_link(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong while it is set up, the parked connection is not forgotten."""
    link = async_get_connections(hass).async_take(meter.host, meter.port)
    link.open()
    await link.connected()
    async_get_connections(hass).async_park(meter.host, meter.port, link)
    monkeypatch.setattr(hass.config_entries, "async_forward_entry_setups", _fail)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    await let_pass(10)
    assert open_connections(meter) == 0


async def _fail(*_args: object) -> None:
    raise HomeAssistantError("No platform today")


async def test_stop_of_home_assistant_keeps_all(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """What happened in the last second is on disk, and the connection is closed."""
    await press(hass, "start")
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert open_connections(meter) == 0
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    kept = hass_storage[f"{DOMAIN}.{loaded.entry_id}"]["data"]["monitor"]
    assert kept["measurement"]["origin"] == "command"
    assert kept["commands"][-1]["state"] == "completed"


async def test_options_take_effect_at_once(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Feed, windows, coverage and expiry change while the meter runs, over the same connection."""
    monitor = runtime(loaded).monitor
    await choose(
        hass, loaded, feed="streamed", stream_break_min=0, windows=[2, 15], min_coverage=50, command_expiry_s=5
    )
    assert monitor.feed_options == FeedOptions(FeedMode.STREAMED, None)
    assert monitor.windows.min_coverage_percent == 50
    assert monitor.commands.expiry_s == 5
    assert monitor.windows.levels(WindowSpec(WindowKind.RUNNING, 120)).coverage_percent < 5
    with pytest.raises(KeyError):
        monitor.windows.levels(WindowSpec(WindowKind.RUNNING, 60))
    await let_pass(90)
    assert basis(loaded) is Basis.STREAMED
    await choose(hass, loaded, stream_break_min=2)
    assert monitor.feed_options == FeedOptions(FeedMode.POLLED, 120)
    await let_pass(30)
    assert basis(loaded) is Basis.POLLED
    assert len(meter.referee.connections) == 1
    assert runtime(loaded).monitor is monitor


async def test_title_changes(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A new name is no new connection."""
    hass.config_entries.async_update_entry(loaded, title="Gate")
    await let_pass(30)
    assert len(meter.referee.connections) == 1


@pytest.mark.parametrize("key", [CONF_FTP_PASSWORD, CONF_FTP_PORT])
async def test_login_changes(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, key: str) -> None:
    """With another login the entry is loaded anew."""
    monitor = runtime(loaded).monitor
    changed = {key: 2121 if key == CONF_FTP_PORT else "1234"}
    hass.config_entries.async_update_entry(loaded, data={**loaded.data, **changed})
    await hass.async_block_till_done()
    assert runtime(loaded).monitor is not monitor
    await until_available(hass)
    assert len(meter.referee.connections) == 2
    if key == CONF_FTP_PORT:
        assert runtime(loaded).monitor.probe_ports.ftp == 2121


async def test_address_changes(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, emulated_meter: MeterFactory
) -> None:
    """At another address the meter is found at once."""
    moved = await emulated_meter(serial=SERIAL)
    hass.config_entries.async_update_entry(loaded, data={**loaded.data, CONF_HOST: moved.host, CONF_PORT: moved.port})
    await hass.async_block_till_done()
    await until(hass, lambda: runtime(loaded).monitor.available, within_s=10)
    assert (open_connections(meter), open_connections(moved)) == (0, 1)


async def test_standby_is_no_warning(
    hass: HomeAssistant, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Who gives the connection away finds that in the log, but not as if something were wrong."""
    await runtime(loaded).monitor.standby.release()
    await hass.async_block_till_done()
    (told,) = [record for record in caplog.records if "is unavailable" in record.getMessage()]
    assert told.levelname == "INFO"
