"""The history of one meter on disk: one sqlite3 file, to which a few rows an hour are appended."""

from collections.abc import Callable, Iterable
from contextlib import suppress
import logging
from pathlib import Path
import sqlite3
import threading
from typing import NamedTuple

from ...acoustics.hours import HOUR_MS
from ...acoustics.stretches import Span
from .row import Row

_LOGGER = logging.getLogger(__name__)

KEPT_MS = 400 * 24 * HOUR_MS
DAMAGED_SUFFIX = ".damaged"
_VERSION = 1
_SCHEMA = """
CREATE TABLE rows (
    source INTEGER NOT NULL, weighting TEXT NOT NULL, began_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,
    coverage REAL NOT NULL, energy REAL NOT NULL, lmax REAL, lmin REAL, classes BLOB NOT NULL, minutes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX by_time ON rows (began_ms, ended_ms, source, weighting, energy);
CREATE TABLE exclusions (
    began_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, why TEXT NOT NULL, UNIQUE (began_ms, ended_ms, why)
) STRICT;
"""
# What is no mishap of the disk or of another program: this file will never be right again, or is not ours.
_DAMAGE = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_MISMATCH}


class Exclusion(NamedTuple):
    """A span that counts nowhere, and why."""

    span: Span
    why: str


class HistoryStore:
    """Keeps rows for 400 days. All methods block; they may be called from any thread.

    None of them fails: what is wrong with the file is logged once. A damaged file is set aside (`set_aside` counts
    that) and a fresh one begun; one that cannot be used now is tried again the next time.
    """

    def __init__(self, path: Path) -> None:
        """Open nothing yet."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._failing = False
        self.set_aside = 0

    def append(self, rows: Iterable[Row], exclusions: Iterable[Exclusion] = ()) -> bool:
        """Write these, once however often they are told; whether they are on disk now."""
        excluded = [(*exclusion.span, exclusion.why) for exclusion in exclusions]
        found = list(rows)

        def write(connection: sqlite3.Connection) -> bool:
            with connection:
                connection.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", found)
                connection.executemany("INSERT OR IGNORE INTO exclusions VALUES (?, ?, ?)", excluded)
            return True

        return self._do(write, otherwise=False)

    def read(self, span: Span) -> list[Row]:
        """Return the rows of all hours that a span touches."""
        began_ms = span.began_ms // HOUR_MS * HOUR_MS
        ended_ms = -(-span.ended_ms // HOUR_MS) * HOUR_MS

        def select(connection: sqlite3.Connection) -> list[Row]:
            found = connection.execute(
                "SELECT * FROM rows WHERE began_ms >= ? AND began_ms < ? ORDER BY began_ms", (began_ms, ended_ms)
            )
            return [Row(*values) for values in found]

        return self._do(select, otherwise=[])

    def exclusions(self) -> list[Exclusion]:
        """Return what is excluded, in order of time."""

        def select(connection: sqlite3.Connection) -> list[Exclusion]:
            found = connection.execute(
                "SELECT began_ms, ended_ms, why FROM exclusions ORDER BY began_ms, ended_ms, why"
            )
            return [Exclusion(Span(began_ms, ended_ms), why) for began_ms, ended_ms, why in found]

        return self._do(select, otherwise=[])

    def forget(self, before_ms: int) -> None:
        """Delete what ended before a time."""

        def delete(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("DELETE FROM rows WHERE began_ms < ?", (before_ms - HOUR_MS,))
                connection.execute("DELETE FROM exclusions WHERE ended_ms < ?", (before_ms,))

        self._do(delete, otherwise=None)

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            self._disconnect()

    def _do[T](self, action: Callable[[sqlite3.Connection], T], *, otherwise: T) -> T:
        with self._lock:
            try:
                result = self._try(action)
            except (sqlite3.Error, OSError) as error:
                self._disconnect()
                if not self._failing:
                    self._failing = True
                    _LOGGER.warning("The history of a meter cannot be kept in %s for now: %s", self._path, error)
                return otherwise
            self._failing = False
            return result

    def _try[T](self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Act on the file; on a fresh one, if this is damaged."""
        try:
            return action(self._connect())
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not _is_damage(error):
                raise
            self._disconnect()
            self._put_aside(error)
        return action(self._connect())

    def _put_aside(self, error: Exception) -> None:
        aside = self._path.with_name(self._path.name + DAMAGED_SUFFIX)
        _LOGGER.error("The history in %s is damaged (%s); it goes to %s and a new one begins", self._path, error, aside)
        self._path.replace(aside)
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self.set_aside += 1

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connection = sqlite3.connect(self._path, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            # There are many meters, and each reads little at a time.
            connection.execute("PRAGMA cache_size = -256")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if not version:
                connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
            elif version != _VERSION:
                raise sqlite3.DatabaseError(f"version {version}")
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _is_damage(error: Exception) -> bool:
    """Whether a file is spoilt for good: what sqlite says, or what comes of rows that are none."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF in _DAMAGE
