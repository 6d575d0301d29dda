"""Triggers in automations, set off by a real meter: each once, and at the right moment."""

from typing import Any

from homeassistant.const import Platform
from homeassistant.core import CoreState, HomeAssistant
import pytest

from custom_components.rion_nl43.raised_alerts import Missed
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .alert_helpers import NAME, SCENE, add_rule, tone
from .automations import Fired, Stage, automate, every_target, trigger
from .helpers import (
    SERIAL,
    MockConfigEntry,
    MockUser,
    act,
    device_id,
    entity_id,
    let_pass,
    new_entry,
    press,
    runtime,
    until,
    until_available,
)

# A sample a second, and the second until what covers it is told.
NOTICED_S = 3.0
WARNING_DB, ALARM_DB = 60.0, 90.0


@pytest.fixture
async def meter(hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
    """A meter in a quiet place."""
    await hass.config.async_set_time_zone("UTC")
    return await emulated_meter(serial=SERIAL, ftp_port=0, scene=SCENE)


@pytest.fixture
async def stage(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_ws_client: Any) -> Stage:
    """A rule that warns above 50 dB and alarms above 80 dB."""
    rule_id = await add_rule(hass, loaded, cooldown=60)
    fired = Fired(hass)
    return Stage(hass=hass, meter=meter, entry=loaded, rule_id=rule_id, fired=fired, open_browser=hass_ws_client)


async def test_the_life_of_an_alert(stage: Stage, hass_admin_user: MockUser) -> None:
    """Each trigger fires once, when it is its turn."""
    fired, meter = stage.fired, stage.meter
    await stage.automate("alert_raised", "alert_escalated", "alert_cleared", "alert_reopened", "alert_acknowledged")
    with tone(meter, WARNING_DB):
        await let_pass(NOTICED_S)
        assert fired.ids == ["alert_raised"]
        await let_pass(60)
        with tone(meter, ALARM_DB):
            await let_pass(NOTICED_S)
            assert fired.ids[1:] == ["alert_escalated"]
            breach = entity_id(stage.hass, f"{stage.rule_id}_breach", Platform.BINARY_SENSOR)
            await act(stage.hass, "acknowledge", user_id=hass_admin_user.id, entity_id=breach, note="On my way")
            await let_pass(60)
            assert fired.ids[2:] == ["alert_acknowledged"]
            assert fired.triggers[2]["note"] == "On my way"
    await let_pass(NOTICED_S)
    assert fired.ids[3:] == ["alert_cleared"]
    await let_pass(30)
    with tone(meter, WARNING_DB):
        await let_pass(30)
        assert fired.ids[4:] == ["alert_reopened"]
    await let_pass(120)
    assert fired.ids[5:] == ["alert_cleared"]
    with tone(meter, ALARM_DB):
        await let_pass(NOTICED_S)
    assert fired.ids[6] == "alert_raised"
    assert [told["grade"] for told in fired.triggers[:4]] == ["warning", "alarm", "alarm", "ok"]
    assert {told["rule"] for told in fired.triggers} == {NAME}
    assert fired.triggers[3]["reason"] == "cleared"
    assert fired.triggers[0]["description"].startswith(f"{stage.entry.title}: alert “{NAME}” raised (warning, 60.")


async def test_a_rule_that_is_removed_in_an_alert(stage: Stage) -> None:
    """The end of the alert is told, also to those who want to hear of this rule alone."""
    target = {"entity_id": [entity_id(stage.hass, f"{stage.rule_id}_breach", Platform.BINARY_SENSOR)]}
    await automate(stage.hass, trigger("alert_raised", target), trigger("alert_cleared", target))
    with tone(stage.meter):
        await let_pass(NOTICED_S)
        assert stage.hass.config_entries.async_remove_subentry(stage.entry, stage.rule_id)
        await let_pass(NOTICED_S)
    assert stage.fired.ids == ["alert_raised", "alert_cleared"]
    assert stage.fired.triggers[1]["reason"] == "removed"


@pytest.mark.parametrize("kind", ["entity", "device", "area", "floor", "label"])
async def test_each_kind_of_target(stage: Stage, kind: str) -> None:
    """It means the meter that it holds."""
    await automate(stage.hass, trigger("alert_raised", every_target(stage.hass, stage.entry)[kind]))
    with tone(stage.meter):
        await let_pass(NOTICED_S)
    assert [told["rule_id"] for told in stage.fired.triggers] == [stage.rule_id]


async def test_one_rule_of_two(stage: Stage) -> None:
    """An entity of a rule means no other; that is in the trace."""
    other_id = await add_rule(stage.hass, stage.entry, "Other")
    target = {"entity_id": [entity_id(stage.hass, f"{other_id}_alert", Platform.EVENT)]}
    await automate(stage.hass, trigger("alert_raised", target))
    with tone(stage.meter):
        await let_pass(NOTICED_S)
    assert [told["rule"] for told in stage.fired.triggers] == ["Other"]
    assert [(found["reason"], found["data"]["rule"]) for found in await stage.missed()] == [(Missed.OTHER_RULE, NAME)]


async def test_only_alarms(stage: Stage) -> None:
    """A warning is none, which is in the trace, and is one when it becomes an alarm."""
    await stage.automate("alert_raised", grades=["alarm"])
    with tone(stage.meter, WARNING_DB):
        await let_pass(30)
        assert stage.fired.ids == []
        assert await stage.reasons() == [Missed.GRADE]
        with tone(stage.meter, ALARM_DB):
            await let_pass(NOTICED_S)
    assert [told["kind"] for told in stage.fired.triggers] == ["escalated"]


async def test_two_meters(stage: Stage, emulated_meter: MeterFactory) -> None:
    """Whoever wants one is not told of the other, and no trace is left."""
    hass = stage.hass
    second = await emulated_meter(serial="00830002", ftp_port=0, scene=SCENE)
    entry = new_entry(second)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: runtime(entry).monitor.available)
    await add_rule(hass, entry, "Second")
    await automate(hass, trigger("alert_raised", {"device_id": [device_id(hass, entry)]}))
    with tone(stage.meter):
        await let_pass(10)
        assert stage.fired.ids == []
        with tone(second):
            await let_pass(10)
    assert [told["rule"] for told in stage.fired.triggers] == ["Second"]
    assert await stage.reasons() == []
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_meter_that_is_lost_and_comes_back(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """At once by its own triggers, and as an alert when it stays away for a minute."""
    fired = Fired(hass)
    target = {"entity_id": [entity_id(hass, "unreachable", Platform.BINARY_SENSOR)]}
    keys = ("meter_lost", "meter_back", "alert_raised", "alert_cleared")
    await automate(hass, *(trigger(key, target) for key in keys))
    await meter.power_off()
    await let_pass(15)
    assert fired.ids == ["meter_lost"]
    await let_pass(60)
    assert fired.ids == ["meter_lost", "alert_raised"]
    assert 58 <= fired.at[1] - fired.at[0] <= 62
    assert [fired.triggers[1]["entity_id"]] == target["entity_id"]
    await meter.power_on()
    await until_available(hass, 200)
    await let_pass(NOTICED_S)
    assert sorted(fired.ids[2:]) == ["alert_cleared", "meter_back"]
    assert next(told for told in fired.triggers if told["id"] == "alert_cleared")["reason"] == "reachable"


async def test_measurements(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Begun, stopped by a person, and interrupted by nobody; a pause is none of it."""
    fired = Fired(hass)
    target = {"entity_id": [entity_id(hass, "run_state")]}
    keys = ("measurement_started", "measurement_stopped", "measurement_interrupted")
    await automate(hass, *(trigger(key, target) for key in keys))
    await press(hass, "start")
    await let_pass(NOTICED_S)
    assert fired.ids == ["measurement_started"]
    await press(hass, "pause")
    await let_pass(70)
    await press(hass, "resume")
    await let_pass(70)
    await press(hass, "stop")
    await let_pass(70)
    assert fired.ids[1:] == ["measurement_stopped"]
    await press(hass, "start")
    await let_pass(30)
    await meter.power_off()
    await let_pass(30)
    await meter.power_on()
    await let_pass(200)
    assert fired.ids[2:] == ["measurement_started", "measurement_interrupted"]
    assert fired.triggers[3]["reason"] == "outage"


async def test_an_alert_while_home_assistant_starts(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, hass_ws_client: Any
) -> None:
    """It is raised before there are automations: they are told when they begin, and only once."""
    hass.set_state(CoreState.not_running)
    rule_id = await add_rule(hass, entry)
    fired = Fired(hass)
    with tone(meter):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until_available(hass)
        await let_pass(NOTICED_S)
        stage = Stage(hass=hass, meter=meter, entry=entry, rule_id=rule_id, fired=fired, open_browser=hass_ws_client)
        await stage.start(trigger("alert_raised", stage.target))
        assert fired.ids == ["alert_raised"]
        for action in ("turn_off", "turn_on"):
            await hass.services.async_call("automation", action, {"entity_id": "all"}, blocking=True)
        await let_pass(60)
    assert fired.ids == ["alert_raised"]
