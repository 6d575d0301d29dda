"""When a meter should be measuring: always, or by a schedule helper."""

from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from custom_components.rion_nl43.const import CONF_WATCHDOG, CONF_WATCHDOG_SCHEDULE
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, let_pass, press, runtime, until, until_available, value

SCHEDULE = "schedule.working_hours"
OTHER = "schedule.nights"
BY_SCHEDULE = {CONF_WATCHDOG: "schedule", CONF_WATCHDOG_SCHEDULE: SCHEDULE}


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **options: Any) -> None:
    """Let the user choose these options."""
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done()


def expected(entry: MockConfigEntry) -> bool | None:
    """Return whether the meter should be measuring."""
    found: bool | None = runtime(entry).monitor.watchdog.expected
    return found


async def test_off_by_default(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Nobody who did not ask for it finds his meter started."""
    assert expected(loaded) is None


async def test_always(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The option takes effect at once and over the same connection, and ends at once."""
    await press(hass, "start")
    await choose(hass, loaded, watchdog="always")
    assert expected(loaded) is True
    await choose(hass, loaded, watchdog="off")
    assert expected(loaded) is None
    assert len(meter.referee.connections) == 1


@pytest.mark.parametrize("unknown", [STATE_UNKNOWN, STATE_UNAVAILABLE, None])
async def test_schedule(hass: HomeAssistant, loaded: MockConfigEntry, unknown: str | None) -> None:
    """The schedule's state is what is expected; what is not known changes nothing."""
    hass.states.async_set(SCHEDULE, STATE_OFF)
    await choose(hass, loaded, **BY_SCHEDULE)
    assert expected(loaded) is False
    for state, told in ((STATE_ON, True), (unknown, True), (STATE_OFF, False), (unknown, False), (STATE_ON, True)):
        if state is None:
            hass.states.async_remove(SCHEDULE)
        else:
            hass.states.async_set(SCHEDULE, state)
        await hass.async_block_till_done()
        assert expected(loaded) is told


async def test_schedule_that_comes_later(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """While Home Assistant starts the helper may be set up after the meter."""
    hass.config_entries.async_update_entry(entry, options=BY_SCHEDULE)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert expected(entry) is None
    hass.states.async_set(SCHEDULE, STATE_OFF)
    await hass.async_block_till_done()
    assert expected(entry) is False


async def test_another_schedule(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Only the chosen one counts."""
    hass.states.async_set(SCHEDULE, STATE_OFF)
    hass.states.async_set(OTHER, STATE_OFF)
    await choose(hass, loaded, **BY_SCHEDULE)
    await choose(hass, loaded, watchdog="schedule", watchdog_schedule=OTHER)
    hass.states.async_set(SCHEDULE, STATE_ON)
    await hass.async_block_till_done()
    assert expected(loaded) is False
    hass.states.async_set(OTHER, STATE_ON)
    await hass.async_block_till_done()
    assert expected(loaded) is True


async def test_other_options_do_not_disturb(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """What is expected stays while something else is chosen."""
    hass.states.async_set(SCHEDULE, STATE_ON)
    await choose(hass, loaded, **BY_SCHEDULE)
    hass.states.async_set(SCHEDULE, STATE_UNAVAILABLE)
    await choose(hass, loaded, **BY_SCHEDULE, card_limit=20)
    assert expected(loaded) is True


async def test_unloaded_meter_follows_no_schedule(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The subscription ends with the entry."""
    hass.states.async_set(SCHEDULE, STATE_OFF)
    await choose(hass, loaded, **BY_SCHEDULE)
    watchdog = runtime(loaded).monitor.watchdog
    assert await hass.config_entries.async_unload(loaded.entry_id)
    hass.states.async_set(SCHEDULE, STATE_ON)
    await hass.async_block_till_done()
    assert watchdog.expected is False


async def test_scheduled_start(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """When the schedule turns on, the meter is started."""
    hass.states.async_set(SCHEDULE, STATE_OFF)
    await choose(hass, loaded, **BY_SCHEDULE)
    await let_pass(120)
    assert not meter.instrument.run.measuring
    hass.states.async_set(SCHEDULE, STATE_ON)
    await until(hass, lambda: value(hass, "run_state") == "measuring", within_s=60)
    command = runtime(loaded).monitor.commands.recent[-1]
    assert (command.name, command.asked.by, command.asked.reason) == ("start_cycle", None, "watchdog")


@pytest.mark.parametrize("later", [False, True])
async def test_stop_is_respected_over_a_restart(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, later: bool
) -> None:
    """A person's Stop holds while Home Assistant restarts, also where the schedule comes after the meter."""
    hass.states.async_set(SCHEDULE, STATE_ON)
    await press(hass, "start")
    await choose(hass, loaded, **BY_SCHEDULE)
    await let_pass(30)
    await press(hass, "stop")
    assert runtime(loaded).monitor.watchdog.state == "stop_respected"
    if later:
        hass.states.async_set(SCHEDULE, STATE_UNAVAILABLE)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await let_pass(30)
    hass.states.async_set(SCHEDULE, STATE_ON)
    await let_pass(120)
    assert runtime(loaded).monitor.watchdog.state == "stop_respected"
    assert not meter.instrument.run.measuring


async def test_change_to_a_schedule_that_is_not_known(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """What another choice expected is over."""
    await press(hass, "start")
    await choose(hass, loaded, watchdog="always")
    await choose(hass, loaded, **BY_SCHEDULE)
    assert expected(loaded) is None


async def test_power_loss_while_it_should_measure(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A measurement that ended with the power is started again."""
    await press(hass, "start")
    await choose(hass, loaded, watchdog="always")
    await let_pass(60)
    await meter.power_cycle(30)
    await until_available(hass)
    await until(hass, lambda: value(hass, "run_state") == "measuring", within_s=120)
    assert runtime(loaded).monitor.commands.recent[-1].asked.reason == "watchdog"
