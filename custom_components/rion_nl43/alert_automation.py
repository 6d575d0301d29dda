"""Automations for a rule, written for the user to take over: nothing here creates one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from homeassistant.util.yaml import dump

from .const import DOMAIN

# The blueprints that take rules; each has them in its input `rules`.
BLUEPRINTS: Final = ("notify_on_alert", "escalate_unacknowledged", "light_or_siren")
IMPORT_ADDRESS: Final = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="
FOLDER: Final = "/blob/main/blueprints/automation/rion_nl43/"
# The names are put in when it runs: they are data there, and would be templates here.
MESSAGE: Final = (
    "{{ trigger.rule }}: {{ trigger.grade }}, "
    "{{ trigger.level | default('?', true) }} dB (threshold {{ trigger.threshold | default('?', true) }} dB)"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a blueprint comes from, where it is or will be in Home Assistant, and whether it is there."""

    address: str
    path: str
    installed: bool

    @property
    def import_address(self) -> str:
        """The page that imports it."""
        return IMPORT_ADDRESS + quote(self.address, safe="")


async def async_find_blueprint(hass: HomeAssistant, name: str) -> Source:
    """Return the source of one of our blueprints."""
    repository = (await async_get_integration(hass, DOMAIN)).documentation or ""
    address = f"{repository}{FOLDER}{name}.yaml"
    for path, blueprint in (await _async_installed(hass)).items():
        if getattr(blueprint, "metadata", {}).get("source_url") == address:
            return Source(address, path, installed=True)
    # Home Assistant's importer puts it into a folder of the owner's name.
    owner = urlsplit(repository).path.split("/")[1]
    return Source(address, f"{owner}/{name}.yaml", installed=False)


def from_blueprint(path: str, alias: str, entity_id: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return an automation that uses a blueprint for a rule."""
    chosen = {**inputs, "rules": {"entity_id": [entity_id]}}
    return {"alias": alias, "description": "", "use_blueprint": {"path": path, "input": chosen}}


def from_trigger(alias: str, entity_id: str) -> dict[str, Any]:
    """Return an automation that puts a notice into Home Assistant when the rule raises an alert."""
    return {
        "alias": alias,
        "description": "",
        "triggers": [{"trigger": f"{DOMAIN}.alert_raised", "target": {"entity_id": [entity_id]}}],
        "conditions": [],
        "actions": [{"action": "notify.persistent_notification", "data": {"message": MESSAGE}}],
        "mode": "queued",
    }


def as_yaml(automation: dict[str, Any]) -> str:
    """Return an automation as the editor takes it."""
    return dump(automation)


async def _async_installed(hass: HomeAssistant) -> dict[str, Any]:
    """Return the blueprints of automations by their paths; what is broken there is no blueprint."""
    if AUTOMATION_DOMAIN not in hass.config.components:
        return {}
    from homeassistant.components.automation.helpers import (  # noqa: PLC0415 # of no public interface, so not at the start
        async_get_blueprints,
    )

    return dict(await async_get_blueprints(hass).async_get_blueprints())
