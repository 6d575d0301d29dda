"""Conditions: each both ways, of a real meter, whatever the states of its entities say."""

from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import condition as condition_helper
import probatio
import pytest

from custom_components.rion_nl43.condition import CONDITIONS
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.monitor import UNREACHABLE
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .alert_helpers import SCENE, add_rule, tone
from .automations import Fired, automate, condition, every_target, trigger
from .helpers import (
    SERIAL,
    MockConfigEntry,
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


async def passes(hass: HomeAssistant, key: str, target: dict[str, Any], **options: Any) -> bool:
    """Return whether a condition passes now."""
    config = await condition_helper.async_validate_condition_config(hass, condition(key, target, **options))
    checker = await condition_helper.async_from_config(hass, config)
    try:
        return checker.async_check() is True
    finally:
        checker.async_unload()


def of_rule(hass: HomeAssistant, rule_id: str) -> dict[str, Any]:
    """Return a rule as a target."""
    return {"entity_id": [entity_id(hass, f"{rule_id}_breach", Platform.BINARY_SENSOR)]}


async def test_an_alert_is_active(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """From the grade on that one wants; of any rule, or of all."""
    rule_id = await add_rule(hass, loaded)
    other_id = await add_rule(hass, loaded, "Never", warning=120.0, alarm=130.0)
    whole, rule, other = {"device_id": [device_id(hass, loaded)]}, of_rule(hass, rule_id), of_rule(hass, other_id)
    both = {"entity_id": [*rule["entity_id"], *other["entity_id"]]}
    assert not await passes(hass, "alert_active", whole)
    with tone(meter, WARNING_DB):
        await let_pass(NOTICED_S)
        assert await passes(hass, "alert_active", whole)
        assert await passes(hass, "alert_active", rule, behavior="all")
        assert await passes(hass, "alert_active", both)
        assert not await passes(hass, "alert_active", both, behavior="all")
        assert not await passes(hass, "alert_active", other)
        assert not await passes(hass, "alert_active", whole, grade="alarm")
        with tone(meter, ALARM_DB):
            await let_pass(NOTICED_S)
            assert await passes(hass, "alert_active", rule, grade="alarm")
            assert await passes(hass, "alert_active", rule, grade="warning")
    await let_pass(NOTICED_S)
    assert not await passes(hass, "alert_active", whole)


async def test_the_grade_is(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Exactly that one, and no other."""
    rule = of_rule(hass, await add_rule(hass, loaded))
    whole = {"device_id": [device_id(hass, loaded)]}
    assert await passes(hass, "grade_is", whole, grade="ok", behavior="all")
    with tone(meter, WARNING_DB):
        await let_pass(NOTICED_S)
        found = [grade for grade in ("ok", "warning", "alarm") if await passes(hass, "grade_is", rule, grade=grade)]
        assert found == ["warning"]
        # The meter can be reached all the same.
        assert await passes(hass, "grade_is", whole, grade="ok")
        assert not await passes(hass, "grade_is", whole, grade="ok", behavior="all")
        with tone(meter, ALARM_DB):
            await let_pass(NOTICED_S)
            assert await passes(hass, "grade_is", rule, grade="alarm")
            assert not await passes(hass, "grade_is", rule, grade="warning")


async def test_the_meter_is_measuring(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Not while it is paused, and not while nobody knows."""
    target = {"entity_id": [entity_id(hass, "lp")]}
    assert not await passes(hass, "meter_measuring", target)
    await press(hass, "start")
    assert await passes(hass, "meter_measuring", target)
    await press(hass, "pause")
    assert not await passes(hass, "meter_measuring", target)
    await press(hass, "resume")
    assert await passes(hass, "meter_measuring", target)
    await meter.power_off()
    await let_pass(30)
    assert not await passes(hass, "meter_measuring", target)


async def test_the_meter_is_reachable(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Long before it is an alert that it is not; and not while it is not set up."""
    target = {"device_id": [device_id(hass, loaded)]}
    rule = {"entity_id": [entity_id(hass, UNREACHABLE, Platform.BINARY_SENSOR)]}
    assert await passes(hass, "meter_reachable", target)
    await meter.power_off()
    await let_pass(30)
    assert not await passes(hass, "meter_reachable", target)
    assert not await passes(hass, "alert_active", rule)
    await let_pass(60)
    assert await passes(hass, "alert_active", rule, grade="alarm")
    await meter.power_on()
    await until_available(hass, 200)
    assert await passes(hass, "meter_reachable", target)
    await hass.config_entries.async_unload(loaded.entry_id)
    assert not await passes(hass, "meter_reachable", target)
    assert not await passes(hass, "grade_is", target, grade="ok")


async def test_two_meters(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, emulated_meter: MeterFactory
) -> None:
    """Any of them, or all."""
    second = await emulated_meter(serial="00830002", ftp_port=0, scene=SCENE)
    entry = new_entry(second)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: runtime(entry).monitor.available)
    both = {"device_id": [device_id(hass, loaded), device_id(hass, entry)]}
    await press(hass, "start")
    assert await passes(hass, "meter_measuring", both)
    assert not await passes(hass, "meter_measuring", both, behavior="all")
    assert await passes(hass, "meter_reachable", both, behavior="all")
    await hass.config_entries.async_unload(entry.entry_id)
    assert await passes(hass, "meter_reachable", both)
    assert not await passes(hass, "meter_reachable", both, behavior="all")


@pytest.mark.parametrize("kind", ["entity", "device", "area", "floor", "label"])
async def test_each_kind_of_target(hass: HomeAssistant, loaded: MockConfigEntry, kind: str) -> None:
    """It means the meter that it holds."""
    target = every_target(hass, loaded)[kind]
    assert await passes(hass, "meter_reachable", target)
    assert await passes(hass, "grade_is", target, grade="ok", behavior="all")


@pytest.mark.parametrize("key", CONDITIONS)
@pytest.mark.parametrize("behavior", ["any", "all"])
async def test_nothing_in_the_target(hass: HomeAssistant, loaded: MockConfigEntry, key: str, behavior: str) -> None:
    """Nothing is so with nothing."""
    options = {"grade": "ok"} if key == "grade_is" else {}
    assert not await passes(hass, key, {"area_id": ["empty"]}, behavior=behavior, **options)


async def test_in_an_automation(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """It runs only if the condition passes."""
    fired = Fired(hass)
    target = {"device_id": [device_id(hass, loaded)]}
    triggers = [trigger(key, target) for key in ("measurement_started", "measurement_stopped")]
    await automate(hass, *triggers, conditions=[condition("meter_measuring", target)])
    for key in ("start", "stop", "start"):
        await press(hass, key)
        await let_pass(70)
    assert fired.ids == ["measurement_started", "measurement_started"]


@pytest.mark.parametrize("key", CONDITIONS)
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "a target is needed"),
        ({"target": {}}, "choose at least one entity, device, area, floor or label"),
        ({"target": {"entity_id": ["sensor.to_come"]}, "options": {"behavior": "none"}}, "value must be one of"),
        ({"target": {"entity_id": ["sensor.to_come"]}, "options": {"grade": "loud"}}, "grade"),
    ],
)
async def test_what_is_refused(hass: HomeAssistant, key: str, config: dict[str, Any], words: str) -> None:
    """In words that say what is wrong."""
    needed = {"grade": "ok"} if key == "grade_is" else {}
    config = {**config, "condition": f"{DOMAIN}.{key}", "options": needed | config.get("options", {})}
    with pytest.raises(probatio.Invalid, match=words):
        await condition_helper.async_validate_condition_config(hass, config)


async def test_a_grade_is_needed(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """There is none that everybody means."""
    target = {"entity_id": [entity_id(hass, "lp")]}
    with pytest.raises(probatio.Invalid, match="a grade is needed"):
        await condition_helper.async_validate_condition_config(hass, condition("grade_is", target))


async def test_one_that_never_was_set_up(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """It holds nothing that it would have to let go."""
    checker = CONDITIONS["meter_reachable"](hass, condition_helper.ConditionConfig(target={"area_id": ["empty"]}))
    checker.async_unload()
    with pytest.raises(HomeAssistantError):
        checker.async_check()
