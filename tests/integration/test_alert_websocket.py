"""Alerts over the websocket."""

from datetime import timedelta
from typing import Any

from homeassistant.auth.models import Group
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    MockUser,
    async_fire_time_changed,
)

from custom_components.rion_nl43.alerts import Metric, Quantity, Rule
from custom_components.rion_nl43.monitor import MeterAlerts
from emulator import EmulatedMeter

from .alert_helpers import add_rule
from .helpers import MockConfigEntry, let_pass

LOUD = Rule(id="loud", name="Too loud", metric=Metric(Quantity.LP), alarm_db=100.0)


@pytest.fixture
def alerts(loaded: MockConfigEntry) -> MeterAlerts:
    """The meter's alerts, with a rule that nothing but a very loud tone breaks."""
    found: MeterAlerts = loaded.runtime_data.monitor.alerts
    found.configure([LOUD])
    return found


async def subscribed(client: Any, **data: Any) -> Any:
    """Subscribe, and return the snapshot."""
    await client.send_json_auto_id({"type": "rion_nl43/alerts/subscribe", **data})
    assert (await client.receive_json())["success"]
    return await event(client)


async def event(client: Any) -> Any:
    """Return the next event."""
    return (await client.receive_json())["event"]


async def transition(client: Any) -> Any:
    """Return what happened next."""
    while (told := await event(client))["event"] == "heartbeat":
        pass
    return told["transition"]


@pytest.mark.usefixtures("alerts")
async def test_snapshot_transitions_and_heartbeat(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_ws_client: Any
) -> None:
    """What is open comes first, then all that happens, and something at least every 25 s."""
    early = await hass_ws_client(hass)
    snapshot = await subscribed(early)
    assert (snapshot["event"], snapshot["episodes"]) == ("snapshot", [])
    meter.instrument.add_sound(early, 110.0)
    await let_pass(3)
    told = await event(early)
    assert told["event"] == "transition"
    assert (told["transition"]["kind"], told["transition"]["rule"], told["transition"]["grade"]) == (
        "onset",
        "Too loud",
        "alarm",
    )
    late = await hass_ws_client(hass)
    (episode,) = (await subscribed(late, config_entry_id=loaded.entry_id))["episodes"]
    assert episode["episode_id"] == told["transition"]["episode_id"]
    assert (episode["open"], episode["meter"]) == (True, loaded.title)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=26))
    assert (await event(late))["event"] == "heartbeat"


async def test_a_meter_that_is_set_up_again(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_ws_client: Any
) -> None:
    """What is open is told anew once it is there; that the meter was away meanwhile is not."""
    await add_rule(hass, loaded, warning=None, alarm=100.0)
    client = await hass_ws_client(hass)
    assert (await subscribed(client))["episodes"] == []
    meter.instrument.add_sound(client, 110.0)
    await let_pass(3)
    onset = (await event(client))["transition"]
    assert await hass.config_entries.async_unload(loaded.entry_id)
    late = await hass_ws_client(hass)
    assert (await subscribed(late))["episodes"] == []
    assert await hass.config_entries.async_setup(loaded.entry_id)
    for each in (client, late):
        again = await event(each)
        assert again["event"] == "snapshot"
        assert [episode["episode_id"] for episode in again["episodes"]] == [onset["episode_id"]]


@pytest.mark.usefixtures("alerts")
async def test_a_meter_that_is_taken_away(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_ws_client: Any
) -> None:
    """Nothing of it is open any more; what happens to others than meters is no news."""
    client = await hass_ws_client(hass)
    await subscribed(client)
    meter.instrument.add_sound(client, 110.0)
    await let_pass(3)
    assert (await event(client))["event"] == "transition"
    stranger = MockConfigEntry(domain="stranger")
    stranger.add_to_hass(hass)
    await hass.config_entries.async_remove(stranger.entry_id)
    await hass.config_entries.async_remove(loaded.entry_id)
    gone = await event(client)
    assert (gone["event"], gone["episodes"]) == ("snapshot", [])


async def test_another_meter_is_not_told(
    hass: HomeAssistant, meter: EmulatedMeter, alerts: MeterAlerts, hass_ws_client: Any
) -> None:
    """Who asks for one meter hears of that one."""
    client = await hass_ws_client(hass)
    meter.instrument.add_sound(client, 110.0)
    await let_pass(3)
    assert alerts.open_episodes
    assert (await subscribed(client, config_entry_id="another"))["episodes"] == []
    meter.instrument.remove_sound(client)
    await let_pass(5)
    assert not alerts.open_episodes
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=26))
    assert (await event(client))["event"] == "heartbeat"


async def test_who_may_read_nothing_is_told_nothing(
    hass: HomeAssistant, meter: EmulatedMeter, alerts: MeterAlerts, hass_ws_client: Any, hass_admin_user: MockUser
) -> None:
    """The rights are those on the rule's entity."""
    hass_admin_user.groups = [Group(name="none", policy={})]
    hass_admin_user.permissions = PolicyPermissions({}, PermissionLookup(er.async_get(hass), dr.async_get(hass)))
    client = await hass_ws_client(hass)
    assert (await subscribed(client))["episodes"] == []
    meter.instrument.add_sound(client, 110.0)
    await let_pass(3)
    assert alerts.open_episodes
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=26))
    assert (await event(client))["event"] == "heartbeat"


async def test_unsubscribing_ends_it(
    hass: HomeAssistant, meter: EmulatedMeter, alerts: MeterAlerts, hass_ws_client: Any
) -> None:
    """Nothing comes afterwards, and nothing is left behind."""
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "rion_nl43/alerts/subscribe"})
    number = (await client.receive_json())["id"]
    await client.receive_json()
    await client.send_json_auto_id({"type": "unsubscribe_events", "subscription": number})
    assert (await client.receive_json())["success"]
    meter.instrument.add_sound(client, 110.0)
    await let_pass(3)
    assert alerts.open_episodes
    await client.send_json_auto_id({"type": "ping"})
    assert (await client.receive_json())["type"] == "pong"


async def test_who_acknowledged(
    hass: HomeAssistant, meter: EmulatedMeter, alerts: MeterAlerts, hass_ws_client: Any
) -> None:
    """By the name that the user has now: also one of Home Assistant's own; not of automations, nor of who is gone."""
    client = await hass_ws_client(hass)
    await subscribed(client)
    ann = await hass.auth.async_create_user("Ann")
    own = await hass.auth.async_create_system_user("Supervisor")
    names = []
    for by in (ann.id, own.id, None, "somebody who is gone"):
        meter.instrument.add_sound(client, 110.0)
        await let_pass(3)
        assert (await transition(client))["acknowledged_by_name"] is None
        alerts.acknowledge(LOUD.id, by=by)
        told = await transition(client)
        assert (told["kind"], told["acknowledged_by"]) == ("acknowledged", by)
        names.append(told["acknowledged_by_name"])
        meter.instrument.remove_sound(client)
        await let_pass(5)
        assert (await transition(client))["kind"] == "cleared"
    assert names == ["Ann", "Supervisor", None, None]


async def test_a_user_who_gets_another_name(
    hass: HomeAssistant, meter: EmulatedMeter, alerts: MeterAlerts, hass_ws_client: Any
) -> None:
    """What is open tells that one; once he is removed it tells none."""
    ann = await hass.auth.async_create_user("Ann")
    client = await hass_ws_client(hass)
    meter.instrument.add_sound(client, 110.0)
    await let_pass(3)
    alerts.acknowledge(LOUD.id, by=ann.id)

    async def name() -> Any:
        await hass.async_block_till_done()
        (episode,) = (await subscribed(client))["episodes"]
        return episode["acknowledged_by_name"]

    assert await name() == "Ann"
    await hass.auth.async_update_user(ann, name="Anna")
    assert await name() == "Anna"
    await hass.auth.async_remove_user(ann)
    assert await name() is None
