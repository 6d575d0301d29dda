"""What is kept of a measurement, in plain JSON."""

from datetime import UTC, datetime, timedelta, timezone
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.monitor import MeasurementMemory, StartOrigin

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GOOD = MeasurementMemory(AT, StartOrigin.COMMAND, 0.5, 12.5, AT + timedelta(hours=1)).to_json()
TIMES = st.datetimes(datetime(2024, 1, 1), datetime(2079, 1, 1), timezones=st.just(UTC))
SECONDS = st.floats(0, 1e9)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.builds(MeasurementMemory, TIMES, st.sampled_from(StartOrigin), SECONDS, SECONDS, st.none() | TIMES))
def test_it_comes_back_as_it_was(memory: MeasurementMemory) -> None:
    """To the microsecond, by way of a file."""
    assert MeasurementMemory.from_json(json.loads(json.dumps(memory.to_json()))) == memory


@given(JSON)
def test_nonsense_is_nothing(kept: Any) -> None:
    """Whatever stands in its place."""
    assert MeasurementMemory.from_json(kept) is None


@given(st.sampled_from(sorted(GOOD)), JSON)
def test_one_wrong_value_is_enough_to_forget(name: str, value: Any) -> None:
    """What is read is finite and has a time zone; all else is forgotten, and nothing raises."""
    memory = MeasurementMemory.from_json({**GOOD, name: value})
    if memory is not None:
        assert memory.started_at == AT
        assert 0 <= memory.uncertainty_s < float("inf")
        assert 0 <= memory.paused_s < float("inf")
        assert memory.paused_since in {None, AT + timedelta(hours=1)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("started_at", "2026-03-02T08:00:00"),
        ("started_at", "yesterday"),
        ("started_at", 5),
        ("origin", "guessed"),
        ("uncertainty_s", "nan"),
        ("paused_s", -1),
        ("paused_s", 1e999),
        ("paused_s", 10**400),
        ("started_at", "0001-01-01T00:00:00+14:00"),
        ("paused_since", ""),
    ],
)
def test_what_makes_no_sense(name: str, value: Any) -> None:
    """No time zone, no time, no word, no duration."""
    assert MeasurementMemory.from_json({**GOOD, name: value}) is None


def test_a_missing_value() -> None:
    """A piece of it is not enough."""
    for name in GOOD:
        assert MeasurementMemory.from_json({key: value for key, value in GOOD.items() if key != name}) is None


def test_another_time_zone() -> None:
    """Times are the same wherever they were written."""
    local = AT.astimezone(timezone(timedelta(hours=9))).isoformat()
    memory = MeasurementMemory.from_json({**GOOD, "started_at": local})
    assert memory is not None
    assert (memory.started_at, memory.started_at.tzinfo) == (AT, UTC)
