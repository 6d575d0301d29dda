"""What the documentation tells of live views and alerts over the websocket, beside what comes."""

import json
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant
import probatio
import pytest

from custom_components.rion_nl43.monitor import HISTORY_S
from emulator import EmulatedMeter
from tests.documentation import DOCS, quoted, responses, section, sections

from .alert_helpers import add_rule, tone
from .helpers import MockConfigEntry, let_pass, runtime, until
from .live_helpers import Viewer

PAGE = DOCS / "websocket.md"
BLOCKS: list[dict[str, Any]] = [json.loads(block) for block in responses(PAGE)]
COMMANDS = {block["type"].removeprefix("rion_nl43/"): block for block in BLOCKS if "type" in block}
ALERTS = ("episodes", "transition")
LIVE = {block["event"]: block for block in BLOCKS if "event" in block and not any(key in block for key in ALERTS)}
METRICS = ["window_leq_900_running"]


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("name", ["live/subscribe", "live/acknowledge", "alerts/subscribe"])
def test_commands(hass: HomeAssistant, name: str) -> None:
    """The examples are taken, and the fields have the defaults that are told."""
    _, schema = hass.data[websocket_api.DOMAIN][f"rion_nl43/{name}"]
    schema(COMMANDS[name])
    fields = {str(key): key for key in schema.schema if str(key) not in ("id", "type")}
    tables = section(PAGE, f"`rion_nl43/{name}`").tables
    told = {quoted(row[0])[0]: row[1] for table in tables if table[0][0] == "Field" for row in table[1:]}
    if not told:
        assert COMMANDS[name].keys() == {"id", "type", *fields}
        return
    assert told == {
        key: "required" if isinstance(field, probatio.Required) else _default(key, field)
        for key, field in fields.items()
    }


def _default(key: str, field: Any) -> str:
    if isinstance(field.default, probatio.Undefined):
        return {"config_entry_id": "all"}[key]
    return {"[]": "none"}.get(str(field.default()).lower(), str(field.default()).lower())


async def test_live(hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any) -> None:
    """Each event has the keys of its example, and all of them are explained."""
    monitor = runtime(loaded).monitor
    await add_rule(hass, loaded, metric="window_leq", window_minutes=15, window_kind="running")
    await until(hass, lambda: monitor.facts.percentiles[-1], 120)
    viewer = Viewer(await hass_ws_client(hass))
    snapshot = await viewer.subscribe(loaded.entry_id, history_s=HISTORY_S, metrics=METRICS, acknowledges=True)
    await let_pass(100)
    await monitor.commands.set_setting("Frequency Weighting", "C")
    await monitor.refresh_facts()
    await monitor.standby.release()
    await let_pass(1)
    await add_rule(hass, loaded, "Another")
    events = [snapshot, *await viewer.events()]
    found = {event["event"]: event for event in events}
    assert found.keys() == LIVE.keys()
    for kind, event in found.items():
        assert LIVE[kind].keys() - {"skipped"} == event.keys() - {"skipped"}, kind
    told = LIVE["snapshot"]
    for key in ("labels", "sample", "trace", "seconds"):
        assert told[key].keys() == snapshot[key].keys(), key
    assert told["labels"] == snapshot["labels"]
    assert told["rules"][0].keys() == snapshot["rules"][0].keys()
    assert LIVE["sample"].keys() - {"event", "skipped"} == told["sample"].keys()
    await viewer.close()


def test_keys_of_live_events() -> None:
    """All are explained, and nothing else is."""
    explained = {
        part.heading: {key for table in part.tables for row in table[1:] for key in quoted(row[0])}
        for part in sections(PAGE)
        if part.above == ("Websocket", "`rion_nl43/live/subscribe`")
    }
    base = {"event", "at"}
    assert explained["Snapshot"] == LIVE["snapshot"].keys() - base - {"name", "serial"}
    assert explained["Sample"] == LIVE["sample"].keys() - base
    assert explained["State"] == LIVE["state"].keys() - base
    rule = LIVE["snapshot"]["rules"][0].keys()
    of_meters = {"rule_id", "name", "metric", "symbol", "direction", "warning", "alarm", "enabled"}
    assert explained["Rules"] == rule - of_meters
    assert explained["Other events"] == {"heartbeat", "reloading", "gone"}


async def test_alerts(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_ws_client: Any) -> None:
    """Episodes and transitions have the keys of the examples."""
    told_snapshot, told_transition = (
        next(block for block in BLOCKS if key in block and "event" in block) for key in ALERTS
    )
    await add_rule(hass, loaded, alarm=110.0, warning=105.0)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "rion_nl43/alerts/subscribe"})
    await client.receive_json()
    await client.receive_json()
    with tone(meter, 120.0):
        await let_pass(4)
        transition = (await client.receive_json())["event"]
        assert transition.keys() == told_transition.keys()
        assert transition["transition"].keys() == told_transition["transition"].keys()
        await client.send_json_auto_id({"type": "rion_nl43/alerts/subscribe"})
        while (message := await client.receive_json()).get("event", {}).get("event") != "snapshot":
            pass
        assert message["event"].keys() == told_snapshot.keys()
        assert message["event"]["episodes"][0].keys() == told_snapshot["episodes"][0].keys()
