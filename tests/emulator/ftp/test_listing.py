"""LIST: the form of its lines, and that its dates can be understood."""

from datetime import datetime, timedelta

from hypothesis import given, strategies as st

from emulator.ftp.listing import listing_line

NOW = datetime(2026, 1, 2, 10, 0)
dates = st.datetimes(datetime(2016, 1, 1), datetime(2035, 12, 31))


def test_line_of_a_folder() -> None:
    """Nine columns; a folder has no size."""
    line = listing_line("Auto_0020", is_folder=True, size=512, modified=datetime(2025, 12, 24, 2, 13), now=NOW)
    assert line == "drwxrwxrwx 1 user group        0 Dec 24 02:13 Auto_0020"


def test_line_of_an_old_file() -> None:
    """The year in the place of the time; spaces in the name stay as they are."""
    name = "NL_0001_SLM_Lp _0019_0001.rnd"
    line = listing_line(name, is_folder=False, size=1234, modified=datetime(2024, 12, 23, 19, 39), now=NOW)
    assert line == f"-rwxrwxrwx 1 user group     1234 Dec 23 2024 {name}"


def test_line_of_a_long_file() -> None:
    """A size that is wider than its column pushes the rest."""
    line = listing_line("a", is_folder=False, size=1234567890, modified=NOW, now=NOW)
    assert line == "-rwxrwxrwx 1 user group 1234567890 Jan 02 10:00 a"


def test_year_end() -> None:
    """In January the last days of December have a time; what is yet to come has a year."""

    def date_of(modified: datetime) -> str:
        return " ".join(listing_line("x", is_folder=False, size=0, modified=modified, now=NOW).split()[5:8])

    assert date_of(datetime(2025, 12, 31, 23, 59)) == "Dec 31 23:59"
    assert date_of(NOW) == "Jan 02 10:00"
    assert date_of(datetime(2026, 1, 2, 10, 1)) == "Jan 02 2026"
    assert date_of(datetime(2025, 7, 4, 10, 1)) == "Jul 04 10:01"
    assert date_of(datetime(2025, 7, 4, 10, 0)) == "Jul 04 2025"
    assert date_of(datetime(2025, 1, 2, 10, 0)) == "Jan 02 2025"


@given(dates, dates | st.none(), st.integers(-400, 400))
def test_dates_can_be_understood(now: datetime, other: datetime | None, days: int) -> None:
    """A client finds the date again: a month and day beyond the meter's own date belong to last year."""
    modified = other or now + timedelta(days=days)
    fields = listing_line("a  b", is_folder=False, size=7, modified=modified, now=now).split(None, 8)
    assert len(fields) == 9
    assert (fields[4], fields[8]) == ("7", "a  b")
    if ":" not in fields[7]:
        assert datetime.strptime(" ".join(fields[5:8]), "%b %d %Y").date() == modified.date()
        return
    year = now.year
    while True:
        try:
            read = datetime.strptime(f"{year} {' '.join(fields[5:8])}", "%Y %b %d %H:%M")
        except ValueError:
            # 29 February.
            year -= 1
            continue
        if read <= now:
            break
        year -= 1
    assert read == modified.replace(second=0, microsecond=0)
