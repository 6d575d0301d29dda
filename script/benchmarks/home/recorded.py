"""What the recorder keeps of a meter, in virtual time: run as a program, it prints its figures as JSON."""

import asyncio
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
import json
from pathlib import Path
import sqlite3
import sys
import tempfile
from typing import Any

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, event
from homeassistant.util import dt as dt_util

from custom_components.rion_nl43.const import CONF_PUBLISH, PublishProfile
from custom_components.rion_nl43.coordinator import RionConfigEntry
from emulator import EmulatedMeter, MeterConfig

from ..virtual import virtual_time
from . import core

# Until then the longest windows of enabled sensors have their levels.
FILLING_S = 1800
COUNTED_S = 1800
MEASURED_S = 5 * 3600
STEP_S = 300
SERIAL = 830001


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came into the database in COUNTED_S, of one meter."""

    rows: dict[str, int]
    """States by entity id."""
    statistics: int
    """Short-term statistics; the hourly ones are a twelfth of them."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a time left: by publish profile, and the bytes that a row takes with its share of the indices."""

    profiles: dict[str, Recorded]
    state_bytes: float
    statistics_bytes: float


def main() -> int:
    """Record, and print the figures."""
    scene = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="rion-nl43-bench-") as folder:
        recording = asyncio.run(_run(Path(folder), scene))
    print(json.dumps(asdict(recording)))
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


async def _run(folder: Path, scene: str) -> Recording:
    # Home Assistant has bound the clock before it is replaced.
    dt_util.utcnow = event.time_tracker_utcnow = partial(_now)
    # The recorder's thread needs the machine's own time to begin and to end.
    hass = await core.prepare(folder)
    await core.start(hass)
    try:
        with virtual_time(_now()):
            return await _record(hass, folder, scene)
    finally:
        await hass.async_stop(force=True)


async def _record(hass: HomeAssistant, folder: Path, scene: str) -> Recording:
    meters = {profile: await _meter(number, scene) for number, profile in enumerate(PublishProfile)}
    try:
        for profile, meter in meters.items():
            told = {"host": meter.host, "port": meter.port, "serial": meter.config.serial}
            await core.add(hass, [told], {CONF_PUBLISH: profile})
        entity_ids = {entry.options[CONF_PUBLISH]: _entity_ids(hass, entry) for entry in core.entries(hass)}
        await _pass(hass, FILLING_S)
        states, statistics = _states(folder), _short_term(folder)
        await _pass(hass, COUNTED_S)
        counted, compiled = _states(folder), _short_term(folder)
        profiles = {
            profile: Recorded(
                rows={entity_id: counted.get(entity_id, 0) - states.get(entity_id, 0) for entity_id in ours},
                statistics=sum(compiled.get(entity_id, 0) - statistics.get(entity_id, 0) for entity_id in ours),
            )
            for profile, ours in entity_ids.items()
        }
        return Recording(
            profiles,
            _bytes_of(folder, "states", sum(counted.values())),
            _bytes_of(folder, "statistics_short_term", sum(compiled.values())),
        )
    finally:
        for entry in core.entries(hass):
            await hass.config_entries.async_unload(entry.entry_id)
        for meter in meters.values():
            await meter.stop()


def _entity_ids(hass: HomeAssistant, entry: RionConfigEntry) -> list[str]:
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return [entity.entity_id for entity in found if not entity.disabled]


async def _meter(number: int, scene: str) -> EmulatedMeter:
    meter = EmulatedMeter(MeterConfig(serial=f"{SERIAL + number:08d}", seed=number, scene=scene))
    await meter.start()
    meter.instrument.press_start()
    # What is kept for ten days is seldom of a measurement that has just begun.
    meter.clock.step(MEASURED_S)
    return meter


async def _pass(hass: HomeAssistant, seconds: float) -> None:
    """Let time pass, no faster than the recorder follows."""
    for _ in range(round(seconds / STEP_S)):
        await asyncio.sleep(STEP_S)
        await get_instance(hass).async_block_till_done()


def _states(folder: Path) -> dict[str, int]:
    query = (
        "SELECT states_meta.entity_id, count(*) FROM states JOIN states_meta USING (metadata_id)"
        " GROUP BY states_meta.entity_id"
    )
    return dict(_ask(folder, query))


def _short_term(folder: Path) -> dict[str, int]:
    query = (
        "SELECT statistic_id, count(*) FROM statistics_short_term"
        " JOIN statistics_meta ON metadata_id = statistics_meta.id GROUP BY statistic_id"
    )
    return dict(_ask(folder, query))


def _bytes_of(folder: Path, table: str, rows: int) -> float:
    """Return what a row takes in its table and all indices of it, given how many rows there are."""
    query = "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)"
    ((size,),) = _ask(folder, query, table)
    return float(size) / rows


def _ask(folder: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{folder / core.DATABASE}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()


if __name__ == "__main__":
    sys.exit(main())
