"""Records of one row each, under a row with the names of the columns."""

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from .cells import LABEL_READERS, may_be_begun, read_address, read_duration, read_flag, read_level, read_stamp
from .columns import Label, Meaning, Nameless, read_column
from .model import Columns, FlagName, Layout, LevelName, Quantity, Record, RecordHeader, RecordKind
from .spacing import Spacing
from .unreadable import UnreadableCell, UnreadableFile


class FlatRows:
    """Reads the rows below one row of names; where no column tells a record's time, the distance of rows does."""

    def __init__(self, cells: Sequence[str], number: int, kind: RecordKind | None) -> None:
        """Take the row of names; raises UnreadableFile."""
        names = [cell.strip() for cell in cells]
        while not names[-1]:
            names.pop()
        meanings = _told([read_column(name) for name in names])
        _check(names, meanings, number)
        at = {meaning: index for index, meaning in enumerate(meanings) if meaning is not None}
        levels = {meaning: index for meaning, index in at.items() if isinstance(meaning, LevelName)}
        flags = {meaning: index for meaning, index in at.items() if isinstance(meaning, FlagName)}
        self._names = names
        self._meanings = meanings
        self._start = at[Label.START]
        self._address = at.get(Label.ADDRESS)
        self._duration = at.get(Label.DURATION)
        self._spacing = Spacing()
        self._levels = _getter(list(levels.values()))
        self._flags = _getter(list(flags.values()))
        self._columns = Columns(tuple(levels), tuple(flags))
        self.header = RecordHeader(
            kind or (RecordKind.LP if any(name.quantity is Quantity.LP for name in levels) else RecordKind.LEQ),
            Layout.FLAT,
            tuple(names),
            self._columns,
            tuple(name for name, meaning in zip(names, meanings, strict=True) if meaning is None),
        )

    def read(self, cells: Sequence[str], number: int, out: list[Record]) -> None:
        """Take a row, and hand its record out, if it is not held back; raises UnreadableFile."""
        self._check_width(cells, number)
        try:
            record = self._record(cells)
        except UnreadableCell:
            raise next(self._faults(cells, number)) from None
        if self._duration is None:
            self._spacing.add(record, out)
        else:
            out.append(record)

    def release(self, out: list[Record]) -> None:
        """Hand out what is held back: there are no more rows."""
        self._spacing.release(out)

    def finish(self, begun: Sequence[str] | None, out: list[Record]) -> bool:
        """End the file, `begun` being the cells of a torn line; return whether a record is torn."""
        self.release(out)
        return begun is not None

    def is_whole(self, cells: Sequence[str]) -> bool:
        """Return whether a row cannot go on, though nothing ends its line: its last column has a value."""
        width = len(self._names)
        if len(cells) != width or not isinstance(self._meanings[-1], LevelName | FlagName):
            return len(cells) > width
        try:
            return _read(self._meanings[-1], cells[-1]) is not None
        except UnreadableCell:
            return False

    def check_begun(self, cells: Sequence[str], number: int) -> None:
        """Raise UnreadableFile for what is not the beginning of a row."""
        *whole, last = cells
        for fault in self._faults(whole, number):
            raise fault
        meaning = self._meanings[len(whole)] if len(whole) < len(self._names) else None
        if meaning is not None and not may_be_begun(last):
            raise UnreadableFile(number, len(cells), f"{self._names[len(whole)]}: the file ends in what is no row")

    def _record(self, cells: Sequence[str]) -> Record:
        return Record(
            self._columns,
            None if self._address is None else read_address(cells[self._address]),
            read_stamp(cells[self._start]),
            self._spacing.interval_s if self._duration is None else read_duration(cells[self._duration]),
            tuple(map(read_level, self._levels(cells))),
            tuple(map(read_flag, self._flags(cells))),
        )

    def _check_width(self, cells: Sequence[str], number: int) -> None:
        width = len(self._names)
        if len(cells) < width:
            raise UnreadableFile(number, len(cells) + 1, f"this row ends early: {len(cells)} columns of {width}")
        if len(cells) > width and any(map(str.strip, cells[width:])):
            raise UnreadableFile(number, width + 1, f"this row has more than the {width} columns that have a name")

    def _faults(self, cells: Sequence[str], number: int) -> Iterator[UnreadableFile]:
        """Yield what is wrong with these cells."""
        for column, (meaning, name, cell) in enumerate(zip(self._meanings, self._names, cells, strict=False), 1):
            try:
                _read(meaning, cell)
            except UnreadableCell as error:
                yield UnreadableFile(number, column, f"{name}: {error}")


def _told(meanings: Sequence[Meaning]) -> list[Meaning]:
    """Say what columns measure that tell a channel or a band alone: what all others do, or nobody knows.

    Where no column tells a quantity, it is Lp, unless records have a measured time: Lp is of a moment.
    """
    quantities = {meaning.quantity for meaning in meanings if isinstance(meaning, LevelName)}
    if not quantities and Label.DURATION not in meanings:
        quantities = {Quantity.LP}
    only = quantities.pop() if len(quantities) == 1 else None
    return [_of(only, meaning) if isinstance(meaning, Nameless) else meaning for meaning in meanings]


def _of(quantity: Quantity | None, column: Nameless) -> Meaning:
    return None if quantity is None else LevelName(quantity, column.channel, column.band_hz)


def _check(names: Sequence[str], meanings: Sequence[Meaning], number: int) -> None:
    known = [meaning for meaning in meanings if meaning is not None]
    for column, meaning in enumerate(meanings, 1):
        if meaning is not None and meaning in meanings[: column - 1]:
            raise UnreadableFile(number, column, f"there are two columns {names[column - 1]}")
    if Label.START not in known:
        raise UnreadableFile(number, 1, "no column has the name Start Time")
    if not any(isinstance(meaning, LevelName) for meaning in known):
        raise UnreadableFile(number, 1, "no column has the name of a level")


def _read(meaning: Meaning, cell: str) -> object:
    if isinstance(meaning, Label):
        return LABEL_READERS[meaning](cell)
    if isinstance(meaning, LevelName):
        return read_level(cell)
    return read_flag(cell) if isinstance(meaning, FlagName) else None


def _getter(indices: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return what takes these cells out of a row, all at once."""
    if len(indices) > 1:
        return itemgetter(*indices)
    return itemgetter(slice(indices[0], indices[0] + 1) if indices else slice(0))
