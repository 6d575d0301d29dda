"""A dashboard with live levels, saved through Home Assistant's own API as its editor does."""

from dataclasses import dataclass
from typing import Any

from . import DOMAIN
from .api import Api, WebSocket
from .meters import Device

OWN_NAME = {"type": "entity"}
BADGES = ("run_state", "battery")

type Card = dict[str, Any]

URL_PATH = "noise-levels"
TITLE = "Noise levels"
ICON = "mdi:volume-high"
HISTORY_H = 0.1
LOGBOOK_H = 1
HALF, THIRD, FULL = {"columns": 6}, {"columns": 4}, {"columns": 12}
SEVERITY = {"green": 30, "yellow": 65, "red": 85}
LEVELS_SHOWN = ("leq", "lmax", "lmin", "ln2", "ln3", "ln4")
WINDOWS_SHOWN = ("leq_1min", "leq_15min", "l10_15min", "l90_15min")
LINK_SHOWN = ("link", "feed", "watchdog")


@dataclass(frozen=True, slots=True)
class Panel:
    """One meter on the dashboard: its name and its entities by their keys."""

    name: str
    entity_ids: dict[str, str]


async def read_panel(api: Api, device: Device) -> Panel:
    """Find the enabled entities of a meter's device."""
    async with api.websocket() as websocket:
        registry = await websocket.command("config/entity_registry/list")
    ours = [entry for entry in registry if entry["platform"] == DOMAIN and entry["device_id"] == device.id]
    # A unique id is the meter's serial number and the entity's key.
    enabled = [entry for entry in ours if not entry["disabled_by"]]
    return Panel(device.name, {entry["unique_id"].split("_", 1)[1]: entry["entity_id"] for entry in enabled})


async def save(api: Api, panels: list[Panel]) -> None:
    """Save the dashboard, and make it the one that Home Assistant opens with."""
    async with api.websocket() as websocket:
        if not await _exists(websocket):
            await websocket.command(
                "lovelace/dashboards/create",
                url_path=URL_PATH,
                title=TITLE,
                icon=ICON,
                show_in_sidebar=True,
            )
        await websocket.command("lovelace/config/save", url_path=URL_PATH, config={"views": views(panels)})
        await websocket.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})


async def _exists(websocket: WebSocket) -> bool:
    return any(dashboard["url_path"] == URL_PATH for dashboard in await websocket.command("lovelace/dashboards/list"))


def views(panels: list[Panel]) -> list[dict[str, Any]]:
    """Build the three views, each with one section for each meter."""
    return [
        _view("Levels", "levels", [_levels(panel) for panel in panels]),
        _view("Alerts", "alerts", [_alerts(panel) for panel in panels]),
        _view("Link and commands", "link", [_link(panel) for panel in panels]),
    ]


def _view(title: str, path: str, sections: list[list[Card]]) -> dict[str, Any]:
    return {
        "title": title,
        "path": path,
        "type": "sections",
        "max_columns": 3,
        "sections": [{"type": "grid", "cards": cards} for cards in sections],
    }


def _levels(panel: Panel) -> list[Card]:
    entity = panel.entity_ids
    return [
        _heading(panel),
        {
            "type": "gauge",
            "entity": entity["lp"],
            "name": OWN_NAME,
            "min": 30,
            "max": 110,
            "needle": True,
            "severity": SEVERITY,
            "grid_options": FULL,
        },
        *(_tile(entity[key], THIRD) for key in LEVELS_SHOWN if key in entity),
        *(_line(entity[key]) for key in WINDOWS_SHOWN if key in entity),
        _button(entity["start"], "Start", "green"),
        _button(entity["stop"], "Stop", "red"),
        {
            "type": "history-graph",
            "hours_to_show": HISTORY_H,
            "entities": [{"entity": entity[key], "name": OWN_NAME} for key in ("lp", "leq")],
            "min_y_axis": 30,
            "fit_y_data": True,
            "grid_options": FULL,
        },
    ]


def _alerts(panel: Panel) -> list[Card]:
    entity = panel.entity_ids
    rules = [key.removesuffix("_breach") for key in entity if key.endswith("_breach")]
    cards = [_heading(panel), _line(entity["active_alerts"]), _line(entity["worst_grade"])]
    for rule in rules:
        cards += [_line(entity[f"{rule}_grade"]), _button(entity[f"{rule}_acknowledge"], "Acknowledge", "amber")]
    if rules:
        cards.append(
            {"type": "picture-entity", "entity": entity["last_episode"], "show_state": False, "show_name": False}
        )
    events = [entity[f"{rule}_alert"] for rule in rules]
    told = {"entity_id": [*events, entity["unreachable"]]}
    return [*cards, {"type": "logbook", "target": told, "hours_to_show": LOGBOOK_H, "grid_options": FULL}]


def _link(panel: Panel) -> list[Card]:
    entity = panel.entity_ids
    return [
        _heading(panel),
        *(_line(entity[key]) for key in LINK_SHOWN),
        _line(entity["connection"]) | {"tap_action": {"action": "toggle"}},
        _button(entity["start_cycle"], "Start cycle", "green"),
        _button(entity["stop_cycle"], "Stop cycle", "red"),
        {
            "type": "logbook",
            "target": {"entity_id": [entity[key] for key in ("command", "link", "run_state")]},
            "hours_to_show": LOGBOOK_H,
            "grid_options": FULL,
        },
    ]


def _heading(panel: Panel) -> Card:
    badges = [_badge(panel.entity_ids[key]) for key in BADGES if key in panel.entity_ids]
    return {"type": "heading", "heading": panel.name, "icon": "mdi:microphone-outline", "badges": badges}


def _badge(entity_id: str) -> Card:
    known = {"condition": "state", "entity": entity_id, "state_not": ["unknown", "unavailable"]}
    return {"type": "entity", "entity": entity_id, "visibility": [known]}


def _tile(entity_id: str, size: dict[str, int]) -> Card:
    return {"type": "tile", "entity": entity_id, "name": OWN_NAME, "vertical": True, "grid_options": size}


def _line(entity_id: str) -> Card:
    return _tile(entity_id, HALF) | {"vertical": False}


def _button(entity_id: str, name: str, color: str) -> Card:
    press = {"action": "perform-action", "perform_action": "button.press", "target": {"entity_id": entity_id}}
    return _line(entity_id) | {
        "name": name,
        "color": color,
        "hide_state": True,
        "tap_action": press,
        "icon_tap_action": press,
    }
