"""Automations of a test: what set them off, and what their traces tell of what did not."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components import automation
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant, ServiceCall, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component

from custom_components.rion_nl43.const import DOMAIN
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, device_id, entity_id

ITEM_ID: Final = "noted"


class Fired:
    """What set off the automations, in order: all that their templates see of the trigger."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Be the action of the automations."""
        self._hass = hass
        self.triggers: list[dict[str, Any]] = []
        self.at: list[float] = []
        self.users: list[str | None] = []
        hass.services.async_register("test", "note", self._note)

    @callback
    def _note(self, call: ServiceCall) -> None:
        self.triggers.append(call.data["trigger"])
        self.at.append(self._hass.loop.time())
        self.users.append(call.context.user_id)

    @property
    def ids(self) -> list[str]:
        """The ids of the triggers that fired."""
        return [trigger["id"] for trigger in self.triggers]


def trigger(key: str, target: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return the configuration of one of our triggers, whose id is its name."""
    return {
        "trigger": f"{DOMAIN}.{key}",
        "id": key,
        "target": target,
        **({"options": options} if options else {}),
    }


def condition(key: str, target: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return the configuration of one of our conditions."""
    return {"condition": f"{DOMAIN}.{key}", "target": target, **({"options": options} if options else {})}


async def automate(
    hass: HomeAssistant, *triggers: dict[str, Any], conditions: list[dict[str, Any]] | None = None
) -> None:
    """Set up an automation with these triggers; returns the id of its traces."""
    item_id = "noted"
    config = {
        "id": item_id,
        "alias": item_id,
        "mode": "parallel",
        "triggers": list(triggers),
        "conditions": conditions or [],
        "actions": [{"action": "test.note", "data": {"trigger": "{{ trigger }}"}}],
    }
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [config]})
    await hass.async_block_till_done()


async def missed(client: Any) -> list[dict[str, Any]]:
    """Return the results of the steps that did not set off the automation, by its traces, in order."""
    await client.send_json_auto_id({"type": "trace/list", "domain": automation.DOMAIN, "item_id": ITEM_ID})
    runs = sorted((await client.receive_json())["result"], key=lambda run: str(run["timestamp"]["start"]))
    found = []
    for run in runs:
        if not run.get("not_triggered"):
            continue
        key = {"domain": automation.DOMAIN, "item_id": ITEM_ID, "run_id": run["run_id"]}
        await client.send_json_auto_id({"type": "trace/get", **key})
        (steps,) = (await client.receive_json())["result"]["trace"].values()
        found += [step["result"] for step in steps]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A meter in a quiet place with one rule, automations on it, and a browser that can read their traces."""

    hass: HomeAssistant
    meter: EmulatedMeter
    entry: MockConfigEntry
    rule_id: str
    fired: Fired
    open_browser: Callable[[HomeAssistant], Awaitable[Any]]

    @property
    def target(self) -> dict[str, Any]:
        """The meter as a target."""
        return {"device_id": [device_id(self.hass, self.entry)]}

    async def automate(self, *keys: str, **options: Any) -> None:
        """Have an automation with these triggers on the meter."""
        await automate(self.hass, *(trigger(key, self.target, **options) for key in keys))

    async def start(self, *triggers: dict[str, Any]) -> None:
        """Let Home Assistant start, and an automation begin as it does then."""
        self.hass.set_state(CoreState.starting)
        await automate(self.hass, *triggers)
        self.hass.set_state(CoreState.running)
        self.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await self.hass.async_block_till_done()

    async def reasons(self) -> list[str]:
        """Return why the automation was not set off, in order."""
        return [found["reason"] for found in await self.missed()]

    async def missed(self) -> list[dict[str, Any]]:
        """Return what the traces of the automation tell of what did not set it off, in order."""
        # None would stay connected for long: its time passes too fast for its heartbeats.
        client = await self.open_browser(self.hass)
        found = await missed(client)
        await client.close()
        return found


def every_target(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, dict[str, Any]]:
    """Give the meter an area on a floor and a label; returns a target of each kind that means the whole meter."""
    floor = fr.async_get(hass).async_create("Outside")
    area = ar.async_get(hass).async_create("Building site", floor_id=floor.floor_id)
    label = lr.async_get(hass).async_create("Night work")
    found_id = device_id(hass, entry)
    dr.async_get(hass).async_update_device(found_id, area_id=area.id, labels={label.label_id})
    return {
        "entity": {"entity_id": [entity_id(hass, "lp")]},
        "device": {"device_id": [found_id]},
        "area": {"area_id": [area.id]},
        "floor": {"floor_id": [floor.floor_id]},
        "label": {"label_id": [label.label_id]},
    }
