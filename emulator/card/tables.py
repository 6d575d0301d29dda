"""Files of rows: kept as arrays of tenths of dB, rendered when they are read."""

from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from .form import MISSING, QUANTITIES, Record, StoreFormat, date_of

_SLOT_MS = 100


class Table(ABC):
    """A head and rows of one length, so that no byte need be rendered to know where it stands."""

    def __init__(self, head: bytes, row_size: int, made: datetime) -> None:
        """Begin without rows."""
        self.row_size = row_size
        self._head = head
        self._made = made

    @property
    @abstractmethod
    def rows(self) -> int:
        """The number of rows."""

    @property
    @abstractmethod
    def modified(self) -> datetime:
        """When the last row was written."""

    @abstractmethod
    def _row(self, number: int) -> str:
        """Return one row."""

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self._head) + self.rows * self.row_size

    def read(self, offset: int, size: int) -> bytes:
        """Return so many bytes, or fewer at the end."""
        end = min(offset + size, self.size)
        head = self._head[offset : min(end, len(self._head))]
        begin, end = max(0, offset - len(self._head)), end - len(self._head)
        if begin >= end:
            return head
        first = begin // self.row_size
        rows = "".join(map(self._row, range(first, -(-end // self.row_size)))).encode("ascii")
        return head + rows[begin - first * self.row_size : end - first * self.row_size]


class LeqTable(Table):
    """Records of an Auto store, their addresses counting up from the first one's."""

    def __init__(self, form: StoreFormat, channels: Sequence[int], first_address: int, made: datetime) -> None:
        """Begin without records."""
        self._form = form
        self._channels = tuple(channels)
        self._first_address = first_address
        # The last record that the file may get has room for its address.
        self._digits = max(6, len(str(first_address + form.leq_records_per_file - 1)))
        self._starts_ms = array("q")
        self._slots = array("q")
        self._levels = array("h")
        self._flags = bytearray()
        self._written = made
        super().__init__(form.records_head(self._channels), _record_size(form, self._channels, self._digits), made)

    @property
    def rows(self) -> int:
        """The number of records."""
        return len(self._slots)

    @property
    def modified(self) -> datetime:
        """When the last record was written."""
        return self._written

    def append(self, record: Record, at: datetime) -> None:
        """Write one more record."""
        self._starts_ms.append(record.start_ms)
        self._slots.append(record.slots)
        self._levels.extend(record.levels)
        self._flags.extend(record.flags)
        self._written = at

    def _row(self, number: int) -> str:
        levels, flags = len(QUANTITIES) * len(self._channels), 2 * len(self._channels)
        record = Record(
            self._starts_ms[number],
            self._slots[number],
            tuple(self._levels[number * levels : (number + 1) * levels]),
            tuple(self._flags[number * flags : (number + 1) * flags]),
        )
        return self._form.record(self._first_address + number, record, self._channels, self._digits)


class ManualTable(Table):
    """Records of Manual stores, in the order of their addresses."""

    def __init__(self, form: StoreFormat, channels: Sequence[int], made: datetime) -> None:
        """Begin without records."""
        self.channels = tuple(channels)
        self.records: dict[int, Record] = {}
        self._form = form
        self._written = made
        super().__init__(form.records_head(self.channels), _record_size(form, self.channels, 6), made)

    @property
    def rows(self) -> int:
        """The number of records."""
        return len(self.records)

    @property
    def modified(self) -> datetime:
        """When the last record was written."""
        return self._written

    def write(self, address: int, record: Record, at: datetime) -> None:
        """Write the record of an address, over the one that is there."""
        self.records[address] = record
        self._written = at

    def _row(self, number: int) -> str:
        address = sorted(self.records)[number]
        return self._form.record(address, self.records[address], self.channels)


class LpTable(Table):
    """Lp of each store interval. The times of rows are kept as stretches of rows that follow each other evenly."""

    def __init__(self, form: StoreFormat, channels: Sequence[int], made: datetime) -> None:
        """Begin without rows."""
        self._form = form
        self._width = len(channels)
        self._levels = array("h")
        self._first_rows: list[int] = []
        self._stretches: list[tuple[float, float]] = []
        super().__init__(form.lp_head(channels), len(form.lp_row(0, [MISSING] * self._width)), made)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self._levels) // self._width

    @property
    def modified(self) -> datetime:
        """When the last row was written."""
        return date_of(self._start_ms(self.rows)) if self._levels else self._made

    def go_on_at(self, start_ms: float, step_ms: float) -> None:
        """Let the rows to come begin at this time and follow each other at this distance."""
        self._first_rows.append(self.rows)
        self._stretches.append((start_ms, step_ms))

    def append(self, levels: Sequence[int]) -> None:
        """Write one more row."""
        self._levels.extend(levels)

    def _start_ms(self, row: int) -> float:
        # The end of the last row is that of its own stretch.
        stretch = bisect_right(self._first_rows, min(row, self.rows - 1)) - 1
        start_ms, step_ms = self._stretches[stretch]
        return start_ms + (row - self._first_rows[stretch]) * step_ms

    def _row(self, number: int) -> str:
        levels = self._levels[number * self._width : (number + 1) * self._width]
        return self._form.lp_row(round(self._start_ms(number)), levels)


def _record_size(form: StoreFormat, channels: Sequence[int], digits: int) -> int:
    empty = Record(0, 0, (MISSING,) * (len(QUANTITIES) * len(channels)), (0,) * (2 * len(channels)))
    return len(form.record(1, empty, channels, digits))
