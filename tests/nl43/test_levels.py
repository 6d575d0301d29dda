"""Rows of levels: taken whole and exactly, or not at all."""

from datetime import datetime

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43 import PowerSource, UnusableAnswer, parse_levels, parse_status_row

from .oracle import channels_of, flat

MISSING = "  -.-"
UNUSED = ",".join([*[MISSING] * 14, "-", "-"])
MEASURED = " 46.2, 43.7, 53.7, 44.1, 43.4, 44.2, 44.2, 43.7, 43.4, 43.3, 59.0,  -.-,  -.-,  -.-,0,0"
ROW = ",".join([MEASURED, *[UNUSED] * 3])
UNUSED_100_MS = ",".join([*[MISSING] * 6, "-", "-"])
LEVELS_100_MS = ",".join([" 46.2, 44.9, 46.3, 46.2, 56.6,  -.-,0,0", *[UNUSED_100_MS] * 3])
STATUS = f" 91,{LEVELS_100_MS},2026/03/02 08:00:00,E,F,14800,M"

tenths = st.integers(-999, 1999)
levels = tenths.map(lambda tenth: f"{tenth / 10:5.1f}") | st.just(MISSING)
flags = st.sampled_from(["0", "1", "-"])
blocks = st.tuples(st.lists(levels, min_size=14, max_size=14), flags, flags).map(lambda block: [*block[0], *block[1:]])
rows = st.lists(blocks, min_size=1, max_size=4).map(lambda channels: [field for block in channels for field in block])


def test_a_row_seen_on_a_meter() -> None:
    """Fields have their names; LN1 may be above Lmax, and Lp outside of Lmin to Lmax."""
    main = parse_levels(ROW).main
    assert (main.lp, main.leq, main.le, main.lmax, main.lmin) == (46.2, 43.7, 53.7, 44.1, 43.4)
    assert main.ln == (44.2, 44.2, 43.7, 43.4, 43.3)
    assert (main.lpeak, main.lieq, main.leq_mov, main.ltm5) == (59.0, None, None, None)
    assert (main.over, main.under) == (False, False)
    assert len(parse_levels(ROW).channels) == 4
    assert parse_levels(ROW).channels[3].over is None


@given(rows)
def test_good_rows_say_what_they_say(fields: list[str]) -> None:
    """One to four channels, negative levels and missing ones."""
    assert flat(parse_levels(",".join(fields))) == channels_of(fields)
    # The line's leading blanks are stripped before.
    assert flat(parse_levels(",".join(fields).lstrip(" "))) == channels_of(fields)


@given(st.lists(blocks, min_size=4, max_size=4), st.lists(levels, min_size=1, max_size=200))
def test_fields_of_program_options_are_not_read(channels: list[list[str]], bands: list[str]) -> None:
    """More than 64 fields are the first 64."""
    fields = [field for block in channels for field in block]
    assert parse_levels(",".join([*fields, *bands])) == parse_levels(",".join(fields))


@pytest.mark.parametrize(
    "level",
    [
        *(
            " nan",
            "  inf",
            "1e1.0",
            "1_0.0",
            "43,7",
            "4 3.7",
            "43. 7",
            " 43.",
            "  .7",
            "43.75",
            "+43.7",
            " 43 7",
            "     ",
        ),
        *("--3.7", "1043.7", " 43.7 ", "0x1.0", " 4٣.7", "43.7\n", "-.", ".-", "- .-", " 4.-"),
    ],
)
@pytest.mark.parametrize("position", [0, 1, 13, 16, 50])
def test_anything_else_than_a_level_discards_the_row(level: str, position: int) -> None:
    """No value is taken from such a row."""
    fields = ROW.split(",")
    fields[position] = level
    with pytest.raises(UnusableAnswer):
        parse_levels(",".join(fields))


@pytest.mark.parametrize("flag", ["2", " 0", "0 ", "00", "-.-", "O", " "])
@pytest.mark.parametrize("position", [14, 15, 30, 63])
def test_anything_else_than_a_flag_discards_the_row(flag: str, position: int) -> None:
    """A flag is one character."""
    fields = ROW.split(",")
    fields[position] = flag
    with pytest.raises(UnusableAnswer):
        parse_levels(",".join(fields))


def test_empty_fields_are_missing_values_and_keep_their_place() -> None:
    """All but the last: an empty last field is a torn row."""
    fields = ROW.split(",")
    fields[1] = fields[14] = ""
    main = parse_levels(",".join(fields)).main
    assert (main.lp, main.leq, main.le, main.over, main.under) == (46.2, None, 53.7, None, False)
    with pytest.raises(UnusableAnswer):
        parse_levels(",".join([*fields[:-1], ""]))


def test_minus_nothing_is_nothing() -> None:
    """-0.0 is 0.0."""
    assert str(parse_levels(ROW.replace(" 46.2", " -0.0")).main.lp) == "0.0"


@pytest.mark.parametrize("length", range(len(ROW)))
def test_a_row_cut_after_any_byte_is_no_row(length: int) -> None:
    """But for a cut at the end of a whole channel, where what is left is true."""
    cut = ROW[:length]
    channels, surplus = divmod(len(cut.split(",")), 16)
    if channels and not surplus and cut[-1] in "0-" and cut.split(",")[-1] in {"0", "-"}:
        assert parse_levels(cut).channels == parse_levels(ROW).channels[:channels]
    else:
        with pytest.raises(UnusableAnswer):
            parse_levels(cut)


@given(st.integers(1, len(ROW) - 1).filter(lambda place: ROW[place] not in "-01" or ROW[place - 1] != ","))
def test_a_row_that_lost_a_byte_is_no_row_or_the_same(place: int) -> None:
    """A lost digit does not make another level."""
    try:
        row = parse_levels(ROW[:place] + ROW[place + 1 :])
    except UnusableAnswer:
        return
    assert row == parse_levels(ROW)


@given(st.text() | st.lists(levels | flags | st.text(max_size=3), max_size=70).map(",".join))
def test_no_text_does_harm(line: str) -> None:
    """A row is parsed or refused."""
    try:
        row = parse_levels(line)
    except UnusableAnswer:
        return
    assert flat(row) == channels_of([field or "-" for field in line.split(",")][: 16 * len(row.channels)])


def test_unpadded_rows_are_read() -> None:
    """A meter that pads nothing is understood; widths are compared where there is padding."""
    assert parse_levels(",".join(field.strip() for field in ROW.split(","))) == parse_levels(ROW)


def test_status_row() -> None:
    """The tail tells power, battery, card and state."""
    row = parse_status_row(STATUS)
    assert row.at == datetime(2026, 3, 2, 8)
    assert (row.power, row.battery, row.card_free_mb, row.measuring) == (PowerSource.EXTERNAL, "F", 14800, True)


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026/03/02,08:00:00", datetime(2026, 3, 2, 8)),
        (" 2026/03/02 , 08:00:00", datetime(2026, 3, 2, 8)),
        ("whenever", None),
        (" 46.2, 43.2,2026/03/02 08:00:00", datetime(2026, 3, 2, 8)),
    ],
)
def test_the_stamps_form_may_differ(stamp: str, at: datetime | None) -> None:
    """It is not documented, and bands of a program option may stand before it."""
    assert parse_status_row(STATUS.replace("2026/03/02 08:00:00", stamp)).at == at


def test_status_row_without_battery_and_card() -> None:
    """What the meter has no value for is None."""
    row = parse_status_row(STATUS.replace(",E,F,14800,M", ",I,-,-,S"))
    assert (row.power, row.battery, row.card_free_mb, row.measuring) == (PowerSource.BATTERY, None, None, False)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (" 91,", "  0,"),
        (" 91,", "601,"),
        (" 91,", ","),
        (" 91,", "9 1,"),
        (" 44.9", " 44."),
        (",0,0,", ",0,2,"),
        (",E,", ",X,"),
        (",F,", ",G,"),
        ("14800", "14k"),
        (",M", ",Start"),
        (",M", ","),
        (",M", ""),
        (",E,F,14800,M", ""),
    ],
)
def test_a_row_of_another_shape_is_no_status_row(good: str, bad: str) -> None:
    """Nothing is taken from it."""
    with pytest.raises(UnusableAnswer):
        parse_status_row(STATUS.replace(good, bad, 1))


@pytest.mark.parametrize("length", range(len(STATUS)))
def test_a_status_row_cut_after_any_byte_is_no_row(length: int) -> None:
    """Also where the cut leaves fields enough."""
    with pytest.raises(UnusableAnswer):
        parse_status_row(STATUS[:length])
