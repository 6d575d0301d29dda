"""Diagnostics of a meter."""

from datetime import datetime, timedelta
import json
from types import MappingProxyType
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest

from custom_components.rion_nl43.const import SUBENTRY_LEVEL_LIMIT
from custom_components.rion_nl43.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.rion_nl43.monitor import Asked
from custom_components.rion_nl43.nl43 import HostUnknown
from emulator import EmulatedMeter
from emulator.faults import CutAnswer, ReplaceAnswer

from .helpers import SERIAL, MockConfigEntry, act, ask, device_id, let_pass, press, runtime, until, until_available


@pytest.fixture
async def told(hass: HomeAssistant, loaded: MockConfigEntry) -> dict[str, Any]:
    """The diagnostics of a meter that has been there for a while."""
    await let_pass(120)
    return await diagnose(hass, loaded)


async def diagnose(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return the diagnostics as they are downloaded: plain JSON, without anything private."""
    found = await async_get_config_entry_diagnostics(hass, entry)
    text = json.dumps(found)
    assert entry.data["host"] not in text
    assert SERIAL not in text
    assert found["data"]["ftp_user"] == found["data"]["ftp_password"] == REDACTED
    assert found["data"]["host"] == found["data"]["serial"] == REDACTED
    read: dict[str, Any] = json.loads(text)
    return read


def at(text: str) -> datetime:
    """Return a time of the diagnostics, which is aware."""
    told = datetime.fromisoformat(text)
    assert told.tzinfo
    return told


async def test_what_is_known(told: dict[str, Any]) -> None:
    """All that helps is told."""
    assert told["available"] is True
    assert told["reason"] is None
    assert told["measurement"]["state"] == "stopped"
    assert told["facts"]["battery"] == "Full"
    assert told["sample"]["levels"]["channels"][0]["lp"] > 20
    assert told["feed"] == {"wanted": {"mode": "polled", "break_every_s": 300.0}, "basis": "polled"}
    assert told["options"]["windows"] == [1, 5, 15, 60]
    assert told["publish_interval_s"] == 10
    assert told["standby"] == {"active": False, "until": None}
    assert told["recovery"] == {"power_switch": False, "cycles": [], "needs_person": False}
    assert told["watchdog"] == {"expected": None, "state": "off", "last_stop": None}
    assert told["drifts"] == told["commands"] == told["acknowledged"] == []


async def test_card(told: dict[str, Any]) -> None:
    """What is done with it; nothing of the login."""
    assert told["card"] == {
        "ftp_wanted": True,
        "login_refused": False,
        "activity": {"kind": "idle", "path": None, "done": 0, "total": None},
        "mb_per_day": None,
        "days_left": None,
    }


async def test_link(told: dict[str, Any]) -> None:
    """The link's history is told, in wall-clock times."""
    link = told["link"]
    assert (link["state"], link["error"], link["diagnosis"]) == ("connected", None, "connected")
    assert link["statistics"]["connects"] == 1
    history = link["history"]
    assert history["losses"] == []
    (connected_at,) = history["connects"]
    now = dt_util.utcnow()
    assert at(link["since"]) == at(connected_at)
    assert timedelta(seconds=120) <= now - at(connected_at) <= timedelta(seconds=140)
    exchanges = history["exchanges"]
    assert len(exchanges) == 50
    assert now - timedelta(seconds=5) <= at(exchanges[-1]["at"]) <= now
    assert at(exchanges[0]["at"]) < at(exchanges[1]["at"])
    assert {exchange["outcome"] for exchange in exchanges} <= {"R+0000", "R+0001", "R+0003"}
    assert all(0 < exchange["took_s"] < 1 for exchange in exchanges)
    assert "DOD?" in {exchange["line"] for exchange in exchanges}
    assert sum(history["latency_up_to_s"].values()) == pytest.approx(link["statistics"]["exchanges"], abs=3)


async def test_windows(told: dict[str, Any]) -> None:
    """Every window is told with its coverage; what is covered too little has no level."""
    assert [(window["kind"], window["length_s"]) for window in told["windows"]] == [
        (kind, minutes * 60) for minutes in (1, 5, 15, 60) for kind in ("running", "aligned")
    ]
    minute, hour = told["windows"][0], told["windows"][6]
    assert minute["coverage_percent"] > 90
    assert minute["basis"] == "polled"
    assert minute["leq"] > 20
    assert minute["percentiles"]["10"] >= minute["percentiles"]["90"]
    assert at(minute["ended"]) - at(minute["began"]) == timedelta(minutes=1)
    assert hour["leq"] is None


async def test_commands(hass: HomeAssistant, loaded: MockConfigEntry, hass_admin_user: Any) -> None:
    """Who asked is told only in so far as it was a person."""
    await press(hass, "start")
    await act(hass, "send_command", user_id=hass_admin_user.id, meter=device_id(hass, loaded), command="Serial Number?")
    with pytest.raises(ServiceValidationError):
        await act(hass, "send_command", meter=device_id(hass, loaded), command="Ethernet IP,10.1.2.3")
    told = await diagnose(hass, loaded)
    assert [(command["name"], command["state"], command["by_user"]) for command in told["commands"]] == [
        ("start", "completed", False),
        ("send", "completed", True),
        ("send", "blocked", False),
    ]
    assert told["commands"][2]["detail"] == f"Ethernet IP,{REDACTED}"
    assert hass_admin_user.id not in json.dumps(told)
    assert at(told["commands"][0]["asked_at"]) <= at(told["commands"][0]["changed_at"])


async def test_addresses_in_requests(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The lines of the last exchanges are told, their answers never."""
    answer = await ask(hass, "send_command", meter=device_id(hass, loaded), command="Ethernet IP?")
    told = await diagnose(hass, loaded)
    assert answer["data"] not in json.dumps(told)
    assert told["commands"][0]["detail"].startswith("Ethernet IP?")


async def test_meter_that_is_off(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """The kind of the link's error is told; its text might name the host."""
    await meter.power_off()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await let_pass(30)
    told = await diagnose(hass, entry)
    assert told["link"]["error"] == "ConnectionRefused"
    assert told["link"]["diagnosis"] == "refused"
    assert told["reason"] == "ConnectionRefused"
    assert told["sample"] is None
    assert told["link"]["history"]["connects"] == told["link"]["history"]["exchanges"] == []


async def test_losses(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Each loss has its time, its reason, and how long the connection had stood."""
    await let_pass(60)
    meter.faults.add(CutAnswer("DOD?", 17))
    await until(hass, lambda: not runtime(loaded).monitor.available)
    await until_available(hass)
    told = await diagnose(hass, loaded)
    (loss,) = told["link"]["history"]["losses"]
    assert loss["reason"] == "ConnectionLost"
    assert 60 <= loss["connected_s"] <= 80
    first, second = map(at, told["link"]["history"]["connects"])
    assert first < at(loss["at"]) <= second - timedelta(seconds=5)


async def test_another_meter(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """Neither serial number is told."""
    meter.faults.add(ReplaceAnswer("Serial Number?", "00830009", times=1))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await let_pass(60)
    told = await diagnose(hass, entry)
    assert told["reason"] == "WrongMeter"
    assert "00830009" not in json.dumps(told)


async def test_standby(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Until when the connection is given away is told."""
    await act(hass, "release_connection", minutes=30)
    told = await diagnose(hass, loaded)
    assert told["standby"]["active"] is True
    assert at(told["standby"]["until"]) - dt_util.utcnow() == pytest.approx(
        timedelta(minutes=30), abs=timedelta(seconds=1)
    )
    assert told["link"]["diagnosis"] == "standby"


async def test_secrets(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """No login is told, whoever's it is."""
    data = {**loaded.data, "ftp_user": "mallory", "ftp_password": "swordfish"}
    hass.config_entries.async_update_entry(loaded, data=data)
    await until_available(hass)
    text = json.dumps(await diagnose(hass, loaded))
    assert "mallory" not in text
    assert "swordfish" not in text


async def test_device(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The meter is one device, whose diagnostics are those of its entry."""
    device = dr.async_get(hass).async_get(device_id(hass, loaded))
    assert isinstance(device, dr.DeviceEntry)
    assert await async_get_device_diagnostics(hass, loaded, device) == await async_get_config_entry_diagnostics(
        hass, loaded
    )


async def test_meter_that_is_not_loaded(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Who has trouble with an entry can still download what it is made of."""
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert (await diagnose(hass, loaded)).keys() == {"data", "options", "rules", "limits"}


async def test_addresses_in_errors(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The system names the address that a host's name stands for; it is as private as the name."""

    async def fail() -> None:
        raise HostUnknown("no way to the host: Connect call failed ('192.0.2.43', 2255)")

    with pytest.raises(HostUnknown):
        await runtime(loaded).monitor.commands.run("power_cycle", "", Asked(), fail)
    (command,) = (await diagnose(hass, loaded))["commands"]
    assert command["reason"] == f"no way to the host: Connect call failed ('{REDACTED}', 2255)"


async def test_history(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """How much of the last day is known is told, with what became of limits, but no levels of hours."""
    limit = {"limit": 55.0, "limit_period": "whole_day"}
    subentry = ConfigSubentry(
        data=MappingProxyType(limit), subentry_type=SUBENTRY_LEVEL_LIMIT, title="Neighbour", unique_id=None
    )
    hass.config_entries.async_add_subentry(loaded, subentry)
    await let_pass(1900)
    told = await diagnose(hass, loaded)
    assert told["limits"] == {subentry.subentry_id: limit}
    history = told["history"]
    assert history["bytes_on_disk"] > 0
    assert history["weighting"] == "AF"
    ((hour, known),) = history["hours"].items()
    assert at(hour).hour == 8
    assert known == {"coverage": pytest.approx(0.52, abs=0.02), "from_meter": 0.0}
    assert (history["holes"], history["holes_before_repair"], history["exclusions"]) == (1, 1, 0)
    assert history["limits"][subentry.subentry_id]["budget"]["exceedances"] >= 0
    assert "Neighbour" not in json.dumps(told)
