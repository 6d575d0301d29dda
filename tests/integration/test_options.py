"""The options of a meter: what they are, and the form that asks for them."""

from dataclasses import replace
from datetime import time
from http import HTTPStatus
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.typing import (  # type: ignore[import-untyped] # it has no types
    ClientSessionGenerator,
)

from custom_components.rion_nl43.acoustics import PRESETS, DayPlan, Rating
from custom_components.rion_nl43.const import CONF_PUBLISH, PublishProfile, WatchdogMode
from custom_components.rion_nl43.diagnostics import async_get_config_entry_diagnostics
from custom_components.rion_nl43.meter_alert_entities import WorstGradeSensor
from custom_components.rion_nl43.nl43.ftp import FtpModeRefused
from custom_components.rion_nl43.options import DAY_PLANS, FEEDS, WINDOW_CHOICES_MIN, MeterOptions, Position
from custom_components.rion_nl43.options_flow import SECTIONS
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, open_connections, runtime, state

WHOLE_MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
ANY_OPTIONS = st.builds(
    MeterOptions,
    publish=st.sampled_from(PublishProfile),
    feed=st.sampled_from(FEEDS),
    stream_break_min=st.integers(0, 60),
    windows=st.sets(st.sampled_from(WINDOW_CHOICES_MIN)).map(lambda found: tuple(sorted(found))),
    min_coverage=st.integers(0, 100),
    watchdog=st.sampled_from(WatchdogMode),
    watchdog_schedule=st.none() | st.just("schedule.site"),
    power_switch=st.none() | st.just("switch.plug"),
    clock_limit_s=st.integers(0, 3600),
    want_l1_l10=st.booleans(),
    card_limit=st.integers(0, 99),
    command_expiry_s=st.integers(3, 60),
    on_map=st.booleans(),
    position=st.none() | st.builds(Position, st.floats(-90, 90), st.floats(-180, 180)),
    ftp_enabled=st.booleans(),
    ftp_passive=st.booleans(),
    ftp_first_port=st.none() | st.integers(1024, 65535),
    ftp_last_port=st.none() | st.integers(1024, 65535),
    repair_history=st.booleans(),
    day_plan=st.sampled_from(DAY_PLANS),
    day_from=WHOLE_MINUTES,
    evening_from=st.none() | WHOLE_MINUTES,
    night_from=WHOLE_MINUTES,
)


@given(ANY_OPTIONS)
def test_options_survive_storage(options: MeterOptions) -> None:
    """What is kept is read back as it was, and it is plain JSON."""
    kept = options.as_mapping()
    assert MeterOptions.from_mapping(kept) == options
    assert all(type(value) in (str, int, bool, list, dict) for value in kept.values())


def test_defaults() -> None:
    """A meter without options is polled, not watched and not switched."""
    assert MeterOptions.from_mapping({}) == MeterOptions()
    assert MeterOptions().as_mapping() == {
        "publish": "normal",
        "feed": "polled",
        "stream_break_min": 5,
        "windows": [1, 5, 15, 60],
        "min_coverage": 75,
        "watchdog": "off",
        "clock_limit_s": 60,
        "want_l1_l10": False,
        "calibration_interval_days": 0,
        "auto_clock": False,
        "card_limit": 10,
        "command_expiry_s": 10,
        "on_map": False,
        "ftp_enabled": True,
        "ftp_passive": False,
        "repair_history": True,
        "day_plan": "eu",
        "day_from": "07:00:00",
        "night_from": "23:00:00",
    }


async def open_form(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "init"
    return form


def shown(form: ConfigFlowResult) -> dict[str, dict[str, Any]]:
    """Return what the form shows, by section."""
    schema = form["data_schema"]
    assert schema
    assert all(isinstance(part, section) for part in schema.schema.values())
    return {
        str(name): {
            str(key): key.description["suggested_value"] for key in part.schema.schema if key.description is not None
        }
        for name, part in schema.schema.items()
    }


async def submit(hass: HomeAssistant, form: ConfigFlowResult, **changes: dict[str, Any]) -> ConfigFlowResult:
    """Submit the form as it is shown, but for these changes."""
    filled = {name: values | changes.get(name, {}) for name, values in shown(form).items()}
    return await hass.config_entries.options.async_configure(form["flow_id"], filled)


async def test_form_as_it_is(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Submitted unchanged, the form writes down the defaults."""
    result = await submit(hass, await open_form(hass, loaded))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert MeterOptions.from_entry(loaded) == MeterOptions()


async def test_everything_changed(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """All options take another value, are shown the next time, and cost no connection."""
    result = await submit(
        hass,
        await open_form(hass, loaded),
        publishing={"publish": "live"},
        feed={"feed": "streamed", "stream_break_min": 2.0},
        windows={"windows": ["60", "2"], "min_coverage": 50.0},
        keep_measuring={"watchdog": "schedule", "watchdog_schedule": "schedule.site"},
        recovery={"power_switch": "switch.plug", "command_expiry_s": 20.0},
        warnings={"clock_limit_s": 0.0, "card_limit": 25.0, "want_l1_l10": True},
        place={"on_map": True, "position": {"latitude": 48.137, "longitude": 11.575}},
        ftp={
            "ftp_enabled": False,
            "ftp_passive": True,
            "ftp_first_port": 50000.0,
            "ftp_last_port": 50009.0,
            "repair_history": False,
        },
        periods={
            "day_plan": "own",
            "day_from": "06:30:00",
            "evening_from": "18:00:00",
            "night_from": "22:00:00",
        },
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    chosen = MeterOptions(
        publish=PublishProfile.LIVE,
        feed="streamed",
        stream_break_min=2,
        windows=(2, 60),
        min_coverage=50,
        watchdog=WatchdogMode.SCHEDULE,
        watchdog_schedule="schedule.site",
        power_switch="switch.plug",
        clock_limit_s=0,
        want_l1_l10=True,
        card_limit=25,
        command_expiry_s=20,
        on_map=True,
        position=Position(48.137, 11.575),
        ftp_enabled=False,
        ftp_passive=True,
        ftp_first_port=50000,
        ftp_last_port=50009,
        repair_history=False,
        day_plan="own",
        day_from=time(6, 30),
        evening_from=time(18),
        night_from=time(22),
    )
    assert MeterOptions.from_entry(loaded) == chosen
    assert loaded.options == chosen.as_mapping()
    again = shown(await open_form(hass, loaded))
    assert again["windows"] == {"windows": ["2", "60"], "min_coverage": 50}
    assert again["recovery"] == {"power_switch": "switch.plug", "command_expiry_s": 20}
    assert again["place"] == {"on_map": True, "position": {"latitude": 48.137, "longitude": 11.575}}
    await hass.async_block_till_done()
    assert loaded.state is ConfigEntryState.LOADED
    assert len(meter.referee.connections) == open_connections(meter) == 1


async def test_switch_taken_away(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A field that is emptied is forgotten."""
    hass.config_entries.async_update_entry(loaded, options={"power_switch": "switch.plug"})
    form = await open_form(hass, loaded)
    filled = shown(form)
    del filled["recovery"]["power_switch"]
    await hass.config_entries.options.async_configure(form["flow_id"], filled)
    assert "power_switch" not in loaded.options
    assert runtime(loaded).monitor.recovery.power_switch is None


async def test_no_windows(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Nobody has to have windows."""
    result = await submit(hass, await open_form(hass, loaded), windows={"windows": []})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert MeterOptions.from_entry(loaded).windows == ()


async def test_place_on_the_map(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The worst grade is shown where the meter stands, at once and until the user wants it no more."""

    def place() -> tuple[float | None, float | None]:
        attributes = state(hass, "worst_grade").attributes
        return attributes.get("latitude"), attributes.get("longitude")

    await hass.config.async_update(latitude=47.0, longitude=8.5)
    assert place() == (None, None)
    # The form shows the place of Home Assistant while none is chosen.
    await submit(hass, await open_form(hass, loaded), place={"on_map": True})
    await hass.async_block_till_done()
    assert place() == (47.0, 8.5)
    assert shown(await open_form(hass, loaded))["place"]["position"] == {"latitude": 47.0, "longitude": 8.5}
    await submit(hass, await open_form(hass, loaded), place={"position": {"latitude": 48.137, "longitude": 11.575}})
    await hass.async_block_till_done()
    assert place() == (48.137, 11.575)
    await submit(hass, await open_form(hass, loaded), place={"on_map": False})
    await hass.async_block_till_done()
    assert place() == (None, None)
    assert shown(await open_form(hass, loaded))["place"]["position"] == {"latitude": 48.137, "longitude": 11.575}


async def test_place_is_private(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Neither the recorder nor diagnostics get it."""
    assert {"latitude", "longitude"} <= WorstGradeSensor._unrecorded_attributes
    await submit(
        hass, await open_form(hass, loaded), place={"on_map": True, "position": {"latitude": 48.137, "longitude": 11.5}}
    )
    told = await async_get_config_entry_diagnostics(hass, loaded)
    assert told["options"]["on_map"] is True
    assert "48.137" not in str(told)


async def test_schedule_without_a_schedule(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Told at its section; what was filled in stays, and the form still works."""
    result = await submit(
        hass,
        await open_form(hass, loaded),
        publishing={"publish": "live"},
        keep_measuring={"watchdog": "schedule"},
    )
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"keep_measuring": "schedule_missing"}
    assert shown(result)["publishing"] == {CONF_PUBLISH: "live"}
    assert result["data_schema"]
    sections = result["data_schema"].schema.items()
    assert [name for name, part in sections if not part.options["collapsed"]] == ["keep_measuring"]
    assert not loaded.options
    result = await submit(hass, result, keep_measuring={"watchdog_schedule": "schedule.site"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options[CONF_PUBLISH] == "live"


async def test_meter_cannot_switch_its_own_power(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A switch of the meter itself is none that feeds it."""
    own = next(
        found.entity_id
        for found in er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
        if found.domain == Platform.SWITCH
    )
    result = await submit(hass, await open_form(hass, loaded), recovery={"power_switch": own})
    assert result["errors"] == {"recovery": "own_switch"}
    plug = er.async_get(hass).async_get_or_create(Platform.SWITCH, "plug", "1").entity_id
    result = await submit(hass, result, recovery={"power_switch": plug})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options["power_switch"] == plug


def test_one_port_is_enough() -> None:
    """The other one is the same then; none at all means any."""
    assert MeterOptions().ftp_ports is None
    assert MeterOptions(ftp_first_port=50000).ftp_ports == range(50000, 50001)
    assert MeterOptions(ftp_last_port=50000).ftp_ports == range(50000, 50001)
    assert MeterOptions(ftp_first_port=50000, ftp_last_port=50009).ftp_ports == range(50000, 50010)


async def test_ports_in_the_wrong_order(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Told at their section."""
    wrong = {"ftp_first_port": 50009, "ftp_last_port": 50000}
    result = await submit(hass, await open_form(hass, loaded), ftp=wrong)
    assert result["errors"] == {"ftp": "ports_order"}
    result = await submit(hass, result, ftp={"ftp_last_port": 50009})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_files_of_the_card(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Other ports or another mode are another client; one that is in use goes on while other options change."""
    card, first = runtime(loaded).monitor.card, runtime(loaded).monitor.card.client
    await submit(hass, await open_form(hass, loaded), recovery={"command_expiry_s": 20})
    await hass.async_block_till_done()
    assert card.client is first
    await submit(hass, await open_form(hass, loaded), ftp={"ftp_first_port": 50000, "ftp_last_port": 50009})
    await hass.async_block_till_done()
    assert card.client is not None
    assert card.client is not first
    assert card.client._ports == range(50000, 50010)
    assert "0000" not in repr(card.client)
    assert len(await card.entries("/")) == 3
    await submit(hass, await open_form(hass, loaded), ftp={"ftp_passive": True})
    await hass.async_block_till_done()
    with pytest.raises(FtpModeRefused):
        await card.entries("/")
    await submit(hass, await open_form(hass, loaded), ftp={"ftp_enabled": False})
    await hass.async_block_till_done()
    assert card.client is None


def test_own_hours() -> None:
    """With an evening the day is one of Lden, without one it is one of Ldn."""
    three = MeterOptions(day_plan="own", day_from=time(6, 30), evening_from=time(18), night_from=time(22))
    assert three.plan == DayPlan(390, 1320, 1080, Rating.LDEN)
    assert replace(three, evening_from=None).plan == DayPlan(390, 1320, None, Rating.LDN)
    assert replace(three, day_plan="japan").plan == PRESETS["japan"]
    # A form asks for seconds as well: they do not count, and are not kept.
    with_seconds = three.as_mapping() | {"day_from": "06:30:59", "night_from": "22:00:01"}
    assert MeterOptions.from_mapping(with_seconds) == three


async def test_hours_that_make_no_day(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Told at their section; those of a preset do not depend on them."""
    hours = {"day_from": "07:00:00", "evening_from": "23:30:00", "night_from": "23:00:00"}
    result = await submit(hass, await open_form(hass, loaded), periods={"day_plan": "own", **hours})
    assert result["errors"] == {"periods": "no_day_plan"}
    result = await submit(hass, result, periods={"day_plan": "us"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert MeterOptions.from_entry(loaded).plan == PRESETS["us"]


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("feed", {"stream_break_min": 61}),
        ("feed", {"feed": "guessed"}),
        ("windows", {"windows": ["3"]}),
        ("windows", {"min_coverage": 101}),
        ("keep_measuring", {"watchdog_schedule": "light.site"}),
        ("recovery", {"command_expiry_s": 2}),
        ("warnings", {"card_limit": -1}),
        ("place", {"position": {"latitude": 48.137}}),
        ("ftp", {"ftp_first_port": 21}),
        ("periods", {"day_plan": "mars"}),
        ("periods", {"night_from": "25:00:00"}),
    ],
)
async def test_out_of_range(hass: HomeAssistant, loaded: MockConfigEntry, part: str, values: dict[str, Any]) -> None:
    """Home Assistant refuses what the form cannot say."""
    form = await open_form(hass, loaded)
    with pytest.raises(InvalidData):
        await submit(hass, form, **{part: values})
    assert not loaded.options


def test_every_option_is_asked_for() -> None:
    """No option without a field, no field without an option."""
    fields = [str(key) for schema in SECTIONS.values() for key in schema.schema]
    options = MeterOptions(
        watchdog_schedule="schedule.site",
        power_switch="switch.plug",
        position=Position(48.137, 11.575),
        ftp_first_port=50000,
        ftp_last_port=50009,
        evening_from=time(19),
    )
    assert sorted(fields) == sorted(options.as_mapping())


async def test_over_http(hass: HomeAssistant, loaded: MockConfigEntry, hass_client: ClientSessionGenerator) -> None:
    """The frontend gets all sections, folded but for the first, with what is chosen now."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_client()
    response = await client.post("/api/config/config_entries/options/flow", json={"handler": loaded.entry_id})
    assert response.status == HTTPStatus.OK
    parts = (await response.json())["data_schema"]
    assert [part["name"] for part in parts] == list(SECTIONS)
    assert [part["expanded"] for part in parts] == [True] + [False] * (len(SECTIONS) - 1)
    lengths = next(part for part in parts if part["name"] == "windows")["schema"][0]
    assert lengths["selector"]["select"]["options"] == ["1", "2", "5", "10", "15", "30", "60"]
    assert lengths["description"] == {"suggested_value": ["1", "5", "15", "60"]}
