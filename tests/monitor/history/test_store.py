"""The file of a history, and what may be wrong with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3
from typing import Any

from freezegun import freeze_time
import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor.history.row import Row, Source, row_of
from custom_components.rion_nl43.monitor.history.store import DAMAGED_SUFFIX, KEPT_MS, Exclusion, HistoryStore
from tests.acoustics.seconds import close, stretch
from tests.monitor.history.hearing import Ear, at_once, done

TEN = int(datetime(2026, 3, 2, 10, tzinfo=UTC).timestamp())
NOW = datetime.fromtimestamp(TEN + 1800, UTC)
HOUR = Span(1000 * TEN, 1000 * TEN + 3_600_000)


@pytest.fixture(autouse=True)
def now() -> Any:
    """Let it be half past ten."""
    with freeze_time(NOW) as frozen:
        yield frozen


def row(at: int = TEN, level: float = 50) -> Row:
    """Make a row of a minute."""
    return row_of(Source.FEED, "AF", [stretch(at, 60, level)], {500: 1})


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Those of full hours, once each, in order of time."""
    store = HistoryStore(tmp_path / "a.db")
    rows = [row(TEN + 60), row(TEN + 3600), row(TEN)]
    assert store.append(rows)
    assert store.append(rows)
    store.close()
    assert store.read(Span(HOUR.began_ms + 5, HOUR.began_ms + 6)) == [row(TEN), row(TEN + 60)]
    assert store.read(Span(HOUR.ended_ms, HOUR.ended_ms + 1)) == [row(TEN + 3600)]
    other = HistoryStore(tmp_path / "a.db")
    assert other.read(HOUR) == store.read(HOUR)
    for one in (store, store, other):
        one.close()


def test_what_is_too_old_is_forgotten(tmp_path: Path, now: Any) -> None:
    """Rows and exclusions of more than 400 days ago, once a day."""
    ear = Ear(tmp_path / "a.db")
    ear.hear(TEN, [50] * 60)
    ear.exclude(TEN + 100, TEN + 200)
    now.tick(timedelta(milliseconds=KEPT_MS) + timedelta(hours=3))
    ear.hear(TEN + KEPT_MS // 1000, [50] * 60)
    ear.reopen()
    assert len(ear.hours(TEN, TEN + 3600)) == 1
    ear.exclude(TEN + KEPT_MS // 1000, TEN + KEPT_MS // 1000 + 1)
    ear.reopen()
    assert ear.hours(TEN, TEN + 3600) == {}
    assert len(ear.history.exclusions) == 1
    ear.exclude(TEN + KEPT_MS // 1000, TEN + KEPT_MS // 1000 + 2)
    ear.end()


def spoil(path: Path, how: str) -> None:
    """Make a file of something else of it."""
    if how == "text":
        path.write_text("no database " * 1000)
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif how == "holes":
        whole = path.read_bytes()
        path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    else:
        with sqlite3.connect(path) as connection:
            connection.executescript(how)
        connection.close()


DAMAGE = (
    "text",
    "cut",
    "holes",
    "PRAGMA user_version = 99",
    "DROP TABLE rows",
    "PRAGMA user_version = 0",
    "DROP TABLE rows; CREATE TABLE rows (began_ms INTEGER); ",
)


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_set_aside(tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged once, kept beside, and the history goes on in a fresh one."""
    path = tmp_path / "a.db"
    ear = Ear(path)
    ear.hear(TEN, [50] * 900)
    ear.exclude(TEN + 880, TEN + 890)
    ear.end()
    spoil(path, how)
    ear.restart()
    ear.hear(TEN + 900, [60] * 900)
    ear.reopen()
    assert close(ear.hour(TEN).leq, 60)
    ear.end()
    assert caplog.text.count("is damaged") == 1
    assert (tmp_path / f"a.db{DAMAGED_SUFFIX}").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.db", f"a.db{DAMAGED_SUFFIX}"]


def test_a_file_that_is_damaged_meanwhile(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is in memory goes into the fresh one, exclusions too."""
    path = tmp_path / "a.db"
    ear = Ear(path)
    ear.hear(TEN, [50] * 900)
    ear.hear(TEN + 900, [60] * 10)
    ear.exclude(TEN + 60, TEN + 120)
    spoil(path, "DROP TABLE rows")
    assert close(ear.hour(TEN).coverage, 850 / 3600)
    ear.hear(TEN + 910, [60] * 10)
    ear.reopen()
    assert close(ear.hour(TEN).coverage, 860 / 3600)
    assert len(ear.history.exclusions) == 1
    ear.end()
    assert caplog.text.count("is damaged") == 1


def test_a_file_that_is_damaged_while_it_is_written(tmp_path: Path) -> None:
    """The same."""
    path = tmp_path / "a.db"
    ear = Ear(path)
    ear.hear(TEN, [50] * 900)
    ear.exclude(TEN + 60, TEN + 120)
    spoil(path, "DROP TABLE rows")
    ear.reopen()
    assert close(ear.hour(TEN).coverage, 840 / 3600)
    ear.end()


def test_a_file_that_cannot_be_had(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """That is logged once; meanwhile all is in memory, and on disk as soon as that is possible."""
    folder = tmp_path / "none"
    ear = Ear(folder / "a.db")
    ear.hear(TEN, [50] * 900)
    ear.exclude(TEN + 60, TEN + 120)
    assert close(ear.hour(TEN).coverage, 840 / 3600)
    assert caplog.text.count("cannot be kept") == 1
    folder.mkdir()
    ear.reopen()
    assert close(ear.hour(TEN).coverage, 840 / 3600)
    ear.end()


def test_what_no_disk_takes_is_given_up(tmp_path: Path, now: Any) -> None:
    """After some days; until then it is told."""
    ear = Ear(tmp_path / "none" / "a.db")
    ear.hear(TEN, [50] * 900)
    ear.hear(TEN + 4000, [50])
    ear.exclude(TEN + 60, TEN + 120)
    for days in range(7):
        assert (ear.hours(TEN, TEN + 3600) != {}) == (days < 6)
        now.tick(timedelta(days=1, hours=1))
        ear.exclude(TEN + 86_400 * days, TEN + 86_400 * days + 1)
    ear.end()


def test_a_damaged_file_that_cannot_be_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Then nothing can be kept for now, which is logged."""
    path = tmp_path / "a.db"
    path.write_text("no database")
    (tmp_path / f"a.db{DAMAGED_SUFFIX}").mkdir()
    ear = Ear(path)
    ear.hear(TEN, [50] * 900)
    assert close(ear.hour(TEN).coverage, 0.25)
    ear.end()
    assert "cannot be kept" in caplog.text


def test_without_a_file(tmp_path: Path) -> None:
    """The history works in memory, and what is there goes into the file when that is opened."""
    ear = Ear(tmp_path / "a.db")
    ear.end()
    ear.hear(TEN, [50] * 900)
    assert ear.add(stretch(TEN + 900, 900, 70)) is not None
    ear.exclude(TEN, TEN + 60)
    assert close(ear.hour(TEN).coverage, 1740 / 3600)
    done(ear.history.open(ear.path, at_once))
    ear.reopen()
    assert close(ear.hour(TEN).coverage, 1740 / 3600)
    assert ear.history.exclusions == (Exclusion(Span(1000 * TEN, 1000 * TEN + 60_000), "calibration"),)
    ear.end()
