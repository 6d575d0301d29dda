"""Headers of Auto stores."""

from io import BytesIO

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43.records import (
    Channel,
    HeaderEntry,
    StoreHeader,
    UnreadableFile,
    read_store_header,
)
from custom_components.rion_nl43.nl43.records.store_header import MAX_ENTRIES, MAX_TEXT_BYTES

HEADER = b"""CSV\r
[Instrument]\r
Model,NL-43\r
Serial Number,00123456\r
Index Number, 0001 ,\r
\r
[Store],\r
STORE  NAME,0019\r
[Measure]\r
Frequency Weighting (Main),A\r
Frequency Weighting (Sub1),C\r
Frequency Weighting (Sub2),-\r
Time Weighting,F\r
Time Weighting Mode,x\r
[Percentile]\r
Percentile 1,5.0\r
LN2,L10\r
Percentile 3,-\r
Percentile 4,0\r
Percentile 15,7\r
"""

texts = st.text(st.characters(min_codepoint=33, exclude_characters=",[]", exclude_categories=["C", "Z"]), min_size=1)


def test_what_a_header_says() -> None:
    """Keys are found in any case, with and without blanks."""
    header = read_store_header([HEADER])
    assert (header.model, header.serial, header.index, header.store_name) == ("NL-43", "00123456", "0001", "0019")
    assert header.percentiles == {1: 5.0, 2: 10.0}
    assert header.frequency_weightings == {Channel.MAIN: "A", Channel.SUB1: "C"}
    assert header.time_weightings == {Channel.MAIN: "F"}
    assert header.entries[0] == HeaderEntry("Instrument", "Model", "NL-43")
    assert header.value("percentile", "3") is header.value("colour") is None
    assert not header.torn
    assert read_store_header(BytesIO(HEADER)) == header == read_store_header(bytes([byte]) for byte in HEADER)


def test_a_header_that_says_nothing() -> None:
    """Then nothing is known."""
    header = read_store_header([b""])
    assert header == StoreHeader(())
    assert header.model is header.serial is header.index is header.store_name is None
    assert header.percentiles == {}
    assert header.frequency_weightings == header.time_weightings == {}
    assert read_store_header([b"Type,NL-53\n"]).model == "NL-53"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Köln".encode(), "Köln"),
        ("변수".encode("cp949"), "변수"),
        (b"\xff", "\ufffd"),
    ],
)
def test_names_in_any_script(value: bytes, text: str) -> None:
    """What people have written does not keep the rest from being read."""
    header = read_store_header([b"CSV\nTitle," + value + b"\nStore Name,0001\n"])
    assert header.value("title") == text
    assert header.store_name == "0001"


def test_a_torn_header() -> None:
    """A value that may be longer is not read."""
    header = read_store_header([b"CSV\nStore Name,0001\nSerial Number,001"])
    assert header.torn
    assert (header.store_name, header.serial) == ("0001", None)


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"CSV\nCSV\nx\n", 2, "'CSV' is neither a section nor a key with its value"),
        (b"[A]\nCSV\n", 2, "'CSV' is neither"),
        (b"A,1\nCSV\n", 2, "'CSV' is neither"),
        (b"CSV\n<html>\n", 2, "'<html>' is neither"),
        (b"CSV\n ,1\n", 2, "' ,1' is neither"),
        (b"CSV\na,\x00\n", 2, r"'a,\\x00' is no text of a meter"),
        (b"a," + b"x" * MAX_TEXT_BYTES + b"\n", 1, "is no text of a meter"),
        (b"a,1\n" * (MAX_ENTRIES + 1), MAX_ENTRIES + 1, "this header has more lines than any that a meter writes"),
    ],
)
def test_what_is_no_header(data: bytes, line: int, words: str) -> None:
    """It is refused with its place."""
    with pytest.raises(UnreadableFile, match=words) as caught:
        read_store_header([data])
    assert (caught.value.line, caught.value.column) == (line, 1)


@given(st.lists(st.tuples(texts, st.lists(st.tuples(texts, texts)))), st.sampled_from(["\r\n", "\n"]))
def test_all_that_stands_there_is_read(sections: list[tuple[str, list[tuple[str, str]]]], line_end: str) -> None:
    """Every section, key and value."""
    lines = ["CSV"]
    for section, pairs in sections:
        lines += [f"[{section}]", *(f"{key},{value}" for key, value in pairs)]
    data = "".join(line + line_end for line in lines).encode()
    entries = tuple(HeaderEntry(section, *pair) for section, pairs in sections for pair in pairs)
    assert read_store_header([data]).entries == entries


@given(st.binary())
def test_garbage_raises_one_kind_of_error(data: bytes) -> None:
    """No bytes crash the reader."""
    try:
        read_store_header([data, b"\n"])
    except UnreadableFile as error:
        assert error.line  # noqa: PT017 # there may be none
