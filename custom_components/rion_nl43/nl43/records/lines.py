"""Bytes as they arrive -> lines, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

from .unreadable import UnreadableFile

# An octave analysis of four channels stays below; what is longer is no text of the meter.
MAX_LINE_BYTES = 65_536
MAX_COLUMNS = 4096
CHUNK_BYTES = 65_536

BOM = b"\xef\xbb\xbf"


@runtime_checkable
class Readable(Protocol):
    """An open binary file."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes at most, none at the end."""


type Source = Readable | Iterable[bytes]


def chunks_of(source: Source) -> Iterator[bytes]:
    """Yield the bytes of an open file, or of what yields bytes itself."""
    if not isinstance(source, Readable):
        yield from source
        return
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


class Lines:
    """Splits bytes into lines; `number` is that of the line that was yielded last, from 1."""

    def __init__(self) -> None:
        """Begin before the first line."""
        self.number = 0
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the lines that are whole now, without what ends them; raises UnreadableFile for one too long."""
        first, newline, others = chunk.partition(b"\n")
        self._keep(first)
        if not newline:
            return
        line = bytes(self._rest)
        self._rest.clear()
        yield self._counted(line)
        *lines, last = others.split(b"\n")
        for line in lines:
            if len(line) > MAX_LINE_BYTES:
                raise self._too_long()
            yield self._counted(line)
        self._keep(last)

    def finish(self) -> bytes:
        """Return what follows the last end of a line, and count it as a line if there is anything."""
        rest = bytes(self._rest)
        self._rest.clear()
        return self._counted(rest, end=b"") if rest else rest

    def _keep(self, part: bytes) -> None:
        if len(self._rest) + len(part) > MAX_LINE_BYTES:
            raise self._too_long()
        self._rest += part

    def _counted(self, line: bytes, end: bytes = b"\r") -> bytes:
        self.number += 1
        if self.number == 1:
            line = line.removeprefix(BOM)
        return line.removesuffix(end)

    def _too_long(self) -> UnreadableFile:
        return UnreadableFile(self.number + 1, 1, "this line is longer than any that a meter writes")


def cells_of(line: bytes, number: int) -> list[str]:
    """Return the cells of a line of records; bytes beyond ASCII become marks. Raises UnreadableFile for too many."""
    if line.count(b",") >= MAX_COLUMNS:
        raise UnreadableFile(number, MAX_COLUMNS + 1, "this line has more columns than any that a meter writes")
    return line.decode("ascii", "replace").split(",")


def is_blank(line: bytes) -> bool:
    """Return whether nothing stands in a line: a spreadsheet leaves the commas."""
    return not line.strip(b" \t\r,")


def is_csv_mark(line: bytes) -> bool:
    """Return whether it is the first line of the meter's own files."""
    return line.strip(b" \t\r,").upper() == b"CSV"
