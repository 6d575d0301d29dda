"""Whatever form a file is written in, and however it arrives, it says what was written."""

from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43.records import RecordReader, TornEnd, UnreadableFile

from .writer import Told, Written, block_files, chunkings, chunks, flat_files, lp_files, told

type Outcome = tuple[list[Told], UnreadableFile | None, TornEnd | None]

files = flat_files() | lp_files() | block_files()


def outcome(source: Iterable[bytes]) -> Outcome:
    """Return what was read, what was wrong, and whether the end is torn."""
    reader, found = RecordReader(), []
    try:
        for record in reader.read(source):
            found.append(told(record))  # noqa: PERF401 # what comes before an error counts
    except UnreadableFile as error:
        return found, error, reader.torn
    return found, None, reader.torn


@given(files, chunkings)
def test_records_are_read_as_they_were_written(file: Written, sizes: list[int]) -> None:
    """In pieces of any size, and from an open file."""
    for source in (chunks(file.data, sizes), BytesIO(file.data)):
        reader = RecordReader()
        assert tuple(map(told, reader.read(source))) == file.told
        assert reader.torn is None
        assert reader.header is not None


@given(files)
def test_records_are_read_byte_by_byte(file: Written) -> None:
    """Even a line end may be torn."""
    assert tuple(map(told, RecordReader().read(bytes([byte]) for byte in file.data))) == file.told


@given(files, st.data())
def test_a_torn_file_keeps_the_records_before(file: Written, data: st.DataObject) -> None:
    """Wherever the file of the running hour ends, what is whole is read, and nothing is made up."""
    end = data.draw(st.integers(0, len(file.data)))
    reader = RecordReader()
    found = [replace(told(record), duration_s=None) for record in reader.read([file.data[:end]])]
    whole = sum(1 for row_end in file.ends if row_end <= end)
    assert whole <= len(found) <= whole + 1
    assert found == [replace(record, duration_s=None) for record in file.told[: len(found)]]
    if reader.torn is not None:
        assert reader.torn.line == len(file.data[:end].split(b"\n")) - (file.data[:end].endswith(b"\n"))
    if found[whole:]:
        # The line's end alone is missing.
        assert file.data[end : file.ends[whole]].strip(b"\r\n,") == b""


@given(files, st.data())
def test_a_file_that_is_cut_within_a_line_says_so(file: Written, data: st.DataObject) -> None:
    """A cut between the lines of rows cannot be seen, one within a row can."""
    end = data.draw(st.integers(1, len(file.data) - 1))
    reader = RecordReader()
    found = list(reader.read([file.data[:end]]))
    rest = file.data[:end].rpartition(b"\n")[2].removeprefix(b"\xef\xbb\xbf")
    # A row may be whole though nothing ends it.
    assert reader.torn or not rest or rest.endswith(b"\r") or told(found[-1]).start == file.told[len(found) - 1].start


@given(files, st.data(), chunkings)
def test_damage_is_told_or_harmless(file: Written, data: st.DataObject, sizes: list[int]) -> None:
    """Bytes that were changed raise one kind of error, or change values alone."""
    at = data.draw(st.integers(0, len(file.data) - 1))
    damaged = file.data[:at] + data.draw(st.binary(max_size=4)) + file.data[at + data.draw(st.integers(0, 4)) :]
    at_once, in_pieces = outcome([damaged]), outcome(chunks(damaged, sizes))
    assert (at_once[0], str(at_once[1]), at_once[2]) == (in_pieces[0], str(in_pieces[1]), in_pieces[2])


@given(st.binary())
def test_garbage_raises_one_kind_of_error(data: bytes) -> None:
    """No bytes crash the reader."""
    found, error, _ = outcome([data])
    assert found == []
    assert error is None or (min(error.line, error.column) >= 1 and str(error).replace("…", "").isprintable())


@pytest.mark.parametrize("data", [b"", b"CSV\r\n", b"CSV", b"\xef\xbb\xbf", b"\xef\xbb", b"\r\n\r", b",,,\n"])
def test_a_file_without_anything_has_no_records(data: bytes) -> None:
    """The meter has just made it."""
    reader = RecordReader()
    assert list(reader.read([data])) == []
    assert reader.header is None
