"""Alert rules of the demo's meters, and the automation that tells of them: made as a person makes them."""

from collections.abc import Mapping
from pathlib import Path
import shutil
from typing import Any

from . import DOMAIN, ROOT, DemoError
from .api import Api
from .meters import Device, filled_in

FLOWS = "/api/config/config_entries/subentries/flow"
AUTOMATIONS = "/api/config/automation/config"
NOTICE = "rion_nl43_demo_notice"
BLUEPRINT = f"{DOMAIN}/notify_on_alert.yaml"


def import_blueprints(folder: Path) -> None:
    """Put the blueprints where Home Assistant puts those that are imported."""
    kept = folder / "blueprints" / "automation" / DOMAIN
    shutil.copytree(ROOT / "blueprints" / "automation" / DOMAIN, kept, dirs_exist_ok=True)


async def add_rule(api: Api, device: Device, **answers: Any) -> None:
    """Add an alert rule to a meter as the dialog behind "Add alert rule" does.

    Raises:
        DemoError: The rule is not taken.
    """
    await _add(api, device, "alert_rule", answers)


async def add_limit(api: Api, device: Device, **answers: Any) -> None:
    """Add a limit of a period to a meter as the dialog behind "Add limit of a period" does.

    Raises:
        DemoError: The limit is not taken.
    """
    await _add(api, device, "level_limit", answers)


async def _add(api: Api, device: Device, kind: str, answers: dict[str, Any]) -> None:
    flow = await api.post(FLOWS, {"handler": [device.entry_id, kind]})
    path = f"{FLOWS}/{flow['flow_id']}"
    result = await api.post(path, filled_in(flow["data_schema"], answers))
    while result["type"] == "menu":
        result = await api.post(path, {"next_step_id": _go_on(result["menu_options"])})
    if result["type"] != "create_entry":
        raise DemoError(f"Home Assistant did not take the {kind} {answers}: {result.get('errors') or result}")


def _go_on(offered: list[str]) -> str:
    return next(step for step in ("keep", "save") if step in offered)


async def tell_of_alerts(api: Api, devices: list[Device]) -> None:
    """Make the automation that shows a notice for every alert of these meters, from the blueprint."""
    automation: Mapping[str, Any] = {
        "alias": "Tell of noise alerts",
        "description": "Made from a blueprint of the integration.",
        "use_blueprint": {
            "path": BLUEPRINT,
            "input": {"rules": {"device_id": [device.id for device in devices]}, "in_home_assistant": True},
        },
    }
    await api.post(f"{AUTOMATIONS}/{NOTICE}", dict(automation))
