"""The documentation, tried: its automations load, its actions do what they say, and what stays available does."""

from typing import Any, Final

from homeassistant.components import automation
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.setup import async_setup_component
import pytest

from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.monitor import CommandState
from emulator import EmulatedMeter
from tests.documentation import DOCS, PAGES, examples, mappings, section

from .alert_helpers import add_rule
from .helpers import MockConfigEntry, device_id, runtime, until

DEVICE: Final = "5ebdf74e10fa075dced3bfa4bb740446"
NAME: Final = "Main road"
RULE: Final = "Night limit"
AUTOMATIONS = [block for page in PAGES for block in examples(page) if "triggers" in block]
# What needs the recorder is tried where the recorder is.
RECORDED: Final = ("rion_nl43.backtest",)
SEQUENCES = [
    block
    for page in PAGES
    for block in examples(page)
    if "triggers" not in block and not any(step.get("action") in RECORDED for step in mappings(block))
]


@pytest.fixture
async def main_road(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> MockConfigEntry:
    """The meter of the examples, at its place."""
    hass.config_entries.async_update_entry(entry, title=NAME)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: runtime(entry).monitor.available)
    await add_rule(hass, entry, RULE)
    area = ar.async_get(hass).async_create("Building site")
    dr.async_get(hass).async_update_device(device_id(hass, entry), area_id=area.id)
    return entry


async def test_automations(hass: HomeAssistant, main_road: MockConfigEntry) -> None:
    """All are valid and run."""
    assert AUTOMATIONS
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: AUTOMATIONS})
    await hass.async_block_till_done()
    assert [state.state for state in hass.states.async_all(automation.DOMAIN)] == ["on"] * len(AUTOMATIONS)
    await hass.services.async_call(automation.DOMAIN, "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.mark.parametrize("block", SEQUENCES, ids=lambda block: next(step["action"] for step in _steps(block)))
async def test_actions(hass: HomeAssistant, main_road: MockConfigEntry, block: Any) -> None:
    """Each reaches the meter of the examples."""
    steps = _steps(block)
    name = steps[0]["action"].removeprefix(f"{DOMAIN}.")
    for step in mappings(steps):
        for key in ("device_id", "meter"):
            if step.get(key) == DEVICE:
                step[key] = device_id(hass, main_road)
    assert await async_setup_component(hass, "notify", {})
    sequence = await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA(steps))
    monitor = runtime(main_road).monitor
    if name == "stop_cycle":
        await monitor.commands.start()
    elif name == "resume":
        await monitor.standby.release()
    elif name == "acknowledge":
        # The busy road is over the limit of the rule.
        await until(hass, lambda: monitor.alerts.open_episodes)
    ran = await Script(hass, sequence, "example", "example").async_run(context=Context())
    assert ran is not None
    assert monitor.standby.active is (name in ("standby", "release_connection"))
    if name.endswith(("cycle", "command")):
        command = monitor.commands.recent[-1]
        assert (command.state, command.asked.reason) == (CommandState.COMPLETED, "action")


@pytest.mark.usefixtures("all_enabled")
async def test_what_stays_available(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The entities are the documented ones."""
    (row,) = (row for row in section(DOCS / "entities.md", "Entities").rows if "standby" in row[0])
    await runtime(loaded).monitor.standby.release()
    await hass.async_block_till_done()
    found = er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
    there = [entry for entry in found if (state := hass.states.get(entry.entity_id)) and state.state != "unavailable"]
    assert sorted(entry.original_name or "" for entry in there) == sorted(row[1].split(", "))


def _steps(block: Any) -> list[dict[str, Any]]:
    return list(block) if isinstance(block, list) else [block]
