"""Automations of our blueprints, loaded by Home Assistant from their files."""

from pathlib import Path
import shutil
from typing import Any

from homeassistant.components import automation
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    async_mock_service,
)

from tests.documentation import ROOT

from .helpers import let_pass

BLUEPRINTS = ROOT / "blueprints" / "automation" / "rion_nl43"
NAMES = sorted(path.stem for path in BLUEPRINTS.glob("*.yaml"))
AUTOMATION = "automation.it"


async def automate(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Let the user create an automation from a blueprint."""
    folder = Path(hass.config.path("blueprints", "automation", "rion_nl43"))
    shutil.copytree(BLUEPRINTS, folder, dirs_exist_ok=True)
    for always_there in ("homeassistant", "notify", "persistent_notification"):
        assert await async_setup_component(hass, always_there, {})
    it = {"alias": "It", "use_blueprint": {"path": f"rion_nl43/{name}.yaml", "input": inputs}}
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [it]})
    await hass.async_block_till_done()
    found = hass.states.get(AUTOMATION)
    assert found
    assert found.state == "on"


def notices(hass: HomeAssistant) -> dict[str, dict[str, Any]]:
    """Return what is in Home Assistant's own list of notices, by id."""
    found: dict[str, dict[str, Any]] = dict(hass.data.get("persistent_notification", {}))
    return found


def mocked(hass: HomeAssistant, action: str) -> list[ServiceCall]:
    """Take the place of an action of another integration; returns the calls that will have come."""
    calls: list[ServiceCall] = async_mock_service(hass, *action.split("."))
    return calls


async def settle(hass: HomeAssistant) -> None:
    """Let what has begun to run come to its end."""
    await let_pass(1)
    await hass.async_block_till_done()


async def switch_off(hass: HomeAssistant) -> None:
    """Switch all automations off: their timers would go on."""
    if hass.services.has_service(automation.DOMAIN, "turn_off"):
        await hass.services.async_call(automation.DOMAIN, "turn_off", {"entity_id": "all"}, blocking=True)
