"""The history of an emulated meter: what comes of its samples, when it is written, and what of it is told."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.acoustics import energy_mean
from custom_components.rion_nl43.acoustics.day_plans import DayPart
from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor import FeedOptions, MeterHistory
from custom_components.rion_nl43.monitor.history.row import Row
from custom_components.rion_nl43.monitor.history.store import HistoryStore
from tests.conftest import START
from tests.fixtures import MeterFactory
from tests.monitor.history.hearing import polled
from tests.monitor.watching import STREAMED, watching

EIGHT = round(1000 * START.timestamp())
HOUR = 3_600_000
FIRST_HOUR = Span(EIGHT, EIGHT + HOUR)
FEEDS = pytest.mark.parametrize("feed", [FeedOptions(), STREAMED], ids=["polled", "streamed"])


def on_disk(path: Path, span: Span = FIRST_HOUR) -> list[Row]:
    """Return what can be read in a file."""
    store = HistoryStore(path)
    rows = store.read(span)
    store.close()
    return rows


@FEEDS
async def test_what_is_heard_is_kept(
    emulated_meter: MeterFactory, virtual_clock: Callable[[float], None], tmp_path: Path, feed: FeedOptions
) -> None:
    """Each quarter of an hour is on disk soon after its end, with the weighting and the level of the samples."""
    virtual_clock(700)
    meter = await emulated_meter(scene="traffic")
    async with watching(meter, feed=feed) as watch:
        history = watch.monitor.history
        await history.open(tmp_path / "a.db", asyncio.to_thread)
        await watch.settled()
        await asyncio.sleep((START + timedelta(seconds=905) - datetime.now(UTC)).total_seconds())
        assert on_disk(tmp_path / "a.db") == []
        await asyncio.sleep(10)
        rows = on_disk(tmp_path / "a.db")
        now = datetime.now(UTC)
        levels = (await history.hours(FIRST_HOUR))[EIGHT]
        periods = history.periods()
        coverage, since = watch.monitor.coverage.percent, watch.monitor.coverage.since
        memory = watch.monitor.memory["history"]
        await history.close()
    assert {row.weighting for row in rows} == {history.weighting} == {"AF"}
    assert rows[-1].ended_ms == EIGHT + 900_000
    slots = [sample for sample in watch.samples if sample.duration_s]
    leqs = [sample.slot[0].leq if sample.slot else sample.levels.main.lp for sample in slots]
    mean = energy_mean([leq for leq in leqs if leq is not None], [sample.duration_s for sample in slots])
    assert levels.leq == pytest.approx(mean, abs=0.05)
    assert coverage is not None
    assert 3600 * levels.coverage == pytest.approx(coverage / 100 * (now - since).total_seconds(), abs=3)
    assert periods.current[DayPart.DAY].energy_ms == pytest.approx(levels.exposure_pa2h * HOUR / 4e-10, rel=1e-6)
    assert memory == {"weightings": {"frequency": "A", "time": "F"}, "limits": {}}


async def test_it_goes_on_after_a_restart(emulated_meter: MeterFactory, tmp_path: Path) -> None:
    """Of the time zone that the meter's clock has; what was marked as a calibration counts nowhere."""
    meter = await emulated_meter(scene="traffic")
    path = tmp_path / "a.db"
    async with watching(meter) as watch:
        await watch.monitor.history.open(path, asyncio.to_thread)
        await watch.settled()
        await asyncio.sleep(100)
        watch.monitor.calibration.begin()
        await asyncio.sleep(60)
        entry = watch.monitor.calibration.end()
        assert entry
        await asyncio.sleep(100)
        (exclusion,) = watch.monitor.history.exclusions
        assert (exclusion.span.began_ms, exclusion.span.ended_ms) == pytest.approx(
            (1000 * entry.began.timestamp(), 1000 * entry.ended.timestamp()), abs=1
        )
        before = (await watch.monitor.history.hours(FIRST_HOUR))[EIGHT]
        await watch.monitor.history.close()
        memory = watch.monitor.memory
    await asyncio.sleep(5)
    async with watching(meter, restored=memory, time_zone=ZoneInfo("Asia/Kolkata")) as watch:
        history = watch.monitor.history
        await history.open(path, asyncio.to_thread)
        assert history.weighting == "AF"
        assert (await history.hours(FIRST_HOUR))[EIGHT] == before
        assert history.periods().today.span.began_ms == EIGHT - 13.5 * HOUR
        watch.monitor.time_zone = ZoneInfo("Europe/Berlin")
        assert history.periods().today.span.began_ms == EIGHT - 9 * HOUR
        await history.close()


async def test_full_hours_are_told(tmp_path: Path, virtual_clock: Callable[[float], None]) -> None:
    """Soon after their end, once on disk, whether anything was heard or not, and not when our clock is put back."""
    history = MeterHistory(UTC, None, lambda: None)
    path = tmp_path / "a.db"
    await history.open(path, asyncio.to_thread)
    told: list[tuple[float, Span]] = []
    written: list[int] = []

    def note(span: Span) -> None:
        told.append(((datetime.now(UTC) - START).total_seconds(), span))
        written.append(len(on_disk(path, span)))

    history.on_hours(note)
    task = asyncio.create_task(history.run())
    await asyncio.sleep(1800)
    for second in range(1, 1801):
        history.take_sample(polled(START.timestamp() + 1800 + second, 50.0))
    await asyncio.sleep(6000)
    assert [(round(at), span) for at, span in told] == [
        (3610, Span(EIGHT, EIGHT + HOUR)),
        (7210, Span(EIGHT + HOUR, EIGHT + 2 * HOUR)),
    ]
    assert written == [2, 0]
    virtual_clock(-7200)
    await asyncio.sleep(2900)
    assert len(told) == 2
    await asyncio.sleep(1000)
    assert [span for _, span in told[2:]] == [Span(EIGHT, EIGHT + HOUR)]
    task.cancel()
    await history.close()
