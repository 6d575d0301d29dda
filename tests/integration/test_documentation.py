"""The documentation, tried: its automations load, its actions do what they say, and what stays available does."""

from collections.abc import AsyncIterator
import json
from pathlib import Path
import re
import shlex
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
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    async_mock_service,
)

from custom_components.rion_nl43.alerts import Grade
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.monitor import CommandState
from emulator import EmulatedMeter
from tests.documentation import DOCS, PAGES, examples, mappings, section, shell_lines, templates

from .alert_helpers import add_rule, tone
from .helpers import MockConfigEntry, device_id, let_pass, runtime, until

DEVICE: Final = "5ebdf74e10fa075dced3bfa4bb740446"
NAME: Final = "Main road"
RULE: Final = "Night limit"
INTEGRATORS: Final = DOCS / "integrators.md"
LEVEL: Final = r"\d+\.\d"
# What each template gives while the only rule has an alarm.
GIVEN: Final = (
    rf"{LEVEL} dB",
    rf"{LEVEL} dB, \d+ % covered, polled",
    rf"-?{LEVEL}",
    f"1: {NAME}",
    "1",
    RULE,
)
COVERED_S: Final = 120.0
PUBLISHED_S: Final = 11.0
ALARMS: Final = "sensor.open_alarms"
AUTOMATIONS = [block for page in PAGES for block in examples(page) if "triggers" in block]


def _is_sequence(block: Any) -> bool:
    return all("action" in step for step in _steps(block))


def _steps(block: Any) -> list[dict[str, Any]]:
    return list(block) if isinstance(block, list) else [block]


# What needs the recorder is tried where the recorder is.
RECORDED: Final = ("rion_nl43.backtest", "recorder.get_statistics")
SEQUENCES = [
    block
    for page in PAGES
    for block in examples(page)
    if _is_sequence(block) and not any(step.get("action") in RECORDED for step in mappings(block))
]


@pytest.fixture
async def main_road(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, tmp_path: Path
) -> MockConfigEntry:
    """The meter of the examples, at its place; what it gives away has a place here."""
    hass.config.media_dirs = {"local": str(tmp_path)}
    hass.config.allowlist_external_dirs = {str(tmp_path)}
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


@pytest.fixture
async def alarm(hass: HomeAssistant, meter: EmulatedMeter, main_road: MockConfigEntry) -> AsyncIterator[None]:
    """An alarm at the meter of the examples, with enough of a quarter of an hour covered to have a level."""
    alerts = runtime(main_road).monitor.alerts
    hass.config_entries.async_update_entry(main_road, options={"min_coverage": 10})
    await let_pass(COVERED_S)
    with tone(meter):
        await until(hass, lambda: [episode.grade for episode in alerts.open_episodes] == [Grade.ALARM])
        await let_pass(PUBLISHED_S)
        yield


@pytest.mark.usefixtures("alarm")
async def test_templates(hass: HomeAssistant) -> None:
    """Each gives what it is said to give."""
    found = [Template(text, hass).async_render(parse_result=False) for text in templates(INTEGRATORS)]
    for pattern, text in zip(GIVEN, found, strict=True):
        assert re.fullmatch(pattern, text), (pattern, text)


@pytest.mark.usefixtures("alarm")
async def test_message_of_open_alerts(hass: HomeAssistant) -> None:
    """It names the alert that is open."""
    (steps,) = (block for block in examples(INTEGRATORS) if _is_sequence(block) and "get_episodes" in str(block))
    notices = async_mock_service(hass, "notify", "persistent_notification")
    sequence = await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA(steps))
    await Script(hass, sequence, "example", "example").async_run(context=Context())
    (notice,) = notices
    assert notice.data["title"] == "1 open alerts"
    assert re.fullmatch(
        rf"- {NAME}, {RULE}: alarm for 0 min,\s+LAF at most {LEVEL} dB", notice.data["message"].strip()
    ), notice.data["message"]


async def test_sensor_of_open_alarms(hass: HomeAssistant, meter: EmulatedMeter, main_road: MockConfigEntry) -> None:
    """It counts with each alert, and names the meters."""
    (configuration,) = (block for block in examples(INTEGRATORS) if "template" in block)
    assert await async_setup_component(hass, "template", configuration)
    with tone(meter):
        await until(hass, lambda: _state(hass, ALARMS) == "1")
        assert hass.states.get(ALARMS).attributes["meters"] == [NAME]  # type: ignore[union-attr] # it has a state
    await until(hass, lambda: _state(hass, ALARMS) == "0")


async def test_alerts_by_mqtt(hass: HomeAssistant, meter: EmulatedMeter, main_road: MockConfigEntry) -> None:
    """What is published is JSON."""
    published = async_mock_service(hass, "mqtt", "publish")
    (block,) = (block for block in AUTOMATIONS if block["actions"][0].get("action") == "mqtt.publish")
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [block]})
    await hass.async_block_till_done()
    with tone(meter):
        await until(hass, lambda: published)
    assert published[-1].data["topic"] == "noise/main_road/alert"
    told = json.loads(published[-1].data["payload"])
    assert (told["meter"], told["rule"]) == (NAME, RULE)


@pytest.mark.usefixtures("alarm")
async def test_requests_from_outside(hass: HomeAssistant, hass_client: Any) -> None:
    """They are answered as it says."""
    assert await async_setup_component(hass, "api", {})
    client = await hass_client()
    read, ask = (shlex.split(line) for line in shell_lines(INTEGRATORS))
    found = await (await client.get(_path(read[-1]))).json()
    assert re.fullmatch(LEVEL, found["state"])
    answer = await (await client.post(_path(ask[-1]), json=json.loads(ask[ask.index("-d") + 1]))).json()
    assert answer.keys() == {"changed_states", "service_response"}
    assert [episode["rule"] for episode in answer["service_response"]["episodes"]] == [RULE]


def _path(url: str) -> str:
    return url.removeprefix("http://homeassistant.local:8123")


def _state(hass: HomeAssistant, entity_id: str) -> str | None:
    found = hass.states.get(entity_id)
    return found.state if found else None
