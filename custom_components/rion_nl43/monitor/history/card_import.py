"""Fetches from the card what is wanted of stored records, and hands the sound of it on in portions."""

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ...acoustics.stretches import Span, Spans, Stretch
from ...nl43.ftp import Entry, FtpFileRefused, FtpSession, FtpTooLarge
from ...nl43.ftp.fetch import RunBlocking
from ...nl43.records import Channel, RecordKind, StoredKind, StoreHeader, UnreadableFile, read_store_header
from .card_records import FileNews, FileSound, Meaning
from .card_search import Local, Stored, bisect_by_start, choose, stored
from .meter_clock import MeterClock

# What the older generation and the octave option write is larger than what is known of the meter; no file of it is so.
FILE_LIMIT = 512 * 2**20
HEADER_LIMIT = 2**20
# Records that are longer say little of the hours in which they are: rows of Lp, if there are any, say more.
LONG_MS = 900_000
# Less is no hole that is worth another file.
CRUMB_MS = 60_000
# A distribution has some hundred classes: so many at a time take no memory worth speaking of.
PORTION = 500
# The meter names its folder after its model; a card that has been elsewhere has others beside it.
MODEL_FOLDERS = 4

_KINDS = {StoredKind.LEQ: RecordKind.LEQ, StoredKind.LP: RecordKind.LP}

type Take = Callable[[Sequence[Stretch]], Awaitable[object]]


class LeftReason(StrEnum):
    """Why something on the card was not used, or not all of it."""

    LOCKED = "locked"
    TORN = "torn"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    OTHER_WEIGHTING = "other_weighting"
    OTHER_METER = "other_meter"
    CLOCK_SET = "clock_set"

    @property
    def may_pass(self) -> bool:
        """Whether it may be otherwise later: the meter is writing."""
        return self in (LeftReason.LOCKED, LeftReason.TORN)


@dataclass(frozen=True, slots=True)
class Left:
    """A file or folder that was left, or what is bad of it; `detail` is in plain words, and may be empty."""

    path: str
    reason: LeftReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What records must be of to belong to this meter's history; None is not known, and fits all."""

    serial: str
    model: str
    frequency_weighting: str | None
    time_weighting: str | None
    percentages: Mapping[int, float]

    def objection(self, header: StoreHeader) -> tuple[LeftReason, str] | None:
        """Return why the records under this header are none of ours."""
        if header.serial is not None and header.serial != self.serial:
            return LeftReason.OTHER_METER, f"of the meter {header.serial[:40]!a}"
        for kind, told, ours in (
            ("frequency", header.frequency_weightings.get(Channel.MAIN), self.frequency_weighting),
            ("time", header.time_weightings.get(Channel.MAIN), self.time_weighting),
        ):
            if told is not None and ours is not None and told.strip().upper() != ours.strip().upper():
                return LeftReason.OTHER_WEIGHTING, f"{kind} weighting {told[:10]!a} instead of {ours!a}"
        return None


@dataclass(slots=True)
class Found:
    """What became of an import: the files that were read, records used of them, and what was left.

    `missing` is what no record tells of. `overloaded` counts records with the over flag.
    """

    files: list[str] = field(default_factory=list)
    records: int = 0
    overloaded: int = 0
    left: list[Left] = field(default_factory=list)
    missing: tuple[Span, ...] = ()


class GiveWay(Exception):  # noqa: N818 # it says what is to be done
    """Somebody else waits for the session; go on in another one."""


class CardImport:
    """One import. Errors of FTP end it; what was handed on before stays good."""

    def __init__(
        self,
        *,
        wanted: Iterable[Span],
        expected: Expected,
        clock: MeterClock,
        unread_ahead_s: float,
        take: Take,
        run: RunBlocking,
        gives_way: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare; `take` is given the stretches, `gives_way` tells whether somebody else waits for the session."""
        self.found = Found()
        self._wanted = merged(wanted)
        self._expected = expected
        self._clock = clock
        self._unread_ahead_s = unread_ahead_s
        self._give = take
        self._run = run
        self._gives_way = gives_way
        self._covered: tuple[Span, ...] = ()
        self._portion: list[Stretch] = []
        self._long: list[Stretch] = []
        self._percentages: Mapping[int, float] = {}
        self._accepted: dict[str, Mapping[int, float] | None] = {}
        self._done: set[str] = set()
        self._read: dict[str, FileNews | None] = {}
        self._read_here = 0

    async def fetch(self, session: FtpSession, now: datetime) -> Found:
        """Read what is wanted; `now` is what the meter's clock shows. FtpError.

        GiveWay, between two files: then this goes on when it is called again.
        """
        self._session, self._now, self._read_here = session, now, 0
        try:
            for folder in await self._model_folders():
                stores = stored(folder, await self._list(folder), StoredKind.AUTO_FOLDER)
                await self._each(stores, self._read_store, self._store_begins)
        finally:
            await self._flush()
        self.found.missing = self._missing
        return self.found

    @property
    def _missing(self) -> tuple[Span, ...]:
        """What is wanted and not yet told of by records."""
        return tuple(span for span in without(self._wanted, self._covered) if span.ended_ms - span.began_ms >= CRUMB_MS)

    @property
    def _locals(self) -> list[Local]:
        return [local for span in self._missing for local in self._clock.spans_of(span, self._unread_ahead_s)]

    async def _model_folders(self) -> list[str]:
        folders = [entry.name for entry in await self._list("/") if entry.is_folder]
        model = self._expected.model.casefold()
        own = [name for name in folders if name.casefold() == model]
        others = [name for name in folders if name.casefold().startswith("nl-") and name not in own]
        return [f"/{name}" for name in (own or others)[:MODEL_FOLDERS]]

    async def _list(self, path: str) -> list[Entry]:
        try:
            return await self._session.list(path, self._now)
        except FtpFileRefused as error:
            self.found.left.append(Left(path, LeftReason.LOCKED, str(error)))
            return []

    async def _each(
        self,
        things: Sequence[Stored],
        read: Callable[[Stored], Awaitable[object]],
        begins: Callable[[Stored], Awaitable[int | None]],
    ) -> None:
        """Read what may hold something that is missing."""
        missing = self._missing
        if not missing:
            return
        choice = choose(things, self._locals, self._now)
        if choice.bisect:
            for thing in await bisect_by_start(things, begins, missing[0].began_ms, missing[-1].ended_ms):
                await read(thing)
            return
        for thing in choice.likely:
            await read(thing)
        for thing in choice.possible:
            if self._missing:
                await read(thing)

    async def _store_begins(self, store: Stored) -> int | None:
        entries = await self._list(store.path)
        if not await self._accepts(store, entries):
            return None
        for folder_kind in (StoredKind.LEQ_FOLDER, StoredKind.LP_FOLDER):
            for folder in stored(store.path, entries, folder_kind)[:1]:
                begun = await self._folder_begins(folder)
                if begun is not None:
                    return begun
        return None

    async def _file_begins(self, file: Stored) -> int | None:
        news = await self._read_file(file)
        return None if news is None else news.first_ms

    async def _read_store(self, store: Stored) -> None:
        """Read the records of Leq, and rows of Lp where these say nothing."""
        if store.path in self._done:
            return
        entries = await self._list(store.path)
        if await self._accepts(store, entries):
            for kind, folder_kind in ((StoredKind.LEQ, StoredKind.LEQ_FOLDER), (StoredKind.LP, StoredKind.LP_FOLDER)):
                await self._each(stored(store.path, entries, folder_kind), self._read_folder, self._folder_begins)
                await self._each(_files(store.path, entries, kind), self._read_file, self._file_begins)
            await self._take_long()
        self._done.add(store.path)

    async def _accepts(self, store: Stored, entries: Sequence[Entry]) -> bool:
        """Return whether the records of a store are ours, and know their percentages."""
        if store.path not in self._accepted:
            header = await self._header(store, entries)
            percentages = header.percentiles if header and header.percentiles else self._expected.percentages
            objection = self._expected.objection(header) if header else None
            self._accepted[store.path] = None if objection else percentages
            if objection:
                self.found.left.append(Left(store.path, *objection))
        percentages_of_store = self._accepted[store.path]
        self._percentages = percentages_of_store or {}
        return percentages_of_store is not None

    async def _read_folder(self, folder: Stored) -> None:
        await self._each(await self._files_of(folder), self._read_file, self._file_begins)

    async def _folder_begins(self, folder: Stored) -> int | None:
        for file in (await self._files_of(folder))[:1]:
            return await self._file_begins(file)
        return None

    async def _files_of(self, folder: Stored) -> list[Stored]:
        kind = StoredKind.LEQ if folder.name.kind is StoredKind.LEQ_FOLDER else StoredKind.LP
        return _files(folder.path, await self._list(folder.path), kind)

    async def _header(self, store: Stored, entries: Sequence[Entry]) -> StoreHeader | None:
        """Return what a store says of its records; None if it says nothing that can be read."""
        for file in stored(store.path, entries, StoredKind.HEADER)[:1]:
            content = bytearray()

            async def take(chunk: bytes, content: bytearray = content) -> None:
                content.extend(chunk)

            try:
                await self._session.download(file.path, take, limit=HEADER_LIMIT, listed=file.entry.size)
                return read_store_header([bytes(content)])
            except (FtpFileRefused, UnreadableFile, FtpTooLarge) as error:
                self._leave(file, error)
        return None

    async def _read_file(self, file: Stored) -> FileNews | None:
        """Read a file of records, once; None if it is not given."""
        if file.path in self._read:
            return self._read[file.path]
        if self._read_here and self._gives_way():
            raise GiveWay
        self._read_here += 1
        kind = _KINDS[file.name.kind]
        sound = FileSound(kind, Meaning(self._clock, self._percentages, self._unread_ahead_s, self._wanted))
        # The records of a file are worth the more the shorter they are: what a finer one has told stays.
        told = Spans(self._covered) if kind is RecordKind.LP else None

        async def take(chunk: bytes) -> None:
            await self._run(sound.feed, chunk)
            await self._take(sound.ready(), told)

        try:
            await self._session.download(file.path, take, limit=FILE_LIMIT, listed=file.entry.size)
        except (FtpFileRefused, FtpTooLarge) as error:
            self._leave(file, error)
            self._read[file.path] = None
            return None
        await self._run(sound.finish)
        await self._take(sound.ready(), told)
        self._note(file, sound.news)
        self._read[file.path] = sound.news
        return sound.news

    def _leave(self, file: Stored, error: FtpFileRefused | UnreadableFile | FtpTooLarge) -> None:
        """Note what is not to be had; raises an error that has ended the session."""
        if not self._session.usable:
            raise error
        reasons = {UnreadableFile: LeftReason.UNREADABLE, FtpTooLarge: LeftReason.TOO_LARGE}
        reason = reasons.get(type(error), LeftReason.LOCKED)
        self.found.left.append(Left(file.path, reason, str(error)))

    def _note(self, file: Stored, news: FileNews) -> None:
        found = self.found
        found.files.append(file.path)
        found.records += news.used
        found.overloaded += news.overloaded
        if news.unreadable is not None:
            found.left.append(Left(file.path, LeftReason.UNREADABLE, str(news.unreadable)))
        if news.torn_line is not None:
            found.left.append(Left(file.path, LeftReason.TORN, f"line {news.torn_line} is not whole"))
        if news.untimed:
            found.left.append(
                Left(file.path, LeftReason.CLOCK_SET, f"{news.untimed} records were written while the clock was set")
            )

    async def _take(self, stretches: Iterable[Stretch], told: Spans | None) -> None:
        """Take stretches, of those of Lp what no record of Leq has told; long ones wait for what is finer."""
        covered: list[Span] = []
        for stretch in stretches:
            if stretch.length_ms > LONG_MS:
                self._long.append(stretch)
                continue
            self._portion += [stretch] if told is None else told.outside(stretch)
            covered.append(Span(stretch.began_ms, stretch.ended_ms))
        if covered:
            self._covered = merged((*self._covered, *covered))
        if len(self._portion) >= PORTION:
            await self._flush()

    async def _take_long(self) -> None:
        told, long, self._long = Spans(self._covered), self._long, []
        for stretch in long:
            self._portion += told.outside(stretch)
        self._covered = merged((*self._covered, *(Span(each.began_ms, each.ended_ms) for each in long)))

    async def _flush(self) -> None:
        portion, self._portion = self._portion, []
        if portion:
            await self._give(portion)


def _files(folder: str, entries: Iterable[Entry], kind: StoredKind) -> list[Stored]:
    """Return the files of records, those of an octave analysis only where there are no others: they are long."""
    files = [file for file in stored(folder, entries, kind) if not file.entry.is_folder]
    return [file for file in files if not file.name.octave] or files


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same time in spans that neither overlap nor touch, in order."""
    found: list[Span] = []
    for began_ms, ended_ms in sorted(spans):
        if found and began_ms <= found[-1].ended_ms:
            found[-1] = Span(found[-1].began_ms, max(found[-1].ended_ms, ended_ms))
        else:
            found.append(Span(began_ms, ended_ms))
    return tuple(found)


def without(spans: Iterable[Span], taken: Sequence[Span]) -> list[Span]:
    """Return what of spans is not taken; what is taken is `merged`."""
    found: list[Span] = []
    for began_ms, ended_ms in spans:
        at_ms = began_ms
        for span in taken[max(0, bisect_right(taken, began_ms, key=lambda each: each.began_ms) - 1) :]:
            if span.began_ms >= ended_ms:
                break
            if span.began_ms > at_ms:
                found.append(Span(at_ms, span.began_ms))
            at_ms = max(at_ms, span.ended_ms)
        if at_ms < ended_ms:
            found.append(Span(at_ms, ended_ms))
    return found
