"""Limits over periods of the day: their form, their sensors, and what becomes of them when they change."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigSubentry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.rion_nl43.acoustics import PRESETS, level_of
from custom_components.rion_nl43.const import SUBENTRY_LEVEL_LIMIT
from custom_components.rion_nl43.level_limit import limit_from_data, name_in_figures
from custom_components.rion_nl43.monitor import LevelLimit
from emulator import EmulatedMeter
from tests.conftest import START

from .alert_helpers import SCENE, tone
from .helpers import MockConfigEntry, device_id, entity_id, let_pass, open_connections, runtime, state, until, value
from .test_period_sensor import heard

EIGHT_TO_NINE = {"limit": 60.0, "limit_period": "own", "begin": "08:00:00", "until": "09:00:00"}
NAME = "Site"


@pytest.fixture
async def known(hass: HomeAssistant, loaded: MockConfigEntry) -> MockConfigEntry:
    """A meter that has told its weightings: what was heard under others counts apart."""
    await until(hass, lambda: runtime(loaded).monitor.history.weighting == "AF", 120)
    return loaded


async def add_limit(hass: HomeAssistant, entry: MockConfigEntry, title: str = NAME, **data: Any) -> str:
    """Add a limit as its form does; return its id."""
    subentry = ConfigSubentry(
        data=MappingProxyType(EIGHT_TO_NINE | data),
        subentry_type=SUBENTRY_LEVEL_LIMIT,
        title=title,
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done()
    return subentry.subentry_id


@pytest.mark.parametrize(
    ("data", "begin_min", "until_min", "name"),
    [
        ({"limit_period": "whole_day"}, 0, 0, "60 dB, 00:00-24:00"),
        ({"limit_period": "day"}, 420, 1140, "60 dB, 07:00-19:00"),
        ({"limit_period": "evening"}, 1140, 1380, "60 dB, 19:00-23:00"),
        ({"limit_period": "night"}, 1380, 420, "60 dB, 23:00-07:00"),
        ({}, 480, 540, "60 dB, 08:00-09:00"),
    ],
)
def test_periods(data: dict[str, str], begin_min: int, until_min: int, name: str) -> None:
    """Those of the plan follow it, the others are what they say."""
    limit = limit_from_data("1", NAME, EIGHT_TO_NINE | data, PRESETS["eu"])
    assert limit == LevelLimit("1", NAME, 60.0, begin_min, until_min)
    assert name_in_figures(limit) == name


@pytest.mark.parametrize("data", [{}, {"limit": 60.0}, {"limit": None, "limit_period": "day"}, {"limit_period": "x"}])
def test_no_limit(data: dict[str, Any]) -> None:
    """Nonsense is told as such."""
    with pytest.raises(ValueError, match=r"no limit|is not a valid"):
        limit_from_data("1", NAME, data, PRESETS["eu"])


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    """Ask for a new limit."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_LEVEL_LIMIT), context={"source": SOURCE_USER}
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    return form


def shown(form: SubentryFlowResult) -> dict[str, Any]:
    """Return what the form shows."""
    assert form["data_schema"]
    return {str(key): key.description["suggested_value"] for key in form["data_schema"].schema if key.description}


async def submit(hass: HomeAssistant, form: SubentryFlowResult, **changes: Any) -> SubentryFlowResult:
    """Submit the form as it is shown, but for these changes."""
    return await hass.config_entries.subentries.async_configure(form["flow_id"], shown(form) | changes)


async def test_new_limit(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Without a name it is named after its figures; it is watched at once, over the same connection."""
    result = await submit(hass, await begin(hass, loaded), limit=45, limit_period="night")
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "45 dB, 23:00-07:00")
    assert result["data"] == {"limit": 45.0, "limit_period": "night"}
    await hass.async_block_till_done()
    (limit,) = runtime(loaded).monitor.history.limits.limits
    assert (limit.limit_db, limit.begin_min, limit.until_min) == (45.0, 1380, 420)
    assert open_connections(meter) == len(meter.referee.connections) == 1


async def test_own_hours_and_name(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """They are kept as they were filled in."""
    result = await submit(hass, await begin(hass, loaded), **EIGHT_TO_NINE, name=" Site ")
    assert (result["title"], result["data"]) == ("Site", EIGHT_TO_NINE)


async def test_no_evening(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A limit of the evening needs one; what was filled in stays."""
    hass.config_entries.async_update_entry(loaded, options={"day_plan": "uk"})
    result = await submit(hass, await begin(hass, loaded), limit=50, limit_period="evening")
    assert result["errors"] == {"limit_period": "no_evening"}
    assert shown(result)["limit"] == 50
    result = await submit(hass, result, limit_period="day")
    assert result["title"] == "50 dB, 07:00-23:00"


async def test_out_of_range(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The form takes no other level than a meter can tell."""
    form = await begin(hass, loaded)
    with pytest.raises(InvalidData):
        await submit(hass, form, limit=201)


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry, limit_id: str) -> SubentryFlowResult:
    """Ask what to change of a limit."""
    return await entry.start_subentry_reconfigure_flow(hass, limit_id)  # type: ignore[no-any-return] # it has no types


async def test_change(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A name that follows from the figures changes with them, one that somebody gave stays."""
    given = await add_limit(hass, loaded)
    named = await add_limit(hass, loaded, "60 dB, 08:00-09:00")
    form = await reconfigure(hass, loaded, given)
    assert shown(form) == EIGHT_TO_NINE | {"name": NAME}
    await submit(hass, form, limit=62.5)
    form = await reconfigure(hass, loaded, named)
    assert shown(form) == EIGHT_TO_NINE
    result = await submit(hass, form, limit=62.5, limit_period="day")
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert [limit.name for limit in runtime(loaded).monitor.history.limits.limits] == [NAME, "62.5 dB, 07:00-19:00"]


async def test_seconds(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The form asks for them, but only whole minutes count: that is what it shows the next time."""
    limit_id = await add_limit(hass, loaded)
    form = await reconfigure(hass, loaded, limit_id)
    await submit(hass, form, begin="08:30:59", until="09:15:01")
    form = await reconfigure(hass, loaded, limit_id)
    assert (shown(form)["begin"], shown(form)["until"]) == ("08:30:00", "09:15:00")


async def test_change_of_nonsense(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """It can be put right."""
    limit_id = await add_limit(hass, loaded, limit_period="nonsense")
    form = await reconfigure(hass, loaded, limit_id)
    await submit(hass, form, limit_period="own")
    await hass.async_block_till_done()
    assert [limit.name for limit in runtime(loaded).monitor.history.limits.limits] == [NAME]


async def test_removed_meanwhile(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Who changes a limit that is gone is told so."""
    limit_id = await add_limit(hass, loaded)
    form = await reconfigure(hass, loaded, limit_id)
    filled = shown(form)
    hass.config_entries.async_remove_subentry(loaded, limit_id)
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], filled)
    assert result["reason"] == "limit_removed"


async def test_figures(hass: HomeAssistant, meter: EmulatedMeter, known: MockConfigEntry) -> None:
    """What is used up of the limit shows in what is projected, allowed and left; the last period stays known."""
    meter.change_scene(SCENE)
    limit_id = await add_limit(hass, known)
    await heard(known, START - timedelta(days=1), START - timedelta(hours=23), 57.0)

    def of(key: str) -> str:
        return value(hass, f"{limit_id}_{key}")

    assert (of("last_level"), of("last_time_above")) == ("57.0", "0")
    await let_pass(900)
    assert float(of("projected")) < 50
    assert float(of("allowed")) == pytest.approx(61.2, abs=0.2)
    assert of("time_to_breach") == "unknown"
    assert of("exceedances") == "0"
    with tone(meter, 80.0):
        await let_pass(240)
        assert float(of("projected")) == pytest.approx(80 + level_of(2690 / 3600), abs=0.7)
        assert 170 <= float(of("time_above")) <= 241
        assert of("exceedances") == "1"
        # 60 dB over an hour is 80 dB for 36 s.
        assert of("time_to_breach") == "0"
        assert of("allowed") == "unknown"
    await let_pass(3600)
    assert (of("projected"), of("time_to_breach"), of("exceedances")) == ("unknown",) * 3
    assert float(of("last_level")) == pytest.approx(80 + level_of(240 / 3600), abs=0.5)
    assert float(of("last_time_above")) == pytest.approx(240, abs=2)


async def test_names_and_device(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """They are on the meter's device, belong to the limit, and bear the symbol that the meter gives a level."""
    limit_id = await add_limit(hass, known)
    found = er.async_get(hass).async_get(entity_id(hass, f"{limit_id}_projected"))
    assert found
    assert (found.device_id, found.config_subentry_id) == (device_id(hass, known), limit_id)
    assert found.entity_id.endswith("_site_projected_leq")
    assert state(hass, f"{limit_id}_projected").attributes["friendly_name"] == "NL-43 00830001 Site projected LAeq"
    hass.config_entries.async_update_subentry(known, known.subentries[limit_id], title="Gate")
    await hass.async_block_till_done()
    assert state(hass, f"{limit_id}_projected").attributes["friendly_name"] == "NL-43 00830001 Gate projected LAeq"
    assert len(dr.async_entries_for_config_entry(dr.async_get(hass), known.entry_id)) == 1


async def test_there_while_the_meter_is_away(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """What was used up is known nevertheless."""
    limit_id = await add_limit(hass, loaded)
    await let_pass(120)
    await runtime(loaded).monitor.standby.release()
    await let_pass(61)
    assert value(hass, "lp") == "unavailable"
    assert float(value(hass, f"{limit_id}_time_above")) >= 0


async def test_removed(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Its entities go with it, and nobody watches it."""
    limit_id = await add_limit(hass, loaded)
    gone = entity_id(hass, f"{limit_id}_projected")
    hass.config_entries.async_remove_subentry(loaded, limit_id)
    await hass.async_block_till_done()
    assert hass.states.get(gone) is None
    assert not runtime(loaded).monitor.history.limits.limits


async def test_nonsense(hass: HomeAssistant, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged once; others are watched, and its entities are unavailable."""
    broken = await add_limit(hass, loaded, "Broken", limit="loud")
    good = await add_limit(hass, loaded)
    assert caplog.text.count("The limit Broken of NL-43 00830001 is not watched") == 1
    assert value(hass, f"{broken}_projected") == "unavailable"
    assert value(hass, f"{good}_exceedances") != "unavailable"


async def test_plan_without_the_period(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A limit of the evening is not watched while the day has none."""
    limit_id = await add_limit(hass, loaded, limit_period="evening")
    hass.config_entries.async_update_entry(loaded, options={"day_plan": "uk"})
    await hass.async_block_till_done()
    assert value(hass, f"{limit_id}_projected") == "unavailable"
    hass.config_entries.async_update_entry(loaded, options={"day_plan": "eu"})
    await hass.async_block_till_done()
    assert value(hass, f"{limit_id}_projected") == "unknown"
