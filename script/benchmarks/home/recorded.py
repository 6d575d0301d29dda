"""What the recorder keeps of a meter, in an hour of virtual time: run as a program, it prints its figures as JSON."""

import asyncio
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
import json
from pathlib import Path
import sqlite3
import sys
import tempfile
from typing import Any

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.rion_nl43.const import CONF_PUBLISH, PublishProfile
from custom_components.rion_nl43.coordinator import RionConfigEntry
from emulator import EmulatedMeter, MeterConfig

from ..virtual import virtual_time
from . import core

# The longest default windows have their levels, and the measurement has run for a while.
FILLING_S = 3600
COUNTED_S = 3600
STEP_S = 300
SERIAL = 830001


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came into the database in an hour, of one meter."""

    rows: dict[str, int]
    """States by entity id."""
    statistics: int
    """Short-term statistics; the hourly ones are a twelfth of them."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What an hour left: by publish profile, and the bytes that a row takes with its share of the indices."""

    profiles: dict[str, Recorded]
    state_bytes: float
    statistics_bytes: float


def main() -> int:
    """Record, and print the figures."""
    scene = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="rion-nl43-bench-") as folder:
        hour = asyncio.run(_run(Path(folder), scene))
    print(json.dumps(asdict(hour)))
    return 0


async def _run(folder: Path, scene: str) -> Hour:
    # The recorder's thread needs the machine's own time to begin and to end.
    hass = await core.prepare(folder)
    await core.start(hass)
    try:
        with virtual_time(datetime.now(UTC)):
            return await _record(hass, folder, scene)
    finally:
        await hass.async_stop(force=True)


async def _record(hass: HomeAssistant, folder: Path, scene: str) -> Hour:
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
        return Hour(profiles, _bytes_of(folder, "states"), _bytes_of(folder, "statistics_short_term"))
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
    return meter


async def _pass(hass: HomeAssistant, seconds: float) -> None:
    """Let time pass, no faster than the recorder follows."""
    for _ in range(round(seconds / STEP_S)):
        await asyncio.sleep(STEP_S)
        await get_instance(hass).async_block_till_done()


def _states(folder: Path) -> dict[str, int]:
    query = "SELECT entity_id, count(*) FROM states JOIN states_meta USING (metadata_id) GROUP BY entity_id"
    return dict(_ask(folder, query))


def _short_term(folder: Path) -> dict[str, int]:
    query = (
        "SELECT statistic_id, count(*) FROM statistics_short_term"
        " JOIN statistics_meta ON metadata_id = statistics_meta.id GROUP BY statistic_id"
    )
    return dict(_ask(folder, query))


def _bytes_of(folder: Path, table: str) -> float:
    """Return what a row takes in its table and all indices of it."""
    query = (
        "SELECT sum(pgsize) FROM dbstat WHERE aggregate AND name IN"
        f" (SELECT name FROM sqlite_schema WHERE tbl_name = '{table}')"
    )
    (size,), (rows,) = _ask(folder, query)[0], _ask(folder, f"SELECT count(*) FROM {table}")[0]  # noqa: S608 # ours
    return float(size) / rows


def _ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{folder / core.DATABASE}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


if __name__ == "__main__":
    sys.exit(main())
