"""Files of one row for each record: read by the names of their columns, and refused with a place and a reason."""

from datetime import datetime

import pytest

from custom_components.rion_nl43.nl43 import NL43Error
from custom_components.rion_nl43.nl43.records import (
    Channel,
    Layout,
    LevelName,
    Quantity,
    RecordKind,
    RecordReader,
    TornEnd,
    UnreadableFile,
)
from custom_components.rion_nl43.nl43.records.lines import MAX_COLUMNS, MAX_LINE_BYTES

HEAD = b"Address,Start Time,Measurement Time,Leq(Main),Lmax(Main),Over(Main),Under(Main)\r\n"
ROW = b"     1,2026/03/02 08:00:00,000d 00:15:00.0, 54.1,  -.-,1,0\r\n"
OCTAVE = (
    b"Address,Start Time,Measurement Time,Leq(Main),20Hz,1.25 kHz\n7,2026/03/02 08:00:00,00d 00:10:00.0,50.1,1.2,3.4,\n"
)


def refused(data: bytes) -> tuple[int, int, str]:
    """Return where a file cannot be read, and why."""
    with pytest.raises(UnreadableFile) as caught:
        list(RecordReader().read([data]))
    assert isinstance(caught.value, NL43Error)
    assert str(caught.value) == f"line {caught.value.line}, column {caught.value.column}: {caught.value.problem}"
    return caught.value.line, caught.value.column, caught.value.problem


def test_a_record_of_the_protocol() -> None:
    """A record tells its levels, and what there is none of."""
    reader = RecordReader()
    (record,) = reader.read([b"CSV\r\n" + HEAD + ROW])
    assert (record.address, record.start, record.duration_s) == (1, datetime(2026, 3, 2, 8), 900.0)
    assert record.start.tzinfo is None
    assert record.level(Quantity.LEQ) == 54.1
    assert record.level(Quantity.LMAX) is record.level(Quantity.LE) is record.level(Quantity.LEQ, Channel.SUB1) is None
    assert record.over() is True
    assert record.under() is False
    assert record.over(Channel.SUB2) is None
    assert reader.header is not None
    assert (reader.header.kind, reader.header.layout) == (RecordKind.LEQ, Layout.FLAT)
    assert reader.header.names == tuple(HEAD.decode().strip().split(","))
    assert reader.header.channels == (Channel.MAIN,)
    assert reader.header.columns is record.columns


def test_the_kind_that_a_name_says() -> None:
    """Records of a Manual store look like those of Leq files; Lp files show what they are."""
    reader = RecordReader(RecordKind.MANUAL)
    reader.feed(HEAD)
    assert reader.header is not None
    assert reader.header.kind is RecordKind.MANUAL
    reader = RecordReader()
    reader.feed(b"start time,MAIN,sub,12.5 Hz\n")
    assert reader.header is not None
    assert reader.header.kind is RecordKind.LP
    assert reader.header.channels == (Channel.MAIN, Channel.SUB1)


def test_bands_belong_to_the_only_quantity() -> None:
    """Of several, nobody knows which: then bands are left unread."""
    (record,) = RecordReader().read([OCTAVE])
    assert record.level(Quantity.LEQ, None, 20.0) == 1.2
    assert record.level(Quantity.LEQ, None, 1250.0) == 3.4
    reader = RecordReader()
    (record,) = reader.read([OCTAVE.replace(b"Leq(Main),", b"Leq(Main),LE(Main),").replace(b"50.1,", b"50.1,80.2,")])
    assert [*record.levels] == [LevelName(Quantity.LEQ), LevelName(Quantity.LE)]
    assert reader.header is not None
    assert reader.header.unread == ("20Hz", "1.25 kHz")


def test_columns_that_are_not_known_may_say_anything() -> None:
    """They are named in the header, nothing more."""
    reader = RecordReader()
    data = b"Start Time,\xba\xaf\xbc\xf6,Leq(Left),Leq,Leq (x) (y),\n2026/03/02 08:00:00,\xff\x00,x,1.0,y,\n"
    (record,) = reader.read([data])
    assert record.levels == {LevelName(Quantity.LEQ): 1.0}
    assert reader.header is not None
    assert reader.header.unread == ("\ufffd" * 4, "Leq(Left)", "Leq (x) (y)")


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        (b" 54.1", b"nan", 4, "Leq(Main): 'nan' is no level in dB"),
        (b" 54.1", b"1e1.0", 4, "Leq(Main): '1e1.0' is no level in dB"),
        (b" 54.1", b"54", 4, "Leq(Main): '54' is no level in dB"),
        (b" 54.1", b"999.9", 4, "Leq(Main): no sound has a level of 999.9 dB"),
        (b" 54.1", b"-100.1", 4, "Leq(Main): no sound has a level of -100.1 dB"),
        (b" 54.1", b"\x00\xff" * 40, 4, "Leq(Main): " + "'" + "\\x00\\ufffd" * 10 + "'… is no level in dB"),
        (b",1,", b",2,", 6, "Over(Main): '2' is neither 0 nor 1"),
        (b"     1", b"one", 1, "Address: 'one' is no address of a record"),
        (b"2026/03/02", b"2026/02/30", 2, "Start Time: '2026/02/30 08:00:00' is no date and time"),
        (b"2026/03/02 08:00:00", b"", 2, "Start Time: '' is no date and time"),
        (b" 08:00", b" 24:00", 2, "Start Time: '2026/03/02 24:00:00' is no date and time"),
        (b"000d 00:15", b"000d 00:75", 3, "Measurement Time: '000d 00:75:00.0' is no measurement time"),
        (b",1,0", b",1", 7, "this row ends early: 6 columns of 7"),
        (b",1,0", b",1,0,,0", 8, "this row has more than the 7 columns that have a name"),
    ],
)
def test_a_bad_cell_is_told_with_its_place(old: bytes, new: bytes, column: int, words: str) -> None:
    """In words that a user understands; the records before it are handed out first."""
    data = HEAD + ROW + b"\r\n" + ROW.replace(old, new) + ROW
    assert refused(data) == (4, column, words)
    reader = RecordReader()
    assert next(reader.feed(data)).address == 1
    for rest in (reader.feed(ROW), reader.finish()):
        with pytest.raises(UnreadableFile, match="line 4"):
            next(rest)


def test_missing_values_of_a_record() -> None:
    """A record needs its start alone."""
    data = HEAD + b"-,2026/03/02 08:00:00,-.-,-,,-,\r\n"
    (record,) = RecordReader().read([data])
    assert (record.address, record.duration_s, set(record.values), set(record.marks)) == (None, None, {None}, {None})


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"<html>\n", (1, 1), "'<html>' does not begin a file of records"),
        (b"CSV\nCSV\n", (2, 1), "'CSV' does not begin a file of records"),
        (b"<html>", (1, 1), "'<html>' does not begin a file of records"),
        (b"<html>,", (1, 1), "'<html>' does not begin a file of records"),
        (b"Address,Leq(Main)\n", (1, 1), "no column has the name Start Time"),
        (b"Start Time,Address\n", (1, 1), "no column has the name of a level"),
        (b"Address,Start Time,Measurement Time,Main\n", (1, 1), "no column has the name of a level"),
        (b"Start Time,LEQ,Leq(Main)\n", (1, 3), "there are two columns Leq(Main)"),
        (b"Start Time" + b"," * MAX_COLUMNS + b"Lp\n", (1, MAX_COLUMNS + 1), "this line has more columns"),
        (b"\n" + b"x" * (MAX_LINE_BYTES + 1), (2, 1), "this line is longer than any that a meter writes"),
        (b"\n\n" + b"x" * (MAX_LINE_BYTES + 1) + b"\n", (3, 1), "this line is longer than any that a meter writes"),
    ],
)
def test_what_is_no_file_of_records(data: bytes, place: tuple[int, int], words: str) -> None:
    """It is refused at its first lines."""
    line, column, problem = refused(data)
    assert (line, column) == place
    assert words in problem


def test_an_endless_line_is_not_gathered() -> None:
    """It is refused as soon as it is too long."""
    reader = RecordReader()
    for _ in range(MAX_LINE_BYTES // 1024):
        assert list(reader.feed(bytes(1024))) == []
    with pytest.raises(UnreadableFile, match="line 1, column 1"):
        next(reader.feed(bytes(1)))


@pytest.mark.parametrize(
    ("end", "torn"),
    [
        (b"     2", True),
        (b"     ", True),
        (b"     2,2026/03/02 08:15:00,000d 00:15:00.0, 54.1,  -", True),
        (b"     2,2026/03/02 08:15:00,000d 00:15:00.0, 54.1,  -.-,1,", True),
        (b"     2,2026/03/02 08:15:00,000d 00:15:00.0, 54.1,  -.-,1,-", True),
        (b"     2,2026/03/02 08:15:00,000d 00:15:00.0, 54.1,  -.-,1,0", False),
        (b"     2,2026/03/02 08:15:00,000d 00:15:00.0, 54.1,  -.-,1,-\r", False),
        (b"     2,2026/03/02 08:15:00,000d 00:15:00.0, 54.1,  -.-,1,-,", False),
    ],
)
def test_a_torn_last_line(end: bytes, torn: bool) -> None:
    """It loses nothing of what is before, and makes no record; a row that can be no longer is one."""
    reader = RecordReader()
    records = list(reader.read([HEAD + ROW + end]))
    assert len(records) == (1 if torn else 2)
    assert reader.torn == (TornEnd(3) if torn else None)


@pytest.mark.parametrize(
    ("end", "column"),
    [
        (b"     2,yesterday", 2),
        (b"     2,yesterday,000d", 2),
        (b"     2,2026/03/02 08:15:00,000d 00:15:00.0, 54.1,  -.-,1,x", 7),
        (b"     2,2026/03/02 08:15:00,000d 00:15:00.0, 54.1,  -.-,1,0,x", 8),
    ],
)
def test_garbage_at_the_end_is_not_torn(end: bytes, column: int) -> None:
    """No row begins like this."""
    assert refused(HEAD + ROW + end)[:2] == (3, column)


@pytest.mark.parametrize(("name", "end", "torn"), [(b"Address", b",12", True), (b"Remark", b",\xff", True)])
def test_a_last_column_whose_end_is_not_known(name: bytes, end: bytes, torn: bool) -> None:
    """An address or a text may go on."""
    reader = RecordReader()
    list(reader.read([b"Start Time,Lp(Main)," + name + b"\n2026/03/02 08:15:00, 54.1" + end]))
    assert (reader.torn is not None) is torn
