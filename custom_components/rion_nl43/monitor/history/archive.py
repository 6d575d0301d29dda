"""All rows of a meter's history: those of the last days in memory, all of them on disk once a file is opened."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ...acoustics.hours import HOUR_MS
from ...acoustics.stretches import Span
from ...nl43.ftp.fetch import RunBlocking
from .chosen import Cuts
from .recent import RECENT_MS, RecentRows
from .row import Row
from .store import KEPT_MS, Exclusion, HistoryStore

_DAY_MS = 24 * HOUR_MS


class Archive:
    """Keeps rows and exclusions; what is not yet on disk is tried again with each `write`."""

    def __init__(self) -> None:
        """Begin with nothing, and without a file."""
        self.recent = RecentRows()
        self._exclusions: set[Exclusion] = set()
        self._unwritten: dict[Row | Exclusion, None] = {}
        self._store: HistoryStore | None = None
        self._run: RunBlocking = asyncio.to_thread
        self._lock = asyncio.Lock()
        self._lost = 0
        self._forgot_ms = 0

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """What counts nowhere, in order of time."""
        return tuple(sorted(self._exclusions))

    def add(self, rows: Iterable[Row]) -> None:
        """Have these rows too."""
        found = list(rows)
        self.recent.add(found)
        self._unwritten.update(dict.fromkeys(found))

    def exclude(self, exclusion: Exclusion) -> bool:
        """Let a span count nowhere; whether that is new."""
        if exclusion in self._exclusions:
            return False
        self._unwritten[exclusion] = None
        self._exclude((exclusion,))
        return True

    async def open(self, path: Path, run: RunBlocking, now_ms: int) -> None:
        """Keep all in this file from now on, and know what it has of the last days."""
        async with self._lock:
            store = HistoryStore(path)
            rows = await run(store.read, Span(now_ms - RECENT_MS, now_ms + HOUR_MS))
            self._exclude(await run(store.exclusions))
            self.recent.add(rows)
            self._store, self._run, self._lost = store, run, store.set_aside
            await self._write(store)

    async def close(self) -> None:
        """Write what is there, and go on without a file."""
        async with self._lock:
            if (store := self._store) is not None:
                await self._write(store)
                self._store = None
                await self._run(store.close)

    async def write(self, now_ms: int) -> None:
        """Write what is not on disk yet, and forget what is too old to be kept."""
        async with self._lock:
            self.recent.forget(now_ms)
            if (store := self._store) is not None:
                await self._write(store)
                if not 0 <= now_ms - self._forgot_ms < _DAY_MS:
                    self._forgot_ms = now_ms
                    await self._run(store.forget, now_ms - KEPT_MS)
            # What no disk would take for days is not kept at the cost of memory.
            for item in [item for item in self._unwritten if _began_ms(item) < now_ms - 2 * RECENT_MS]:
                del self._unwritten[item]

    async def ask[T](self, span: Span, young: Row | None, answer: Callable[[list[Row], Cuts], T]) -> T:
        """Return what is answered to the rows of all hours that a span touches, and to what is excluded.

        That is worked out beside the event loop, once there is a file.
        """
        rows = self.recent.rows(span)
        # A record from long ago may be on its way to the disk.
        rows += [item for item in self._unwritten if isinstance(item, Row) and _touches(item, span)]
        if young is not None and _touches(young, span):
            rows.append(young)
        return await self.work(_answer, self._store, span, rows, self.recent.excluded, answer)

    async def work[T](self, function: Callable[..., T], *arguments: Any) -> T:
        """Return what a function makes of its arguments, beside the event loop once there is a file."""
        if self._store is None:
            return function(*arguments)
        result: T = await self._run(function, *arguments)
        return result

    async def _write(self, store: HistoryStore) -> None:
        self._mourn(store)
        while self._unwritten:
            items = list(self._unwritten)
            rows = [item for item in items if isinstance(item, Row)]
            exclusions = [item for item in items if isinstance(item, Exclusion)]
            if not await self._run(store.append, rows, exclusions):
                return
            for item in items:
                self._unwritten.pop(item, None)
            self._mourn(store)

    def _mourn(self, store: HistoryStore) -> None:
        """Have what is known of a file that was set aside be written to the fresh one."""
        if self._lost != store.set_aside:
            self._lost = store.set_aside
            self._unwritten.update(dict.fromkeys((*self.recent.rows(), *self._exclusions)))

    def _exclude(self, exclusions: Iterable[Exclusion]) -> None:
        self._exclusions.update(exclusions)
        self.recent.exclude(Cuts(exclusion.span for exclusion in self._exclusions))


def _answer[T](
    store: HistoryStore | None,
    span: Span,
    rows: list[Row],
    excluded: Cuts,
    answer: Callable[[list[Row], Cuts], T],
) -> T:
    kept = [] if store is None else store.read(span)
    return answer(list(dict.fromkeys([*kept, *rows])), excluded)


def _touches(row: Row, span: Span) -> bool:
    return row.hour_ms < span.ended_ms and row.hour_ms + HOUR_MS > span.began_ms


def _began_ms(item: Row | Exclusion) -> int:
    return item.began_ms if isinstance(item, Row) else item.span.began_ms
