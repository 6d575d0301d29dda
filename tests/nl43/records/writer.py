"""Writes stored files in every form that is known, and says what they mean; shares no code with what reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from custom_components.rion_nl43.nl43.records import Channel, Flag, FlagName, LevelName, Quantity, Record

QUANTITIES = ("Leq", "LE", "Lmax", "Lmin", "LN1", "LN2", "LN3", "LN4", "LN5")
BANDS = {"12.5 Hz": 12.5, "20Hz": 20.0, "500 Hz": 500.0, "1.25kHz": 1250.0, "20 kHz": 20000.0}
CHANNELS = ("Main", "Sub1", "Sub2", "Sub3")
EPOCH = datetime(2026, 1, 1)

# Both without a level, and with one in tenths of dB.
tenths = st.none() | st.integers(-999, 2999)
chunkings = st.lists(st.integers(1, 400), max_size=30)


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    csv_mark: bool
    line_end: str
    bom: bool
    surplus_comma: bool
    padded: bool
    missing: str
    upper: bool | None
    milliseconds: bool
    day_digits: int
    blank_lines: bool
    note: bytes | None
    """What stands in a column that no meter has."""

    def name(self, text: str) -> str:
        """Write a name."""
        return text if self.upper is None else text.upper() if self.upper else text.lower()

    def level(self, level: int | None) -> str:
        """Write a level."""
        if level is None:
            return self.missing.rjust(5) if self.padded else self.missing
        sign, size = "-" if level < 0 else "", abs(level)
        text = f"{sign}{size // 10}.{size % 10}"
        return text.rjust(5) if self.padded else text

    def flag(self, flag: bool | None) -> str:
        """Write a flag."""
        return "-" if flag is None else "1" if flag else "0"

    def address(self, address: int) -> str:
        """Write an address."""
        return f"{address:6d}" if self.padded else str(address)

    def stamp(self, start_ms: int) -> str:
        """Write a date and time."""
        start = EPOCH + timedelta(milliseconds=start_ms)
        fraction = f".{start.microsecond // 1000:03d}" if self.milliseconds else ""
        return f"{start.year}/{start.month:02d}/{start.day:02d} {start:%H:%M:%S}{fraction}"

    def duration(self, duration_tenths: int) -> str:
        """Write a measured time."""
        seconds, tenth = divmod(duration_tenths, 10)
        return f"{str(seconds // 86400).zfill(self.day_digits)}d {EPOCH + timedelta(seconds=seconds):%H:%M:%S}.{tenth}"

    def start(self, start_ms: int) -> datetime:
        """Return the date and time that a file of this form tells."""
        return EPOCH + timedelta(milliseconds=start_ms if self.milliseconds else start_ms // 1000 * 1000)

    def file(self, lines: list[list[bytes]]) -> tuple[bytes, list[int]]:
        """Join lines of cells; return the bytes, and where each line ends in them."""
        data = b"\xef\xbb\xbf" if self.bom else b""
        if self.csv_mark:
            data += b"CSV" + self.line_end.encode()
        ends = []
        for line in lines:
            if self.blank_lines:
                data += self.line_end.encode()
            data += b",".join(line) + b"," * self.surplus_comma + self.line_end.encode()
            ends.append(len(data))
        return data, ends


forms = st.builds(
    Form,
    csv_mark=st.booleans(),
    line_end=st.sampled_from(["\r\n", "\n"]),
    bom=st.booleans(),
    surplus_comma=st.booleans(),
    padded=st.booleans(),
    missing=st.sampled_from(["-.-", "-", ""]),
    upper=st.sampled_from([None, True, False]),
    milliseconds=st.booleans(),
    day_digits=st.sampled_from([2, 3]),
    blank_lines=st.booleans(),
    note=st.sampled_from([None, b"", b"note", "\ubcc0\uc218".encode("cp949"), b"\xff\x00\x1b"]),
)


@dataclass(frozen=True)
class Told:
    """What a record means."""

    address: int | None
    start: datetime
    duration_s: float | None
    levels: Mapping[LevelName, float | None]
    flags: Mapping[FlagName, bool | None]


@dataclass(frozen=True)
class Written:
    """A file: its bytes, what its records mean, and where in the bytes each of them ends."""

    data: bytes
    told: tuple[Told, ...]
    ends: tuple[int, ...]


def told(record: Record) -> Told:
    """Return what was read."""
    return Told(record.address, record.start, record.duration_s, record.levels, record.flags)


def chunks(data: bytes, sizes: list[int]) -> list[bytes]:
    """Cut bytes into pieces of these sizes, and what is left."""
    cuts = [0]
    for size in sizes:
        cuts.append(min(cuts[-1] + size, len(data)))
    return [data[begin:end] for begin, end in pairwise([*cuts, len(data)])]


@st.composite
def flat_files(draw: st.DrawFn) -> Written:
    """Write records of one row each, the columns in any order behind the first."""
    form = draw(forms)
    channels = draw(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=3, unique=True))
    quantities = draw(st.lists(st.sampled_from([*Quantity]), min_size=1, max_size=4, unique=True))
    levels = {
        f"{quantity}({channel})": LevelName(quantity, Channel(channel))
        for quantity in quantities
        for channel in channels
    }
    if len(quantities) == 1:
        bands = draw(st.lists(st.sampled_from([*BANDS]), max_size=3, unique=True))
        levels |= {band: LevelName(quantities[0], None, BANDS[band]) for band in bands}
    flags = {f"{flag}({channel})": FlagName(flag, Channel(channel)) for flag in Flag for channel in channels}
    names = draw(st.permutations(["Address", "Measurement Time", *levels, *flags]))
    names = ["Start Time", *names, *(["Remark"] if form.note is not None else [])]
    lines = [[form.name(name).encode() for name in names]]
    records = []
    for _ in range(draw(st.integers(0, 6))):
        address, start_ms, duration = (
            draw(st.integers(1, 10**6)),
            draw(st.integers(0, 10**11)),
            draw(st.integers(0, 10**7)),
        )
        values = {name: draw(tenths) for name in levels}
        marks = {name: draw(st.sampled_from([None, False, True])) for name in flags}
        cells = {
            "Address": form.address(address),
            "Start Time": form.stamp(start_ms),
            "Measurement Time": form.duration(duration),
            **{name: form.level(value) for name, value in values.items()},
            **{name: form.flag(mark) for name, mark in marks.items()},
        }
        lines.append([cells[name].encode() if name in cells else form.note or b"" for name in names])
        records.append(
            Told(
                address,
                form.start(start_ms),
                duration / 10,
                {levels[name]: in_db(value) for name, value in values.items()},
                {flags[name]: mark for name, mark in marks.items()},
            )
        )
    data, ends = form.file(lines)
    return Written(data, tuple(records), tuple(ends[1:]))


@st.composite
def lp_files(draw: st.DrawFn) -> Written:
    """Write rows of Lp, one channel or more, in the meter's own words or those of the older generation."""
    form = draw(forms)
    old = draw(st.booleans())
    columns = (
        {"Main": Channel.MAIN, "Sub": Channel.SUB1} if old else {f"Lp({name})": Channel(name) for name in CHANNELS}
    )
    names = draw(st.lists(st.sampled_from([*columns]), min_size=1, unique=True))
    bands = draw(st.lists(st.sampled_from([*BANDS]), max_size=2, unique=True))
    levels = {name: LevelName(Quantity.LP, columns[name]) for name in names}
    levels |= {band: LevelName(Quantity.LP, None, BANDS[band]) for band in bands}
    start_ms, interval_ms = draw(st.integers(0, 10**11)), draw(st.sampled_from([10, 25, 100, 200, 1000]))
    lines = [[form.name(name).encode() for name in ("Start Time", *levels)]]
    records = []
    rows = draw(st.integers(0, 12))
    known = interval_ms / 1000 if _is_told(form, start_ms, interval_ms, rows) else None
    for _ in range(rows):
        values = {name: draw(tenths) for name in levels}
        lines.append([form.stamp(start_ms).encode(), *(form.level(value).encode() for value in values.values())])
        said = {levels[name]: in_db(value) for name, value in values.items()}
        records.append(Told(None, form.start(start_ms), known, said, {}))
        start_ms += interval_ms
    data, ends = form.file(lines)
    return Written(data, tuple(records), tuple(ends[1:]))


@st.composite
def block_files(draw: st.DrawFn) -> Written:
    """Write records of a block each, as the older generation does with octave analysis."""
    form = draw(forms)
    columns: dict[str, tuple[Channel | None, float | None]] = {
        "Sub": (Channel.SUB1, None),
        "Main": (Channel.MAIN, None),
        "Partial Over All": (Channel.PARTIAL, None),
    }
    columns |= {band: (None, hz) for band, hz in BANDS.items()}
    names = draw(st.lists(st.sampled_from([*columns]), min_size=1, unique=True))
    # Where the last block ends is known by its rows.
    quantities = [*QUANTITIES[:4], *draw(st.sampled_from([[], ["Leqmov"]])), *QUANTITIES[4:]]
    lines: list[list[bytes]] = []
    records, last = [], []
    for _ in range(draw(st.integers(1, 3))):
        address, start_ms, duration = (
            draw(st.integers(1, 10**6)),
            draw(st.integers(0, 10**11)),
            draw(st.integers(0, 10**7)),
        )
        labels = {
            "Address": form.address(address),
            "Start Time": form.stamp(start_ms),
            "Measurement Time": form.duration(duration),
        }
        lines += [[form.name(label).encode(), value.encode()] for label, value in labels.items()]
        lines.append([b"", *(form.name(name).encode() for name in names)])
        said: dict[LevelName, float | None] = {}
        for quantity in quantities:
            values = [draw(tenths) for _ in names]
            lines.append([form.name(quantity).encode(), *(form.level(value).encode() for value in values)])
            for name, value in zip(names, values, strict=True):
                said[LevelName(Quantity(quantity), *columns[name])] = in_db(value)
        last.append(len(lines) - 1)
        records.append(Told(address, form.start(start_ms), duration / 10, said, {}))
    data, ends = form.file(lines)
    return Written(data, tuple(records), tuple(ends[index] for index in last))


def in_db(level: int | None) -> float | None:
    """Return tenths of dB in dB."""
    return None if level is None else level / 10


def _is_told(form: Form, start_ms: int, interval_ms: int, rows: int) -> bool:
    """Whether the times in the file tell the interval."""
    starts = [form.start(start_ms + row * interval_ms) for row in range(rows)]
    if any(start.microsecond for start in starts):
        return rows > 1
    # A whole second between two others.
    return len(set(starts)) > 2
