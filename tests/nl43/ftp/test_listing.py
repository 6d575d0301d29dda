"""Lists as the meter and other servers write them."""

import contextlib
from datetime import datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43.ftp import Entry, FtpUnusable, parse_listing
from emulator.ftp.listing import listing_line

from .helpers import NOW


def one(date: str, now: datetime = NOW) -> datetime:
    (entry,) = parse_listing(f"-rwxrwxrwx 1 user group 7 {date} x\r\n", now)
    return entry.modified


def test_files_folders_and_names_with_spaces() -> None:
    text = (
        "total 8\r\n"
        "drwxrwxrwx 1 user group        0 Mar 01 02:13 .\r\n"
        "drwxrwxrwx 1 user group        0 Mar 01 02:13 ..\r\n"
        "drwxrwxrwx 1 user group        0 Dec 24 02:13 Auto_0020\r\n"
        "-rwxrwxrwx 1 user group     1234 Dec 23 2024 NL_0001_SLM_Lp _0019_0001.rnd\r\n"
        "lrwxrwxrwx 1 user group        4 Dec 23 2024 a -> b\r\n"
        "-rw-r--r--+  1 1000     1000    5000000000 dec  3 2024  two  spaces \n"
    )
    assert parse_listing(text, NOW) == [
        Entry("Auto_0020", True, 0, datetime(2025, 12, 24, 2, 13)),
        Entry("NL_0001_SLM_Lp _0019_0001.rnd", False, 1234, datetime(2024, 12, 23)),
        Entry(" two  spaces ", False, 5_000_000_000, datetime(2024, 12, 3)),
    ]
    assert parse_listing("", NOW) == []


@pytest.mark.parametrize(
    ("date", "now", "modified"),
    [
        ("Mar 02 08:00", NOW, datetime(2026, 3, 2, 8)),
        # The clock was read a moment before the list.
        ("Mar 02 08:01", NOW, datetime(2026, 3, 2, 8, 1)),
        ("Mar 02 08:03", NOW, datetime(2025, 3, 2, 8, 3)),
        ("Dec 31 23:59", NOW, datetime(2025, 12, 31, 23, 59)),
        ("Jan 01 00:00", datetime(2025, 12, 31, 23, 59), datetime(2026, 1, 1)),
        ("Feb 29 10:00", NOW, datetime(2024, 2, 29, 10)),
        ("Feb 29 10:00", datetime(2104, 2, 28), datetime(2096, 2, 29, 10)),
        ("Mar 02 2031", NOW, datetime(2031, 3, 2)),
    ],
)
def test_the_year_is_found_by_the_meters_clock(date: str, now: datetime, modified: datetime) -> None:
    assert one(date, now) == modified


@pytest.mark.parametrize(
    "date", ["Foo 01 08:00", "Feb 30 2024", "Feb 30 08:00", "Mar 02 24:00", "Mar 00 2024", "Mar 02"]
)
def test_dates_that_do_not_exist_make_a_list_unusable(date: str) -> None:
    with pytest.raises(FtpUnusable):
        one(date)


@pytest.mark.parametrize(
    "line", ["x", "12-24-25  02:13AM  <DIR>  Auto_0020", "-rwxrwxrwx 1 user group 7 Mar 02 08:00 "]
)
def test_what_is_no_line_of_a_list_is_not_guessed_at(line: str) -> None:
    with pytest.raises(FtpUnusable):
        parse_listing(line, NOW)


@given(
    st.from_regex(r"[!-~][ -~]{0,30}", fullmatch=True).filter(lambda name: name not in {".", ".."}),
    st.booleans(),
    st.integers(0, 10**12),
    st.integers(-400, 4000),
    st.integers(0, 1439),
)
def test_what_the_emulator_writes_is_read_back(name: str, is_folder: bool, size: int, days: int, minutes: int) -> None:
    modified = NOW - timedelta(days=days, minutes=minutes)
    (entry,) = parse_listing(listing_line(name, is_folder=is_folder, size=size, modified=modified, now=NOW), NOW)
    assert (entry.name, entry.is_folder, entry.size) == (name, is_folder, 0 if is_folder else size)
    assert entry.modified in {modified, datetime(modified.year, modified.month, modified.day)}


@given(st.text(), st.datetimes())
def test_any_text_is_read_or_refused(text: str, now: datetime) -> None:
    entries: list[Entry] = []
    with contextlib.suppress(FtpUnusable):
        entries = parse_listing(text, now)
    assert all(entry.name not in ("", ".", "..") and entry.size >= 0 for entry in entries)
