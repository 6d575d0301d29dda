"""The documentation for users says what there is, and nothing else."""

import json
from pathlib import Path
import re
from typing import Any
from urllib.parse import unquote

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.util import slugify
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.rion_nl43 import alert_form, limit_flow, limit_sensor, number, select, sensor
from custom_components.rion_nl43.acoustics import PERCENTAGES
from custom_components.rion_nl43.alert_automation import FOLDER
from custom_components.rion_nl43.alert_checks import least_minutes
from custom_components.rion_nl43.alert_entities import EVENT_ATTRIBUTES
from custom_components.rion_nl43.alert_form import NEW_RULE
from custom_components.rion_nl43.alerts import EndReason, Grade, TransitionKind, Verdict
from custom_components.rion_nl43.card_sensor import TRANSFER
from custom_components.rion_nl43.const import (
    DEFAULT_FTP_PORT,
    DEFAULT_FTP_USER,
    DEFAULT_PORT,
    DOMAIN,
    EVENT_ALERT,
    EVENT_COMMAND,
    PUBLISH_INTERVAL_S,
)
from custom_components.rion_nl43.event import ATTRIBUTES
from custom_components.rion_nl43.hour_statistics import HourStatistic
from custom_components.rion_nl43.logbook import ASKERS, NAMES
from custom_components.rion_nl43.meter_alert_entities import WORST_GRADE
from custom_components.rion_nl43.monitor import CommandState, Diagnosis, WatchdogState
from custom_components.rion_nl43.nl43.commands import COMMANDS
from custom_components.rion_nl43.options import POLLED, STREAMED, WINDOW_CHOICES_MIN
from custom_components.rion_nl43.options_flow import DEFAULT, SECTIONS
from custom_components.rion_nl43.raised_alerts import Missed

from .documentation import (
    DOCS,
    PAGES,
    ROOT,
    Row,
    anchors,
    examples,
    expanded,
    links,
    mappings,
    pictures,
    quoted,
    responses,
    section,
    sections,
)
from .integration.entity_rows import ALL, ENABLED_WINDOWS, LENGTHS, WINDOW_SYMBOLS

INTEGRATION = ROOT / "custom_components" / "rion_nl43"
MANIFEST = json.loads((INTEGRATION / "manifest.json").read_text(encoding="utf-8"))
TEXTS = json.loads((INTEGRATION / "translations" / "en.json").read_text(encoding="utf-8"))
ACTIONS: dict[str, Any] = load_yaml_dict(str(INTEGRATION / "services.yaml"))
ENTITIES, CONTROL = DOCS / "entities.md", DOCS / "control.md"
PLATFORMS = {
    "Sensors": Platform.SENSOR,
    "Binary sensors": Platform.BINARY_SENSOR,
    "Buttons": Platform.BUTTON,
    "Events": Platform.EVENT,
    "Switches": Platform.SWITCH,
    "Selects": Platform.SELECT,
    "Numbers": Platform.NUMBER,
    "Images": Platform.IMAGE,
}
CATEGORIES = {"Diagnostic": EntityCategory.DIAGNOSTIC, "Configuration": EntityCategory.CONFIG}
# The entities of the rule of the examples.
NIGHT_LIMIT = {
    (Platform.BINARY_SENSOR, "night_limit"),
    (Platform.SENSOR, "night_limit_grade"),
    (Platform.EVENT, "night_limit_alert"),
    (Platform.SWITCH, "night_limit_rule"),
    (Platform.BUTTON, "acknowledge_night_limit"),
}
# Those of the limit of the examples.
NEIGHBOURS = {
    (Platform.SENSOR, f"neighbours_{slugify(description.object_id)}") for description in limit_sensor.LIMIT_SENSORS
}
ANY_LENGTH = {**LENGTHS, 2: "2min", 10: "10min", 30: "30min"}
PICTURE_AT_MOST = 300_000

type Entity = tuple[Platform, str, EntityCategory | None, bool]


def documented() -> list[tuple[Entity, Row]]:
    """Return all entities that the page tells of, each with its row."""
    found = []
    for part in sections(ENTITIES):
        *_, above = part.above or ("",)
        platform = PLATFORMS.get(part.heading) or PLATFORMS.get(above)
        if platform is None:
            continue
        for row in part.rows:
            (ids,) = quoted(row[1])
            enabled = {"yes": True, "no": False}[row[-1]]
            category = CATEGORIES.get(part.heading)
            found += [((platform, object_id, category, enabled), row) for object_id in expanded(ids)]
    return found


def existing() -> set[Entity]:
    """Return all entities that a meter can have, whatever windows its options want."""
    rows = {(platform, object_id, category, on) for platform, _, object_id, _, _, _, category, on in ALL}
    windows = {
        (Platform.SENSOR, f"{quantity}_{length}{aligned}", None, on)
        for quantity in WINDOW_SYMBOLS
        for minutes, length in ANY_LENGTH.items()
        for aligned, on in (("", f"{quantity}_{minutes}min" in ENABLED_WINDOWS), ("_clock_aligned", False))
    }
    return rows | windows


def test_entities() -> None:
    """Each has its row under its platform and category, which says whether it is on at first."""
    assert set(ANY_LENGTH) == set(WINDOW_CHOICES_MIN)
    told = [entity for entity, _ in documented()]
    assert len(told) == len(set(told))
    assert set(told) == existing()


def test_names_of_entities() -> None:
    """They are called as Home Assistant calls them; those of levels depend on the meter."""
    names = {(platform, object_id): name for platform, _, object_id, name, kind, *_ in ALL if kind != "sound_pressure"}
    told = {}
    for (platform, object_id, *_), row in documented():
        called = dict(zip(expanded(quoted(row[1])[0]), expanded(row[0]), strict=False))
        if (platform, object_id) in names:
            told[platform, object_id] = called[object_id]
    assert told == names


def test_states_of_entities() -> None:
    """All words that an entity can tell or take are in its row, and all figures."""
    keys = {(platform, object_id): key for platform, key, object_id, *_ in ALL}
    descriptions: tuple[SensorEntityDescription, ...] = (
        *sensor.MEASUREMENT,
        *sensor.FACTS,
        *sensor.STATUS,
        WORST_GRADE,
        TRANSFER,
    )
    sensors = {
        description.key: set(map(str, description.options)) for description in descriptions if description.options
    }
    selects = {description.key: set(description.options or ()) for description in select.SELECTS}
    numbers = {
        description.key: (description.native_min_value, description.native_max_value) for description in number.NUMBERS
    }
    for (platform, object_id, *_), row in documented():
        key = keys.get((platform, object_id))
        if platform is Platform.SENSOR and key in sensors:
            assert set(quoted(row[2])) == sensors[key], object_id
        elif platform is Platform.SELECT:
            assert set(quoted(row[2])) == selects[str(key)], object_id
        elif platform is Platform.NUMBER:
            assert tuple(map(int, re.findall("-?[0-9]+", row[2])))[:2] == numbers[str(key)], object_id
        elif platform is Platform.EVENT:
            assert set(quoted(row[2])) == {*CommandState, *ATTRIBUTES}


def test_entities_of_rules() -> None:
    """Their words and attributes are in their rows, and the page says what the event on the bus has."""
    part = section(ENTITIES, "Alert rules")
    breach, grade, alert, *_ = (set(quoted(row[2])) for row in part.rows)
    assert breach == set(TEXTS["entity"]["binary_sensor"]["breach"]["state_attributes"])
    assert grade == {grade.word for grade in Grade}
    assert alert == {*TransitionKind, *EVENT_ATTRIBUTES}
    assert f"`{EVENT_ALERT}`" in part.text


def test_entities_of_limits() -> None:
    """Each has its row, which says whether it is on at first, and the attributes that it has."""
    rows = section(ENTITIES, "Limits").rows
    assert [(quoted(row[1])[0].partition("…_")[2], row[-1]) for row in rows] == [
        (
            f"neighbours_{slugify(description.object_id)}",
            "yes" if description.entity_registry_enabled_default else "no",
        )
        for description in limit_sensor.LIMIT_SENSORS
    ]
    for row, description in zip(rows, limit_sensor.LIMIT_SENSORS, strict=True):
        assert set(quoted(row[2])) == ({"coverage", "began", "ended"} if description.told_fn else set())


def test_fields_of_limits() -> None:
    """Each has its row, with its default."""
    rows = section(DOCS / "history.md", "Limits").rows
    assert [row[0] for row in rows] == list(TEXTS["config_subentries"]["level_limit"]["step"]["user"]["data"].values())
    assert [row[1] for row in rows[1:]] == [
        f"{limit_flow.NEW_LIMIT['limit']:g} dB",
        TEXTS["selector"]["limit_period"]["options"][limit_flow.NEW_LIMIT["limit_period"]],
        limit_flow.NEW_LIMIT["begin"][:5],
        limit_flow.NEW_LIMIT["until"][:5],
    ]


def test_statistics() -> None:
    """Each has its row, with its columns."""
    rows = section(DOCS / "history.md", "Hourly statistics").rows
    assert [quoted(row[0])[0] for row in rows] == [f"rion_nl43:m<serial>_{statistic}" for statistic in HourStatistic]


def test_actions() -> None:
    """Each has its section, with all its fields and their defaults, and an example."""
    page = DOCS / "actions.md"
    headings = [part.heading for part in sections(page) if part.above == ("Actions",)]
    assert headings == [f"`rion_nl43.{name}`" for name in ACTIONS]
    for name, action in ACTIONS.items():
        part = section(page, f"`rion_nl43.{name}`")
        fields = {quoted(row[0])[0]: row[1] for table in part.tables if table[0][0] == "Field" for row in table[1:]}
        assert fields == {
            key: "required" if about.get("required") else str(about.get("default", "")).lower()
            for key, about in (action.get("fields") or {}).items()
        }
        assert f"action: rion_nl43.{name}\n" in part.text


@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_triggers_and_conditions(kind: str) -> None:
    """Each has its row and its section, with its options and their defaults, its way in the editor and an example."""
    page, described = DOCS / f"{kind}.md", load_yaml_dict(str(INTEGRATION / f"{kind}.yaml"))
    found = {key: about for key, about in described.items() if not key.startswith(".")}
    names = {key: TEXTS[kind][key]["name"] for key in found}
    (overview,) = (table for table in section(page, kind.capitalize()).tables)
    assert [quoted(row[0])[0] for row in overview[1:]] == [f"rion_nl43.{key}" for key in found]
    headings = [part.heading for part in sections(page) if part.above == (kind.capitalize(),)]
    assert [heading for heading in headings if heading in names.values()] == list(names.values())
    for key, about in found.items():
        part = section(page, names[key])
        fields = {quoted(row[0])[0]: row[1] for table in part.tables for row in table[1:]}
        assert fields == {field: _default(told) for field, told in about.get("fields", {}).items()}
        assert re.search(rf"\*Rion NL-43\*\s→\s\*{names[key]}\*", part.text), key
        assert f"{kind[:-1]}: rion_nl43.{key}\n" in part.text, key


def _default(field: dict[str, Any]) -> str:
    """Return the default of a field as the pages tell it."""
    default = field.get("default", "required")
    if default in ("required", "00:00:00"):
        return {"00:00:00": "0"}.get(default, str(default))
    return ", ".join(f"`{word}`" for word in (default if isinstance(default, list) else [default]))


def test_why_not_triggered() -> None:
    """Every reason that a trace can tell is explained."""
    rows = section(DOCS / "triggers.md", "Why did it not trigger?").rows
    assert [word for row in rows for word in quoted(row[0])] == list(Missed)


def test_forbidden_settings() -> None:
    """The page names all of them."""
    (row,) = (row for row in section(DOCS / "actions.md", "`rion_nl43.send_command`").rows if "cut" in row[-1])
    assert set(quoted(row[0])) == {command.name for command in COMMANDS.values() if command.forbidden}


def test_options() -> None:
    """Each has its row in its section, with its default."""
    page, flow = DOCS / "options.md", TEXTS["options"]["step"]["init"]["sections"]
    for key, schema in SECTIONS.items():
        rows = section(page, flow[key]["name"]).rows
        labels = flow[key]["data"]
        assert [row[0] for row in rows] == [labels[str(option)] for option in schema.schema]
        for row, option in zip(rows, schema.schema, strict=True):
            default = getattr(DEFAULT, str(option))
            choices = TEXTS["selector"].get(str(option), {}).get("options", {})
            if choices:
                assert row[1] == "; ".join(choices.values())
            if isinstance(default, str):
                assert row[2] == choices[default].partition(":")[0]
            elif isinstance(default, tuple):
                assert row[2] == ", ".join(map(str, default)) + " min"
            else:
                told = {"None": "none", "False": "off", "True": "on"}.get(str(default), str(default))
                assert row[2] == told, option


def test_fields_of_alert_rules() -> None:
    """Each has its row in its section, with its default; a percentile has the shortest window that the form takes."""
    page, flow = DOCS / "alerts.md", TEXTS["config_subentries"]["alert_rule"]["step"]["user"]
    assert [row[0] for row in section(page, "Fields").rows] == list(flow["data"].values())
    defaults: dict[str, str] = {}
    for key, schema in alert_form.SECTIONS.items():
        (part,) = (
            part
            for part in sections(page)
            if part.above[-1:] == ("Fields",) and part.heading == flow["sections"][key]["name"]
        )
        fields = [str(field) for field in schema.schema]
        assert [row[0] for row in part.rows] == [flow["sections"][key]["data"][field] for field in fields]
        defaults |= dict(zip(fields, (row[1] for row in part.rows), strict=True))
    choices = TEXTS["selector"]
    for key, choice in (
        ("metric", "metric"),
        ("window_kind", "window_kind"),
        ("direction", "direction"),
        ("schedule", "rule_schedule"),
    ):
        assert choices[choice]["options"][NEW_RULE[key]].startswith(defaults.pop(key)), key
    assert defaults == {
        "window_minutes": f"{NEW_RULE['window_minutes']} min",
        "percentage": f"L{NEW_RULE['percentage']}",
        "warning": "none",
        "alarm": f"{NEW_RULE['alarm']:g} dB",
        "duration": f"{NEW_RULE['duration']} s",
        "share": f"{NEW_RULE['share']} %",
        "clear_margin": f"{NEW_RULE['clear_margin']:g} dB",
        "cooldown": f"{NEW_RULE['cooldown'] // 60} min",
        "days": "all",
        "begin": NEW_RULE["begin"][:5],
        "until": NEW_RULE["until"][:5],
        "schedule_entity": "none",
        "only_while_measuring": "off",
    }
    (_, *shortest) = section(page, "What a rule judges").tables[-1]
    assert shortest == [
        (f"L{percentage}", *(f"{least_minutes(percentage, feed)} min" for feed in (POLLED, STREAMED)))
        for percentage in PERCENTAGES
    ]


def test_words_of_alerts() -> None:
    """Every piece of news, every reason of an end and every verdict is explained, and nothing else."""
    page = DOCS / "alerts.md"
    news, ends = section(page, "Episodes").tables
    assert [quoted(row[0]) for row in news[1:]] == [[kind] for kind in TransitionKind]
    assert {word for row in ends[1:] for word in quoted(row[0])} == set(EndReason)
    assert [quoted(row[0]) for row in section(page, "Why did it not fire?").rows] == [[verdict] for verdict in Verdict]


def test_blueprints() -> None:
    """Each has its section with all its inputs, and a link that imports it."""
    page = DOCS / "blueprints.md"
    links_to = {}
    for path in (ROOT / "blueprints" / "automation" / DOMAIN).glob("*.yaml"):
        about = load_yaml_dict(str(path))["blueprint"]
        title = about["name"].partition(": ")[2]
        links_to[title[0].upper() + title[1:]] = path.stem
        inputs = [name for key, given in about["input"].items() for name in given.get("input", [key])]
        part = section(page, title[0].upper() + title[1:])
        assert [name for row in part.rows for name in quoted(row[0])] == inputs
    table = section(page, "Blueprints")
    assert {row[0].split("]")[0].strip("[") for row in table.rows} == links_to.keys()
    for row in (*table.rows, *section(ROOT / "README.md", "Alerts").rows):
        title, name = row[0].split("]")[0].strip("["), row[-1].rpartition("%2F")[2].removesuffix(".yaml)")
        assert links_to[title] == name
        assert unquote(row[-1].partition("blueprint_url=")[2]).removesuffix(")") == (
            f"{MANIFEST['documentation']}{FOLDER}{name}.yaml"
        )


def test_publish_profiles() -> None:
    """Their intervals are right."""
    told = {row[0]: row[1] for row in section(DOCS / "feeds.md", "Publishing").rows}
    assert told == {profile.value.capitalize(): f"{seconds:.0f} s" for profile, seconds in PUBLISH_INTERVAL_S.items()}


def test_address() -> None:
    """The defaults of the fields are right."""
    told = {row[0]: row[1] for row in section(DOCS / "options.md", "Address and FTP login").rows}
    assert told["Port"] == str(DEFAULT_PORT)
    assert told["FTP port"] == str(DEFAULT_FTP_PORT)
    assert told["User, Password"].startswith(f"{DEFAULT_FTP_USER},")


def test_repairs() -> None:
    """Each issue has its section, with all that its fix flow offers."""
    page, prefix = DOCS / "troubleshooting.md", "{name}: "
    told = {part.heading: part.text for part in sections(page) if part.above[-1:] == ("Repairs",)}
    assert sorted(told) == sorted(
        (title := issue["title"].removeprefix(prefix))[0].upper() + title[1:] for issue in TEXTS["issues"].values()
    )
    for issue in TEXTS["issues"].values():
        title = issue["title"].removeprefix(prefix)
        offered = issue["fix_flow"]["step"]["init"]["menu_options"].values()
        for offer in offered:
            told_of = told[title[0].upper() + title[1:]] + section(page, "Repairs").text
            assert f"*{offer}*" in told_of, (title, offer)


def test_messages_when_adding() -> None:
    """Those that the page explains are those of the flow."""
    messages = [*TEXTS["config"]["error"].values(), *TEXTS["config"]["abort"].values()]
    for begin, _ in section(DOCS / "troubleshooting.md", "When a meter is added").rows:
        assert any(message.startswith(begin) for message in messages), begin


def test_messages_of_the_card() -> None:
    """Those that the page explains are said."""
    messages = [about["message"] for about in TEXTS["exceptions"].values()]
    for begin, _ in section(DOCS / "troubleshooting.md", "The card").rows:
        assert any(message.startswith(begin) for message in messages), begin


def test_words() -> None:
    """Every diagnosis, every state of a command and of the watchdog is explained, and nothing else."""
    names = TEXTS["entity"]["sensor"]["link"]["state"]
    told = [(row[0], *quoted(row[1])) for row in section(DOCS / "link.md", "Diagnosis").rows]
    assert told == [(names[diagnosis], diagnosis) for diagnosis in Diagnosis]
    life = section(CONTROL, "The life of a command")
    states, attributes = life.tables
    assert [quoted(row[0]) for row in states[1:]] == [[state] for state in CommandState]
    assert [quoted(row[0]) for row in attributes[1:]] == [[attribute] for attribute in ATTRIBUTES]
    values = {row[0]: quoted(row[1]) for row in attributes[1:]}
    assert values["`command`"] == list(NAMES)
    assert sorted(values["`asked_reason`"]) == sorted(ASKERS)
    watchdog = section(CONTROL, "Keep measuring").tables[-1]
    assert [quoted(row[0]) for row in watchdog[1:]] == [[state] for state in WatchdogState]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples(page: Path) -> None:
    """They name entities, actions, fields and events that there are."""
    for block in mappings([*examples(page), *map(json.loads, responses(page))]):
        if (name := str(block.get("action"))).startswith("rion_nl43."):
            fields = ACTIONS[name.removeprefix("rion_nl43.")].get("fields") or {}
            data = block.get("data", {})
            assert data.keys() <= fields.keys()
            assert {key for key, about in fields.items() if about.get("required")} <= data.keys()
        for kind in ("trigger", "condition"):
            if (name := str(block.get(kind))).startswith("rion_nl43."):
                fields = TEXTS[f"{kind}s"][name.removeprefix("rion_nl43.")].get("fields", {})
                assert block.get("options", {}).keys() <= fields.keys()
        if "event_type" in block:
            assert block["event_type"] in (EVENT_ALERT, EVENT_COMMAND)
        named = block.get("entity_id", block.get("entity", []))
        for entity_id in named if isinstance(named, list) else [named]:
            platform, _, object_id = entity_id.partition(".main_road_")
            assert (platform, object_id) in {entity[:2] for entity in existing()} | NIGHT_LIMIT | NEIGHBOURS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page: Path) -> None:
    """They lead somewhere."""
    for target, anchor in links(page):
        assert target.exists(), target
        assert not anchor or anchor in anchors(target), (target.name, anchor)


def test_pictures() -> None:
    """All are of a reasonable size, and each is on a page."""
    shown = {picture for page in (*PAGES, DOCS / "emulator.md") for picture in pictures(page)}
    assert shown == set((DOCS / "images").iterdir())
    for picture in shown:
        assert picture.stat().st_size < PICTURE_AT_MOST, picture
