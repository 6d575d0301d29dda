"""Translations, icons and manifest, compared with the code."""

import json
from pathlib import Path
import re
from string import Formatter
import typing

from homeassistant.core import HomeAssistant
from homeassistant.helpers import icon
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.rion_nl43 import PLATFORMS, binary_sensor, button, first_contact, level_sensor, sensor
from custom_components.rion_nl43.config_flow import ADDRESS_SCHEMA, OPTIONS_SCHEMA
from custom_components.rion_nl43.const import DOMAIN, PublishProfile
from custom_components.rion_nl43.errors import ERROR_KEYS
from custom_components.rion_nl43.monitor import RefusalReason

from .helpers import MockConfigEntry

FOLDER = Path(sensor.__file__).parent
DESCRIPTIONS: dict[str, list[EntityDescription]] = {
    "binary_sensor": [*binary_sensor.LEVELS, *binary_sensor.STATUS],
    "button": [*button.BUTTONS],
    "sensor": [*level_sensor.LEVELS, *sensor.MEASUREMENT, *sensor.FACTS, *sensor.STATUS],
}


def read(name: str) -> dict[str, typing.Any]:
    """Return a JSON file of the integration."""
    found: dict[str, typing.Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


TEXTS = read("translations/en.json")


def strings(tree: dict[str, typing.Any], path: str = "") -> dict[str, str]:
    """Return all strings of a tree by their path."""
    found: dict[str, str] = {}
    for key, value in tree.items():
        here = f"{path}.{key}" if path else key
        found |= strings(value, here) if isinstance(value, dict) else {here: value}
    return found


def placeholders(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_platform_is_looked_at() -> None:
    """A platform that is added must be added here too."""
    assert {platform.value for platform in PLATFORMS} == DESCRIPTIONS.keys()


@pytest.mark.parametrize("platform", DESCRIPTIONS)
def test_entity_names_and_icons(platform: str) -> None:
    """Every entity has a name and an icon, and there are none for others."""
    keys = {description.translation_key for description in DESCRIPTIONS[platform]}
    assert TEXTS["entity"][platform].keys() == keys
    assert read("icons.json")["entity"][platform].keys() == keys
    for description in DESCRIPTIONS[platform]:
        names = placeholders(TEXTS["entity"][platform][description.translation_key]["name"])
        given = set(description.translation_placeholders or ())
        if isinstance(description, level_sensor.LevelDescription):
            given = {"symbol", "channel"} if description.channel else {"symbol"}
        assert names == given


def test_states_of_enums() -> None:
    """Every state of an enumeration has its word and no other has; icons are for states that exist."""
    icons = read("icons.json")["entity"]["sensor"]
    for description in DESCRIPTIONS["sensor"]:
        assert isinstance(description, sensor.SensorEntityDescription)
        key = description.translation_key
        assert key
        assert TEXTS["entity"]["sensor"][key].get("state", {}).keys() == set(description.options or ())
        assert icons[key].get("state", {}).keys() <= set(description.options or ())


def test_ranges_of_icons_ascend() -> None:
    """Home Assistant wants the ranges of icons in order."""
    for entry in read("icons.json")["entity"]["sensor"].values():
        limits = [float(limit) for limit in entry.get("range", ())]
        assert limits == sorted(limits)
        assert entry["default"].startswith("mdi:")


def test_exceptions() -> None:
    """Every error of the code has its sentence, and every sentence its error."""
    in_code = {key for _, key in ERROR_KEYS} | {f"refused_{reason.value}" for reason in RefusalReason}
    assert TEXTS["exceptions"].keys() == in_code | {"not_available", "outcome_unknown"}
    for key, entry in TEXTS["exceptions"].items():
        assert placeholders(entry["message"]) <= {"error"}, key
        assert key != "refused_" or not placeholders(entry["message"])


def test_config_flow() -> None:
    """Every field, error and abort of the flows has its words."""
    config, source = TEXTS["config"], (FOLDER / "config_flow.py").read_text(encoding="utf-8")
    fields = {str(key) for key in ADDRESS_SCHEMA.schema}
    assert config["step"].keys() == {"user", "reconfigure"} == set(re.findall(r"async_step_(\w+)", source)) - {"init"}
    for step in config["step"].values():
        assert step["data"].keys() == step["data_description"].keys() == fields
    assert config["error"].keys() == {key for _, key in first_contact.ERRORS} | {"invalid_host"}
    assert config["abort"].keys() == {"already_configured", "unique_id_mismatch"}
    assert placeholders(config["abort"]["unique_id_mismatch"]) == {"expected", "found"}
    options = TEXTS["options"]["step"]["init"]
    assert options["data"].keys() == options["data_description"].keys() == {str(key) for key in OPTIONS_SCHEMA.schema}
    assert TEXTS["selector"]["publish"]["options"].keys() == set(PublishProfile)


def test_no_addresses_in_texts() -> None:
    """Texts bear no web addresses and no markup errors."""
    for path, text in strings(TEXTS).items():
        assert "://" not in text, path
        assert text == text.strip(), path
        assert text.count("{") == text.count("}"), path


async def test_home_assistant_reads_them(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Home Assistant itself finds texts and icons."""
    translations = await async_get_translations(hass, "en", "entity", [DOMAIN])
    assert translations[f"component.{DOMAIN}.entity.sensor.run_state.state.measuring"] == "Measuring"
    icons = await icon.async_get_icons(hass, "entity", [DOMAIN])
    assert icons[DOMAIN]["sensor"]["lp"]["range"]


def test_manifest() -> None:
    """The manifest has its keys in order: domain, name, the rest by alphabet."""
    keys = list(read("manifest.json"))
    assert keys == ["domain", "name", *sorted(keys[2:])]
    assert read("manifest.json")["domain"] == DOMAIN


def test_quality_scale() -> None:
    """Every rule is done, to do, or exempt with a reason."""
    rules = load_yaml_dict(FOLDER / "quality_scale.yaml")["rules"]
    assert len(rules) == 54
    for rule, status in rules.items():
        assert status in ("done", "todo") or (status["status"] == "exempt" and status["comment"]), rule


@pytest.mark.parametrize("theme", ["", "dark_"])
@pytest.mark.parametrize(("kind", "width"), [("icon", 256), ("logo", 640)])
def test_brand(theme: str, kind: str, width: int) -> None:
    """The images have the sizes that Home Assistant asks for."""
    for suffix, factor in (("", 1), ("@2x", 2)):
        header = (FOLDER / "brand" / f"{theme}{kind}{suffix}.png").read_bytes()[:24]
        assert header[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(header[16:20]) == factor * width
        assert int.from_bytes(header[20:24]) == factor * 256


def test_enums_are_lower_case() -> None:
    """Home Assistant's states are words in lower case."""
    for description in DESCRIPTIONS["sensor"]:
        assert isinstance(description, sensor.SensorEntityDescription)
        assert all(re.fullmatch(r"[a-z_]+", option) for option in description.options or ())
