"""Who may watch a meter live, and what may be asked for."""

from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    MockUser,
)

from custom_components.rion_nl43.acoustics import WindowKind, WindowSpec
from custom_components.rion_nl43.live_websocket import KEY_LENGTH_LIMIT, METERS, METRICS_LIMIT
from custom_components.rion_nl43.monitor import known_metrics
from custom_components.rion_nl43.options import WINDOW_CHOICES_MIN
from emulator import EmulatedMeter

from .alert_helpers import add_rule, tone
from .helpers import MockConfigEntry, entity_id, let_pass, runtime
from .live_helpers import ACKNOWLEDGE, SUBSCRIBE, View, Viewer, let_read

MINUTE_LEQ = "window_leq_60_running"


async def test_refusals(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """A meter that is not there, or not loaded, and levels that it has not."""
    answer = await viewer.ask(SUBSCRIBE, config_entry_id="nothing")
    assert answer["error"]["translation_key"] == "live_meter_unknown"
    answer = await viewer.ask(SUBSCRIBE, config_entry_id=loaded.entry_id, metrics=["lp", "loudness", "window_leq_7_x"])
    assert answer["error"]["translation_placeholders"] == {"meter": loaded.title, "metrics": "loudness, window_leq_7_x"}
    assert answer["error"]["message"].startswith(f"{loaded.title} has no such levels: loudness")
    await hass.config_entries.async_unload(loaded.entry_id)
    answer = await viewer.ask(SUBSCRIBE, config_entry_id=loaded.entry_id)
    assert (answer["error"]["code"], answer["error"]["translation_key"]) == ("not_found", "meter_not_loaded")
    assert not hass.data[METERS]


@pytest.mark.parametrize(
    "asked_for",
    [
        {"history_s": 3601},
        {"history_s": -1},
        {"history_s": 0.5},
        {"metrics": "lp"},
        {"metrics": ["lp"] * (METRICS_LIMIT + 1)},
        {"metrics": ["l" * (KEY_LENGTH_LIMIT + 1)]},
        {"path": "secrets.yaml"},
    ],
)
async def test_what_nobody_may_ask_for(
    hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer, asked_for: dict[str, Any]
) -> None:
    """More than there is, and what is not known."""
    answer = await viewer.ask(SUBSCRIBE, config_entry_id=loaded.entry_id, **asked_for)
    assert answer["error"]["code"] == "invalid_format"
    assert not hass.data[METERS]


def test_every_level_may_be_asked_for() -> None:
    """The limits are beyond what a meter with all windows has."""
    known = known_metrics(WindowSpec(kind, 60 * minutes) for minutes in WINDOW_CHOICES_MIN for kind in WindowKind)
    assert len(known) <= METRICS_LIMIT
    assert max(len(key) for key in known) <= KEY_LENGTH_LIMIT


async def test_who_may_not_read_the_level(
    hass: HomeAssistant, loaded: MockConfigEntry, view: View, hass_admin_user: MockUser
) -> None:
    """He is told nothing, not even what the meter is called, or which levels it has."""
    let_read(hass, hass_admin_user, [entity_id(hass, "leq")])
    viewer = await view()
    for asked_for in ({}, {"metrics": ["loudness"]}):
        answer = await viewer.ask(SUBSCRIBE, config_entry_id=loaded.entry_id, **asked_for)
        assert answer["error"] == {"code": "unauthorized", "message": "Unauthorized"}
    await hass.config_entries.async_unload(loaded.entry_id)
    answer = await viewer.ask(SUBSCRIBE, config_entry_id=loaded.entry_id)
    assert answer["error"]["code"] == "unauthorized"
    assert not hass.data[METERS]


async def test_another_client_does_not_acknowledge(loaded: MockConfigEntry, viewer: Viewer, view: View) -> None:
    """A subscription is that of its connection: its number says nothing to another one."""
    await viewer.subscribe(loaded.entry_id, acknowledges=True)
    answer = await (await view()).ask(ACKNOWLEDGE, subscription=viewer.number, t=0)
    assert answer["error"]["translation_key"] == "live_subscription_unknown"


async def test_who_may_read_some(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    loaded: MockConfigEntry,
    view: View,
    hass_admin_user: MockUser,
) -> None:
    """Of rules he is told those whose entities he may read; and nothing more once the right is taken from him."""
    shown, _ = [await add_rule(hass, loaded, name, alarm=110.0, warning=105.0) for name in ("Shown", "Hidden")]
    lp, event = entity_id(hass, "lp"), entity_id(hass, f"{shown}_alert", Platform.EVENT)
    let_read(hass, hass_admin_user, [lp, event])
    viewer = await view()
    snapshot = await viewer.subscribe(loaded.entry_id)
    assert [rule["name"] for rule in snapshot["rules"]] == ["Shown"]
    with tone(meter, 120.0):
        await let_pass(4)
    told = await viewer.events()
    assert {event["event"] for event in told} >= {"sample", "rules"}
    assert all([rule["name"] for rule in event["rules"]] == ["Shown"] for event in told if event["event"] == "rules")
    let_read(hass, hass_admin_user, [event])
    await runtime(loaded).monitor.standby.release()
    await let_pass(30)
    assert {event["event"] for event in await viewer.events()} == {"heartbeat"}
    await hass.config_entries.async_reload(loaded.entry_id)
    assert [event["event"] for event in await viewer.events()] == ["reloading"]


async def test_who_may_only_read(
    hass: HomeAssistant, loaded: MockConfigEntry, view: View, hass_read_only_access_token: str
) -> None:
    """One who is no administrator sees all of it."""
    viewer = await view(hass_read_only_access_token)
    await add_rule(hass, loaded)
    assert len((await viewer.subscribe(loaded.entry_id))["rules"]) == 1
