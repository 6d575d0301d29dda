"""The entities of alert rules and of a meter's alerts."""

from datetime import timedelta
from typing import Any

from homeassistant.components import automation
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, Platform
from homeassistant.core import Context, Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.rion_nl43.const import EVENT_ALERT
from custom_components.rion_nl43.monitor import UNREACHABLE
from custom_components.rion_nl43.news import News, async_get_news
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .alert_helpers import (
    KEYS,
    LIMITS,
    NAME,
    SCENE,
    add_rule,
    alerts,
    change_rule,
    kinds,
    rule_state,
    rule_value,
    tone,
)
from .helpers import (
    SERIAL,
    MockConfigEntry,
    StateLog,
    device_id,
    entity_id,
    let_pass,
    open_connections,
    runtime,
    state,
    until,
    until_available,
    value,
)

__all__ = ["alerts"]

type Events = list[Event[dict[str, Any]]]


@pytest.fixture
async def meter(hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
    """A meter in a quiet place."""
    await hass.config.async_set_time_zone("UTC")
    return await emulated_meter(serial=SERIAL, ftp_port=0, scene=SCENE)


async def press_acknowledge(hass: HomeAssistant, rule_id: str, user_id: str | None = None) -> None:
    """Press the button of a rule."""
    found = entity_id(hass, f"{rule_id}_acknowledge", Platform.BUTTON)
    await hass.services.async_call(
        Platform.BUTTON, "press", {"entity_id": found}, blocking=True, context=Context(user_id=user_id)
    )


async def test_a_rule_comes_without_a_reload(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Its entities are there at once, on the meter's device and as part of the rule; the connection stays."""
    before, connections = runtime(loaded), len(meter.referee.connections)
    rule_id = await add_rule(hass, loaded)
    assert runtime(loaded) is before
    assert (len(meter.referee.connections), open_connections(meter)) == (connections, 1)
    registry = er.async_get(hass)
    found = [registry.async_get(entity_id(hass, f"{rule_id}_{key}", platform)) for key, platform in KEYS.items()]
    assert [entity and (entity.entity_id, entity.original_name) for entity in found] == [
        (f"binary_sensor.nl_43_{SERIAL}_night_limit", "Night limit"),
        (f"sensor.nl_43_{SERIAL}_night_limit_grade", "Night limit grade"),
        (f"event.nl_43_{SERIAL}_night_limit_alert", "Night limit alert"),
        (f"switch.nl_43_{SERIAL}_night_limit_rule", "Night limit rule"),
        (f"button.nl_43_{SERIAL}_acknowledge_night_limit", "Acknowledge Night limit"),
    ]
    assert {entity and entity.device_id for entity in found} == {device_id(hass, loaded)}
    assert {entity and entity.config_subentry_id for entity in found} == {rule_id}
    assert [entity and entity.entity_category for entity in found] == [None, None, None, "config", None]
    assert [rule_value(hass, rule_id, key) for key in KEYS] == ["off", "ok", "unknown", "on", "unknown"]


async def test_rules_of_before_the_set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """They have their entities from the beginning, before the meter has said a word."""
    rule_ids = [await add_rule(hass, entry, name) for name in ("Day", "Night")]
    assert await hass.config_entries.async_setup(entry.entry_id)
    for rule_id, name in zip(rule_ids, ("Day", "Night"), strict=True):
        assert rule_state(hass, rule_id, "breach").name == f"NL-43 {SERIAL} {name}"
        assert rule_value(hass, rule_id, "grade") == "ok"


async def test_a_level_is_called_what_it_is_at_the_onset(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, alerts: Events
) -> None:
    """The weightings were not known yet when the rule began to be judged."""
    for metric in ("lp", "window_leq"):
        await add_rule(hass, entry, metric, metric=metric, window_minutes=15, window_kind="running")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await let_pass(30)
    with tone(meter):
        await until(hass, lambda: len(alerts) >= 2, 900)
    assert {event.data["rule"]: event.data["symbol"] for event in alerts} == {"lp": "LAF", "window_leq": "LAeq,15min"}


async def test_a_new_name_is_shown_at_once(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The ids stay."""
    rule_id = await add_rule(hass, loaded)
    ids = [entity_id(hass, f"{rule_id}_{key}", platform) for key, platform in KEYS.items()]
    await change_rule(hass, loaded, rule_id, "Quiet hours")
    assert [entity_id(hass, f"{rule_id}_{key}", platform) for key, platform in KEYS.items()] == ids
    assert rule_state(hass, rule_id, "breach").name == f"NL-43 {SERIAL} Quiet hours"
    assert rule_state(hass, rule_id, "acknowledge").name == f"NL-43 {SERIAL} Acknowledge Quiet hours"


async def test_a_step_above_the_limit(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events
) -> None:
    """It is an alarm with the next sample, whatever the interval of publications, and over when it is quiet again."""
    rule_id = await add_rule(hass, loaded)
    log = StateLog(hass)
    with tone(meter):
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 3)
        assert rule_value(hass, rule_id, "grade") == "alarm"
        assert (value(hass, "active_alerts"), value(hass, "worst_grade")) == ("1", "alarm")
        assert state(hass, "active_alerts").attributes["rules"] == [NAME]
        at = {at for key in ("breach", "grade", "alert") for at, _ in log.of(rule_state(hass, rule_id, key).entity_id)}
        assert len(at) == 1
        breach = rule_state(hass, rule_id, "breach").attributes
        told = rule_state(hass, rule_id, "alert").attributes
        assert breach["onset_level"] == pytest.approx(90, abs=1)
        assert (breach["acknowledged"], breach["no_data"], breach["snoozed_until"]) == (False, False, None)
        assert (told["event_type"], told["grade"], told["previous_grade"]) == ("onset", "alarm", "ok")
        assert (told["level"], told["threshold"]) == (breach["onset_level"], 80.0)
        assert told["episode_id"] == breach["episode_id"]
        await let_pass(30)
    await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_OFF, 5)
    assert (rule_value(hass, rule_id, "grade"), value(hass, "active_alerts")) == ("ok", "0")
    assert rule_state(hass, rule_id, "breach").attributes["episode_id"] is None
    cleared = rule_state(hass, rule_id, "alert").attributes
    assert (cleared["event_type"], cleared["reason"]) == ("cleared", "cleared")
    assert cleared["duration"] == pytest.approx(30, abs=3)
    await hass.async_block_till_done()
    assert kinds(alerts) == ["onset", "cleared"]
    onset = alerts[0].data
    assert (onset["rule_id"], onset["rule"], onset["meter"]) == (rule_id, NAME, loaded.title)
    assert (onset["device_id"], onset["entity_id"]) == (
        device_id(hass, loaded),
        rule_state(hass, rule_id, "alert").entity_id,
    )


async def test_who_hears_the_news_finds_the_states_that_belong_to_them(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Of a rule that came after the listener, too."""
    found: list[tuple[str, ...]] = []

    def note(news: News) -> None:
        assert news.rule_id
        assert news.transition
        states = (rule_value(hass, news.rule_id, "breach"), rule_value(hass, news.rule_id, "grade"))
        found.append((news.transition.kind, *states, value(hass, "active_alerts")))

    async_get_news(hass).async_subscribe(note)
    hass.bus.async_listen(EVENT_ALERT, lambda event: found.append(("bus", value(hass, "active_alerts"))))
    rule_id = await add_rule(hass, loaded)
    with tone(meter):
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON)
    await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_OFF)
    await hass.async_block_till_done()
    assert sorted(found) == [("bus", "0"), ("bus", "1"), ("cleared", "off", "ok", "0"), ("onset", "on", "alarm", "1")]


async def test_a_higher_peak_is_shown_when_levels_are(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Not with each sample."""
    rule_id = await add_rule(hass, loaded)
    with tone(meter, 85.0):
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON)
        with tone(meter, 95.0):
            await until(hass, lambda: rule_state(hass, rule_id, "breach").attributes["peak"] > 94, 15)
        assert rule_state(hass, rule_id, "breach").attributes["onset_level"] < 90


async def test_a_warning_becomes_an_alarm_and_goes_back(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events
) -> None:
    """The grade follows at once, and the breach stays one."""
    rule_id = await add_rule(hass, loaded)
    log = StateLog(hass)
    with tone(meter, 60.0):
        await until(hass, lambda: rule_value(hass, rule_id, "grade") == "warning", 3)
        with tone(meter, 90.0):
            await until(hass, lambda: rule_value(hass, rule_id, "grade") == "alarm", 3)
        await until(hass, lambda: rule_value(hass, rule_id, "grade") == "warning", 3)
    await until(hass, lambda: rule_value(hass, rule_id, "grade") == "ok", 3)
    await hass.async_block_till_done()
    assert kinds(alerts) == ["onset", "escalated", "relaxed", "cleared"]
    breach = [word for _, word in log.of(rule_state(hass, rule_id, "breach").entity_id)]
    assert [word for word, before in zip(breach, ["", *breach], strict=False) if word != before] == ["on", "off"]


async def test_acknowledged_by_the_button(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events, hass_admin_user: Any
) -> None:
    """In the name of the one who pressed it, once; there has to be something to acknowledge."""
    rule_id = await add_rule(hass, loaded)
    with pytest.raises(HomeAssistantError) as nothing:
        await press_acknowledge(hass, rule_id)
    assert nothing.value.translation_key == "alert_no_episode"
    with tone(meter):
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON)
        await press_acknowledge(hass, rule_id, hass_admin_user.id)
        await hass.async_block_till_done()
        assert rule_state(hass, rule_id, "breach").attributes["acknowledged"] is True
        event = rule_state(hass, rule_id, "alert")
        assert (event.attributes["event_type"], event.attributes["acknowledged_by"]) == (
            "acknowledged",
            hass_admin_user.id,
        )
        assert event.context.user_id == alerts[-1].context.user_id == hass_admin_user.id
        with pytest.raises(HomeAssistantError) as again:
            await press_acknowledge(hass, rule_id, hass_admin_user.id)
        assert again.value.translation_key == "alert_already_acknowledged"
    assert kinds(alerts) == ["onset", "acknowledged"]


async def test_snoozed(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events) -> None:
    """Until when is shown; what still holds then is raised, and shown, at that moment."""
    rule_id = await add_rule(hass, loaded)
    until_when = dt_util.utcnow().replace(microsecond=0) + timedelta(seconds=60)
    runtime(loaded).monitor.alerts.snooze(rule_id, until_when.timestamp())
    with tone(meter):
        await let_pass(50)
        assert rule_value(hass, rule_id, "breach") == STATE_OFF
        assert rule_state(hass, rule_id, "breach").attributes["snoozed_until"] == until_when
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 13)
        assert rule_state(hass, rule_id, "breach").attributes["snoozed_until"] is None
    await hass.async_block_till_done()
    assert kinds(alerts) == ["onset"]


async def test_switched_off_and_on(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events
) -> None:
    """It is kept with the rule; what is open ends, and what still holds afterwards is raised anew."""
    rule_id = await add_rule(hass, loaded)
    switch = {"entity_id": entity_id(hass, f"{rule_id}_enabled", Platform.SWITCH)}
    connections = len(meter.referee.connections)
    with tone(meter):
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON)
        await hass.services.async_call(Platform.SWITCH, "turn_off", switch, blocking=True)
        await hass.async_block_till_done()
        assert loaded.subentries[rule_id].data == {**LIMITS, "enabled": False}
        assert [rule_value(hass, rule_id, key) for key in ("breach", "grade", "enabled")] == ["off", "ok", "off"]
        await let_pass(30)
        assert rule_value(hass, rule_id, "breach") == STATE_OFF
        await hass.services.async_call(Platform.SWITCH, "turn_on", switch, blocking=True)
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 3)
        assert rule_value(hass, rule_id, "enabled") == STATE_ON
    await hass.async_block_till_done()
    assert kinds(alerts) == ["onset", "cleared", "onset"]
    assert alerts[1].data["reason"] == "disabled"
    assert len(meter.referee.connections) == connections


async def test_a_rule_that_goes(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events
) -> None:
    """Its entities go with it, those of the meter and of another rule stay; what was open ends."""
    gone, stays = await add_rule(hass, loaded, "Day"), await add_rule(hass, loaded, "Night", alarm=100.0)
    before = {entity.unique_id for entity in er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)}
    with tone(meter):
        await until(hass, lambda: rule_value(hass, gone, "breach") == STATE_ON)
        log, ids = StateLog(hass), [rule_state(hass, gone, key).entity_id for key in ("breach", "alert")]
        hass.config_entries.async_remove_subentry(loaded, gone)
        await hass.async_block_till_done()
    breach, alert = ([word for _, word in log.of(found_id)] for found_id in ids)
    assert breach == ["off", "removed"]
    assert (len(alert), alert[-1]) == (2, "removed")
    after = {entity.unique_id for entity in er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)}
    assert before - after == {f"{SERIAL}_{gone}_{key}" for key in KEYS}
    assert not [state for state in hass.states.async_all() if state.name.endswith("Day")]
    assert (rule_value(hass, stays, "grade"), value(hass, "active_alerts")) == ("warning", "1")
    (ended,) = [event.data for event in alerts if event.data["kind"] == "cleared"]
    assert (ended["rule_id"], ended["rule"], ended["reason"]) == (gone, "Day", "removed")
    assert device_id(hass, loaded)


async def test_a_restart_while_an_episode_is_open(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events
) -> None:
    """The states are there again before the meter is, and that it goes on is no news."""
    rule_id = await add_rule(hass, loaded)
    with tone(meter):
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON)
        shown = rule_state(hass, rule_id, "breach").attributes
        assert await hass.config_entries.async_unload(loaded.entry_id)
        assert rule_value(hass, rule_id, "breach") == STATE_UNAVAILABLE
        await meter.power_off()
        assert await hass.config_entries.async_setup(loaded.entry_id)
        assert (rule_value(hass, rule_id, "breach"), rule_value(hass, rule_id, "grade")) == ("on", "alarm")
        assert rule_state(hass, rule_id, "breach").attributes["episode_id"] == shown["episode_id"]
        assert rule_state(hass, rule_id, "breach").attributes["since"] == shown["since"]
        assert rule_state(hass, rule_id, "alert").attributes["event_type"] == "onset"
        assert value(hass, "active_alerts") == "1"
    await hass.async_block_till_done()
    assert kinds(alerts) == ["onset"]


async def test_states_hold_while_the_meter_is_away(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """None of them becomes unavailable; that nothing is known meanwhile is told."""
    rule_id = await add_rule(hass, loaded)
    with tone(meter):
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON)
        await meter.power_off()
        await until(hass, lambda: value(hass, "lp") == STATE_UNAVAILABLE)
        await until(hass, lambda: rule_state(hass, rule_id, "breach").attributes["no_data"], 60)
    assert [rule_value(hass, rule_id, key) for key in ("breach", "grade", "enabled")] == ["on", "alarm", "on"]
    assert rule_state(hass, rule_id, "alert").attributes["event_type"] == "no_data"
    assert value(hass, "worst_grade") == "alarm"


async def test_a_breach_found_on_the_meters_return(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Home Assistant's own triggers fire for it: the state was never unavailable."""
    rule_id = await add_rule(hass, loaded)
    breach = rule_state(hass, rule_id, "breach").entity_id
    ran: list[str] = []
    hass.bus.async_listen("found", lambda event: ran.append(event.data["by"]))
    triggers: dict[str, dict[str, Any]] = {
        "state": {"trigger": "state", "entity_id": breach, "from": "off", "to": "on"},
        "grade": {
            "trigger": "state",
            "entity_id": rule_state(hass, rule_id, "grade").entity_id,
            "from": "ok",
            "to": "alarm",
        },
    }
    automations = [
        {"alias": name, "triggers": [trigger], "actions": [{"event": "found", "event_data": {"by": name}}]}
        for name, trigger in triggers.items()
    ]
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: automations})
    await hass.async_block_till_done()
    await meter.power_off()
    await let_pass(120)
    with tone(meter):
        await meter.power_on()
        await until_available(hass, 200)
        await until(hass, lambda: rule_value(hass, rule_id, "breach") == STATE_ON, 10)
        await hass.async_block_till_done()
    assert sorted(ran) == ["grade", "state"]
    await hass.services.async_call(automation.DOMAIN, "turn_off", {"entity_id": "all"}, blocking=True)


async def test_unreachable(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events) -> None:
    """After a minute without the meter it is an alarm of its own, which ends when it is back."""
    assert value(hass, UNREACHABLE, Platform.BINARY_SENSOR) == STATE_OFF
    await meter.power_off()
    await until(hass, lambda: value(hass, "lp") == STATE_UNAVAILABLE)
    waited = await until(hass, lambda: value(hass, UNREACHABLE, Platform.BINARY_SENSOR) == STATE_ON, 100)
    assert waited == pytest.approx(60, abs=2)
    assert (value(hass, "active_alerts"), value(hass, "worst_grade")) == ("1", "alarm")
    runtime(loaded).monitor.alerts.acknowledge(UNREACHABLE)
    await hass.async_block_till_done()
    shown = state(hass, UNREACHABLE, Platform.BINARY_SENSOR).attributes
    assert (shown["acknowledged"], shown["episode_id"]) == (True, alerts[0].data["episode_id"])
    await meter.power_on()
    await until(hass, lambda: value(hass, UNREACHABLE, Platform.BINARY_SENSOR) == STATE_OFF, 200)
    await hass.async_block_till_done()
    assert kinds(alerts) == ["onset", "acknowledged", "cleared"]
    assert alerts[2].data["reason"] == "reachable"
    assert {event.data["entity_id"] for event in alerts} == {entity_id(hass, UNREACHABLE, Platform.BINARY_SENSOR)}


async def test_standby_is_not_unreachable(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, alerts: Events
) -> None:
    """Nobody expects a meter to be there whose connection was given away."""
    await runtime(loaded).monitor.standby.release()
    await let_pass(300)
    assert value(hass, UNREACHABLE, Platform.BINARY_SENSOR) == STATE_OFF
    assert not alerts
