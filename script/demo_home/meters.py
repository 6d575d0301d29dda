"""Emulated meters, and their way into Home Assistant: through the integration's own flows, as a person would."""

import asyncio
from collections.abc import AsyncIterator, Mapping
import contextlib
import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import sys
from typing import Any, Self

import aiohttp

from . import DOMAIN, ROOT, DemoError
from .api import POLL_INTERVAL_S, Api
from .process import Process

FLOWS = "/api/config/config_entries/flow"
OPTION_FLOWS = "/api/config/config_entries/options/flow"
EMULATOR_START_TIMEOUT_S = 120.0
FIRST_LEVEL_TIMEOUT_S = 60.0
# A meter that has just been added is asked for all its settings before its card is read.
IMPORT_TIMEOUT_S = 600.0
STORING = ("Store Mode=Auto", "Lp Store Interval=1s", "Leq Calculation Interval Preset=1m")
# What meters have heard before, so that there are hours and a day to be seen; with many it takes too long to live that.
PAST_H, PAST_OF_ALL_H = 30, 90
SUCCESS = "reconfigure_successful"
NO_LEVEL = ("unknown", "unavailable")


@dataclass(frozen=True, slots=True)
class Site:
    """Where a meter stands: its name in Home Assistant, the emulator's scene for it, its options and its rules."""

    name: str
    scene: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    rules: tuple[Mapping[str, Any], ...] = ()


def _at(latitude: float, longitude: float) -> dict[str, Any]:
    return {"on_map": True, "position": {"latitude": latitude, "longitude": longitude}}


SCHEDULE_NAME = "Measuring hours"
SCHEDULE = "schedule.measuring_hours"
SITES = (
    Site(
        "Building site",
        "construction",
        {"watchdog": "schedule", "watchdog_schedule": SCHEDULE, **_at(52.5219, 13.4132)},
        # A breaker or a hammer is at work for a part of every few minutes.
        ({"name": "Breaker and hammer", "metric": "lp", "warning": 68, "alarm": 74, "duration": {"seconds": 2}},),
    ),
    Site(
        "Main road",
        "traffic",
        {"feed": "streamed", **_at(52.5163, 13.3889)},
        ({"name": "Traffic limit", "metric": "window_leq", "window_minutes": "15", "alarm": 70},),
    ),
    Site("Office", "office", _at(52.5096, 13.3904)),
)


@dataclass(frozen=True, slots=True)
class Address:
    """An emulated meter and where it listens."""

    serial: str
    host: str
    port: int
    ftp_port: int


@dataclass(frozen=True, slots=True)
class Emulated:
    """A running emulator: its meters, and the page on which they are operated and disturbed."""

    meters: list[Address]
    page: str


@dataclass(frozen=True, slots=True)
class Device:
    """A meter that Home Assistant has."""

    id: str
    entry_id: str
    name: str

    @classmethod
    def from_registry(cls, entry: dict[str, Any]) -> Self:
        """Take what the device registry says."""
        return cls(entry["id"], entry["config_entry_id"], entry["name_by_user"] or entry["name"])


@contextlib.asynccontextmanager
async def emulator(folder: Path, sites: list[Site]) -> AsyncIterator[Emulated]:
    """Run one emulated meter for each site in a process of its own.

    Raises:
        DemoError: The emulator did not start.
    """
    log = folder / "emulator.log"
    scenes = [argument for site in sites for argument in ("--scene", site.scene)]
    options = [
        "--port",
        "0",
        "--ftp-port",
        "0",
        "--api-port",
        "0",
        "--count",
        str(len(sites)),
        "--measuring",
        "--past",
        str(past_hours(len(sites))),
        "--setting",
        "FTP=On",
        # So that there is something on the card.
        *(argument for setting in STORING for argument in ("--setting", setting)),
        *scenes,
    ]
    command = [sys.executable, "-m", "emulator", *options]
    process = await Process.start(command, cwd=ROOT, log=log, read_output=True)
    try:
        async with asyncio.timeout(EMULATOR_START_TIMEOUT_S):
            line = await process.read_line()
        if not line:
            raise DemoError(f"The emulator did not start.\n{log.read_text()}")
        served = json.loads(line)
        yield Emulated([Address(**meter) for meter in served["meters"]], served["api"])
    finally:
        await process.stop()


def past_hours(count: int) -> float:
    """Return for how long so many meters have been measuring before they are added."""
    return min(PAST_H, PAST_OF_ALL_H / count)


async def fetch_past(api: Api, devices: list[Device]) -> None:
    """Let the history begin with what the meters have stored before they were added."""
    start = datetime.now(UTC) - timedelta(hours=past_hours(len(devices)))
    data = {"device_id": [device.id for device in devices], "start": start.isoformat()}
    async with api.websocket(IMPORT_TIMEOUT_S) as websocket:
        await websocket.command("call_service", domain=DOMAIN, service="import_history", service_data=data)


async def take_screenshot(emulated: Emulated) -> None:
    """Press the key of each meter that puts a picture of its display on the card."""
    async with aiohttp.ClientSession(emulated.page) as session:
        for meter in emulated.meters:
            async with session.post(f"/api/meters/{meter.serial}/keys", json={"key": "screenshot"}) as response:
                response.raise_for_status()


async def add(api: Api, address: Address) -> None:
    """Add a meter as the dialog under Settings > Devices & services does.

    Raises:
        DemoError: The flow did not end with a new entry.
    """
    await _flow(api, FLOWS, {"handler": DOMAIN}, "create_entry", **_answers(address))


async def move(api: Api, device: Device, address: Address) -> None:
    """Tell Home Assistant a meter's new address, as its "Reconfigure" does.

    Raises:
        DemoError: The flow did not end as it should.
    """
    start = {"handler": DOMAIN, "entry_id": device.entry_id}
    await _flow(api, FLOWS, start, "abort", **_answers(address))


def _answers(address: Address) -> dict[str, Any]:
    return {"host": address.host, "port": address.port, "ftp_port": address.ftp_port}


async def set_options(api: Api, device: Device, **options: Any) -> None:
    """Change options of a meter as the dialog behind its cogwheel does; the others stay.

    Raises:
        DemoError: An option is not taken.
    """
    await _flow(api, OPTION_FLOWS, {"handler": device.entry_id}, "create_entry", **options)


async def _flow(api: Api, path: str, start: dict[str, Any], wanted: str, **answers: Any) -> None:
    flow = await api.post(path, start)
    result = await api.post(f"{path}/{flow['flow_id']}", filled_in(flow["data_schema"], answers))
    if result["type"] != wanted or result.get("reason", SUCCESS) != SUCCESS:
        wrong = result.get("errors") or result.get("reason") or result
        raise DemoError(f"Home Assistant did not take {answers}: {wrong}")


def filled_in(form: list[dict[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answers, and beside them what the form and its sections show before anybody writes into them."""
    filled: dict[str, Any] = {}
    for field in form:
        name, suggested = field["name"], field.get("description", {}).get("suggested_value")
        if field.get("type") == "expandable":
            filled[name] = filled_in(field["schema"], answers)
        elif name in answers:
            filled[name] = answers[name]
        elif suggested is not None or "default" in field:
            filled[name] = field["default"] if suggested is None else suggested
    return filled


async def devices(api: Api) -> dict[str, Device]:
    """Find the meters that Home Assistant has, by their serial numbers."""
    async with api.websocket() as websocket:
        entries = await websocket.command("config_entries/get", domain=DOMAIN)
        registry = await websocket.command("config/device_registry/list")
    ours = {entry["entry_id"] for entry in entries}
    return {
        device["serial_number"]: Device(
            device["id"], device["config_entry_id"], device["name_by_user"] or device["name"]
        )
        for device in registry
        if device["config_entry_id"] in ours
    }


async def rename(api: Api, device: Device, name: str) -> None:
    """Name a meter after its place; its entities' ids follow, as in the dialog that asks for the name."""
    async with api.websocket() as websocket:
        await websocket.command("config/device_registry/update", device_id=device.id, name_by_user=name)
        registry = await websocket.command("config/entity_registry/list")
        ours = [entry["entity_id"] for entry in registry if entry["device_id"] == device.id]
        ids = await websocket.command("config/entity_registry/get_automatic_entity_ids", entity_ids=ours)
        for old, new in ids.items():
            if new and new != old:
                await websocket.command("config/entity_registry/update", entity_id=old, new_entity_id=new)


async def make_schedule(api: Api) -> None:
    """Make the schedule helper of the meter that should always be measuring; a person may change its hours."""
    whole_day = [{"from": "00:00:00", "to": "24:00:00"}]
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    async with api.websocket() as websocket:
        made = await websocket.command("schedule/list")
        if not any(schedule["name"] == SCHEDULE_NAME for schedule in made):
            await websocket.command("schedule/create", name=SCHEDULE_NAME, **dict.fromkeys(days, whole_day))


async def wait_for_level(api: Api, serial: str) -> None:
    """Wait until the Lp of a meter has a value.

    Raises:
        DemoError: It has none after a minute.
    """
    async with api.websocket() as websocket:
        known = (await websocket.command(f"{DOMAIN}/meters"))["meters"]
    entity_id = next(meter["entities"]["lp"] for meter in known if meter["serial"] == serial)
    try:
        async with asyncio.timeout(FIRST_LEVEL_TIMEOUT_S):
            while await api.state(entity_id) in NO_LEVEL:  # noqa: ASYNC110 # another process has no Event
                await asyncio.sleep(POLL_INTERVAL_S)
    except TimeoutError:
        raise DemoError(f"{entity_id} got no level within {FIRST_LEVEL_TIMEOUT_S:.0f} s.") from None
