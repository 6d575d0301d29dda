"""Files and folders of the card as files and folders of this computer: whole, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
import os
from pathlib import Path
import tempfile
from typing import Any, BinaryIO

from ..errors import FtpError
from .errors import FtpFileRefused, FtpTooLarge, UnsafeName
from .paths import safe_path
from .session import FILE_LIMIT, FtpSession, Progress

PART_SUFFIX = ".part"

type RunBlocking = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments where it does not hold up the event loop: `hass.async_add_executor_job`."""


@dataclass(frozen=True, slots=True)
class FolderBounds:
    """What a folder may have at most; more is FtpTooLarge."""

    depth: int = 8
    """Folders within each other, the outermost among them."""
    entries: int = 20_000
    size: int = 64 * 2**30
    """Bytes in all."""
    file_size: int = FILE_LIMIT


@dataclass(slots=True)
class FolderFetched:
    """What became of a folder: the paths on this computer, and what was not to be had, by its path on the card."""

    files: list[Path] = field(default_factory=list)
    left: dict[str, FtpError] = field(default_factory=dict)
    entries: int = 0
    size: int = 0


async def fetch_file(
    session: FtpSession,
    path: str,
    target: Path,
    *,
    limit: int = FILE_LIMIT,
    listed: int | None = None,
    progress: Progress | None = None,
    run: RunBlocking = asyncio.to_thread,
) -> int:
    """Download a file in the place of `target`, once all of it is there; return its size.

    A transfer that breaks leaves `target` as it was: to be fetched again from its beginning. OSError
    is of this computer.
    """
    part = _Part(target)
    try:
        await _to_its_end(run, part.open)
        size = await session.download(
            path, lambda chunk: _to_its_end(run, part.write, chunk), limit=limit, listed=listed, progress=progress
        )
        await _to_its_end(run, part.keep)
    finally:
        await _to_its_end(run, part.discard)
    return size


async def fetch_folder(
    session: FtpSession,
    path: str,
    target: Path,
    now: datetime,
    *,
    bounds: FolderBounds | None = None,
    progress: Progress | None = None,
    run: RunBlocking = asyncio.to_thread,
) -> FolderFetched:
    """Download all that is in a folder, and in those in it, into the folder `target`.

    What the meter does not give and what cannot be named here is left, and told. `progress` is told the bytes in all.
    """
    bounds, fetched = bounds or FolderBounds(), FolderFetched()
    folders: list[tuple[str, ...]] = [()]
    while folders:
        names = folders.pop()
        if len(names) >= bounds.depth:
            raise FtpTooLarge(f"{path!a} has more than {bounds.depth} folders within each other")
        try:
            entries = await session.list(_join(path, names), now)
        except FtpFileRefused as error:
            fetched.left[_join(path, names)] = error
            continue
        fetched.entries += len(entries)
        if fetched.entries > bounds.entries:
            raise FtpTooLarge(f"{path!a} has more than {bounds.entries} files and folders")
        for entry in entries:
            inner = *names, entry.name
            source = _join(path, inner)
            try:
                local = target / safe_path(*inner)
                if entry.is_folder:
                    folders.append(inner)
                    continue
                fetched.size += await fetch_file(
                    session,
                    source,
                    local,
                    limit=min(bounds.file_size, bounds.size - fetched.size),
                    listed=entry.size,
                    progress=_onwards(progress, fetched.size),
                    run=run,
                )
            except (FtpFileRefused, UnsafeName) as error:
                fetched.left[source] = error
            else:
                fetched.files.append(local)
    return fetched


class _Part:
    """A file that is still to become one. All of its methods block."""

    _path: Path
    _file: BinaryIO

    def __init__(self, target: Path) -> None:
        self._target = target
        self._begun = False

    def open(self) -> None:
        """Begin, in the folder in which the file is to be: only there it can take its place in one step."""
        self._target.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=self._target.parent, prefix=".", suffix=PART_SUFFIX)
        self._path, self._file = Path(name), os.fdopen(number, "wb")
        self._begun = True

    def write(self, data: bytes) -> None:
        """Append to it."""
        self._file.write(data)

    def keep(self) -> None:
        """Put it in its place."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.replace(self._target)
        self._begun = False

    def discard(self) -> None:
        """Leave nothing of it, unless it was kept."""
        if self._begun:
            try:
                self._file.close()
            finally:
                self._path.unlink(missing_ok=True)


async def _to_its_end(run: RunBlocking, function: Callable[..., object], *arguments: object) -> None:
    """Run something that blocks, and be there until it is done: a thread does not hear of a cancellation."""
    work = asyncio.ensure_future(run(function, *arguments))
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    failure = work.exception()
    if cancelled is not None:
        raise cancelled
    if failure is not None:
        raise failure


def _join(path: str, names: tuple[str, ...]) -> str:
    return "/".join((path.rstrip("/"), *names)) or "/"


def _onwards(progress: Progress | None, before: int) -> Progress | None:
    """Return what tells the bytes of a file after those before it."""
    return None if progress is None else lambda size: progress(before + size)
