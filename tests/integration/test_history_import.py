"""The action that fills the history from the card, and the option that lets it happen by itself."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.util import dt as dt_util
import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.const import CONF_FTP_ENABLED, CONF_REPAIR_HISTORY
from emulator import EmulatedMeter

from .card_helpers import put, sessions
from .helpers import MockConfigEntry, MockUser, ask, device_id, entity_id, runtime
from .live_helpers import let_read

RECORDS = "/NL-43/Auto_0007/Auto_Leq/NL_0001_SLM_Leq_0007_0001.rnd"
COLUMNS = "CSV\r\nAddress,Start Time,Measurement Time,Leq(Main),Lmax(Main),Lmin(Main),Over(Main)\r\n"


@pytest.fixture
async def target(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> dict[str, Any]:
    """The meter as a target; it has stored records of a quarter of an hour since midnight."""
    midnight = dt_util.now().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    rows = [
        f"{number + 1},{midnight + number * timedelta(minutes=15):%Y/%m/%d %H:%M:%S},000d 00:15:00.0,"
        f"{60 + number}.0,80.0,40.0,{int(number == 3)}\r\n"
        for number in range(16)
    ]
    put(meter, RECORDS, (COLUMNS + "".join(rows) + "rubbish\r\n").encode())
    return {"device_id": device_id(hass, loaded)}


def local(hour: int, minute: int = 0) -> str:
    """Return a time of today as a user writes it."""
    return f"{dt_util.now():%Y-%m-%d} {hour:02d}:{minute:02d}:00"


async def only(asked: Any) -> dict[str, Any]:
    """Return what a response tells of the only meter."""
    (found,) = (await asked)["meters"]
    assert isinstance(found, dict)
    return found


async def test_a_gap_is_filled_from_the_card(
    hass: HomeAssistant, loaded: MockConfigEntry, target: dict[str, Any]
) -> None:
    """Times without a zone are Home Assistant's; the response tells what was read, used and left."""
    found = await only(ask(hass, "import_history", start=local(0), end=local(2), **target))

    (left,) = found.pop("left")
    assert found == {
        "device_id": target["device_id"],
        "name": loaded.title,
        "files": [RECORDS],
        "records": 8,
        "overloaded": 1,
        "hours_changed": 2,
        "coverage_before": 0.0,
        "coverage_after": 100.0,
    }
    assert (left["path"], left["reason"]) == (RECORDS, "unreadable")
    assert left["detail"].startswith("line 19, column 2: ")
    midnight = dt_util.parse_datetime(local(0), raise_on_error=True).replace(tzinfo=dt_util.get_default_time_zone())
    began_ms = round(1000 * midnight.timestamp())
    hours = await runtime(loaded).monitor.history.hours(Span(began_ms, began_ms + 7_200_000))
    assert [hour.leq for hour in hours.values()] == pytest.approx([61.6, 65.6], abs=0.1)
    assert all(hour.repaired for hour in hours.values())


async def test_what_is_there_is_not_read_again_unless_all_is_asked_for(
    hass: HomeAssistant, meter: EmulatedMeter, target: dict[str, Any]
) -> None:
    """A second import has nothing to do, and does not even ask the meter."""
    span = {"start": local(0), "end": local(2)}
    await ask(hass, "import_history", **span, **target)
    before = sessions(meter)
    assert (await only(ask(hass, "import_history", **span, **target)))["files"] == []
    assert sessions(meter) == before
    found = await only(ask(hass, "import_history", all=True, **span, **target))
    assert (found["files"], found["hours_changed"]) == ([RECORDS], 0)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ({"hours": -1}, {"hours": -2}),
        ({"hours": -1}, {"hours": 2}),
        ({"hours": 1}, None),
        ({"days": -401}, None),
    ],
)
async def test_no_span(
    hass: HomeAssistant, target: dict[str, Any], start: dict[str, float], end: dict[str, float] | None
) -> None:
    """The end lies behind the start, both in the past, and the history is not kept for ever."""
    now = dt_util.utcnow()
    span: dict[str, Any] = {"start": now + timedelta(**start)} | ({"end": now + timedelta(**end)} if end else {})
    with pytest.raises(ServiceValidationError, match="no more than 400 days"):
        await ask(hass, "import_history", **span, **target)


async def test_until_now_if_nothing_else_is_said(hass: HomeAssistant, target: dict[str, Any]) -> None:
    """The end is optional, and so is the response."""
    assert (await only(ask(hass, "import_history", start=local(0), **target)))["coverage_after"] > 0
    await hass.services.async_call(
        "rion_nl43", "import_history", {"start": datetime.fromisoformat(local(0)), **target}, blocking=True
    )


async def test_who_may(hass: HomeAssistant, target: dict[str, Any], hass_admin_user: MockUser) -> None:
    """Who may only look may not change the past."""
    let_read(hass, hass_admin_user, [entity_id(hass, "lp")])
    with pytest.raises(Unauthorized):
        await ask(hass, "import_history", user_id=hass_admin_user.id, start=local(0), **target)


async def test_without_ftp(hass: HomeAssistant, loaded: MockConfigEntry, target: dict[str, Any]) -> None:
    """The reason is told in words."""
    hass.config_entries.async_update_entry(loaded, options={**loaded.options, CONF_FTP_ENABLED: False})
    await hass.async_block_till_done()
    with pytest.raises(HomeAssistantError, match="FTP"):
        await ask(hass, "import_history", start=local(0), **target)


@pytest.mark.parametrize(
    ("options", "automatic"),
    [
        ({}, True),
        ({CONF_REPAIR_HISTORY: False}, False),
        ({CONF_FTP_ENABLED: False}, False),
        ({CONF_FTP_ENABLED: False, CONF_REPAIR_HISTORY: True}, False),
    ],
)
async def test_by_itself_as_the_options_say(
    hass: HomeAssistant, loaded: MockConfigEntry, options: dict[str, bool], automatic: bool
) -> None:
    """On where FTP is, unless it is switched off."""
    hass.config_entries.async_update_entry(loaded, options={**loaded.options, **options})
    await hass.async_block_till_done()
    assert runtime(loaded).monitor.backfill.automatic is automatic
