"""Translations, icons and manifest, compared with the code."""

import re

from homeassistant.core import HomeAssistant
from homeassistant.helpers import icon
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.rion_nl43 import (
    PLATFORMS,
    alert_controls,
    alert_entities,
    binary_sensor,
    button,
    calibration_entities,
    card_sensor,
    coverage_sensor,
    event,
    image,
    level_sensor,
    limit_sensor,
    meter_alert_entities,
    number,
    period_sensor,
    select,
    sensor,
    switch,
    window_sensor,
)
from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.alerts import EndReason, Grade, TransitionKind
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.coordinator import error_word
from custom_components.rion_nl43.monitor import CommandState
from custom_components.rion_nl43.nl43 import AnswerError, LinkError
from custom_components.rion_nl43.options import WINDOW_CHOICES_MIN

from .helpers import MockConfigEntry
from .texts import FOLDER, TEXTS, placeholders, read, strings

DESCRIPTIONS: dict[str, list[EntityDescription]] = {
    "binary_sensor": [
        *binary_sensor.LEVELS,
        *binary_sensor.STATUS,
        alert_entities.BREACH,
        meter_alert_entities.IS_UNREACHABLE,
    ],
    "button": [*button.BUTTONS, button.POWER_CYCLE, alert_controls.ACKNOWLEDGE],
    "event": [event.COMMAND, alert_entities.ALERT],
    "image": [image.LAST_EPISODE],
    "number": [*number.NUMBERS],
    "select": [*select.SELECTS],
    "sensor": [
        *level_sensor.LEVELS,
        *window_sensor.describe_windows(WINDOW_CHOICES_MIN),
        *sensor.MEASUREMENT,
        *sensor.FACTS,
        *sensor.STATUS,
        alert_entities.GRADE,
        meter_alert_entities.ACTIVE_ALERTS,
        meter_alert_entities.WORST_GRADE,
        coverage_sensor.COVERAGE_TODAY,
        card_sensor.DAYS_LEFT,
        card_sensor.TRANSFER,
        calibration_entities.LAST_CALIBRATION,
        calibration_entities.CALIBRATION_DUE,
        *period_sensor.PERIODS,
        *limit_sensor.LIMIT_SENSORS,
    ],
    "switch": [switch.CONNECTION, calibration_entities.CALIBRATION, *switch.SWITCHES, alert_controls.ENABLED],
}
OF_RULES = (
    alert_entities.BREACH,
    alert_entities.GRADE,
    alert_entities.ALERT,
    alert_controls.ENABLED,
    alert_controls.ACKNOWLEDGE,
)
# What a state of a platform without options can be.
STATES = {"binary_sensor": {"on", "off"}, "switch": {"on", "off"}}


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
        elif isinstance(description, window_sensor.WindowDescription | period_sensor.PeriodDescription):
            given = {"symbol"}
        elif isinstance(description, limit_sensor.LimitDescription):
            # That of a level is named with its symbol, which follows the meter's weighting.
            given = {"limit", "symbol"} if description.device_class == "sound_pressure" else {"limit"}
        elif description in OF_RULES:
            given = {"rule"}
        assert names == given


@pytest.mark.parametrize("platform", DESCRIPTIONS)
def test_states_of_enums(platform: str) -> None:
    """Every state of an enumeration has its word and no other has; icons are for states that exist."""
    icons = read("icons.json")["entity"][platform]
    for description in DESCRIPTIONS[platform]:
        options = set(getattr(description, "options", None) or ())
        key = description.translation_key
        assert key
        assert TEXTS["entity"][platform][key].get("state", {}).keys() == options
        assert icons[key].get("state", {}).keys() <= options | STATES.get(platform, set())
        assert all(re.fullmatch(r"[a-z0-9_]+", option) for option in options)


def test_numbered_names_are_distinct() -> None:
    """Entities that share a text differ in what fills it."""
    for platform, descriptions in DESCRIPTIONS.items():
        filled = [
            (description.translation_key, str(description.translation_placeholders))
            for description in descriptions
            if not isinstance(description, level_sensor.LevelDescription | window_sensor.WindowDescription)
        ]
        assert len(filled) == len(set(filled)), platform


def test_words_of_attributes() -> None:
    """The attributes that are words have their texts."""
    sensors, events = TEXTS["entity"]["sensor"], TEXTS["entity"]["event"]
    told = events["command"]["state_attributes"]
    assert told["event_type"]["state"].keys() == set(CommandState)
    assert told.keys() == {"event_type", *event.ATTRIBUTES}
    told = events["alert"]["state_attributes"]
    assert told.keys() == {"event_type", *alert_entities.EVENT_ATTRIBUTES}
    assert told["event_type"]["state"].keys() == set(TransitionKind)
    assert told["reason"]["state"].keys() == set(EndReason)
    assert told["grade"]["state"].keys() == told["previous_grade"]["state"].keys() == {grade.word for grade in Grade}
    losses = {error_word(error.__name__) for error in (*LinkError.__subclasses__(), *AnswerError.__subclasses__())}
    assert sensors["last_loss"]["state_attributes"]["reason"]["state"].keys() == losses
    for description in window_sensor.describe_windows([15]):
        words = sensors[description.translation_key]["state_attributes"]
        assert words.keys() == {"coverage", "basis"}
        assert words["basis"]["state"].keys() == set(Basis)


def test_ranges_of_icons_ascend() -> None:
    """Home Assistant wants the ranges of icons in order."""
    for entry in read("icons.json")["entity"]["sensor"].values():
        limits = [float(limit) for limit in entry.get("range", ())]
        assert limits == sorted(limits)
        assert entry["default"].startswith("mdi:")


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
