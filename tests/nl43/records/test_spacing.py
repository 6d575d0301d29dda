"""The store interval of Lp files, from the distance of their rows."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43.records import RecordReader, UnreadableFile

BEGAN = datetime(2026, 3, 2, 8)


def durations(starts_ms: Iterable[float], *, milliseconds: bool = True) -> list[float | None]:
    """Return how long records say that they are, of rows that begin then."""
    rows = [b"Start Time,Lp(Main)"]
    for start_ms in starts_ms:
        stamp = (BEGAN + timedelta(milliseconds=round(start_ms))).isoformat(" ", "milliseconds").replace("-", "/")
        rows.append(f"{stamp if milliseconds else stamp[:-4]}, 50.0".encode())
    return [record.duration_s for record in RecordReader().read([b"\n".join([*rows, b""])])]


@pytest.mark.parametrize("milliseconds", [True, False])
@pytest.mark.parametrize("interval_ms", [10, 25, 100, 200, 1000])
@given(first_ms=st.integers(0, 999), rows=st.integers(250, 400))
def test_intervals_of_the_meter(*, milliseconds: bool, interval_ms: int, first_ms: int, rows: int) -> None:
    """With milliseconds or without, wherever in a second the file begins."""
    first_ms -= first_ms % interval_ms
    found = durations((first_ms + row * interval_ms for row in range(rows)), milliseconds=milliseconds)
    assert found == [interval_ms / 1000] * rows


@pytest.mark.parametrize(
    ("starts_ms", "expected"),
    [
        ([], []),
        ([0], [None]),
        ([100, 200], [0.1, 0.1]),
        ([0, 1000], [None, None]),
        ([0, 1000, 2000], [1.0, 1.0, 1.0]),
        ([100, 100], [None, None]),
        ([500, 400], [None, None]),
        # A pause, and a clock that was set back.
        ([0, 100, 200, 5000, 5100, 5200], [0.1] * 6),
        ([5000, 5100, 5200, 5240, 5340, 900, 1000], [0.1] * 7),
        # Both may be.
        ([0, 100, 300], [0.1] * 3),
    ],
)
def test_few_rows(starts_ms: list[int], expected: list[float | None]) -> None:
    """Most rows decide; None if they do not tell."""
    assert durations(starts_ms) == expected


def test_rows_that_are_held_back_come_before_an_error() -> None:
    """In the middle of a file and at its end, with the interval that they tell."""
    rows = [f"2026/03/02 08:00:00.{tenth}00, 50.0\n" for tenth in range(3)]
    for garbage in ("x\n", "x"):
        records = RecordReader().read(["".join(["Start Time,Lp(Main)\n", *rows, garbage]).encode()])
        assert [next(records).duration_s for _ in rows] == [0.1] * 3
        with pytest.raises(UnreadableFile, match="line 5"):
            next(records)


@given(st.floats(99.6, 100.4))
def test_a_clock_that_drifts(interval_ms: float) -> None:
    """Stamps are rounded to milliseconds."""
    assert set(durations(row * interval_ms for row in range(600))) == {0.1}
