"""Files of a block of lines for each record."""

from datetime import datetime
from itertools import islice

import pytest

from custom_components.rion_nl43.nl43.records import (
    Channel,
    Flag,
    FlagName,
    Layout,
    LevelName,
    Quantity,
    RecordKind,
    RecordReader,
    TornEnd,
    UnreadableFile,
)

QUANTITIES = ("Leq", "LE", "Lmax", "Lmin", "LN1", "LN2", "LN3", "LN4", "LN5")
ROWS = "".join(f"{name}, {60 + number}.0, 50.{number},  -.-, 41.5\n" for number, name in enumerate(QUANTITIES))
LABELS = "Address,   868\nStart Time,2015/12/08 13:40:00\nMeasurement Time,00d 00:10:00.0\n"
NAMES = ",Sub,Main,Partial Over All,12.5 Hz\n"
BLOCK = LABELS + NAMES + ROWS


def read(text: str) -> RecordReader:
    """Read a file to its end."""
    reader = RecordReader()
    list(reader.read([text.encode()]))
    return reader


def refused(text: str) -> tuple[int, int, str]:
    """Return where a file cannot be read, and why."""
    with pytest.raises(UnreadableFile) as caught:
        read(text)
    return caught.value.line, caught.value.column, caught.value.problem


def test_a_block_of_thirteen_lines() -> None:
    """Channels are found by their names."""
    reader = RecordReader()
    first, second = reader.read([BLOCK.encode(), BLOCK.encode()])
    assert (first.address, first.start, first.duration_s) == (868, datetime(2015, 12, 8, 13, 40), 600.0)
    assert first.level(Quantity.LEQ) == 50.0
    assert first.level(Quantity.LN5, Channel.SUB1) == 68.0
    assert first.level(Quantity.LE, Channel.PARTIAL) is None
    assert first.levels[LevelName(Quantity.LMAX, None, 12.5)] == 41.5
    assert first.flags == {}
    assert first.columns is second.columns
    assert reader.header is not None
    assert (reader.header.kind, reader.header.layout) == (RecordKind.LEQ, Layout.BLOCK)
    assert reader.header.names == ("Sub", "Main", "Partial Over All", "12.5 Hz")
    assert reader.header.channels == (Channel.SUB1, Channel.MAIN, Channel.PARTIAL)


def test_what_else_a_block_may_have() -> None:
    """Flags are of channels; rows, columns and lines whose names are not known are left unread."""
    rows = "LN6,x,x,x,x\nOver,1,0,-,x\nUnder,,0,0,\n"
    block = LABELS + "Store,0001\n" + NAMES.replace("Partial Over All", "Remark") + ROWS + rows
    reader = RecordReader()
    (record,) = reader.read([block.encode()])
    assert record.flags == {
        FlagName(Flag.OVER, Channel.SUB1): True,
        FlagName(Flag.OVER, Channel.MAIN): False,
        FlagName(Flag.UNDER, Channel.SUB1): None,
        FlagName(Flag.UNDER, Channel.MAIN): False,
    }
    assert record.over(Channel.SUB1) is True
    assert len(record.levels) == 27
    assert reader.header is not None
    assert reader.header.unread == ("Remark",)


def test_blocks_may_differ() -> None:
    """Settings may have changed between two records."""
    other = BLOCK.replace(NAMES, ",Main\n").replace("50.", "70.")
    rows = "".join(f"{name},70.0\n" for name in QUANTITIES)
    other = LABELS + ",Main\n" + rows
    first, second = RecordReader(RecordKind.MANUAL).read([(BLOCK + other).encode()])
    assert len(first.levels) == 36
    assert second.levels == {LevelName(Quantity(name)): 70.0 for name in QUANTITIES}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("Address,1\nx\n", (2, 1), "this line belongs to no record"),
        ("Address,1\nLeq,1.0\n", (2, 1), "this line belongs to no record"),
        ("Address,1\nAddress,2\n", (1, 1), "the record that begins here has no Start Time"),
        (LABELS + NAMES + LABELS, (1, 1), "the record that begins here has no row of levels"),
        (LABELS + NAMES + NAMES, (5, 1), "this record has the names of its columns twice"),
        (LABELS + ",Main,Main\n", (4, 3), "there are two columns Main"),
        (LABELS + ",x,\n", (4, 2), "no column has the name of a channel or band"),
        (LABELS + NAMES + "Leq,1.0\n", (5, 3), "this row ends early: 1 values of 4"),
        (LABELS + NAMES + "Leq,1.0,1.0,1.0,1.0,,1.0\n", (5, 6), "this row has more than the 4 values that have a name"),
        (LABELS + NAMES + "Leq,1.0,1.0,1.0,1.0\nLEQ,1.0,1.0,1.0,1.0\n", (6, 1), "this record has two rows Leq"),
        (LABELS + NAMES + "Leq,1.0,1.0,x,1.0\n", (5, 4), "Leq: 'x' is no level in dB"),
        (LABELS + NAMES + "Over,1,2,0,0\n", (5, 3), "Over: '2' is neither 0 nor 1"),
        (BLOCK + "Start Time,x\n", (14, 2), "Start Time: 'x' is no date and time"),
        (BLOCK + "Address\n", (14, 2), "Address has one value, and not in this line"),
        (BLOCK + "Address,1,2\n", (14, 3), "Address has one value, and not in this line"),
        (BLOCK + "Address,x", (14, 2), "the file ends in what is no line of a record"),
        (BLOCK + "x", (14, 1), "the file ends in what is no line of a record"),
        (LABELS + NAMES + "Leq,x,1.0", (5, 2), "Leq: 'x' is no level in dB"),
        (LABELS + NAMES + "Leq,1.0,x", (5, 3), "the file ends in what is no line of a record"),
        (LABELS + NAMES + "Leq,1.0,1.0,1.0,x", (5, 5), "the file ends in what is no line of a record"),
    ],
)
def test_a_bad_block_is_told_with_its_place(text: str, place: tuple[int, int], words: str) -> None:
    """In words that a user understands."""
    assert refused(text) == (*place, words)


@pytest.mark.parametrize("garbage", ["x\n", "x", "Start Time,x\n", "Leq,1.0,1.0,1.0,1.0\n"])
@pytest.mark.parametrize("before", [BLOCK, BLOCK + BLOCK])
def test_bad_bytes_lose_no_block_before_them(before: str, garbage: str) -> None:
    """Not even the last one."""
    records = RecordReader().read([(before + garbage).encode()])
    assert [record.address for record in islice(records, before.count("Address"))] == [868] * before.count("Address")
    with pytest.raises(UnreadableFile):
        next(records)


def test_a_block_without_a_start_is_no_record() -> None:
    """Though it has all its rows."""
    assert refused(BLOCK.replace("Start", "Begin")) == (1, 1, "the record that begins here has no Start Time")
    assert refused(BLOCK.replace("Start", "Begin") + "x\n") == (14, 1, "this line belongs to no record")


@pytest.mark.parametrize("lines", range(1, 13))
@pytest.mark.parametrize("before", ["", BLOCK])
def test_a_block_without_its_end_is_torn(before: str, lines: int) -> None:
    """The blocks before it are read."""
    text = before + "".join(BLOCK.splitlines(keepends=True)[:lines])
    reader = RecordReader()
    assert len(list(reader.read([text.encode()]))) == (1 if before else 0)
    assert reader.torn == TornEnd(text.count("\n"))


@pytest.mark.parametrize(
    ("end", "records", "torn"),
    [
        ("", 1, False),
        ("Addr", 1, True),
        ("Address,", 1, True),
        ("Leqmov,1.0", 0, True),
        ("Leqmov,1.0,1.0,1.0,1.", 0, True),
        ("Leqmov,1.0,1.0,1.0,-", 0, True),
        ("Leqmov,1.0,1.0,1.0,1.0", 1, False),
        ("Leqmov,1.0,1.0,1.0,-,", 1, False),
        ("Over,1,0,0,1", 1, False),
        ("LN6,1.0,x", 0, True),
    ],
)
def test_the_end_of_the_only_block(end: str, records: int, torn: bool) -> None:
    """A line that is torn belongs to the next block, or to this one, which is torn then."""
    reader = RecordReader()
    assert len(list(reader.read([(BLOCK + end).encode()]))) == records
    assert (reader.torn is not None) is torn


def test_a_block_that_is_torn_before_its_names() -> None:
    """Nothing is known of such a file."""
    for text in ("Address,1\nStart", LABELS + ",Ma", LABELS + "Store,x", "Address,1"):
        reader = read(text)
        assert reader.torn is not None
        assert reader.header is None
