"""Rows of hourly statistics: what is to be written, and nothing else."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import HourLevels
from custom_components.rion_nl43.hour_statistics import (
    HourStatistic,
    Row,
    Rows,
    Seconds,
    metadata,
    new_rows,
    statistic_id,
    statistic_ids,
)

HOURS = 8
ALL = Seconds(0, HOURS * 3600)


def hour(number: int, level: float) -> HourLevels:
    """Return an hour with these levels; its exposure is that of its level, as a figure that is easy to sum."""
    return HourLevels(number * 3600, 0.5, level, level + 5, None, level + 1, None, level / 8, 0.25)


def written(kept: Rows, rows: Rows) -> dict[HourStatistic, dict[int, Row]]:
    """Return what is there after rows were written."""
    return {statistic: {**kept.get(statistic, {}), **rows.get(statistic, {})} for statistic in HourStatistic}


def test_figures() -> None:
    """What is not known has no row; an hour tells its extremes, single figures are their own."""
    rows = new_rows([hour(1, 60.0)], ALL, {}, 100.0)
    assert rows == {
        HourStatistic.LAEQ: {3600: Row(mean=60.0, max=65.0)},
        HourStatistic.L10: {3600: Row(61.0, 61.0, 61.0)},
        HourStatistic.COVERAGE: {3600: Row(50.0, 50.0, 50.0)},
        HourStatistic.EXPOSURE: {3600: Row(state=7.5, sum=107.5)},
        HourStatistic.FROM_METER: {3600: Row(25.0, 25.0, 25.0)},
    }


def test_who_knows_less_takes_nothing() -> None:
    """A row stays as it is where there is no hour, or one of which less is known, unless something was excluded."""
    kept = written({}, new_rows([hour(1, 60.0), hour(2, 64.0)], ALL, {}, 0.0))
    assert not new_rows([], ALL, kept, 0.0)
    less = replace(hour(1, 48.0), coverage=0.4)
    assert not new_rows([less], ALL, kept, 0.0)
    rows = new_rows([less], ALL, kept, 0.0, excluded={3600})
    assert rows[HourStatistic.COVERAGE] == {3600: Row(40.0, 40.0, 40.0)}
    assert rows[HourStatistic.EXPOSURE] == {3600: Row(state=6.0, sum=6.0), 7200: Row(state=8.0, sum=14.0)}


def test_all_is_excluded() -> None:
    """An hour that has lost its data is emptied, and the sum goes on without it."""
    kept = written({}, new_rows([hour(1, 60.0), hour(2, 64.0)], ALL, {}, 0.0))
    rows = new_rows([], Seconds(3600, 7200), kept, 0.0, excluded={3600, 7200})
    assert rows[HourStatistic.LAEQ] == {3600: Row()}
    assert rows[HourStatistic.COVERAGE] == {3600: Row(0.0, 0.0, 0.0)}
    assert rows[HourStatistic.EXPOSURE] == {3600: Row(state=0.0, sum=0.0), 7200: Row(state=8.0, sum=8.0)}


def test_rows_of_others() -> None:
    """A row without a state, as nobody here writes it, adds nothing to the sum."""
    kept: Rows = {HourStatistic.EXPOSURE: {7200: Row(sum=3.0)}}
    rows = new_rows([hour(1, 60.0)], Seconds(0, 7200), kept, 1.0)
    assert rows[HourStatistic.EXPOSURE] == {3600: Row(state=7.5, sum=8.5), 7200: Row(state=0.0, sum=8.5)}


@given(st.lists(st.tuples(st.integers(0, HOURS - 1), st.floats(20, 120), st.integers(1, 3)), max_size=12))
def test_in_any_order(changes: list[tuple[int, float, int]]) -> None:
    """However hours come and change, the sum runs through all of them, and a second look finds nothing to do."""
    kept: Rows = {}
    truth: dict[int, HourLevels] = {}
    for first, level, length in changes:
        truth |= {number: hour(number, level) for number in range(first, min(HOURS, first + length))}
        span = Seconds(first * 3600, (first + length) * 3600)
        before = [row.sum or 0.0 for at, row in sorted(kept.get(HourStatistic.EXPOSURE, {}).items()) if at < span.began]
        # Of the levels only those of the span are looked at.
        seen = {
            statistic: {
                at: row
                for at, row in rows.items()
                if at >= span.began and (at < span.ended or statistic is HourStatistic.EXPOSURE)
            }
            for statistic, rows in kept.items()
        }
        within = [truth[number] for number in range(first, min(HOURS, first + length))]
        kept = written(kept, new_rows(within, span, seen, before[-1] if before else 0.0))
    sums = [row.sum or 0.0 for _, row in sorted(kept.get(HourStatistic.EXPOSURE, {}).items())]
    assert all(one <= other for one, other in pairwise(sums))
    assert (sums[-1] if sums else 0.0) == pytest.approx(sum(found.exposure_pa2h for found in truth.values()))
    assert {at: row.mean for at, row in kept.get(HourStatistic.LAEQ, {}).items()} == {
        found.began: pytest.approx(found.leq, abs=0.005) for found in truth.values()
    }
    assert not new_rows(truth.values(), ALL, kept, 0.0)


def test_ids() -> None:
    """They are made of the serial number, as Home Assistant takes it."""
    assert statistic_id("00830001", HourStatistic.LAEQ) == "rion_nl43:m00830001_laeq"
    assert statistic_id("AB-12", HourStatistic.FROM_METER) == "rion_nl43:mab_12_from_meter"
    assert statistic_ids("1") == {statistic: f"rion_nl43:m1_{statistic}" for statistic in HourStatistic}


def test_metadata() -> None:
    """Exposure is a sum, all others are means."""
    for statistic in HourStatistic:
        about = metadata("1", statistic, "A name")
        assert about["has_sum"] is (statistic is HourStatistic.EXPOSURE)
        assert about["mean_type"] == (0 if about["has_sum"] else 1)
        assert about["name"] == "A name"
