"""Adding and changing alert rules in the user interface."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
import pytest

from custom_components.rion_nl43.alert_checks import ProblemKind
from custom_components.rion_nl43.alert_form import NEW_RULE, PROBLEM_SECTIONS, SECTIONS
from custom_components.rion_nl43.alert_rule import rule_from_subentry
from custom_components.rion_nl43.const import SUBENTRY_ALERT_RULE
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, open_connections, runtime, until

NEW: dict[str, dict[str, Any]] = {
    "level": {"metric": "window_leq", "window_minutes": 15, "window_kind": "running", "percentage": "10"},
    "limits": {"direction": "above", "alarm": 70.0},
    "timing": {
        "duration": {"hours": 0, "minutes": 0, "seconds": 10},
        "share": 100,
        "clear_margin": 2.0,
        "cooldown": {"hours": 0, "minutes": 5, "seconds": 0},
    },
    "when": {
        "schedule": "always",
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "begin": "07:00:00",
        "until": "19:00:00",
    },
    "advanced": {"only_while_measuring": False},
}
KEPT = {
    "metric": "window_leq",
    "window_minutes": 15,
    "window_kind": "running",
    "direction": "above",
    "alarm": 70.0,
    "duration": 10.0,
    "share": 100.0,
    "clear_margin": 2.0,
    "cooldown": 300.0,
    "schedule": "always",
    "only_while_measuring": False,
    "enabled": True,
}


@pytest.fixture
async def known(hass: HomeAssistant, loaded: MockConfigEntry) -> MockConfigEntry:
    """The entry of a meter that has told all its settings."""
    await until(hass, lambda: None not in runtime(loaded).monitor.facts.percentiles, 120)
    return loaded


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    """Ask for a new rule."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_ALERT_RULE), context={"source": SOURCE_USER}
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    return form


def shown(form: SubentryFlowResult) -> dict[str, Any]:
    """Return what the form shows: what each section does, and the name if there is one."""
    schema = form["data_schema"]
    assert schema
    found: dict[str, Any] = {}
    for name, part in schema.schema.items():
        if isinstance(part, section):
            found[str(name)] = {
                str(key): key.description["suggested_value"]
                for key in part.schema.schema
                if key.description is not None
            }
        elif name.description is not None:
            found[str(name)] = name.description["suggested_value"]
    return found


def unfolded(form: SubentryFlowResult) -> set[str]:
    """Return the sections that are open."""
    schema = form["data_schema"]
    assert schema
    return {
        str(name) for name, part in schema.schema.items() if isinstance(part, section) and not part.options["collapsed"]
    }


async def submit(
    hass: HomeAssistant, form: SubentryFlowResult, *, name: str | None = None, **changes: Any
) -> SubentryFlowResult:
    """Submit the form as it is shown, but for these changes; None empties a field."""
    filled: dict[str, Any] = {
        part: {key: value for key, value in (values | changes.get(part, {})).items() if value is not None}
        for part, values in shown(form).items()
        if part != "name"
    }
    if (called := shown(form).get("name") if name is None else name) is not None:
        filled["name"] = called
    return await hass.config_entries.subentries.async_configure(form["flow_id"], filled)


async def choose(hass: HomeAssistant, menu: SubentryFlowResult, option: str) -> SubentryFlowResult:
    """Choose from a menu."""
    assert menu["type"] is FlowResultType.MENU
    return await hass.config_entries.subentries.async_configure(menu["flow_id"], {"next_step_id": option})


async def add(hass: HomeAssistant, entry: MockConfigEntry, name: str | None = None, **changes: dict[str, Any]) -> str:
    """Add a rule and return its id."""
    menu = await submit(hass, await begin(hass, entry), name=name, **changes)
    assert menu["step_id"] == "no_preview"
    before = set(entry.subentries)
    result = await choose(hass, menu, "save")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (added,) = set(entry.subentries) - before
    return str(added)


async def test_a_limit_is_set_with_two_clicks(
    hass: HomeAssistant, meter: EmulatedMeter, known: MockConfigEntry
) -> None:
    """The form as it is offered is a rule, named after its figures; the connection to the meter stays."""
    form = await begin(hass, known)
    assert shown(form) == NEW
    assert unfolded(form) == {"level", "limits"}
    menu = await submit(hass, form)
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "no_preview")
    assert menu["menu_options"] == ["save", "change"]
    assert menu["description_placeholders"] == {
        "rule": "LAeq,15min > 70 dB",
        "hours": "24",
        "reason": "Home Assistant's recorder is not running, so nothing was recorded",
    }
    result = await choose(hass, menu, "save")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = known.get_subentries_of_type(SUBENTRY_ALERT_RULE)
    assert (subentry.title, subentry.data) == ("LAeq,15min > 70 dB", KEPT)
    await hass.async_block_till_done()
    assert len(meter.referee.connections) == open_connections(meter) == 1


async def test_everything_else(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """All fields take another value, and are shown when the rule is changed."""
    hass.states.async_set("schedule.night", "on")
    changes: dict[str, dict[str, Any]] = {
        "level": {"metric": "window_ln", "window_minutes": 30.0, "window_kind": "aligned", "percentage": "90"},
        "limits": {"direction": "below", "warning": 40.5, "alarm": 35.0},
        "timing": {
            "duration": {"hours": 0, "minutes": 1, "seconds": 30},
            "share": 80.0,
            "clear_margin": 1.5,
            "cooldown": {"hours": 1, "minutes": 0, "seconds": 0},
        },
        "when": {"schedule": "helper", "schedule_entity": "schedule.night"},
        "advanced": {"only_while_measuring": True},
    }
    rule_id = await add(hass, known, " Silence ", **changes)
    subentry = known.subentries[rule_id]
    assert subentry.title == "Silence"
    assert subentry.data == {
        "metric": "window_ln",
        "window_minutes": 30,
        "window_kind": "aligned",
        "percentage": 90,
        "direction": "below",
        "warning": 40.5,
        "alarm": 35.0,
        "duration": 90.0,
        "share": 80.0,
        "clear_margin": 1.5,
        "cooldown": 3600.0,
        "schedule": "helper",
        "schedule_entity": "schedule.night",
        "only_while_measuring": True,
        "enabled": True,
    }
    again = shown(await known.start_subentry_reconfigure_flow(hass, rule_id))
    assert again == {"name": "Silence"} | {part: NEW[part] | changes[part] for part in NEW}


async def test_hours(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """A rule of hours is named with them, and keeps no helper that was chosen before."""
    when = {"schedule": "weekly", "days": ["fri", "sat"], "begin": "22:00:00", "until": "06:00:00"}
    rule_id = await add(hass, known, level={"metric": "lp"}, when=when | {"schedule_entity": "schedule.night"})
    subentry = known.subentries[rule_id]
    assert subentry.title == "LAF > 70 dB, 22:00-06:00"
    assert {key: subentry.data[key] for key in when} == when
    assert not {"schedule_entity", "window_minutes", "window_kind", "percentage"} & subentry.data.keys()
    assert rule_from_subentry(subentry).schedule


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        (
            ProblemKind.PERCENTILE_TOO_SHORT,
            {"level": {"metric": "window_ln", "percentage": "1", "window_minutes": 1}},
            {"level": {"window_minutes": 9}},
        ),
        (ProblemKind.NO_THRESHOLD, {"limits": {"alarm": None}}, {"limits": {"warning": 65.0}}),
        (ProblemKind.THRESHOLD_OUT_OF_RANGE, {"limits": {"alarm": 700.0}}, {"limits": {"alarm": 70.0}}),
        (ProblemKind.ALARM_NOT_BEYOND_WARNING, {"limits": {"warning": 75.0}}, {"limits": {"warning": 65.0}}),
        (
            ProblemKind.DURATION_TOO_LONG,
            {"timing": {"duration": {"hours": 25, "minutes": 0, "seconds": 0}}},
            {"timing": {"duration": {"hours": 1, "minutes": 0, "seconds": 0}}},
        ),
        (ProblemKind.NO_DAYS, {"when": {"schedule": "weekly", "days": []}}, {"when": {"days": ["mon"]}}),
        (
            ProblemKind.BEGIN_IS_UNTIL,
            {"when": {"schedule": "weekly", "begin": "07:00:00", "until": "07:00:00"}},
            {"when": {"until": "19:00:00"}},
        ),
        (
            ProblemKind.SCHEDULE_NOT_CHOSEN,
            {"when": {"schedule": "helper"}},
            {"when": {"schedule_entity": "schedule.night"}},
        ),
        (
            ProblemKind.SCHEDULE_NOT_FOUND,
            {"when": {"schedule": "helper", "schedule_entity": "schedule.gone"}},
            {"when": {"schedule_entity": "schedule.night"}},
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, ProblemKind) else "",
)
async def test_what_is_wrong_is_told_and_can_be_mended(
    hass: HomeAssistant,
    known: MockConfigEntry,
    kind: ProblemKind,
    wrong: dict[str, Any],
    right: dict[str, Any],
) -> None:
    """At its section, which is open; what was entered is still there."""
    hass.states.async_set("schedule.night", "on")
    form = await submit(hass, await begin(hass, known), name="Loud", **wrong)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    assert form["errors"] == {PROBLEM_SECTIONS[kind]: kind}
    assert unfolded(form) == {PROBLEM_SECTIONS[kind]}
    assert shown(form)["name"] == "Loud"
    for part, values in wrong.items():
        assert shown(form)[part].items() >= {key: value for key, value in values.items() if value is not None}.items()
    menu = await submit(hass, form, **right)
    assert (await choose(hass, menu, "save"))["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = known.get_subentries_of_type(SUBENTRY_ALERT_RULE)
    assert subentry.title == "Loud"


async def test_a_remedy_is_named(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """The sentence about a short percentile says how long the window has to be."""
    level = {"metric": "window_ln", "percentage": "5", "window_minutes": 1}
    form = await submit(hass, await begin(hass, known), level=level)
    told = form["description_placeholders"]
    assert told
    assert {key: told[key] for key in ("percentage", "minutes", "least")} == {
        "percentage": "5",
        "minutes": "1",
        "least": "2",
    }


async def test_a_streamed_meter_has_shorter_percentiles(hass: HomeAssistant, known: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(known, options={"feed": "streamed"})
    level = {"metric": "window_ln", "percentage": "5", "window_minutes": 1}
    assert (await submit(hass, await begin(hass, known), level=level))["step_id"] == "no_preview"


async def test_symbols_of_the_meter(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """The form says what the meter's levels are."""
    told = (await begin(hass, known))["description_placeholders"]
    assert told
    assert {key: told[key] for key in ("lp", "leq", "lmax", "ln1", "ln3")} == {
        "lp": "LAF",
        "leq": "LAeq",
        "lmax": "LAFmax",
        "ln1": "L5",
        "ln3": "L50",
    }


async def test_a_level_of_the_whole_measurement_is_kept(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """Who means it may have it, having read what it is."""
    menu = await submit(hass, await begin(hass, known), level={"metric": "leq"})
    assert menu["step_id"] == "whole_measurement"
    assert menu["menu_options"] == ["use_window", "keep", "change"]
    assert menu["description_placeholders"] == {"symbol": "LAeq"}
    preview = await choose(hass, menu, "keep")
    assert preview["step_id"] == "no_preview"
    await choose(hass, preview, "save")
    (subentry,) = known.get_subentries_of_type(SUBENTRY_ALERT_RULE)
    assert (subentry.title, subentry.data["metric"]) == ("LAeq > 70 dB", "leq")


async def test_the_level_over_a_window_is_taken_instead(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """Over the window of the form."""
    menu = await submit(hass, await begin(hass, known), level={"metric": "leq", "window_minutes": 5})
    preview = await choose(hass, menu, "use_window")
    assert preview["step_id"] == "no_preview"
    await choose(hass, preview, "save")
    (subentry,) = known.get_subentries_of_type(SUBENTRY_ALERT_RULE)
    assert subentry.title == "LAeq,5min > 70 dB"


async def test_one_hint_may_lead_to_another(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """The maximum over a window is made of samples a second apart."""
    menu = await submit(hass, await begin(hass, known), level={"metric": "lmax"})
    menu = await choose(hass, menu, "use_window")
    assert (menu["step_id"], menu["menu_options"]) == ("polled_peaks", ["keep", "change"])
    form = await choose(hass, menu, "change")
    assert form["step_id"] == "user"
    assert shown(form)["level"]["metric"] == "window_lmax"
    preview = await choose(hass, await submit(hass, form), "keep")
    await choose(hass, preview, "save")
    (subentry,) = known.get_subentries_of_type(SUBENTRY_ALERT_RULE)
    assert subentry.title == "LAFmax,15min > 70 dB"


@pytest.mark.parametrize("metric", ["lpeak", "ln2"])
async def test_not_every_level_has_one_over_a_window(hass: HomeAssistant, known: MockConfigEntry, metric: str) -> None:
    menu = await submit(hass, await begin(hass, known), level={"metric": metric})
    assert (menu["step_id"], menu["menu_options"]) == ("whole_measurement", ["keep", "change"])


async def test_back_from_the_preview(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """The form is as it was filled."""
    menu = await submit(hass, await begin(hass, known), name="Loud", limits={"alarm": 80.0})
    form = await choose(hass, menu, "change")
    assert (form["type"], form["step_id"], form["errors"]) == (FlowResultType.FORM, "user", {})
    assert shown(form) == NEW | {"name": "Loud", "limits": {"direction": "above", "alarm": 80.0}}
    assert not known.subentries


async def test_a_menu_that_is_asked_for_again_is_the_same(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """As when the browser is reknown."""
    form = await begin(hass, known)
    for metric, step in (("leq", "whole_measurement"), ("window_lmin", "polled_peaks"), ("lp", "no_preview")):
        menu = await submit(hass, form, level={"metric": metric})
        assert menu["step_id"] == step
        again = await hass.config_entries.subentries.async_configure(menu["flow_id"])
        assert (again["step_id"], again["menu_options"]) == (step, menu["menu_options"])
        form = await choose(hass, again, "change")


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry, rule_id: str) -> SubentryFlowResult:
    """Ask what to change of a rule."""
    form: SubentryFlowResult = await entry.start_subentry_reconfigure_flow(hass, rule_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reconfigure")
    return form


async def test_change_a_rule(hass: HomeAssistant, meter: EmulatedMeter, known: MockConfigEntry) -> None:
    """It is still the same one; a name that followed from its figures goes on to, and the connection stays."""
    rule_id = await add(hass, known)
    form = await reconfigure(hass, known, rule_id)
    assert shown(form) == NEW
    form = await submit(hass, form, limits={"alarm": None})
    assert (form["step_id"], form["errors"]) == ("reconfigure", {"limits": "no_threshold"})
    result = await choose(hass, await submit(hass, form, limits={"warning": 62.5}), "save")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    (subentry,) = known.get_subentries_of_type(SUBENTRY_ALERT_RULE)
    assert (subentry.subentry_id, subentry.title) == (rule_id, "LAeq,15min > 62.5 dB")
    assert subentry.data == {key: value for key, value in KEPT.items() if key != "alarm"} | {"warning": 62.5}
    await hass.async_block_till_done()
    assert len(meter.referee.connections) == open_connections(meter) == 1


async def test_a_name_of_ones_own_stays(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """Until it is emptied."""
    rule_id = await add(hass, known, "Loud")
    form = await reconfigure(hass, known, rule_id)
    await choose(hass, await submit(hass, form, limits={"alarm": 75.0}), "save")
    assert known.subentries[rule_id].title == "Loud"
    form = await reconfigure(hass, known, rule_id)
    await choose(hass, await submit(hass, form, name="  "), "save")
    assert known.subentries[rule_id].title == "LAeq,15min > 75 dB"


async def test_a_rule_that_is_off_stays_off(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """Even if it was switched off while the form was open."""
    rule_id = await add(hass, known)
    form = await reconfigure(hass, known, rule_id)
    subentry = known.subentries[rule_id]
    hass.config_entries.async_update_subentry(known, subentry, data={**subentry.data, "enabled": False})
    await choose(hass, await submit(hass, form, limits={"alarm": 75.0}), "save")
    assert known.subentries[rule_id].data == KEPT | {"alarm": 75.0, "enabled": False}


async def test_a_rule_that_makes_no_sense_can_be_mended(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """Whoever wrote it into the storage."""
    rule_id = await add(hass, known, "Loud")
    subentry = known.subentries[rule_id]
    hass.config_entries.async_update_subentry(known, subentry, data={**KEPT, "warning": 75.0})
    form = await reconfigure(hass, known, rule_id)
    assert shown(form)["name"] == "Loud"
    await choose(hass, await submit(hass, form, limits={"warning": 65.0}), "save")
    assert known.subentries[rule_id].data == KEPT | {"warning": 65.0}


async def test_removed_meanwhile(hass: HomeAssistant, known: MockConfigEntry) -> None:
    rule_id = await add(hass, known)
    menu = await submit(hass, await reconfigure(hass, known, rule_id))
    assert hass.config_entries.async_remove_subentry(known, rule_id)
    result = await choose(hass, menu, "save")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "rule_removed")
    assert not known.subentries


async def test_a_meter_that_does_not_run_can_get_rules(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Its symbols are not known then; when they are, the rule takes its name from them with the next change."""
    rule_id = await add(hass, entry)
    assert entry.subentries[rule_id].title == "Leq,15min > 70 dB"
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: entry.runtime_data.monitor.facts.frequency_weightings[0] is not None)
    form = await reconfigure(hass, entry, rule_id)
    assert "name" not in shown(form)
    await choose(hass, await submit(hass, form), "save")
    assert entry.subentries[rule_id].title == "LAeq,15min > 70 dB"


async def test_what_no_field_takes_is_refused(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """No window of no length, no share of nothing."""
    form = await begin(hass, known)
    refused: list[dict[str, Any]] = [
        {"level": {"window_minutes": 0}},
        {"level": {"metric": "loudness"}},
        {"timing": {"share": 0}},
        {"timing": {"clear_margin": -1}},
        {"timing": {"duration": {"seconds": -1}}},
    ]
    for changes in refused:
        with pytest.raises(InvalidData):
            await submit(hass, form, **changes)


def test_the_form_asks_for_a_new_rule() -> None:
    """What the tests fill in is what is offered."""
    offered = {key for schema in SECTIONS.values() for key in map(str, schema.schema)}
    assert {key for part in NEW.values() for key in part} == NEW_RULE.keys() & offered
