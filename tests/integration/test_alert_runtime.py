"""Alert rules as their subentries say, while the meter runs: helpers that say when, and rules that make no sense."""

from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.rion_nl43.alerts import Verdict
from custom_components.rion_nl43.issue_kinds import PATIENCE_S
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .alert_helpers import SCENE, add_rule, alerts, change_rule, kinds, rule_state, rule_value, tone
from .helpers import SERIAL, MockConfigEntry, let_pass, runtime, until
from .issue_helpers import issues, told, until_raised

__all__ = ["alerts"]

type Events = list[Event[dict[str, Any]]]


@pytest.fixture
async def meter(hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
    """A meter in a quiet place."""
    await hass.config.async_set_time_zone("UTC")
    return await emulated_meter(serial=SERIAL, ftp_port=0, scene=SCENE)


@pytest.fixture
def schedule(hass: HomeAssistant) -> str:
    """A schedule that is off; its entity id."""
    registered = er.async_get(hass).async_get_or_create("schedule", "schedule", "work", suggested_object_id="work")
    hass.states.async_set(registered.entity_id, "off")
    return registered.entity_id


async def say(hass: HomeAssistant, helper: str, word: str) -> None:
    """Let a helper say something."""
    hass.states.async_set(helper, word)
    await hass.async_block_till_done()


async def rename(hass: HomeAssistant, old: str, new: str) -> None:
    """Give an entity another id, as its dialog does; its state moves along."""
    kept = hass.states.get(old)
    assert kept
    er.async_get(hass).async_update_entity(old, new_entity_id=new)
    await hass.async_block_till_done()
    hass.states.async_remove(old)
    hass.states.async_set(new, kept.state)
    await hass.async_block_till_done()


async def test_a_helper_says_when(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, schedule: str, alerts: Events
) -> None:
    """Outside nothing is raised, and its end is the end of the alert; while it says nothing, its last word holds."""
    rule_id = await add_rule(hass, loaded, schedule="helper", schedule_entity=schedule)
    with tone(meter):
        await let_pass(20)
        assert rule_value(hass, rule_id, "breach") == STATE_OFF
        await say(hass, schedule, "on")
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 3)
        await say(hass, schedule, "unavailable")
        await let_pass(20)
        assert rule_value(hass, rule_id, "breach") == STATE_ON
        await say(hass, schedule, "off")
        assert rule_value(hass, rule_id, "breach") == STATE_OFF
    await hass.async_block_till_done()
    assert kinds(alerts) == ["onset", "cleared"]
    assert alerts[1].data["reason"] == "schedule_ended"


async def test_a_helper_that_was_never_there(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Nothing is raised before it has said a word, and why is told."""
    rule_id = await add_rule(hass, loaded, schedule="helper", schedule_entity="schedule.gone")
    with tone(meter):
        await let_pass(20)
        assert rule_value(hass, rule_id, "breach") == STATE_OFF
        explanation = runtime(loaded).monitor.alerts.explain(rule_id)
        assert explanation.verdict is Verdict.SCHEDULE_UNKNOWN
        await say(hass, "schedule.gone", "on")
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 3)
        await change_rule(hass, loaded, rule_id, schedule="always")
        await say(hass, "schedule.gone", "off")
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 3)


async def test_a_renamed_helper(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, schedule: str, alerts: Events
) -> None:
    """All rules follow it under its new id, and are the same rules as before."""
    await say(hass, schedule, "on")
    rule_ids = [await add_rule(hass, loaded, name, schedule="helper", schedule_entity=schedule) for name in "AB"]
    other = await add_rule(hass, loaded, "C")
    with tone(meter):
        await until(hass, lambda: all(rule_value(hass, rule_id, "breach") == STATE_ON for rule_id in rule_ids))
        await rename(hass, schedule, "schedule.night")
        for rule_id in rule_ids:
            assert loaded.subentries[rule_id].data["schedule_entity"] == "schedule.night"
            assert rule_value(hass, rule_id, "breach") == STATE_ON
        assert kinds(alerts) == ["onset"] * 3
        # Another one that gets the old id is another one.
        await say(hass, schedule, "on")
        await change_rule(hass, loaded, other, schedule="helper", schedule_entity=schedule)
        await until(hass, lambda: rule_value(hass, other, "breach") == STATE_ON)
        await say(hass, "schedule.night", "off")
        assert [rule_value(hass, rule_id, "breach") for rule_id in (*rule_ids, other)] == ["off", "off", "on"]


async def test_renaming_something_else_changes_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, schedule: str
) -> None:
    """Neither does what is created."""
    rule_id = await add_rule(hass, loaded, schedule="helper", schedule_entity=schedule)
    before = loaded.subentries[rule_id]
    er.async_get(hass).async_get_or_create("schedule", "schedule", "other", suggested_object_id="other")
    er.async_get(hass).async_update_entity("schedule.other", new_entity_id="schedule.another")
    er.async_get(hass).async_update_entity(schedule, icon="mdi:clock")
    await hass.async_block_till_done()
    assert loaded.subentries[rule_id] is before


async def test_a_changed_rule_is_another_one(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events
) -> None:
    """What was open by the old limit ends, and the new one is judged at once, over the same connection."""
    rule_id = await add_rule(hass, loaded)
    connections = len(meter.referee.connections)
    with tone(meter):
        await until(hass, lambda: rule_value(hass, rule_id, "grade") == "alarm")
        await change_rule(hass, loaded, rule_id, alarm=100.0)
        await until(hass, lambda: rule_value(hass, rule_id, "grade") == "warning", 3)
    await hass.async_block_till_done()
    assert kinds(alerts) == ["onset", "cleared", "onset"]
    assert alerts[1].data["reason"] == "edited"
    assert len(meter.referee.connections) == connections


async def test_a_rule_that_makes_no_sense(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once and shows as not available; the others are judged, and so is it when it has been put right."""
    broken = await add_rule(hass, loaded, "Broken", alarm=40.0)
    good = await add_rule(hass, loaded, "Good")
    await change_rule(hass, loaded, good, warning=55.0)
    logged = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    (line,) = [line for line in logged if "Broken" in line]
    assert line.startswith(f"The alert rule Broken of {loaded.title} is not judged: ")
    assert rule_value(hass, broken, "breach") == rule_value(hass, broken, "grade") == STATE_UNAVAILABLE
    with tone(meter):
        await until(hass, lambda: rule_value(hass, good, "breach") == STATE_ON)
        await change_rule(hass, loaded, broken, alarm=80.0)
        await until(hass, lambda: rule_value(hass, broken, "breach") == STATE_ON, 3)
        await change_rule(hass, loaded, broken, metric="smell")
        assert rule_value(hass, broken, "breach") == STATE_UNAVAILABLE
        assert rule_state(hass, good, "breach").state == STATE_ON


async def test_a_schedule_that_is_gone(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, schedule: str
) -> None:
    """Somebody is told which rules go by nothing now, until it is there again or not named any more."""
    other = await add_rule(hass, loaded, "Always", schedule="always", schedule_entity="schedule.nobody_asks")
    for name in ("Day", "Night"):
        await add_rule(hass, loaded, name, schedule="helper", schedule_entity=schedule)
    await let_pass(PATIENCE_S + 10)
    assert issues(hass) == set()
    hass.states.async_remove(schedule)
    assert await until_raised(hass, loaded, "rule_schedule_missing", PATIENCE_S + 10) >= PATIENCE_S - 1
    assert told(hass, loaded, "rule_schedule_missing") == {"rules": "Day, Night", "entities": schedule}
    await change_rule(hass, loaded, other, schedule="helper", schedule_entity="schedule.gone")
    assert told(hass, loaded, "rule_schedule_missing") == {
        "rules": "Always, Day, Night",
        "entities": f"schedule.gone, {schedule}",
    }
    hass.config_entries.async_remove_subentry(loaded, other)
    await say(hass, schedule, "on")
    assert issues(hass) == set()
