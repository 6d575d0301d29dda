"""What is kept of calibrations."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor import (
    CalibrationReadings,
    MeterCalibration,
)
from custom_components.rion_nl43.monitor.calibration.calibration import HEARD_LIMIT, LOG_LIMIT, _without

from ...conftest import START
from .calibrating import MINUTE, READ, TONE, again, heard, let_hear


async def test_the_log_and_the_ear_are_bounded() -> None:
    calibration = MeterCalibration()
    for number in range(LOG_LIMIT + 5):
        calibration.record(READ, START - (number + 2) * MINUTE, START - (number + 1) * MINUTE)
        let_hear(calibration, TONE, START + number * MINUTE)
    assert len(heard(calibration)) == HEARD_LIMIT
    assert [entry.ended for entry in calibration.log] == [START - number * MINUTE for number in range(LOG_LIMIT, 0, -1)]
    assert (again(calibration).log, heard(again(calibration))) == (calibration.log, heard(calibration))


@pytest.mark.parametrize(
    "kept",
    [
        None,
        "nonsense",
        {"began": 1, "began_by": 1, "log": 1, "heard": {}, "unmarked": None, "snoozed_until": "never"},
        {
            "log": [1, {}, {"began": "2026-03-01T00:00:00+00:00", "ended": "2026-02-01T00:00:00+00:00"}],
            "heard": [
                1,
                {},
                {"span": [2, 1], "nominal_db": 94.0, "level_db": 94.0},
                {"span": [1, 2], "nominal_db": 90.0, "level_db": 90.0},
                {"span": [1, 2], "nominal_db": 94.0, "level_db": True},
                {"span": [1, 10**30], "nominal_db": 94.0, "level_db": 94.0},
            ],
            "unmarked": [1, [1], [2, 1], ["1", "2"], [-1, 1]],
        },
    ],
)
async def test_nonsense_that_was_kept(kept: Any) -> None:
    calibration = MeterCalibration(kept)
    assert calibration.memory == MeterCalibration().memory


async def test_what_makes_sense_of_an_entry_is_taken() -> None:
    entry = {
        "began": "2026-03-01T00:00:00+00:00",
        "ended": "2026-03-01T00:01:00+00:00",
        "reference_db": float("nan"),
        "before_db": "94",
        "after_db": 94,
        "note": 1,
        "by": 1,
        "ended_by_itself": 1,
    }
    (taken,) = MeterCalibration({"log": [entry]}).log
    assert (taken.readings, taken.by, taken.ended_by_itself) == (CalibrationReadings(after_db=94.0), None, False)


_SPANS = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda each: Span(each[0], each[0] + each[1]))


@given(_SPANS, st.lists(_SPANS, max_size=4))
def test_the_parts_that_no_other_has(of: Span, others: list[Span]) -> None:
    """Each ms of it that is in no other is in exactly one part."""

    def all_ms(spans: list[Span]) -> Iterator[int]:
        for each in spans:
            yield from range(*each)

    assert sorted(all_ms(list(_without(of, others)))) == sorted({*all_ms([of])} - {*all_ms(others)})
