"""Rows of the stream: taken whole and exactly, or not at all."""

from hypothesis import example, given, strategies as st
import pytest

from custom_components.rion_nl43.nl43 import SlotLevels, UnusableAnswer, parse_stream_row

from .oracle import flat_row, slots_of

MISSING = "  -.-"
UNUSED = ",".join([*[MISSING] * 6, "-", "-"])
ROW = ",".join(["163, 43.7, 43.2, 43.8, 43.7, 54.2,  -.-,0,0", *[UNUSED] * 3])

levels = st.integers(-999, 1999).map(lambda tenth: f"{tenth / 10:5.1f}") | st.just(MISSING)
flags = st.sampled_from(["0", "1", "-"])
blocks = st.tuples(st.lists(levels, min_size=6, max_size=6), flags, flags).map(lambda block: [*block[0], *block[1:]])
counters = st.integers(1, 600).map(lambda counter: f"{counter:3d}")
rows = st.tuples(counters, st.lists(blocks, min_size=4, max_size=4)).map(
    lambda row: [row[0], *(field for block in row[1] for field in block)]
)


def test_a_row_seen_on_a_meter() -> None:
    """Fields have their names; the values are of the slot."""
    row = parse_stream_row(ROW)
    assert row.counter == 163
    assert row.main == SlotLevels(43.7, 43.2, 43.8, 43.7, 54.2, None, over=False, under=False)
    assert row.channels == (row.main, *[SlotLevels(None, None, None, None, None, None, None, None)] * 3)


@given(rows)
@example(ROW.split(","))
def test_good_rows_say_what_they_say(fields: list[str]) -> None:
    """Four channels, negative levels and missing ones; the padding of the counter may have gone."""
    assert flat_row(parse_stream_row(",".join(fields))) == slots_of(fields)
    assert flat_row(parse_stream_row(",".join(fields).lstrip(" "))) == slots_of(fields)


@given(rows, st.lists(levels, min_size=1, max_size=200))
def test_fields_of_program_options_are_not_read(fields: list[str], bands: list[str]) -> None:
    """More than 33 fields are the first 33."""
    assert parse_stream_row(",".join([*fields, *bands])) == parse_stream_row(",".join(fields))


@pytest.mark.parametrize(
    "level", [" nan", "  inf", "1e1.0", "1_0.0", "4 3.7", " 43.", "  .7", "43.75", "+43.7", "     ", " 43.7 ", "1043.7"]
)
@pytest.mark.parametrize("position", [1, 6, 9, 30])
def test_anything_else_than_a_level_discards_the_row(level: str, position: int) -> None:
    """No value is taken from such a row."""
    fields = ROW.split(",")
    fields[position] = level
    with pytest.raises(UnusableAnswer):
        parse_stream_row(",".join(fields))


@pytest.mark.parametrize("flag", ["2", " 0", "00", "0 ", "x", "-0", "-.-"])
@pytest.mark.parametrize("position", [7, 8, 32])
def test_anything_else_than_a_flag_discards_the_row(flag: str, position: int) -> None:
    """A flag is one character."""
    fields = ROW.split(",")
    fields[position] = flag
    with pytest.raises(UnusableAnswer):
        parse_stream_row(",".join(fields))


@pytest.mark.parametrize("counter", ["", "0", "601", "999", "1000", "-1", "1.0", " 1 ", "+1", "1_0", "٣", "163 43.7"])
def test_anything_else_than_a_counter_discards_the_row(counter: str) -> None:
    """It is 1 to 600."""
    with pytest.raises(UnusableAnswer):
        parse_stream_row(",".join([counter, *ROW.split(",")[1:]]))


def test_no_part_of_a_row_is_a_row() -> None:
    """Wherever the end is lost."""
    for length in range(len(ROW)):
        with pytest.raises(UnusableAnswer):
            parse_stream_row(ROW[:length])


def test_two_rows_torn_into_one_are_none() -> None:
    """Wherever the first ends, its rest and its line end lost."""
    for length in range(3, len(ROW) + 1):
        with pytest.raises(UnusableAnswer):
            parse_stream_row(ROW[:length] + ROW)


def test_a_row_that_lost_a_byte_says_nothing_wrong() -> None:
    """But for the counter, of which the neighbours tell."""
    right = parse_stream_row(ROW)
    for position in range(len(ROW)):
        try:
            row = parse_stream_row(ROW[:position] + ROW[position + 1 :])
        except UnusableAnswer:
            continue
        assert row.channels == right.channels
        assert position < 3


@pytest.mark.parametrize("position", [0, 1, 7, 9, 32])
def test_a_row_with_an_empty_field_is_none(position: int) -> None:
    """The meter marks what is missing."""
    fields = ROW.split(",")
    fields[position] = ""
    with pytest.raises(UnusableAnswer, match="empty"):
        parse_stream_row(",".join(fields))
