"""What is on the SD card: a tree of folders and files in memory. It never touches a real file system."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class CardFullError(Exception):
    """There is no room for what was to be written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder; `size` in bytes, 0 for a folder; `modified` by the meter's clock."""

    name: str
    is_folder: bool
    size: int
    modified: datetime


class Content(Protocol):
    """What is in one file."""

    @property
    def size(self) -> int:
        """The number of bytes."""

    @property
    def modified(self) -> datetime:
        """When it was last written to."""

    def read(self, offset: int, size: int) -> bytes:
        """Return so many bytes, or fewer at the end."""


@dataclass(slots=True)
class Blob:
    """Bytes that stay as they are."""

    data: bytes
    modified: datetime

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.data)

    def read(self, offset: int, size: int) -> bytes:
        """Return so many bytes, or fewer at the end."""
        return self.data[offset : offset + size]


@dataclass(slots=True)
class Folder:
    """A folder; names are found in any case, as on a FAT file system."""

    modified: datetime
    children: dict[str, tuple[str, "Content | Folder"]] = field(default_factory=dict)


class CardFiles:
    """The files on a card, and the bytes that are free on it.

    Paths are absolute, with `/` between their parts. Readers raise FileNotFoundError, NotADirectoryError and
    IsADirectoryError; PermissionError for a file that is being written, if these are locked.
    """

    def __init__(self, free: int, on_access: Callable[[], object] = lambda: None, *, locks: bool = False) -> None:
        """Begin empty, with so many free bytes; `on_access` brings the files up to now, before anything is read."""
        self.free = free
        self._locks = locks
        self._on_access = on_access
        self._root = Folder(datetime(2000, 1, 1))
        self._being_written: dict[int, Content] = {}

    def entries(self, path: str) -> list[Entry]:
        """Return what is in a folder, the oldest first."""
        self._on_access()
        folder = self._find(path)
        if not isinstance(folder, Folder):
            raise NotADirectoryError(path)
        return [
            Entry(name, isinstance(node, Folder), 0 if isinstance(node, Folder) else node.size, node.modified)
            for name, node in folder.children.values()
        ]

    def read(self, path: str, offset: int = 0, size: int | None = None) -> bytes:
        """Return the bytes of a file from an offset on: all, or so many."""
        self._on_access()
        content = self._content(path)
        if self._locks and id(content) in self._being_written:
            raise PermissionError(path)
        return content.read(offset, content.size if size is None else size)

    def remove(self, path: str) -> None:
        """Delete a file; PermissionError while the meter is writing to it."""
        self._on_access()
        if id(self._content(path)) in self._being_written:
            raise PermissionError(path)
        self.discard(path)

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        try:
            self._find(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def size(self, path: str) -> int:
        """Return the number of bytes in a file, or in all files below a folder; 0 for what is not there."""
        return _size(self._find(path)) if self.exists(path) else 0

    def content(self, path: str) -> Content | None:
        """Return the file of this name, to write to it; None for a file that is not there."""
        return self._content(path) if self.exists(path) else None

    def names(self, path: str) -> Iterator[str]:
        """Yield the names in a folder as they stand; none for what is not there."""
        node = self._find(path) if self.exists(path) else None
        if isinstance(node, Folder):
            yield from (name for name, _ in node.children.values())

    def make_folder(self, path: str, at: datetime) -> None:
        """Make a folder if it is not there; the folder above it must be."""
        if not self.exists(path):
            self._put(path, Folder(at), at)

    def put(self, path: str, content: Content, at: datetime, *, being_written: bool = False) -> None:
        """Put a file into a folder, in place of one of that name; CardFullError."""
        self.free += self.size(path)
        try:
            self.take(content.size)
        except CardFullError:
            self.free -= self.size(path)
            raise
        self._put(path, content, at)
        if being_written:
            self._being_written[id(content)] = content

    def written(self, content: Content) -> None:
        """Note that no more will be written to a file."""
        self._being_written.pop(id(content), None)

    def take(self, size: int) -> None:
        """Use so many bytes; CardFullError if they are not free."""
        if size > self.free:
            raise CardFullError
        self.free -= size

    def discard(self, path: str) -> None:
        """Take a file, or a folder and all below it, from the card if it is there."""
        if self.exists(path):
            self.free += self.size(path)
            folder, name = self._parent(path)
            del folder.children[name.lower()]

    def _content(self, path: str) -> Content:
        node = self._find(path)
        if isinstance(node, Folder):
            raise IsADirectoryError(path)
        return node

    def _find(self, path: str) -> Content | Folder:
        node: Content | Folder = self._root
        for part in filter(None, path.split("/")):
            if not isinstance(node, Folder):
                raise NotADirectoryError(path)
            if part.lower() not in node.children:
                raise FileNotFoundError(path)
            node = node.children[part.lower()][1]
        return node

    def _parent(self, path: str) -> tuple[Folder, str]:
        above, _, name = path.rpartition("/")
        folder = self._find(above)
        if not isinstance(folder, Folder):
            raise NotADirectoryError(above)
        return folder, name

    def _put(self, path: str, node: Content | Folder, at: datetime) -> None:
        folder, name = self._parent(path)
        folder.children[name.lower()] = name, node
        folder.modified = at


def _size(node: Content | Folder) -> int:
    if isinstance(node, Folder):
        return sum(_size(child) for _, child in node.children.values())
    return node.size
