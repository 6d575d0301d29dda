"""What reading stored records costs: a year of Leq records, and a day of Lp in its 24 files."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from io import BytesIO
import math
import random
import time
import tracemalloc

from custom_components.rion_nl43.nl43.records import RecordReader

from .table import Finding, at_least, at_most, exactly, show

BEGAN = datetime(2026, 1, 1)  # the meter knows no zone
YEAR_RECORDS = 35_040
RECORD_MIN = 15
DAY_FILES = 24
FILE_ROWS = 36_000
ROW_MS = 100
QUANTITIES = (
    *("Leq", "LE", "Lmax", "Lmin", "LN1", "LN2", "LN3", "LN4", "LN5"),
    *("Lpeak", "LIeq", "Leqmov", "Ltm5"),
)
ROUNDS = 3
YEAR_LIMIT_ROWS_S = 25_000
DAY_LIMIT_ROWS_S = 50_000
MEMORY_LIMIT_MB = 2.0


def run() -> bool:
    """Time both, and look at the memory; returns whether the promises were kept."""
    year, day = [_year()], [_hour(number) for number in range(DAY_FILES)]
    findings = [
        *_findings("a year of Leq records", year, YEAR_RECORDS, YEAR_LIMIT_ROWS_S),
        *_findings("a day of Lp at 100 ms", day, DAY_FILES * FILE_ROWS, DAY_LIMIT_ROWS_S),
    ]
    return show("stored records", findings)


def _findings(name: str, files: Sequence[bytes], rows: int, limit_rows_s: float) -> Iterator[Finding]:
    found, took_s = _read(files)
    for _ in range(ROUNDS - 1):
        # The best round counts: others have the machine too.
        took_s = min(took_s, _read(files)[1])
    yield Finding(f"{name}: size", f"{sum(map(len, files)) / 1e6:.1f} MB")
    yield exactly(f"{name}: rows", found, rows)
    yield at_least(f"{name}: rows per second", rows / took_s, limit_rows_s, 0)
    yield Finding(f"{name}: time", f"{took_s:.2f} s")
    yield at_most(f"{name}: peak memory", _peak_mb(files), MEMORY_LIMIT_MB, " MB", 2)


def _read(files: Sequence[bytes]) -> tuple[int, float]:
    """Read all records, one after the other; return their number and the time in seconds."""
    since = time.perf_counter()
    rows = sum(1 for data in files for _ in RecordReader().read(BytesIO(data)))
    return rows, time.perf_counter() - since


def _peak_mb(files: Sequence[bytes]) -> float:
    """Return the most memory that reading ever takes, besides the bytes of the files; the longest one tells."""
    source = BytesIO(max(files, key=len))
    tracemalloc.start()
    for _ in RecordReader().read(source):
        pass
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


def _year() -> bytes:
    """Write the records as the meter does, two channels with all quantities."""
    names = [f"{quantity}({channel})" for channel in ("Main", "Sub1") for quantity in (*QUANTITIES, "Over", "Under")]
    rows = [",".join(["Address", "Start Time", "Measurement Time", *names])]
    rng = random.Random(1)
    for number in range(YEAR_RECORDS):
        start = BEGAN + number * timedelta(minutes=RECORD_MIN)
        levels = [f"{rng.uniform(30, 110):5.1f}" for _ in QUANTITIES]
        channel = [*levels, "0", "0"]
        rows.append(",".join([f"{number + 1:6d}", f"{start:%Y/%m/%d %H:%M:%S}", "000d 00:15:00.0", *channel, *channel]))
    return _file(rows)


def _hour(number: int) -> bytes:
    """Write an hour of Lp rows."""
    rows = ["Start Time,Lp(Main)"]
    for row in range(number * FILE_ROWS, (number + 1) * FILE_ROWS):
        start = BEGAN + row * timedelta(milliseconds=ROW_MS)
        stamp = start.isoformat(" ", "milliseconds").replace("-", "/")
        rows.append(f"{stamp},{60 + 20 * math.sin(row / 97):5.1f}")
    return _file(rows)


def _file(rows: Sequence[str]) -> bytes:
    return "".join(f"{row}\r\n" for row in ("CSV", *rows)).encode("ascii")
