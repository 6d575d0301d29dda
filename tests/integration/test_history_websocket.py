"""Hours of a meter over the websocket."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.rion_nl43.hour_statistics import statistic_ids
from tests.conftest import START
from tests.documentation import DOCS, quoted, section

from .helpers import SERIAL, MockConfigEntry, MockUser, entity_id, let_pass
from .live_helpers import View, Viewer, let_read
from .test_live_documentation import BLOCKS, COMMANDS
from .test_period_sensor import heard

ASK = "rion_nl43/history/hours"
AT = START.timestamp()
HOUR = timedelta(hours=1)


async def test_hours(loaded: MockConfigEntry, viewer: Viewer) -> None:
    """Those that begin in the time asked, in their order, and only those of which anything is known."""
    await heard(loaded, START - 5 * HOUR, START - 4 * HOUR, 60.0)
    await heard(loaded, START - 2 * HOUR, START - 1.5 * HOUR, 70.0)
    answer = await viewer.ask(ASK, config_entry_id=loaded.entry_id, start=AT - 6 * 3600, end=AT)
    assert answer["result"]["statistic_ids"] == statistic_ids(SERIAL)
    five, two = answer["result"]["hours"]
    assert five == {
        "began": AT - 5 * 3600,
        "coverage": 1.0,
        "leq": 60.0,
        "lmax": 60.0,
        "lmin": 60.0,
        "l10": None,
        "l90": None,
        "exposure": pytest.approx(4e-4),
        "meter_share": 1.0,
        "repaired": True,
    }
    assert (two["began"], two["leq"], two["coverage"]) == (AT - 2 * 3600, 70.0, 0.5)
    answer = await viewer.ask(ASK, config_entry_id=loaded.entry_id, start=AT - 4.9 * 3600, end=AT - 2 * 3600)
    assert answer["result"]["hours"] == []


async def test_hour_that_runs(loaded: MockConfigEntry, viewer: Viewer) -> None:
    """It is told as far as it has come; more than there is may be asked for."""
    await let_pass(600)
    answer = await viewer.ask(ASK, config_entry_id=loaded.entry_id, start=0, end=AT + 601)
    (hour,) = answer["result"]["hours"]
    assert hour["began"] == AT
    assert hour["coverage"] == pytest.approx(600 / 3600, abs=0.01)
    assert hour["repaired"] is False
    assert hour["l90"] <= hour["leq"] <= hour["lmax"]
    answer = await viewer.ask(ASK, config_entry_id=loaded.entry_id, start=AT, end=AT - 3600)
    assert answer["result"]["hours"] == []


async def test_refusals(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """A meter that is not there, or not loaded, and a time that is none."""
    answer = await viewer.ask(ASK, config_entry_id="nothing", start=0, end=1)
    assert answer["error"]["translation_key"] == "live_meter_unknown"
    asked: Any
    for asked in ({"start": -1, "end": 1}, {"start": 0, "end": 1e300}, {"start": "now", "end": 1}, {"start": 0}):
        answer = await viewer.ask(ASK, config_entry_id=loaded.entry_id, **asked)
        assert answer["error"]["code"] == "invalid_format", asked
    await hass.config_entries.async_unload(loaded.entry_id)
    answer = await viewer.ask(ASK, config_entry_id=loaded.entry_id, start=0, end=1)
    assert answer["error"]["translation_key"] == "meter_not_loaded"


async def test_who_may_not_read_the_level(
    hass: HomeAssistant, loaded: MockConfigEntry, view: View, hass_admin_user: MockUser
) -> None:
    """He is told nothing of the past either."""
    let_read(hass, hass_admin_user, [entity_id(hass, "leq")])
    viewer = await view()
    answer = await viewer.ask(ASK, config_entry_id=loaded.entry_id, start=0, end=1)
    assert answer["error"]["code"] == "unauthorized"


async def test_documentation(loaded: MockConfigEntry, viewer: Viewer) -> None:
    """The example asks for what may be asked for, and its answer has the keys that come, all of them explained."""
    asked = {key: value for key, value in COMMANDS["history/hours"].items() if key not in ("id", "type")}
    await let_pass(60)
    answer = await viewer.ask(ASK, **(asked | {"config_entry_id": loaded.entry_id, "start": AT, "end": AT + 3600}))
    (told,) = (block for block in BLOCKS if "hours" in block)
    assert told.keys() == answer["result"].keys()
    assert told["hours"][0].keys() == answer["result"]["hours"][0].keys()
    tables = section(DOCS / "websocket.md", "`rion_nl43/history/hours`").tables
    explained = {key for table in tables for row in table[1:] for key in quoted(row[0])}
    assert explained == {*asked, *told, *told["hours"][0]}
