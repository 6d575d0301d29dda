"""What the history of one meter costs: time for each sample, memory, and the file of a year."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
import gc
from itertools import islice
import math
from pathlib import Path
import random
import tempfile
import time
import tracemalloc
from zoneinfo import ZoneInfo

from custom_components.rion_nl43.acoustics.hours import HOUR_MS
from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor import LevelLimit, MeterHistory, Sample
from custom_components.rion_nl43.monitor.history.store import HistoryStore
from custom_components.rion_nl43.nl43 import ChannelLevels, Levels, RunState, SlotLevels

from .table import Finding, at_most, show

ZONE = ZoneInfo("Europe/Berlin")
DAY_MS = 24 * HOUR_MS
DAYS = 3
BEGAN_MS = round(1000 * datetime.now(UTC).timestamp()) // HOUR_MS * HOUR_MS - DAYS * DAY_MS
BEGAN = datetime.fromtimestamp(BEGAN_MS / 1000, UTC)
LIMITS = (LevelLimit("day", "Day", 60.0, 420, 1320), LevelLimit("night", "Night", 50.0, 1320, 420))
SAMPLES = 36_000
READS = 20
ROUNDS = 5
SAMPLE_LIMIT_US = 20.0
READ_LIMIT_MS = 5.0
MEMORY_LIMIT_MB = 1.0
YEAR_LIMIT_MB = 25.0
WEEK_LIMIT_MS = 2000.0
QUARTER_LIMIT_MS = 100.0


def run() -> bool:
    """Measure both feeds; returns whether the promises were kept."""
    findings: list[Finding] = []
    for name, step_s, make in (("polled", 1.0, _polled), ("streamed", 0.1, _streamed)):
        fed = list(islice(_samples(step_s, make), SAMPLES))
        findings.append(at_most(f"one sample, {name}, two limits", 1e6 * _sample_s(fed), SAMPLE_LIMIT_US, " µs", 1))
    with tempfile.TemporaryDirectory() as folder:
        findings += asyncio.run(_days(Path(folder)))
    return show("history of one meter", findings)


def _samples(step_s: float, make: Callable[[datetime, float, float], Sample]) -> Iterator[Sample]:
    """Make samples of a sound that goes up and down, as the meter tells them."""
    rng = random.Random(1)
    level, number = 60.0, 0
    while True:
        number += 1
        level += (rng.gauss(0, 2) + (60 - level) / 10) * math.sqrt(step_s)
        yield make(BEGAN + timedelta(seconds=number * step_s), step_s, round(level, 1))


def _polled(at: datetime, step_s: float, lp: float) -> Sample:
    # Exchanges do not end on the ms.
    at += timedelta(milliseconds=at.second * at.minute % 7)
    return Sample(at, step_s, Levels((_channel(lp),)), RunState.START, held=False)


def _streamed(at: datetime, step_s: float, lp: float) -> Sample:
    slot = SlotLevels(lp, lp - 0.1, lp + 0.6, lp - 0.7, None, None, None, None)
    return Sample(at, step_s, Levels((_channel(lp),)), RunState.START, held=False, slot=(slot,))


def _channel(lp: float) -> ChannelLevels:
    return ChannelLevels(lp, None, None, None, None, (None,) * 5, None, None, None, None, over=False, under=False)


def _sample_s(fed: list[Sample]) -> float:
    """Return the time that a sample takes in the best round: others have the machine too."""
    best = math.inf
    for _ in range(ROUNDS):
        history = _history()
        since = time.perf_counter()
        for sample in fed:
            history.take_sample(sample)
        best = min(best, (time.perf_counter() - since) / len(fed))
    return best


def _history() -> MeterHistory:
    history = MeterHistory(ZONE, None, lambda: None)
    history.limits.configure(LIMITS)
    return history


async def _days(folder: Path) -> list[Finding]:
    """Measure a history that has heard three days, and a file with a year of them."""
    gc.collect()
    tracemalloc.start()
    history = _history()
    await history.open(folder / "a.db", asyncio.to_thread)
    for sample in islice(_samples(1.0, _polled), DAYS * DAY_MS // 1000 - 30):
        history.take_sample(sample)
    await history.exclude(Span(BEGAN_MS, BEGAN_MS + 1), "to have it written")
    history.periods()
    gc.collect()
    memory_mb = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    read_ms = [_best_ms(history.periods), _best_ms(lambda: history.limits.status("night"))]
    await history.close()
    store = HistoryStore(folder / "a.db")
    rows = store.read(Span(BEGAN_MS, BEGAN_MS + DAY_MS))
    year = HistoryStore(folder / "year.db")
    for day in range(365):
        year.append(
            row._replace(began_ms=row.began_ms + day * DAY_MS, ended_ms=row.ended_ms + day * DAY_MS) for row in rows
        )
    quarter_ms = _best_ms(lambda: year.append([rows[0]._replace(weighting=str(time.perf_counter()))]))
    for one in (store, year):
        one.close()
    year_mb = (folder / "year.db").stat().st_size / 1e6
    history = _history()
    await history.open(folder / "year.db", asyncio.to_thread)
    since = time.perf_counter()
    await history.hours(Span(BEGAN_MS + 100 * DAY_MS, BEGAN_MS + 107 * DAY_MS))
    week_ms = 1000 * (time.perf_counter() - since)
    await history.close()
    return [
        at_most("periods that run and ended last", read_ms[0], READ_LIMIT_MS, " ms", 2),
        at_most("a limit and its last period", read_ms[1], READ_LIMIT_MS, " ms", 2),
        at_most(f"memory of {DAYS} days", memory_mb, MEMORY_LIMIT_MB, " MB", 2),
        at_most("file of a year, polled", year_mb, YEAR_LIMIT_MB, " MB", 1),
        at_most("one quarter of an hour onto the disk", quarter_ms, QUARTER_LIMIT_MS, " ms", 1),
        at_most("hours of a week, in a thread", week_ms, WEEK_LIMIT_MS, " ms", 0),
    ]


def _best_ms(work: Callable[[], object]) -> float:
    best = math.inf
    for _ in range(READS):
        since = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - since)
    return 1000 * best
