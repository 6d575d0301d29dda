"""The bytes of stored files."""

from dataclasses import replace
from typing import Any

import pytest

from emulator.acoustics import Results
from emulator.card.form import (
    MISSING,
    Record,
    StoreFormat,
    format_duration,
    format_tenths,
    ms_of,
    record_of,
    tenths,
)
from tests.emulator.card.reading import stamp_of

START_MS = ms_of(stamp_of("2026/03/02 08:00:00.25"))
# The example of a file with one record of 15 minutes.
RESULTS = Results(54.1, 83.64, 71.3, 41.0, (60.2, 57.4, 48.9, 43.2, 42.5), 92.8, 900.0, over=False, under=False)
RECORD = record_of(START_MS, [RESULTS])
QUIET = Results(-4.04, 5.5, 1.0, -9.96, (0.5,) * 5, 101.25, 9.0, True, True, 3.0, -4.0, 0.96)
HEAD = (
    "Address,Start Time,Measurement Time,Leq(Main),LE(Main),Lmax(Main),Lmin(Main),LN1(Main),LN2(Main),LN3(Main),"
    "LN4(Main),LN5(Main),Lpeak(Main),LIeq(Main),Leqmov(Main),Ltm5(Main),Over(Main),Under(Main)"
)
ROW = (
    "     1,2026/03/02 08:00:00,000d 00:15:00.0, 54.1, 83.6, 71.3, 41.0, 60.2, 57.4, 48.9, 43.2, 42.5, 92.8,"
    "  -.-,  -.-,  -.-,0,0"
)


def test_a_flat_file() -> None:
    """A flat file has the CSV line, a header row, and a row for each record."""
    form = StoreFormat()
    assert form.records_head((0,)) == f"CSV\r\n{HEAD}\r\n".encode()
    assert form.record(1, RECORD, (0,)) == f"{ROW}\r\n"


@pytest.mark.parametrize(
    ("switches", "head", "row"),
    [
        ({"csv_line": False}, f"{HEAD}\r\n", f"{ROW}\r\n"),
        ({"line_end": "lf"}, f"CSV\n{HEAD}\n", f"{ROW}\n"),
        ({"surplus_comma": True}, f"CSV\r\n{HEAD},\r\n", f"{ROW},\r\n"),
        ({"milliseconds": "always"}, f"CSV\r\n{HEAD}\r\n", ROW.replace("08:00:00", "08:00:00.250") + "\r\n"),
        ({"milliseconds": "never"}, f"CSV\r\n{HEAD}\r\n", f"{ROW}\r\n"),
    ],
)
def test_the_switches_of_a_flat_file(switches: dict[str, Any], head: str, row: str) -> None:
    """Each switch changes its part of the form, and no more."""
    form = StoreFormat(**switches)
    assert form.records_head((0,)).decode() == head
    assert form.record(1, RECORD, (0,)) == row


def test_a_block() -> None:
    """A block has thirteen lines, with one column for each channel."""
    form = StoreFormat(layout="block")
    record = record_of(START_MS, [RESULTS, QUIET])
    assert form.records_head((0, 2)) == b"CSV\r\n"
    assert form.record(868, record, (0, 2)).split("\r\n") == [
        "Address,   868",
        "Start Time,2026/03/02 08:00:00",
        "Measurement Time,000d 00:15:00.0",
        ",Main,Sub2",
        "Leq, 54.1, -4.0",
        "LE, 83.6,  5.5",
        "Lmax, 71.3,  1.0",
        "Lmin, 41.0,-10.0",
        "LN1, 60.2,  0.5",
        "LN2, 57.4,  0.5",
        "LN3, 48.9,  0.5",
        "LN4, 43.2,  0.5",
        "LN5, 42.5,  0.5",
        "",
    ]


def test_several_channels_stand_one_after_another() -> None:
    """Several channels stand one after another, each in the order of DOD."""
    form = StoreFormat()
    head = form.records_head((0, 1)).decode().split("\r\n")[1].split(",")
    row = form.record(2, record_of(START_MS, [RESULTS, QUIET]), (0, 1)).removesuffix("\r\n").split(",")
    assert len(head) == len(row) == 3 + 2 * 15
    fields = dict(zip(head, row, strict=True))
    assert fields["Under(Main)"] == "0"
    assert fields["Leq(Sub1)"] == " -4.0"
    assert fields["Lpeak(Sub1)"] == "101.2"
    assert (fields["LIeq(Sub1)"], fields["Leqmov(Sub1)"], fields["Ltm5(Sub1)"]) == ("  3.0", " -4.0", "  1.0")
    assert (fields["Over(Sub1)"], fields["Under(Sub1)"]) == ("1", "1")


def test_an_lp_file() -> None:
    """An Lp file tells milliseconds unless told not to."""
    form = StoreFormat()
    assert form.lp_head([0, 3]) == b"CSV\r\nStart Time,Lp(Main),Lp(Sub3)\r\n"
    assert form.lp_row(START_MS, [541, MISSING]) == "2026/03/02 08:00:00.250, 54.1,  -.-\r\n"
    assert StoreFormat(milliseconds="never").lp_row(START_MS, [1001]) == "2026/03/02 08:00:00,100.1\r\n"
    assert StoreFormat(milliseconds="always").lp_row(START_MS, [0]) == "2026/03/02 08:00:00.250,  0.0\r\n"


def test_a_header() -> None:
    """A header has the CSV line, sections, and keys with values."""
    sections = [("Store", [("Store Name", "0020")]), ("Percentile", [("Percentile 1", "5"), ("Percentile 2", "10")])]
    text = "CSV\n[Store]\nStore Name,0020\n[Percentile]\nPercentile 1,5\nPercentile 2,10\n"
    assert StoreFormat(csv_line=False, line_end="lf").header(sections).decode() == text


@pytest.mark.parametrize(
    ("slots", "text"),
    [
        (1, "000d 00:00:00.1"),
        (31, "000d 00:00:03.1"),
        (9000, "000d 00:15:00.0"),
        (863_999, "000d 23:59:59.9"),
        (864_000, "001d 00:00:00.0"),
        (36_000_000, "041d 16:00:00.0"),
    ],
)
def test_durations(slots: int, text: str) -> None:
    """Durations have days, hours, minutes, seconds and tenths."""
    assert format_duration(slots) == text


@pytest.mark.parametrize(
    ("level", "text"),
    [(None, "  -.-"), (54.06, " 54.1"), (-0.04, "  0.0"), (-9.96, "-10.0"), (141.0, "141.0"), (43.25, " 43.2")],
)
def test_levels(level: float | None, text: str) -> None:
    """Levels are rounded as in DOD and have five characters."""
    assert format_tenths(tenths(level)) == text


def test_records_of_one_kind_are_of_one_length() -> None:
    """Records of the same channels are of one length, whatever is in them."""
    highest = Record(START_MS, 36_000_000, (2030,) * 26, (1, 1, 0, 1))
    lowest = Record(0, 1, (-300,) * 25 + (MISSING,), (0,) * 4)
    for layout in ("flat", "block"):
        form = StoreFormat(layout=layout)
        assert len(form.record(999_999, highest, (0, 1))) == len(form.record(1, lowest, (0, 1)))


@pytest.mark.parametrize("sizes", [{"leq_records_per_file": 0}, {"lp_file_s": 0}, {"lp_files_per_folder": 0}])
def test_files_that_take_nothing_in_are_refused(sizes: dict[str, Any]) -> None:
    """Files that take nothing in are refused."""
    with pytest.raises(ValueError, match="take something in"):
        replace(StoreFormat(), **sizes)
