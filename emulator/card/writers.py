"""Writing rows slot by slot while a measurement runs, a new file when one is full."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from emulator.acoustics import Results
from emulator.acoustics.additional import MovingLeq
from emulator.acoustics.measurement import Heard, Measurement

from .files import CardFiles, CardFullError
from .form import StoreFormat, date_of, record_of, tenths
from .tables import LeqTable, LpTable

SLOT_MS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an Auto store is to write, and where; an interval of 0 writes no files of that kind."""

    folder: str
    index: str
    """The instrument's Index Number."""
    name: str
    """The Store Name."""
    leq_slots: int
    """The Leq Calculation Interval in slots of 100 ms."""
    lp_interval_ms: int
    percentages: tuple[float, ...]
    header: bytes
    moving_slots: int = 0
    """What Leqmov is of, if it is displayed."""
    lieq: bool = False
    """Whether LIeq is displayed."""
    ltm5: bool = False
    erasable_slots: int = 0
    """How many of the last slots may be taken back: they are written when that is over."""

    def path(self, kind: str, number: int, folder: str = "", end: str = "rnd") -> str:
        """Return the path of a file, in the store's own folder or one below it; `kind` has three characters."""
        below = f"{self.folder}/{folder}" if folder else self.folder
        return f"{below}/{file_name(self.index, kind, self.name, number, end)}"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a writer needs: the card, the form of its files, the order, the channels' numbers, and the meter's clock.

    `clock_ms` returns when the slot of a number begins.
    """

    files: CardFiles
    form: StoreFormat
    order: Order
    channels: tuple[int, ...]
    clock_ms: Callable[[int], float]


class Writer(ABC):
    """Writes files of one kind. `add` raises CardFullError."""

    @abstractmethod
    def add(self, index: int, heard: Sequence[Heard]) -> None:
        """Take the slot of this number in: what each channel heard."""

    @abstractmethod
    def interrupt(self) -> None:
        """Note that the clock has been set: times to come do not follow the last one evenly."""

    @abstractmethod
    def finish(self) -> None:
        """Write what has been begun, if there is room: the measurement is over."""

    @abstractmethod
    def close(self) -> None:
        """Write no more."""


class LeqWriter(Writer):
    """Writes a record each Leq Calculation Interval of measured time, with the results of that interval alone."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        """Make the folder and the first file."""
        self._desk = desk
        self._measurements: list[Measurement] = []
        self._moving = [MovingLeq(desk.order.moving_slots) for _ in desk.channels]
        self._start_ms = self._last = 0
        self._slots = self._records = 0
        desk.files.make_folder(f"{desk.order.folder}/Auto_Leq", now)
        self._table = self._opened(1, now)

    def add(self, index: int, heard: Sequence[Heard]) -> None:
        """Take the slot of this number in: what each channel heard."""
        if not self._slots:
            self._start_ms = round(self._desk.clock_ms(index))
            percentages = self._desk.order.percentages
            self._measurements = [Measurement(percentages) for _ in heard]
        for slot, measurement, moving in zip(heard, self._measurements, self._moving, strict=True):
            measurement.add(slot)
            moving.add(slot.energy)
        self._slots += 1
        self._last = index
        if self._slots == self._desk.order.leq_slots:
            self._write()

    def interrupt(self) -> None:
        """Do nothing: each record tells its own time."""

    def finish(self) -> None:
        """Write the record that has been begun, with the time it had."""
        if self._slots:
            try:
                self._write()
            except CardFullError:
                self._slots = 0

    def close(self) -> None:
        """Write no more."""
        self._desk.files.written(self._table)

    def _write(self) -> None:
        files, now = self._desk.files, date_of(self._desk.clock_ms(self._last + 1))
        per_file = self._desk.form.leq_records_per_file
        if self._table.rows == per_file:
            table = self._opened(self._records // per_file + 1, now)
            files.written(self._table)
            self._table = table
        files.take(self._table.row_size)
        self._table.append(record_of(self._start_ms, self._results()), now)
        self._records += 1
        self._slots = 0

    def _results(self) -> list[Results]:
        order = self._desk.order
        return [
            replace(
                results,
                lieq=results.lieq if order.lieq else None,
                leq_mov=moving.level,
                ltm5=results.ltm5 if order.ltm5 else None,
            )
            for results, moving in zip((taken.results() for taken in self._measurements), self._moving, strict=True)
        ]

    def _opened(self, number: int, now: datetime) -> LeqTable:
        desk = self._desk
        table = LeqTable(desk.form, desk.channels, self._records + 1, now)
        desk.files.put(desk.order.path("Leq", number, "Auto_Leq"), table, now, being_written=True)
        return table


class LpWriter(Writer):
    """Writes Lp as it is at the end of each Lp Store Interval of measured time.

    A slot of 100 ms has no inside: rows of 10 ms and 25 ms lie on the straight line, in dB, between Lp at the slot's
    begin and at its end. So their extremes are those of the measurement. An interval that is broken off leaves no row.
    """

    def __init__(self, desk: Desk, now: datetime) -> None:
        """Make the first folder and the first file."""
        interval_ms = desk.order.lp_interval_ms
        self._desk = desk
        self._slots_per_row = max(1, interval_ms // SLOT_MS)
        self._rows_per_slot = max(1, SLOT_MS // interval_ms)
        self._rows_per_file = desk.form.lp_file_s * 1000 // interval_ms
        self._files = 0
        self._slots = self._first = 0
        self._expected = -1
        self._table = self._opened(now)

    def add(self, index: int, heard: Sequence[Heard]) -> None:
        """Take the slot of this number in: what each channel heard."""
        if not self._slots:
            self._first = index
        self._slots += 1
        if self._slots < self._slots_per_row:
            return
        self._slots = 0
        if self._table.rows == self._rows_per_file:
            self._next_file()
        if self._first != self._expected:
            start_ms, next_ms = map(self._desk.clock_ms, (self._first, self._first + self._slots_per_row))
            self._table.go_on_at(start_ms, (next_ms - start_ms) / self._rows_per_slot)
        # After a row with a pause in it the next one does not follow evenly.
        self._expected = index + 1 if index - self._first == self._slots_per_row - 1 else -1
        for row in range(1, self._rows_per_slot + 1):
            self._desk.files.take(self._table.row_size)
            self._table.append([self._level(slot, row) for slot in heard])

    def interrupt(self) -> None:
        """Note that the clock has been set: times to come do not follow the last one evenly."""
        self._expected = -1

    def finish(self) -> None:
        """Leave the row that has been begun unwritten."""
        self._slots = 0

    def close(self) -> None:
        """Write no more."""
        self._desk.files.written(self._table)

    def _level(self, slot: Heard, row: int) -> int:
        if row == self._rows_per_slot:
            return tenths(slot.lp)
        return tenths(slot.lp_before + (slot.lp - slot.lp_before) * row / self._rows_per_slot)

    def _next_file(self) -> None:
        table = self._opened(date_of(self._desk.clock_ms(self._first)))
        self._desk.files.written(self._table)
        self._table = table
        self._expected = -1

    def _opened(self, now: datetime) -> LpTable:
        desk, number = self._desk, self._files + 1
        folder = f"Auto_Lp_{self._files // desk.form.lp_files_per_folder + 1:02d}"
        desk.files.make_folder(f"{desk.order.folder}/{folder}", now)
        table = LpTable(desk.form, desk.channels, now)
        desk.files.put(desk.order.path("Lp ", number, folder), table, now, being_written=True)
        self._files = number
        return table


def file_name(index: str, kind: str, store_name: str, number: int, end: str = "rnd") -> str:
    """Return the name of a stored file: `NL_0001_SLM_Leq_0020_0001.rnd`."""
    return f"NL_{index}_SLM_{kind}_{store_name}_{number:04d}.{end}"
