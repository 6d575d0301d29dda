"""Records of a block of lines each: keys and values, a row with the names of channels and bands, a row a quantity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .cells import may_be_begun, read_address, read_duration, read_flag, read_level, read_stamp
from .columns import LABELS, Label, Nameless, could_begin_with, plain, read_column, read_quantity
from .model import Columns, Flag, FlagName, Layout, LevelName, Quantity, Record, RecordHeader, RecordKind
from .unreadable import UnreadableCell, UnreadableFile

# What the shortest block has: with fewer rows, the only block of a file has lost its end.
_USUAL: frozenset[Quantity | Flag] = frozenset(
    {
        *(Quantity.LEQ, Quantity.LE, Quantity.LMAX, Quantity.LMIN),
        *(Quantity.LN1, Quantity.LN2, Quantity.LN3, Quantity.LN4, Quantity.LN5),
    }
)


@dataclass(slots=True)
class _Block:
    """What has been read of one block; `first` is the number of its first line."""

    first: int
    address: int | None = None
    start: datetime | None = None
    duration_s: float | None = None
    said: set[Label] = field(default_factory=set)
    texts: tuple[str, ...] = ()
    names: tuple[Nameless | None, ...] = ()
    levels: dict[Quantity, list[float | None]] = field(default_factory=dict)
    marks: dict[Flag, list[bool | None]] = field(default_factory=dict)

    @property
    def rows(self) -> frozenset[Quantity | Flag]:
        """What there are rows of."""
        return frozenset({*self.levels, *self.marks})

    def say(self, label: Label, cell: str) -> None:
        """Take the value of a label; raises UnreadableCell."""
        if label is Label.ADDRESS:
            self.address = read_address(cell)
        elif label is Label.START:
            self.start = read_stamp(cell)
        else:
            self.duration_s = read_duration(cell)
        self.said.add(label)


class BlockRows:
    """Gathers the lines of a block; its record is there when the next one begins, or the file ends."""

    def __init__(self, kind: RecordKind | None) -> None:
        """Begin before the first block."""
        self.header: RecordHeader | None = None
        self._kind = kind or RecordKind.LEQ
        self._required = _USUAL
        self._block: _Block | None = None
        self._shared: tuple[object, Columns] | None = None

    def read(self, cells: Sequence[str], number: int, out: list[Record]) -> None:
        """Take a line, and hand out the record of the block before, if this line ends it; raises UnreadableFile."""
        key, block = plain(cells[0]), self._block
        if label := LABELS.get(key):
            self._read_label(label, cells, number, out)
        elif block is None or len(cells) < 2 or (not block.names and read_quantity(key)):
            raise UnreadableFile(number, 1, "this line belongs to no record")
        elif not key:
            _take_names(block, cells, number)
        elif block.names:
            _take_row(block, cells, number)
        # Whatever else stands above the names is not of interest.

    def is_whole(self, cells: Sequence[str]) -> bool:
        """Return whether a row cannot go on, though nothing ends its line: its last column has a value."""
        block, quantity = self._block, read_quantity(cells[0])
        if block is None or not block.names or quantity is None or len(cells) <= len(block.names):
            return False
        try:
            return len(cells) > len(block.names) + 1 or _reader(quantity)(cells[-1]) is not None
        except UnreadableCell:
            return False

    def check_begun(self, cells: Sequence[str], number: int) -> None:
        """Raise UnreadableFile for what is not the beginning of a line of a block."""
        key, *values = cells
        quantity = read_quantity(key)
        if not values:
            good = could_begin_with(key, whole=False)
        else:
            good = may_be_begun(values[-1]) or (quantity is None and plain(key) not in LABELS)
        if not good:
            raise UnreadableFile(number, len(cells), "the file ends in what is no line of a record")
        if quantity and self._block:
            _values(_reader(quantity), quantity, self._block.names, values[:-1], number)

    def release(self, out: list[Record]) -> None:
        """Hand out the record of a block that is whole: bad bytes follow it."""
        if self._block is not None and self._block.start is not None and self._required <= self._block.rows:
            out.append(self._close(self._block))

    def finish(self, begun: Sequence[str] | None, out: list[Record]) -> bool:
        """End the file, `begun` being the cells of a torn line; hand out the last record, return whether one is torn.

        Nothing says that a block is whole: it is if it has all rows of the one before.
        """
        follows = begun is None or any(label.startswith(plain(begun[0])) for label in LABELS)
        if self._block is None or not follows or not self._required <= self._block.rows:
            return self._block is not None or begun is not None
        out.append(self._close(self._block))
        return begun is not None

    def _read_label(self, label: Label, cells: Sequence[str], number: int, out: list[Record]) -> None:
        block = self._block
        if block is not None and (block.rows or label in block.said):
            out.append(self._close(block))
            block = None
        block = self._block = block or _Block(number)
        if len(cells) < 2 or any(map(str.strip, cells[2:])):
            raise UnreadableFile(number, min(len(cells) + 1, 3), f"{label} has one value, and not in this line")
        try:
            block.say(label, cells[1])
        except UnreadableCell as error:
            raise UnreadableFile(number, 2, f"{label}: {error}") from None

    def _close(self, block: _Block) -> Record:
        if block.start is None or not block.levels:
            missing = "Start Time" if block.start is None else "row of levels"
            raise UnreadableFile(block.first, 1, f"the record that begins here has no {missing}")
        self._required = block.rows
        record = Record(
            self._columns(block),
            block.address,
            block.start,
            block.duration_s,
            tuple(level for levels in block.levels.values() for level in levels),
            tuple(mark for marks in block.marks.values() for mark in marks),
        )
        if self.header is None:
            unread = tuple(text for text, name in zip(block.texts, block.names, strict=True) if name is None)
            self.header = RecordHeader(self._kind, Layout.BLOCK, block.texts, record.columns, unread)
        return record

    def _columns(self, block: _Block) -> Columns:
        """Return what the values are: the same object as long as blocks are alike."""
        alike = (block.names, tuple(block.levels), tuple(block.marks))
        if self._shared is None or self._shared[0] != alike:
            names = [name for name in block.names if name]
            channels = [name.channel for name in names if name.channel and name.band_hz is None]
            levels = (LevelName(quantity, *name) for quantity in block.levels for name in names)
            flags = (FlagName(flag, channel) for flag in block.marks for channel in channels)
            self._shared = alike, Columns(tuple(levels), tuple(flags))
        return self._shared[1]


def _wanted(quantity: Quantity | Flag, names: Sequence[Nameless | None]) -> list[int]:
    """Return which columns are read of a row: of flags those of channels, bands have none of their own."""
    return [
        index
        for index, name in enumerate(names)
        if name and (not isinstance(quantity, Flag) or (name.channel and name.band_hz is None))
    ]


def _take_names(block: _Block, cells: Sequence[str], number: int) -> None:
    if block.names:
        raise UnreadableFile(number, 1, "this record has the names of its columns twice")
    texts = [cell.strip() for cell in cells[1:]]
    while texts and not texts[-1]:
        texts.pop()
    names = [meaning if isinstance(meaning := read_column(text), Nameless) else None for text in texts]
    for index, name in enumerate(names):
        if name and name in names[:index]:
            raise UnreadableFile(number, index + 2, f"there are two columns {texts[index]}")
    if not any(names):
        raise UnreadableFile(number, 2, "no column has the name of a channel or band")
    block.texts, block.names = tuple(texts), tuple(names)


def _take_row(block: _Block, cells: Sequence[str], number: int) -> None:
    key, *values = cells
    quantity, width = read_quantity(key), len(block.names)
    if len(values) < width:
        raise UnreadableFile(number, len(cells) + 1, f"this row ends early: {len(values)} values of {width}")
    if any(map(str.strip, values[width:])):
        raise UnreadableFile(number, width + 2, f"this row has more than the {width} values that have a name")
    if quantity in block.rows:
        raise UnreadableFile(number, 1, f"this record has two rows {quantity}")
    if isinstance(quantity, Quantity):
        block.levels[quantity] = _values(read_level, quantity, block.names, values, number)
    elif quantity:
        block.marks[quantity] = _values(read_flag, quantity, block.names, values, number)


def _values[T](
    read: Callable[[str], T],
    quantity: Quantity | Flag,
    names: Sequence[Nameless | None],
    values: Sequence[str],
    number: int,
) -> list[T]:
    """Return what is wanted of the values that there are; raises UnreadableFile."""
    found = []
    for index in _wanted(quantity, names[: len(values)]):
        try:
            found.append(read(values[index]))
        except UnreadableCell as error:
            raise UnreadableFile(number, index + 2, f"{quantity}: {error}") from None
    return found


def _reader(quantity: Quantity | Flag) -> Callable[[str], float | bool | None]:
    return read_flag if isinstance(quantity, Flag) else read_level
