"""Texts of flows, options, issues, errors and actions, compared with the code."""

import re
from typing import Any

from homeassistant.const import WEEKDAYS
from homeassistant.data_entry_flow import section
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.rion_nl43 import (
    alert_form,
    config_flow,
    first_contact,
    ftp_login,
    limit_flow,
    options,
    options_flow,
    repairs,
)
from custom_components.rion_nl43.acoustics import WindowKind
from custom_components.rion_nl43.alert_automation import BLUEPRINTS
from custom_components.rion_nl43.alert_checks import WINDOWED, Hint, ProblemKind
from custom_components.rion_nl43.alerts import Direction, Grade, Quantity
from custom_components.rion_nl43.const import (
    SUBENTRY_ALERT_RULE,
    SUBENTRY_LEVEL_LIMIT,
    PublishProfile,
    RuleSchedule,
    WatchdogMode,
)
from custom_components.rion_nl43.errors import ERROR_KEYS
from custom_components.rion_nl43.fixes import FIXES
from custom_components.rion_nl43.hour_statistics import HourStatistic
from custom_components.rion_nl43.issue_kinds import KINDS, IssueKind
from custom_components.rion_nl43.level_limit import LimitPeriod
from custom_components.rion_nl43.monitor import (
    AlertRefusal,
    BlockReason,
    CalibrationRefusal,
    Diagnosis,
    RefusalReason,
    Unquiet,
)
from custom_components.rion_nl43.report import ReportKind
from custom_components.rion_nl43.report_view import ReportFormat

from .texts import FOLDER, TEXTS, placeholders, read

SOURCE = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}


def fields(texts: dict[str, Any]) -> set[str]:
    """Return the fields that have a name and a description."""
    assert texts.get("data", {}).keys() == texts.get("data_description", {}).keys()
    return set(texts.get("data", ()))


def assert_form(texts: dict[str, Any], schema: Any) -> None:
    """Every field and section of a form has its words, and there are none for others."""
    sections = {str(key): value for key, value in schema.schema.items() if isinstance(value, section)}
    assert fields(texts) == {str(key) for key in schema.schema} - sections.keys()
    assert texts.get("sections", {}).keys() == sections.keys()
    for name, part in sections.items():
        assert texts["sections"][name]["name"]
        assert_form(texts["sections"][name], part.schema)


def test_config_flow() -> None:
    """Every step, field, error and abort of the flow has its words."""
    config = TEXTS["config"]
    steps = set(re.findall(r"async_step_(\w+)", SOURCE["config_flow.py"])) - {"reauth"}
    assert config["step"].keys() == steps == {"user", "reconfigure", "reauth_confirm"}
    assert_form(config["step"]["user"], config_flow.ADDRESS_SCHEMA)
    assert_form(config["step"]["reconfigure"], config_flow.ADDRESS_SCHEMA)
    assert_form(config["step"]["reauth_confirm"], ftp_login.LOGIN_SCHEMA)
    errors = {key for _, key in first_contact.ERRORS} | {key for _, key in ftp_login.ERRORS}
    assert config["error"].keys() == errors | {"invalid_host", ftp_login.INVALID}
    assert config["abort"].keys() == {"already_configured", "unique_id_mismatch"}
    assert placeholders(config["abort"]["unique_id_mismatch"]) == {"expected", "found"}


def test_options() -> None:
    """Every option has its words, and so has every choice."""
    assert_form(TEXTS["options"]["step"]["init"], options_flow.options_schema())
    assert TEXTS["options"]["error"].keys() == set(re.findall(r'errors\[\w+\] = "(\w+)"', SOURCE["options_flow.py"]))
    choices = {key: set(selector["options"]) for key, selector in TEXTS["selector"].items()}
    assert choices == {
        "publish": set(PublishProfile),
        "feed": set(options.FEEDS),
        "windows": {str(minutes) for minutes in options.WINDOW_CHOICES_MIN},
        "watchdog": set(WatchdogMode),
        "metric": set(Quantity),
        "window_kind": set(WindowKind),
        "direction": set(Direction),
        "rule_schedule": set(RuleSchedule),
        "days": set(WEEKDAYS),
        "day_plan": set(options.DAY_PLANS),
        "limit_period": set(LimitPeriod),
        # Of the names of statistics.
        "statistic": set(HourStatistic),
        "alert_blueprint": {*BLUEPRINTS, "none"},
        "report_period": set(ReportKind),
        "report_format": set(ReportFormat),
        # Those of triggers and conditions are compared with their fields in test_automation_texts.
        "alert_grade": {"warning", "alarm"},
        "least_grade": {"warning", "alarm"},
        "grade": {grade.word for grade in Grade},
    }


def test_alert_rules() -> None:
    """Every step, field, problem and offer of the flow of a rule has its words."""
    assert TEXTS["config_subentries"].keys() == {SUBENTRY_ALERT_RULE, SUBENTRY_LEVEL_LIMIT}
    texts = TEXTS["config_subentries"][SUBENTRY_ALERT_RULE]
    assert texts["initiate_flow"].keys() == {"user", "reconfigure"}
    source = SOURCE["alert_flow.py"]
    menus = {*Hint, "preview", "preview_quiet", "no_preview"}
    choices = {"change", "keep", "save", "use_window"}
    assert set(re.findall(r"async_step_(\w+)(?:\(self| =)", source)) == {"user", "reconfigure"} | menus | choices
    assert texts["step"].keys() == {"user", "reconfigure"} | menus
    for step in ("user", "reconfigure"):
        assert_form(texts["step"][step], alert_form.rule_schema())
        level = texts["step"][step]["sections"]["level"]["description"]
        assert placeholders(level) <= {quantity for quantity in Quantity if not quantity.windowed}
    for menu in menus:
        offered = {"save"} if "preview" in menu else {"keep"}
        assert texts["step"][menu]["menu_options"].keys() - {"use_window"} == offered | {"change"}
    assert WINDOWED
    assert "use_window" in texts["step"][Hint.WHOLE_MEASUREMENT]["menu_options"]
    assert texts["error"].keys() == set(ProblemKind)
    assert texts["abort"].keys() == set(re.findall(r'reason="(\w+)"', source))


def test_limits() -> None:
    """Every step, field and mistake of the flow of a limit has its words."""
    texts = TEXTS["config_subentries"][SUBENTRY_LEVEL_LIMIT]
    assert texts["initiate_flow"].keys() == texts["step"].keys() == {"user", "reconfigure"}
    for step in texts["step"].values():
        assert_form(step, limit_flow.LIMIT_SCHEMA)
    assert texts["error"].keys() == {"no_evening"}
    assert texts["abort"].keys() == {"limit_removed"}


def test_exceptions() -> None:
    """Every error of the code has its sentence, and every sentence its error."""
    by_class = {key for _, key in ERROR_KEYS}
    by_class |= {f"refused_{reason}" for reason in RefusalReason} | {f"blocked_{reason}" for reason in BlockReason}
    by_class |= {f"expired_{diagnosis}" for diagnosis in Diagnosis}
    by_class |= {f"alert_{refusal}" for refusal in AlertRefusal} | {"power_off_failed", "power_on_failed"}
    by_class |= {f"calibration_{refusal}" for refusal in CalibrationRefusal} | {f"card_{why}" for why in Unquiet}
    raised: set[str] = set()
    for name in (
        "coordinator.py",
        "power.py",
        "services.py",
        "meter_actions.py",
        "meter_targets.py",
        "alert_services.py",
        "alert_targets.py",
        "card_folder.py",
        "card_services.py",
        "media_source.py",
        "report_services.py",
        "history_import.py",
    ):
        raised |= set(re.findall(r'translation_key="(\w+)"', SOURCE[name]))
    for name in ("card_folder.py", "episode_file.py"):
        raised |= set(re.findall(r'_error\(\w+, "(\w+)"', SOURCE[name]))
    raised |= set(re.findall(r'_refusal\("(\w+)"', SOURCE["live_websocket.py"]))
    raised |= {f"backtest_{why}" for why in re.findall(r'_no_backtest\("(\w+)"', SOURCE["alert_backtest.py"])}
    assert TEXTS["exceptions"].keys() == by_class | raised | {"outcome_unknown"}
    for key in by_class:
        assert not key.startswith(("refused_", "blocked_", "expired_")) or not placeholders(
            TEXTS["exceptions"][key]["message"]
        )


def test_every_issue() -> None:
    """Every kind of issue has its texts, and there are none for others."""
    assert TEXTS["issues"].keys() == {kind.key for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_issue(kind: IssueKind) -> None:
    """Every step of a fix flow has its words; what takes time says so."""
    flow = TEXTS["issues"][kind.key]["fix_flow"]
    offered = set(flow["step"]["init"]["menu_options"])
    assert "acknowledge" in offered
    at_once = {"acknowledge", "new_login", "record_calibration", "snooze_calibration", "record_heard"}
    assert offered <= FIXES.keys() | at_once
    assert flow.get("progress", {}).keys() == offered & FIXES.keys()
    assert ("failed" in flow["step"]) is bool(offered & FIXES.keys())
    assert flow["abort"]["not_loaded"]
    assert "name" in placeholders(TEXTS["issues"][kind.key]["title"])
    if form := flow["step"].get("record_calibration"):
        assert_form(form, repairs.CALIBRATION_FORM)


def test_actions() -> None:
    """Every action has its words and its icon, and so has every field."""
    actions = load_yaml_dict(FOLDER / "services.yaml")
    assert TEXTS["services"].keys() == read("icons.json")["services"].keys() == actions.keys()
    for name, action in actions.items():
        texts = TEXTS["services"][name]
        assert texts.get("fields", {}).keys() == set(action.get("fields", ()))
        for text in (texts, *texts.get("fields", {}).values()):
            assert text["name"]
            assert text["description"]
