"""What is packed comes out as it went in, and nonsense does no harm."""

from itertools import pairwise
import math

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.percentiles import percentiles_of
from custom_components.rion_nl43.acoustics.stretches import Span, Stretch, total_of
from custom_components.rion_nl43.monitor.history.chosen import Cuts, hours_by_weighting
from custom_components.rion_nl43.monitor.history.packing import pack, unpack
from custom_components.rion_nl43.monitor.history.row import Source, row_of, rows_of_records
from tests.acoustics import seconds
from tests.acoustics.seconds import close, stretch, stretches

DAY = 1_772_409_600


@given(st.lists(st.integers() | st.integers(-70, 70)))
def test_numbers(numbers: list[int]) -> None:
    """Of any size."""
    assert list(unpack(pack(numbers))) == numbers


@given(st.binary(max_size=40), st.sampled_from([b"", b"\0", b"\x01"]))
def test_bytes_that_are_none(garbage: bytes, first: bytes) -> None:
    """They are numbers, or refused."""
    try:
        numbers = unpack(first + garbage)
    except ValueError:
        return
    assert all(isinstance(number, int) for number in numbers)


def test_a_number_without_its_end() -> None:
    """More bytes of it should follow."""
    with pytest.raises(ValueError, match="the end is missing"):
        unpack(b"\0\x01\x80")


@st.composite
def minutes(draw: st.DrawFn) -> list[Stretch]:
    """Draw parts of a quarter of an hour, with holes."""
    at = 900_000 * draw(st.integers(0, 2_000_000))
    found = []
    for _ in range(draw(st.integers(1, 15))):
        length = draw(st.sampled_from([1, 100, 30_000, 60_000]))
        at += draw(st.sampled_from([0, 0, 3000]))
        leq = draw(st.integers(-100, 1400)) / 10
        extremes = st.none() | st.integers(0, 200).map(lambda tenths: tenths / 10)
        above, below = draw(extremes), draw(extremes)
        covered = draw(st.sampled_from([1.0, 0.5]))
        lmax, lmin = None if above is None else leq + above, None if below is None else leq - below
        found.append(Stretch(at, at + length, 10 ** (leq / 10), lmax, lmin, (), covered))
        at += length
    return found


@settings(deadline=None)
@given(minutes(), st.dictionaries(st.integers(-100, 1400), st.integers(1, 900_000)))
def test_a_row(parts: list[Stretch], classes: dict[int, int]) -> None:
    """The whole is as it was, its minutes are so to a hundredth of a dB."""
    row = row_of(Source.FEED, "AF", parts, classes)
    whole, total = row.stretch(), total_of(parts)
    assert (whole.began_ms, whole.ended_ms) == (parts[0].began_ms, parts[-1].ended_ms)
    assert (whole.lmax, whole.lmin) == (total.lmax, total.lmin)
    assert close(10 * math.log10(whole.energy), total.leq)
    assert close(whole.covered_ms, total.covered_ms)
    assert percentiles_of(dict(whole.classes)) == percentiles_of(classes)
    for told, part in zip(row.parts(), parts, strict=True):
        assert (told.began_ms, told.ended_ms) == (part.began_ms, part.ended_ms)
        assert abs(10 * math.log10(told.energy / part.energy)) <= 0.0051
        assert abs(told.covered_ms - part.covered_ms) <= 1
        for one, other in ((told.lmax, part.lmax), (told.lmin, part.lmin)):
            assert (one is None) == (other is None)
            assert abs((one or 0) - (other or 0)) <= 0.0101


def test_a_distribution_in_fine_units() -> None:
    """As it comes of a record's percentiles: it is kept in coarser ones, of which none is 0."""
    row = row_of(Source.METER, "AF", [stretch(DAY, 60, 50)], {500: 10**18 + 1, 510: 3 * 10**18, 900: 1})
    (quiet, some), (_, more), (loud, least) = row.stretch().classes
    assert (quiet, loud, least) == (500, 900, 1)
    assert more / some == pytest.approx(3, rel=1e-6)


@settings(deadline=None)
@given(st.lists(stretches(DAY, DAY + 9000, lengths=(1, 10, 60, 420, 900, 7200)), max_size=9))
def test_rows_of_records(records: list[Stretch]) -> None:
    """They are the same sound, in rows each of which lies in one hour."""
    rows = rows_of_records(records, "AF")
    assert all(row.hour_ms == (row.ended_ms - 1) // 3_600_000 * 3_600_000 for row in rows)
    assert all(one.ended_ms <= two.began_ms for one, two in pairwise(rows))
    for number, by_weighting in hours_by_weighting(rows, Cuts()).items():
        hour = number // 1000
        # An hour's records are those of its seconds, each by itself.
        parts = [part for one in records if (part := one.within(number, number + 3_600_000))]
        heard = seconds.painted(parts, hour, hour + 3600)
        levels = by_weighting["AF"].levels
        assert close(levels.coverage, seconds.covered_s(heard) / 3600)
        assert close(levels.leq, seconds.leq(heard))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20))), st.integers(0, 50), st.integers(1, 30))
def test_cuts(pairs: list[tuple[int, int]], began: int, length: int) -> None:
    """Ms by ms."""
    cuts = Cuts(Span(one, one + long) for one, long in pairs)
    taken = {at for one, long in pairs for at in range(one, one + long)}
    asked = set(range(began, began + length))
    assert cuts.touch(began, began + length) == bool(asked & taken)
    assert {at for one in cuts.within(Span(began, began + length)) for at in range(*one)} & asked == asked & taken
    outside = list(cuts.outside(Span(began, began + length)))
    assert [at for one in outside for at in range(*one)] == sorted(asked - taken)
    assert all(one.ended_ms < two.began_ms for one, two in pairwise(outside))


def test_a_row_that_the_disk_has_spoilt() -> None:
    """It is left out, and the others count."""
    row = row_of(Source.FEED, "AF", [stretch(DAY, 60, 50)], {500: 1})
    spoilt = [
        row._replace(began_ms=row.ended_ms, ended_ms=row.began_ms),
        row._replace(energy=-1.0),
        row._replace(classes=b"?"),
        row._replace(classes=pack([500])),
        row._replace(classes=pack([500, 0])),
        row._replace(coverage=0.0),
    ]
    (hour,) = hours_by_weighting([row, *spoilt], Cuts()).values()
    assert close(hour["AF"].levels.leq, 50)
    assert len(hour["AF"].feed) == 1
    cut = row._replace(minutes=pack([0, 0, 0, 0, 0, 0]))
    assert hours_by_weighting([cut], Cuts(), bounds_ms=(row.began_ms + 1,)) == {}
