"""Hours of a meter in Home Assistant's long-term statistics."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import math
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.script import Script, async_validate_actions_config
import pytest
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    async_mock_service,
)

from custom_components.rion_nl43.acoustics import Span, Stretch, energy_of, exposure_pa2h, level_of
from custom_components.rion_nl43.history_file import SUFFIXES, history_path
from custom_components.rion_nl43.hour_statistics import HourStatistic, statistic_id
from custom_components.rion_nl43.monitor import Facts, MeterHistory
from custom_components.rion_nl43.statistics_writer import StatisticsWriter, async_settle
from emulator import EmulatedMeter
from tests.documentation import DOCS, examples

from .helpers import SERIAL, MockConfigEntry, device_id, runtime

pytestmark = pytest.mark.real_time

NOW = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOUR_S = 3600
QUARTER_S = 900
P0_SQUARED = 4e-10

type Figures = dict[str, Any]


@pytest.fixture
async def entry_off(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    meter: EmulatedMeter,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """The entry of a meter that is switched off, at NOW; its history is empty."""
    freezer.move_to(NOW)
    await meter.power_off()
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


@pytest.fixture
def history(entry_off: MockConfigEntry) -> MeterHistory:
    """Its history."""
    return runtime(entry_off).monitor.history


def sound(began: datetime, leq: float, length: timedelta = HOUR) -> list[Stretch]:
    """Return a steady sound by quarters of an hour, as records of the meter."""
    first = began.timestamp()
    return [
        Stretch.of_level(at, QUARTER_S, leq, lmax=leq + 9, lmin=leq - 9, classes={round(10 * leq): 1})
        for at in (first + QUARTER_S * number for number in range(round(length.total_seconds() / QUARTER_S)))
    ]


async def measured(history: MeterHistory, began: datetime, leq: float, length: timedelta = HOUR) -> None:
    """Let the history know of a steady sound."""
    await history.add_records(sound(began, leq, length), only_holes_s=None)


async def read(hass: HomeAssistant, statistic: HourStatistic, period: str = "hour", *types: str) -> list[Figures]:
    """Return what Home Assistant has of a statistic."""
    await async_settle(hass)
    key = statistic_id(SERIAL, statistic)
    wanted: set[Any] = set(types or ("mean", "min", "max", "state", "sum"))
    ever: Any = (hass, datetime(2000, 1, 1, tzinfo=UTC), None, {key}, period, None, wanted)
    found: Any = await get_instance(hass).async_add_executor_job(statistics_during_period, *ever)
    return list(found.get(key, ()))


async def until(
    hass: HomeAssistant, statistic: HourStatistic, condition: Callable[[list[Figures]], bool]
) -> list[Figures]:
    """Return the rows of a statistic as soon as they are so."""
    async with asyncio.timeout(20):
        while not condition(found := await read(hass, statistic)):
            pass
    return found


def count(number: int) -> Callable[[list[Figures]], bool]:
    """Return whether there are so many rows."""
    return lambda found: len(found) == number


async def name(hass: HomeAssistant, statistic: HourStatistic) -> str | None:
    """Return what a statistic is called."""
    await async_settle(hass)
    key = statistic_id(SERIAL, statistic)
    found = await get_instance(hass).async_add_executor_job(lambda: get_metadata(hass, statistic_ids={key}))
    return found[key][1]["name"]


async def until_named(hass: HomeAssistant, statistic: HourStatistic, wanted: str) -> None:
    """Wait until a statistic is called so."""
    async with asyncio.timeout(20):
        while await name(hass, statistic) != wanted:
            pass


def exposure(leq: float, hours: float = 1) -> float:
    """Return the sound exposure of a steady sound in Pa2h."""
    return exposure_pa2h(energy_of(leq) * hours * 3_600_000)


def begans(found: list[Figures]) -> list[datetime]:
    """Return when the hours of rows begin."""
    return [datetime.fromtimestamp(row["start"], UTC) for row in found]


async def test_figures_of_hours(hass: HomeAssistant, history: MeterHistory) -> None:
    """Every whole hour in which anything was measured has its row; the sum of exposures goes on over those without."""
    await measured(history, NOW.replace(hour=6, minute=0), 60.0)
    await measured(history, NOW.replace(hour=9, minute=0), 70.0, HOUR / 2)
    await measured(history, NOW.replace(hour=12, minute=0), 80.0, HOUR / 4)
    found = await until(hass, HourStatistic.EXPOSURE, count(2))
    assert [at.hour for at in begans(found)] == [6, 9]
    assert [row["state"] for row in found] == pytest.approx([exposure(60), exposure(70, 0.5)])
    assert [row["sum"] for row in found] == pytest.approx([exposure(60), exposure(60) + exposure(70, 0.5)])
    levels = await read(hass, HourStatistic.LAEQ)
    assert [(row["mean"], row["min"], row["max"]) for row in levels] == [(60.0, 51.0, 69.0), (70.0, 61.0, 79.0)]
    for statistic, means in (
        (HourStatistic.L10, [60.0, 70.0]),
        (HourStatistic.L90, [60.0, 70.0]),
        (HourStatistic.COVERAGE, [100.0, 50.0]),
        (HourStatistic.FROM_METER, [100.0, 100.0]),
    ):
        assert [row["mean"] for row in await read(hass, statistic)] == pytest.approx(means, abs=0.1), statistic


async def test_a_gap_is_filled(hass: HomeAssistant, history: MeterHistory) -> None:
    """The sums of all hours that follow take what was missing, and never fall."""
    for hour, leq in ((6, 60.0), (8, 75.0), (9, 65.0)):
        await measured(history, NOW.replace(hour=hour, minute=0), leq)
    await until(hass, HourStatistic.EXPOSURE, count(3))
    await measured(history, NOW.replace(hour=7, minute=0), 85.0)
    found = await until(hass, HourStatistic.EXPOSURE, count(4))
    assert [row["state"] for row in found] == pytest.approx([exposure(leq) for leq in (60, 85, 75, 65)])
    sums = [row["sum"] for row in found]
    assert sums == sorted(sums)
    assert sums[-1] == pytest.approx(math.fsum(exposure(leq) for leq in (60, 85, 75, 65)), rel=1e-12)


async def test_what_is_excluded(hass: HomeAssistant, history: MeterHistory) -> None:
    """An hour that has lost its data tells nothing any more; a row cannot be taken away."""
    await measured(history, NOW.replace(hour=6, minute=0), 60.0, 3 * HOUR)
    await until(hass, HourStatistic.EXPOSURE, count(3))
    seven = round(NOW.replace(hour=7, minute=0).timestamp() * 1000)
    await history.exclude(Span(seven, seven + 3_600_000), "calibration")
    found = await until(hass, HourStatistic.EXPOSURE, lambda rows: rows[1]["state"] == 0)
    assert [row["sum"] for row in found] == pytest.approx([exposure(60), exposure(60), 2 * exposure(60)])
    assert [row["mean"] for row in await read(hass, HourStatistic.LAEQ)] == [60.0, None, 60.0]
    assert [row["mean"] for row in await read(hass, HourStatistic.L10)][1] is None
    assert [row["mean"] for row in await read(hass, HourStatistic.COVERAGE)] == [100.0, 0.0, 100.0]


async def test_written_twice(
    hass: HomeAssistant, entry_off: MockConfigEntry, history: MeterHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks again finds nothing to write."""
    await measured(history, NOW.replace(hour=6, minute=0), 60.0, 5 * HOUR)
    await until(hass, HourStatistic.EXPOSURE, count(5))
    before = [await read(hass, statistic) for statistic in HourStatistic]
    written: list[object] = []
    monkeypatch.setattr(
        "custom_components.rion_nl43.statistics_writer.async_add_external_statistics",
        lambda *told: written.append(told),
    )
    await StatisticsWriter(hass, entry_off)._async_catch_up()
    assert not written
    assert [await read(hass, statistic) for statistic in HourStatistic] == before


async def test_a_new_database(hass: HomeAssistant, entry_off: MockConfigEntry, history: MeterHistory) -> None:
    """All that the history knows is written, as it was, however long ago it is."""
    await measured(history, NOW.replace(minute=0) - timedelta(days=80), 50.0)
    await measured(history, NOW.replace(minute=0) - timedelta(days=33), 60.0, 4 * HOUR)
    await measured(history, NOW.replace(hour=6, minute=0), 70.0)
    before = await until(hass, HourStatistic.EXPOSURE, count(6))
    get_instance(hass).async_clear_statistics([statistic_id(SERIAL, statistic) for statistic in HourStatistic])
    assert not await read(hass, HourStatistic.EXPOSURE)
    await StatisticsWriter(hass, entry_off)._async_catch_up()
    assert await read(hass, HourStatistic.EXPOSURE) == before


async def test_restart_within_an_hour(
    hass: HomeAssistant, entry_off: MockConfigEntry, history: MeterHistory, freezer: FrozenDateTimeFactory
) -> None:
    """The hour has one row when it is over, of what came before and after; one without data has none."""
    await measured(history, NOW.replace(hour=11, minute=0), 60.0)
    await measured(history, NOW.replace(minute=0), 70.0, HOUR / 4)
    await until(hass, HourStatistic.EXPOSURE, count(1))
    assert await hass.config_entries.async_unload(entry_off.entry_id)
    freezer.move_to(NOW.replace(minute=40))
    assert await hass.config_entries.async_setup(entry_off.entry_id)
    again = runtime(entry_off).monitor.history
    await measured(again, NOW.replace(minute=45), 70.0, HOUR / 4)
    freezer.move_to(NOW.replace(hour=13, minute=0, second=10))
    await again._settle()
    found = await until(hass, HourStatistic.EXPOSURE, count(2))
    assert found[1]["sum"] == pytest.approx(exposure(60) + exposure(70, 0.5))
    assert (await read(hass, HourStatistic.COVERAGE))[1]["mean"] == 50.0


async def test_hours_while_home_assistant_did_not_run(
    hass: HomeAssistant, entry_off: MockConfigEntry, history: MeterHistory, freezer: FrozenDateTimeFactory
) -> None:
    """The hour that was cut off is written at the next start."""
    await measured(history, NOW.replace(minute=0), 70.0, HOUR / 4)
    assert await hass.config_entries.async_unload(entry_off.entry_id)
    freezer.move_to(NOW.replace(hour=15))
    assert await hass.config_entries.async_setup(entry_off.entry_id)
    found = await until(hass, HourStatistic.EXPOSURE, count(1))
    assert [at.hour for at in begans(found)] == [12]
    assert found[0]["sum"] == pytest.approx(exposure(70, 0.25))


async def test_the_history_is_lost(hass: HomeAssistant, entry_off: MockConfigEntry, history: MeterHistory) -> None:
    """The statistics outlive it, and the sum goes on from where it was."""
    await measured(history, NOW.replace(hour=6, minute=0), 60.0, 2 * HOUR)
    before = await until(hass, HourStatistic.EXPOSURE, count(2))
    assert await hass.config_entries.async_unload(entry_off.entry_id)
    for suffix in SUFFIXES:
        path = history_path(hass, entry_off.entry_id)
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    assert await hass.config_entries.async_setup(entry_off.entry_id)
    again = runtime(entry_off).monitor.history
    # Records of one hour before those that were lost, and of half of one of them.
    await again.add_records(
        [
            *sound(NOW.replace(hour=5, minute=0), 0.0),
            *sound(NOW.replace(hour=7, minute=0), 90.0, HOUR / 2),
            *sound(NOW.replace(hour=10, minute=0), 65.0),
        ],
        only_holes_s=None,
    )
    found = await until(hass, HourStatistic.EXPOSURE, count(4))
    assert [row["state"] for row in found[1:3]] == [row["state"] for row in before]
    found = found[1:]
    assert found[2]["sum"] == pytest.approx(exposure(0) + 2 * exposure(60) + exposure(65))


async def test_meter_removed(hass: HomeAssistant, entry_off: MockConfigEntry, history: MeterHistory) -> None:
    """Its history goes, its statistics stay."""
    await measured(history, NOW.replace(hour=6, minute=0), 60.0)
    await until(hass, HourStatistic.EXPOSURE, count(1))
    path = history_path(hass, entry_off.entry_id)
    assert path.exists()
    await hass.config_entries.async_remove(entry_off.entry_id)
    assert not [found for suffix in SUFFIXES if (found := path.with_name(path.name + suffix)).exists()]
    assert len(await read(hass, HourStatistic.LAEQ)) == 1


CHANGES = {
    "Europe/Berlin": ((3, 29), (10, 25)),
    "America/New_York": ((3, 8), (11, 1)),
    "America/St_Johns": ((3, 8), (11, 1)),
    "America/Santiago": ((4, 4), (9, 6)),
    "Australia/Lord_Howe": ((4, 5), (10, 4)),
}


@pytest.mark.parametrize("zone", CHANGES)
async def test_days_on_which_the_clock_is_changed(
    hass: HomeAssistant, history: MeterHistory, freezer: FrozenDateTimeFactory, zone: str
) -> None:
    """LAeq of three days follows from what Home Assistant sums up, in spring and in autumn."""
    await hass.config.async_set_time_zone(zone)
    written = 0
    for month, day in CHANGES[zone]:
        midnight = datetime(2026, month, day, tzinfo=ZoneInfo(zone))
        first, last = (midnight + timedelta(days=by) for by in (-1, 2))
        began = datetime.fromtimestamp(first.timestamp() // HOUR_S * HOUR_S, UTC)
        ended = datetime.fromtimestamp(-(-last.timestamp() // HOUR_S) * HOUR_S, UTC)
        freezer.move_to(ended + HOUR / 6)
        levels = [50.0 + number * 7 % 23 for number in range(round((ended - began) / HOUR))]
        stretches = [part for number, leq in enumerate(levels) for part in sound(began + number * HOUR, leq)]
        before = await read(hass, HourStatistic.EXPOSURE, "day", "change")
        await history.add_records(stretches, only_holes_s=None)
        found = (await until(hass, HourStatistic.EXPOSURE, count(written + len(levels))))[written:]
        written += len(levels)
        assert begans(found) == [began + number * HOUR for number in range(len(levels))]
        days = (await read(hass, HourStatistic.EXPOSURE, "day", "change"))[len(before) :]
        total = math.fsum(row["change"] for row in days)
        assert total == pytest.approx(math.fsum(exposure(leq) for leq in levels), rel=1e-9)
        truth = level_of(math.fsum(map(energy_of, levels)) / len(levels))
        assert level_of(total / (P0_SQUARED * len(levels))) == pytest.approx(truth, abs=1e-6)


async def test_names(hass: HomeAssistant, entry_off: MockConfigEntry, history: MeterHistory) -> None:
    """They follow the meter's name and weighting; the ids stay."""
    await measured(history, NOW.replace(hour=6, minute=0), 60.0)
    await until(hass, HourStatistic.EXPOSURE, count(1))
    assert await name(hass, HourStatistic.LAEQ) == f"NL-43 {SERIAL}: Leq,1h"
    dr.async_get(hass).async_update_device(device_id(hass, entry_off), name_by_user="Main road")
    await until_named(hass, HourStatistic.LAEQ, "Main road: Leq,1h")
    assert await name(hass, HourStatistic.COVERAGE) == "Main road: Coverage by the hour"
    facts = Facts(frequency_weightings=("C", None, None, None), time_weightings=("F", None, None, None))
    runtime(entry_off).monitor._state.change_facts(lambda _: facts)
    await until_named(hass, HourStatistic.LAEQ, "Main road: LCeq,1h")
    assert [row["mean"] for row in await read(hass, HourStatistic.LAEQ)] == [60.0]


async def test_laeq_of_any_period(hass: HomeAssistant, history: MeterHistory) -> None:
    """The example of the documentation finds it: 23 h at 40 dB and one at 80 dB are 66.2 dB."""
    midnight = NOW.replace(hour=0, minute=0) - timedelta(days=1)
    await measured(history, midnight, 40.0, 23 * HOUR)
    await measured(history, midnight + 23 * HOUR, 80.0)
    await until(hass, HourStatistic.EXPOSURE, count(24))
    (steps,) = (block for block in examples(DOCS / "integrators.md") if "recorder.get_statistics" in str(block))
    notices = async_mock_service(hass, "notify", "persistent_notification")
    sequence = await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA(steps))
    await Script(hass, sequence, "example", "example").async_run(context=Context())
    (notice,) = notices
    assert notice.data["message"].strip() == "LAeq 66.2 dB, 24.0 h covered"
