"""The schedule and the power switch that the options name: renamed, gone, and there again."""

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.rion_nl43.const import CONF_POWER_SWITCH, CONF_WATCHDOG, CONF_WATCHDOG_SCHEDULE
from custom_components.rion_nl43.issue_kinds import PATIENCE_S
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, let_pass, open_connections, press, runtime
from .issue_helpers import FixDialog, issues, told, until_raised


@pytest.fixture
def schedule(hass: HomeAssistant) -> str:
    """A schedule that is on; its entity id."""
    registered = er.async_get(hass).async_get_or_create("schedule", "schedule", "work", suggested_object_id="work")
    hass.states.async_set(registered.entity_id, "on")
    return registered.entity_id


@pytest.fixture
def plug(hass: HomeAssistant) -> str:
    """A switch; its entity id."""
    registered = er.async_get(hass).async_get_or_create("switch", "other", "plug", suggested_object_id="plug")
    hass.states.async_set(registered.entity_id, "on")
    return registered.entity_id


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **options: object) -> None:
    """Let the user choose these options."""
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done()


async def rename(hass: HomeAssistant, old: str, new: str) -> None:
    """Give an entity another id, as its dialog does; its state moves along."""
    kept = hass.states.get(old)
    assert kept
    er.async_get(hass).async_update_entity(old, new_entity_id=new)
    hass.states.async_remove(old)
    hass.states.async_set(new, kept.state)
    await hass.async_block_till_done()


async def test_renamed_schedule(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, schedule: str
) -> None:
    """It is followed under its new id, and a Stop that was respected still is."""
    await press(hass, "start")
    await choose(hass, loaded, **{CONF_WATCHDOG: "schedule", CONF_WATCHDOG_SCHEDULE: schedule})
    await let_pass(30)
    await press(hass, "stop")
    await rename(hass, schedule, "schedule.night")
    assert loaded.options[CONF_WATCHDOG_SCHEDULE] == "schedule.night"
    await let_pass(PATIENCE_S + 10)
    watchdog = runtime(loaded).monitor.watchdog
    assert watchdog.state == "stop_respected"
    assert issues(hass) == set()
    hass.states.async_set("schedule.night", "off")
    await hass.async_block_till_done()
    assert watchdog.expected is False
    assert len(meter.referee.connections) == 1


async def test_renamed_power_switch(hass: HomeAssistant, loaded: MockConfigEntry, plug: str) -> None:
    """It is the new id that is switched; other entities may be called what they like."""
    told_to: list[object] = []
    for service in ("turn_on", "turn_off"):
        hass.services.async_register("switch", service, lambda call: told_to.append(call.data["entity_id"]))
    await choose(hass, loaded, **{CONF_POWER_SWITCH: plug, CONF_WATCHDOG: "off"})
    other = er.async_get(hass).async_get_or_create("switch", "other", "lamp")
    hass.states.async_set(other.entity_id, "on")
    await rename(hass, other.entity_id, "switch.another_lamp")
    assert loaded.options[CONF_POWER_SWITCH] == plug
    await rename(hass, plug, "switch.socket")
    switch = runtime(loaded).monitor.recovery.power_switch
    assert switch
    await switch(False)
    assert told_to == ["switch.socket"]


async def test_gone_and_back(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, schedule: str, plug: str
) -> None:
    """What was removed is told by name after a while, and withdrawn when it is there again or not named any more."""
    await choose(
        hass,
        loaded,
        **{CONF_WATCHDOG: "schedule", CONF_WATCHDOG_SCHEDULE: schedule, CONF_POWER_SWITCH: plug},
    )
    hass.states.async_remove(schedule)
    hass.states.async_remove(plug)
    assert await until_raised(hass, loaded, "entity_missing", PATIENCE_S + 10) >= PATIENCE_S - 1
    assert told(hass, loaded, "entity_missing") == {"entities": f"{schedule}, {plug}"}
    assert runtime(loaded).monitor.watchdog.expected is True
    hass.states.async_set(schedule, "on")
    await hass.async_block_till_done()
    assert told(hass, loaded, "entity_missing") == {"entities": plug}
    dialog = await FixDialog.open(hass, loaded, "entity_missing")
    assert dialog.options == ["acknowledge"]
    await dialog.choose("acknowledge")
    assert issues(hass) == set()
    await choose(hass, loaded, **{CONF_WATCHDOG: "off", CONF_WATCHDOG_SCHEDULE: "schedule.nobody_asks"})
    await let_pass(PATIENCE_S + 10)
    assert issues(hass) == set()
    assert open_connections(meter) == 1


async def test_not_told_while_home_assistant_starts(hass: HomeAssistant, entry: MockConfigEntry, plug: str) -> None:
    """Others may be set up later."""
    hass.states.async_remove(plug)
    hass.config_entries.async_update_entry(entry, options={CONF_POWER_SWITCH: plug})
    hass.set_state(CoreState.not_running)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await let_pass(PATIENCE_S + 60)
    assert issues(hass) == set()
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await until_raised(hass, entry, "entity_missing", PATIENCE_S + 10)
    hass.states.async_set(plug, "on")
    await hass.async_block_till_done()
    assert issues(hass) == set()
