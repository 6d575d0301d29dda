"""What is changed again before it has taken effect, and what goes in the middle of something."""

import asyncio
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.rion_nl43.const import CONF_WINDOWS, DOMAIN
from custom_components.rion_nl43.monitor import CommandState
from emulator import EmulatedMeter

from .helpers import (
    MockConfigEntry,
    act,
    device_id,
    entity_id,
    let_pass,
    measures,
    open_connections,
    press,
    runtime,
    until_available,
)
from .test_window_sensor import lengths, window_keys


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged as a warning or worse, but for that of every custom integration."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelname in ("WARNING", "ERROR", "CRITICAL") and record.name != "homeassistant.loader"
    ]


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        (([1, 5, 15, 60, 30], [1, 5, 15, 60]), {"1min", "5min", "15min", "60min"}),
        (([1, 5, 60], [1, 5, 15, 60]), {"1min", "5min", "15min", "60min"}),
        (([], [1, 5, 15, 60], [], [15]), {"15min"}),
    ],
)
async def test_options_changed_twice_at_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    steps: tuple[list[int], ...],
    left: set[str],
) -> None:
    """The last word counts, and the sensors that it wants are all there and alive."""
    for windows in steps:
        hass.config_entries.async_update_entry(loaded, options={CONF_WINDOWS: windows})
    await hass.async_block_till_done()
    assert lengths(window_keys(hass, loaded)) == left
    await let_pass(30)
    coverage = hass.states.get(
        er.async_get(hass).async_get_entity_id(Platform.SENSOR, DOMAIN, f"{loaded.unique_id}_leq_15min") or ""
    )
    assert coverage
    assert coverage.attributes["coverage"] > 0
    assert errors(caplog) == []


async def test_removed_in_the_middle_of_a_cycle(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    loaded: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The cycle ends with an error for whoever asked, and nothing of the meter stays behind."""
    cycle = hass.async_create_task(act(hass, "start_cycle", device_id=device_id(hass, loaded)))
    await let_pass(2.5)
    await hass.config_entries.async_remove(loaded.entry_id)
    with pytest.raises(HomeAssistantError):
        await cycle
    await let_pass(30)
    await hass.async_block_till_done()
    assert open_connections(meter) == 0
    assert f"{DOMAIN}.{loaded.entry_id}" not in hass_storage
    assert errors(caplog) == []


async def test_home_assistant_stops_in_the_middle_of_a_cycle(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection is closed at once, and the next run does not go on with the cycle."""
    cycle = hass.async_create_task(act(hass, "start_cycle", device_id=device_id(hass, loaded)))
    await let_pass(2.5)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    with pytest.raises(HomeAssistantError):
        await cycle
    await let_pass(1)
    assert open_connections(meter) == 0
    assert errors(caplog) == []
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await until_available(hass)
    await let_pass(60)
    (command,) = runtime(loaded).monitor.commands.recent
    assert command.name == "start_cycle"
    assert command.state in (CommandState.FAILED, CommandState.BLOCKED)
    assert not measures(meter)


async def test_reloads_at_once(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """However impatient somebody is, there is one connection in the end."""
    for _ in range(5):
        hass.config_entries.async_schedule_reload(loaded.entry_id)
    await hass.async_block_till_done()
    await until_available(hass)
    assert open_connections(meter) == 1
    assert errors(caplog) == []


async def test_stop_waits_for_no_other_button(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A button that takes its time, such as a start cycle, keeps nobody from the others."""
    cycle = hass.async_create_task(press(hass, "start_cycle"))
    await let_pass(0.5)
    stop = hass.async_create_task(press(hass, "stop"))
    await let_pass(0.5)
    assert "stop" in [command.name for command in runtime(loaded).monitor.commands.recent]
    await asyncio.gather(cycle, stop, return_exceptions=True)


async def test_connection_is_given_away_at_once(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A setting that the meter does not answer does not hold the connection."""
    meter.faults.switch_on("no-answer", command="Sleep Mode,On")

    async def turn(key: str, action: str) -> None:
        await hass.services.async_call(
            Platform.SWITCH, action, {"entity_id": entity_id(hass, key, Platform.SWITCH)}, blocking=True
        )

    setting = hass.async_create_task(turn("sleep_mode", "turn_on"))
    await let_pass(2)
    await turn("connection", "turn_off")
    await let_pass(1)
    assert open_connections(meter) == 0
    with pytest.raises(HomeAssistantError):
        await setting


async def test_many_settings_at_once(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """None expires because others were before it."""
    keys = ("frequency_weighting_main", "time_weighting_main", "store_mode")
    for option, key in zip(("c", "s", "auto"), keys, strict=True):
        await hass.services.async_call(
            Platform.SELECT, "select_option", {"entity_id": entity_id(hass, key, Platform.SELECT), "option": option}
        )
    await let_pass(30)
    assert [command.state for command in runtime(loaded).monitor.commands.recent] == [CommandState.COMPLETED] * 3
