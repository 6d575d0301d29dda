"""Records of a `.rnd` file: bytes in as they come, records out, in memory that no file makes grow."""

from collections.abc import Iterator

from .block import BlockRows
from .cells import LABEL_READERS
from .columns import Label, could_begin_with, read_column
from .flat import FlatRows
from .lines import BOM, Lines, Source, cells_of, chunks_of, is_blank, is_csv_mark
from .model import Record, RecordHeader, RecordKind, TornEnd
from .unreadable import UnreadableCell, UnreadableFile, shown


class RecordReader:
    """Reads one file. Bytes may be cut anywhere; records before bad bytes are handed out before the error is raised.

    The first rows of an Lp file are held back until they tell their interval.
    """

    def __init__(self, kind: RecordKind | None = None) -> None:
        """Begin a file of this kind, as its name says it: records of a Manual store look like those of Leq files."""
        self.torn: TornEnd | None = None
        self._kind = kind
        self._lines = Lines()
        self._rows: FlatRows | BlockRows | None = None
        self._csv_mark_seen = False
        self._error: UnreadableFile | None = None

    @property
    def header(self) -> RecordHeader | None:
        """What is known of the file; None as long as nothing is."""
        return None if self._rows is None else self._rows.header

    def read(self, source: Source) -> Iterator[Record]:
        """Yield all records of an open binary file, or of chunks of bytes; raises UnreadableFile."""
        for chunk in chunks_of(source):
            yield from self.feed(chunk)
        yield from self.finish()

    def feed(self, chunk: bytes) -> Iterator[Record]:
        """Take bytes, and yield the records that they complete; raises UnreadableFile behind the last good one."""
        records: list[Record] = []
        if self._error is None:
            try:
                for line in self._lines.feed(chunk):
                    self._take(line, records)
            except UnreadableFile as error:
                self._fail(error, records)
        return self._handed_out(records)

    def finish(self) -> Iterator[Record]:
        """End the file, and yield its last records; `torn` says whether it ends within one. Raises as `feed` does."""
        records: list[Record] = []
        if self._error is None:
            try:
                self._end(self._lines.finish(), records)
            except UnreadableFile as error:
                self._fail(error, records)
        return self._handed_out(records)

    def _fail(self, error: UnreadableFile, records: list[Record]) -> None:
        self._error = error
        if self._rows is not None:
            self._rows.release(records)

    def _handed_out(self, records: list[Record]) -> Iterator[Record]:
        yield from records
        if self._error is not None:
            raise self._error

    def _take(self, line: bytes, records: list[Record]) -> None:
        if is_blank(line):
            return
        number = self._lines.number
        if self._rows is not None:
            self._rows.read(cells_of(line, number), number, records)
        elif is_csv_mark(line) and not self._csv_mark_seen:
            self._csv_mark_seen = True
        else:
            self._rows = self._begun(cells_of(line, number), number)

    def _begun(self, cells: list[str], number: int) -> FlatRows | BlockRows:
        """Take the first line: the names of columns, or the beginning of a block."""
        label = read_column(cells[0])
        if isinstance(label, Label) and _has_value(label, cells[1:2]):
            block = BlockRows(self._kind)
            block.read(cells, number, [])
            return block
        if all(read_column(cell) is None for cell in cells):
            raise UnreadableFile(number, 1, f"{shown(cells[0])} does not begin a file of records")
        return FlatRows(cells, number, self._kind)

    def _end(self, rest: bytes, records: list[Record]) -> None:
        """Take what follows the last end of a line: a row that is whole, or the beginning of one."""
        number, line = self._lines.number, rest.removesuffix(b"\r")
        begun: list[str] | None = None
        if line != rest:
            self._take(line, records)
        elif rest and self._rows is None:
            begun = _first_cells(rest, number)
        elif rest and self._rows is not None:
            cells = cells_of(rest, number)
            if self._rows.is_whole(cells):
                self._rows.read(cells, number, records)
            else:
                begun = cells
                if not is_blank(rest):
                    self._rows.check_begun(cells, number)
        torn = begun is not None
        if self._rows is not None:
            torn = self._rows.finish(begun, records)
        self.torn = TornEnd(number) if torn else None


def _has_value(label: Label, cells: list[str]) -> bool:
    try:
        return any(LABEL_READERS[label](cell) is not None for cell in cells)
    except UnreadableCell:
        return False


def _first_cells(rest: bytes, number: int) -> list[str]:
    """Return the cells of a first line that is cut off; raises UnreadableFile if no file begins like this."""
    cells = cells_of(rest, number)
    mark = b"CSV".startswith(rest.strip(b" ,").upper()) or BOM.startswith(rest)
    if not mark and not could_begin_with(cells[0], whole=len(cells) > 1):
        raise UnreadableFile(number, 1, f"{shown(cells[0])} does not begin a file of records")
    return cells
