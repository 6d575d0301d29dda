"""Home Assistant's configuration folder, made so that the start needs neither a person nor the internet."""

import json
from pathlib import Path
import shutil
from typing import Any

from . import DOMAIN, ROOT, alerts


def prepare(folder: Path, port: int) -> None:
    """Write what a first start needs; in a folder used before, only the address changes."""
    (folder / ".storage").mkdir(parents=True, exist_ok=True)
    if not (folder / "configuration.yaml").exists():
        _write_new(folder)
    # Home Assistant keeps its address here; it brings the oldest and shortest form up to date by itself.
    _store(folder, "http", 1, {"server_host": ["127.0.0.1"], "server_port": port})
    _link_integration(folder)


def has_user(folder: Path) -> bool:
    """Tell whether the onboarding's step that creates the user has been done."""
    steps = json.loads((folder / ".storage" / "onboarding").read_text())["data"]["done"]
    return "user" in steps


def _write_new(folder: Path) -> None:
    shutil.copy(ROOT / "script" / "setup" / "configuration.yaml", folder)
    # Where the editor of automations keeps them.
    (folder / "automations.yaml").write_text("[]\n")
    with (folder / "configuration.yaml").open("a") as file:
        file.write("\nautomation: !include automations.yaml\n")
    alerts.import_blueprints(folder)
    # All steps but the one that creates the user: they would look for the weather service and a radio directory.
    _store(folder, "onboarding", 4, {"done": ["core_config", "analytics", "integration"]})
    home = {
        "location_name": "Noise monitoring",
        "latitude": 52.52,
        "longitude": 13.405,
        "elevation": 34,
        "unit_system_v2": "metric",
        "time_zone": "UTC",
        "currency": "EUR",
        "country": "DE",
        "language": "en",
        "radius": 100,
    }
    _store(folder, "core.config", 1, home, minor_version=4)


def _store(folder: Path, key: str, version: int, data: dict[str, Any], minor_version: int = 1) -> None:
    stored = {"version": version, "minor_version": minor_version, "key": key, "data": data}
    (folder / ".storage" / key).write_text(json.dumps(stored, indent=2))


def _link_integration(folder: Path) -> None:
    link = folder / "custom_components" / DOMAIN
    link.parent.mkdir(exist_ok=True)
    if not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT / "custom_components" / DOMAIN, target_is_directory=True)
