"""How stored files look: what the `.rnd` and `.rnh` files of a meter are made of, line by line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from emulator.acoustics import Results

type Layout = Literal["flat", "block"]
type LineEnd = Literal["crlf", "lf"]
type Milliseconds = Literal["lp", "always", "never"]

CHANNEL_NAMES = ("Main", "Sub1", "Sub2", "Sub3")
QUANTITIES = (
    *("Leq", "LE", "Lmax", "Lmin", "LN1", "LN2", "LN3", "LN4", "LN5"),
    *("Lpeak", "LIeq", "Leqmov", "Ltm5"),
)
# A block has the levels that its thirteen lines have room for.
BLOCK_QUANTITIES = QUANTITIES[:9]
MISSING = -(2**15)
NO_LEVEL = "  -.-"

_EPOCH = datetime(2000, 1, 1)  # the meter knows no zone
_MILLISECOND = timedelta(milliseconds=1)
_SLOTS_PER_DAY = 864_000


class Record(NamedTuple):
    """One row of an Leq file or of a Manual store: levels in tenths of dB, QUANTITIES of one channel after another.

    `start_ms` is in milliseconds of the meter's clock, `slots` are the 100 ms that were measured; `flags` are over and
    under, 0 or 1, of each channel.
    """

    start_ms: int
    slots: int
    levels: tuple[int, ...]
    flags: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFormat:
    """A switch for each assumption about stored files."""

    layout: Layout = "flat"
    """Of Leq files and Manual stores: one row for each record, or a block of lines as the NL-42 with RT writes it."""
    csv_line: bool = True
    """Whether `CSV` is the first line of `.rnd` files."""
    line_end: LineEnd = "crlf"
    surplus_comma: bool = False
    """Whether the rows of `.rnd` files, the header row included, end with a comma."""
    milliseconds: Milliseconds = "lp"
    """Which files tell milliseconds in `Start Time`: Lp files, all files, or none."""
    leq_records_per_file: int = 60_000
    lp_file_s: int = 3600
    """How much measured time an Lp file takes in."""
    lp_files_per_folder: int = 1000

    def __post_init__(self) -> None:
        """Refuse what would never come to an end."""
        if min(self.leq_records_per_file, self.lp_file_s, self.lp_files_per_folder) < 1:
            raise ValueError("files and folders have to take something in")

    @property
    def newline(self) -> str:
        """What ends a line."""
        return "\r\n" if self.line_end == "crlf" else "\n"

    @property
    def row_end(self) -> str:
        """What ends a row of a `.rnd` file."""
        return f",{self.newline}" if self.surplus_comma else self.newline

    def head(self, columns: str | None) -> bytes:
        """Return what stands above the rows: the `CSV` line, and the header row if there is one."""
        lines = f"CSV{self.newline}" if self.csv_line else ""
        return (lines + (f"{columns}{self.row_end}" if columns else "")).encode("ascii")

    def records_head(self, channels: Sequence[int]) -> bytes:
        """Return what stands above the records of a file; in blocks, each record has a header row of its own."""
        return self.head(record_columns(channels) if self.layout == "flat" else None)

    def record(self, address: int, record: Record, channels: Sequence[int], digits: int = 6) -> str:
        """Return the row or the block of one record; all of the same channels and digits are of one length."""
        stamp = format_ms(record.start_ms, milliseconds=self.milliseconds == "always")
        duration = format_duration(record.slots)
        if self.layout == "flat":
            return ",".join([f"{address:{digits}d}", stamp, duration, *_fields(record)]) + self.row_end
        names = ",".join(CHANNEL_NAMES[number] for number in channels)
        lines = [f"Address,{address:{digits}d}", f"Start Time,{stamp}", f"Measurement Time,{duration}", f",{names}"]
        for number, quantity in enumerate(BLOCK_QUANTITIES):
            values = record.levels[number :: len(QUANTITIES)]
            lines.append(",".join([quantity, *map(format_tenths, values)]))
        return "".join(line + self.row_end for line in lines)

    def lp_head(self, channels: Iterable[int]) -> bytes:
        """Return what stands above the rows of an Lp file."""
        return self.head(",".join(["Start Time", *(f"Lp({CHANNEL_NAMES[number]})" for number in channels)]))

    def lp_row(self, start_ms: int, levels: Iterable[int]) -> str:
        """Return one row of an Lp file, levels in tenths of dB."""
        stamp = format_ms(start_ms, milliseconds=self.milliseconds != "never")
        return ",".join([stamp, *map(format_tenths, levels)]) + self.row_end

    def header(self, sections: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> bytes:
        """Return an `.rnh` file: sections of keys and values."""
        lines = ["CSV"]
        for title, pairs in sections:
            lines += [f"[{title}]", *(f"{key},{value}" for key, value in pairs)]
        return "".join(line + self.newline for line in lines).encode("ascii")


def record_columns(channels: Iterable[int]) -> str:
    """Return the header row of flat records: the quantities of one channel after another, as in a row of `DOD?`."""
    columns = ["Address", "Start Time", "Measurement Time"]
    for number in channels:
        columns += [f"{quantity}({CHANNEL_NAMES[number]})" for quantity in (*QUANTITIES, "Over", "Under")]
    return ",".join(columns)


def record_of(start_ms: int, results: Sequence[Results]) -> Record:
    """Return the record of a measurement, with the results of its channels in their order."""
    levels: list[int] = []
    flags: list[int] = []
    for result in results:
        measured = (result.leq, result.le, result.lmax, result.lmin, *result.ln, result.lpeak)
        levels += map(tenths, (*measured, result.lieq, result.leq_mov, result.ltm5))
        flags += int(result.over), int(result.under)
    return Record(start_ms, round(results[0].duration_s * 10), tuple(levels), tuple(flags))


def tenths(level_db: float | None) -> int:
    """Return a level in whole tenths of dB, rounded as the rows of `DOD?` are; MISSING for none."""
    return MISSING if level_db is None else round(round(level_db, 1) * 10)


def format_tenths(level: int) -> str:
    """Return a level in five characters."""
    return NO_LEVEL if level == MISSING else f"{level / 10:5.1f}"


def format_duration(slots: int) -> str:
    """Return so many slots of 100 ms as `000d 00:15:00.0`."""
    days, slots = divmod(slots, _SLOTS_PER_DAY)
    seconds, tenth = divmod(slots, 10)
    return f"{days:03d}d {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{tenth}"


def ms_of(when: datetime) -> int:
    """Return a date and time of the meter's clock in whole milliseconds, as records keep it."""
    return round((when - _EPOCH) / _MILLISECOND)


def date_of(ms: float) -> datetime:
    """Return the date and time that `ms_of` was given."""
    return _EPOCH + round(ms) * _MILLISECOND


def format_ms(ms: int, *, milliseconds: bool) -> str:
    """Return `YYYY/MM/DD HH:MM:SS`, with `.mmm` or without."""
    return date_of(ms).isoformat(" ", "milliseconds" if milliseconds else "seconds").replace("-", "/")


def _fields(record: Record) -> Iterable[str]:
    for channel in range(len(record.flags) // 2):
        first = channel * len(QUANTITIES)
        yield from map(format_tenths, record.levels[first : first + len(QUANTITIES)])
        yield from map(str, record.flags[2 * channel : 2 * channel + 2])
