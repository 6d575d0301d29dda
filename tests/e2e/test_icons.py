"""Every icon that is named is one that Home Assistant's pages have: of another one they draw nothing."""

from importlib.util import find_spec
import json
from pathlib import Path
import re

from .modules import FRONTEND

ICON = re.compile(r"\bmdi:[a-z0-9-]+")


def known_icons() -> set[str]:
    """Return the icons of the pages that are installed with Home Assistant."""
    spec = find_spec("hass_frontend")
    assert spec
    assert spec.origin
    icons = json.loads((Path(spec.origin).parent / "static" / "mdi" / "iconList.json").read_text())
    return {f"mdi:{icon['name']}" for icon in icons}


def test_icons() -> None:
    """On our own pages and of our entities, actions, triggers and conditions."""
    files = [*FRONTEND.rglob("*.js"), FRONTEND.parent / "icons.json", *FRONTEND.parent.glob("*.py")]
    named = {icon for file in files for icon in ICON.findall(file.read_text())}
    assert len(named) > 100
    assert named <= known_icons()
