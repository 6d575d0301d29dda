"""What windows over the streamed feed cost, with an hour of its slots in the longest."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import batched, islice
import math
import random
import time
import tracemalloc
from zoneinfo import ZoneInfo

from custom_components.rion_nl43.acoustics import SoundPiece, WindowKind, Windows, WindowSpec

from .table import Finding, at_most, show

LENGTHS_MIN = (1, 5, 15, 60)
SPECS = tuple(WindowSpec(kind, 60 * minutes) for kind in WindowKind for minutes in LENGTHS_MIN)
SLOT_S = 0.1
HOUR_SLOTS = 36_000
BEGAN = 1_772_438_400.0
ZONE = ZoneInfo("Europe/Berlin")
READS = 200
ROUNDS = 5
BATCH = 360
ADD_LIMIT_US = 20.0
READ_LIMIT_MS = 1.0
# Once, when somebody changes the options.
CONFIGURE_LIMIT_MS = 200.0
MEMORY_LIMIT_MB = 2.0


def run() -> bool:
    """Time adding, reading and configuring; returns whether the promises were kept."""
    slots = _slots()
    windows, memory_mb = _filled(slots)
    batches = batched(islice(slots, HOUR_SLOTS), BATCH, strict=True)
    add_us = 1e6 * min(_add_s(windows, batch) for batch in batches)
    now = next(slots).ended
    reads = [_read_finding(windows, spec, now) for spec in SPECS]
    configure_ms = 1000 * _best_s(lambda: _change(windows), 1)
    findings = [
        at_most(f"one slot into {len(SPECS)} windows", add_us, ADD_LIMIT_US, " µs", 1),
        *reads,
        at_most("two windows of 15 min away and back", configure_ms, CONFIGURE_LIMIT_MS, " ms", 1),
        at_most("memory of an hour", memory_mb, MEMORY_LIMIT_MB, " MB", 2),
    ]
    return show("windows, streamed feed", findings)


def _slots() -> Iterator[SoundPiece]:
    """Make slots of a sound that goes up and down, as the meter tells them."""
    rng = random.Random(1)
    level, number = 60.0, 0
    while True:
        level += rng.gauss(0, 1) + (60 - level) / 50
        leq = round(level, 1)
        began = BEGAN + number * SLOT_S
        yield SoundPiece(began, began + SLOT_S, leq, leq + 0.6, leq - 0.7, leq + 0.1, streamed=True)
        number += 1


def _filled(slots: Iterator[SoundPiece]) -> tuple[Windows, float]:
    """Return windows that have heard two hours, and the memory they take in MB."""
    tracemalloc.start()
    windows = Windows(SPECS, utc_offset_s=_utc_offset_s)
    for slot in islice(slots, 2 * HOUR_SLOTS):
        windows.add(slot)
    memory_mb = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return windows, memory_mb


def _utc_offset_s(at: float) -> float:
    offset = datetime.fromtimestamp(at, ZONE).utcoffset()
    return offset.total_seconds() if offset else 0.0


def _add_s(windows: Windows, slots: tuple[SoundPiece, ...]) -> float:
    since = time.perf_counter()
    for slot in slots:
        windows.add(slot)
    return (time.perf_counter() - since) / len(slots)


def _read_finding(windows: Windows, spec: WindowSpec, now: float) -> Finding:
    read_ms = 1000 * _best_s(lambda: windows.levels(spec, now), READS)
    return at_most(f"all levels of a window: {spec.kind}, {spec.length_s // 60} min", read_ms, READ_LIMIT_MS, " ms")


def _change(windows: Windows) -> None:
    windows.configure(spec for spec in SPECS if spec.length_s != 900)
    windows.configure(SPECS)


def _best_s(work: Callable[[], object], times: int) -> float:
    """Return the time that work takes in the best round: others have the machine too."""
    best = math.inf
    for _ in range(ROUNDS):
        since = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - since) / times)
    return best
