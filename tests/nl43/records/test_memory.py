"""Files of the greatest size take no more memory than short ones."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
import tracemalloc

import pytest

from custom_components.rion_nl43.nl43.records import RecordReader

BEGAN = datetime(2026, 3, 2, 8)
LIMIT_BYTES = 500_000


def lp_file(rows: int) -> Iterator[bytes]:
    """Yield a file of Lp each 100 ms, a row at a time."""
    yield b"CSV\r\nStart Time,Lp(Main)\r\n"
    for row in range(rows):
        stamp = (BEGAN + timedelta(milliseconds=100 * row)).isoformat(" ", "milliseconds").replace("-", "/")
        yield f"{stamp}, {row % 600 / 10 + 30:4.1f}\r\n".encode()


def leq_file(rows: int) -> Iterator[bytes]:
    """Yield a file of Leq records, a row at a time."""
    yield b"CSV\r\nAddress,Start Time,Measurement Time,Leq(Main),Lmax(Main),Over(Main)\r\n"
    for row in range(rows):
        start = BEGAN + timedelta(seconds=10 * row)
        yield f"{row + 1:6d},{start:%Y/%m/%d %H:%M:%S},000d 00:00:10.0, {row % 600 / 10 + 30:4.1f},  -.-,0\r\n".encode()


def block_file(rows: int) -> Iterator[bytes]:
    """Yield a file of blocks."""
    quantities = ("Leq", "LE", "Lmax", "Lmin", "LN1", "LN2", "LN3", "LN4", "LN5")
    levels = "".join(f"{name}, 50.0\n" for name in quantities)
    for row in range(rows):
        start = BEGAN + timedelta(seconds=10 * row)
        head = f"Address,{row + 1:6d}\nStart Time,{start:%Y/%m/%d %H:%M:%S}\nMeasurement Time,00d 00:00:10.0\n,Main\n"
        yield f"{head}{levels}".encode()


@pytest.mark.parametrize(("file", "rows"), [(lp_file, 36_000), (leq_file, 60_000), (block_file, 6000)])
def test_memory_does_not_grow(file: Callable[[int], Iterator[bytes]], rows: int) -> None:
    """An hour of Lp, and a file with as many Leq records as a meter writes into one."""
    reader = RecordReader()
    tracemalloc.start()
    try:
        found = sum(1 for _ in reader.read(file(rows)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == rows
    assert peak < LIMIT_BYTES
