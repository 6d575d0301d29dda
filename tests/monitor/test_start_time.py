"""The start of a measurement, told from rows."""

import math

from hypothesis import example, given, strategies as st
import pytest

from custom_components.rion_nl43.monitor.measurement.measurement import StartOrigin
from custom_components.rion_nl43.monitor.measurement.start_time import DISPLAY_LAG_S, Span, Start, measured_span


@pytest.mark.parametrize(
    ("leq", "le", "duration_s"),
    [(43.7, 53.7, 10.0), (44.9, 49.8, 3.1), (60.0, 60.0, 1.0), (60.0, 50.0, 0.1), (70.0, 119.4, 86400.0)],
)
def test_observed_rows_tell_the_duration(leq: float, le: float, duration_s: float) -> None:
    """LE - Leq is 10 lg T, to 2.4 % (IEC 61672-1; the first two rows are of a real meter)."""
    span = measured_span(leq, le)
    assert span.low <= duration_s <= span.high
    assert span.low > duration_s * 0.976 - 0.05
    assert span.high < duration_s * 1.048 + DISPLAY_LAG_S + 0.05


def test_spans() -> None:
    """A span has a middle, can be moved, and meets another or not."""
    assert Span(1, 3).middle == 2
    assert Span(1, 3).shifted(2) == Span(3, 5)
    assert Span(1, 3).within(Span(2, 9)) == Span(2, 3)
    assert Span(1, 3).within(Span(3, 9)) == Span(3, 3)
    assert Span(1, 3).within(Span(3.1, 9)) is None


def test_told_time_moves_only_when_it_must() -> None:
    """Narrowing keeps the time told as long as it is possible."""
    start = Start.derived(Span(100, 120))
    assert (start.at, start.uncertainty_s, start.origin) == (110, 10, StartOrigin.DERIVED)
    kept = start.narrowed(Span(104, 112))
    assert (kept.at, kept.uncertainty_s) == (110, 6)
    moved = kept.narrowed(Span(104, 108))
    assert (moved.at, moved.uncertainty_s) == (106, 2)


@given(
    age_s=st.floats(1, 1e6),
    rows=st.lists(
        st.tuples(st.floats(0.5, 3000), st.floats(20, 120), st.floats(0, DISPLAY_LAG_S), st.floats(0, 3)), max_size=60
    ),
)
@example(age_s=1.0, rows=[(1.0, 60.0, 1.0, 0.0)] * 3)
def test_the_true_start_is_never_ruled_out(age_s: float, rows: list[tuple[float, float, float, float]]) -> None:
    """Whatever the sound does, the rows agree, the true start stays possible, and the time told never strays."""
    now, energy, measured_s = age_s, 1e6 * age_s, age_s
    start: Start | None = None
    for step_s, level_db, lag_s, latency_s in rows:
        now += step_s
        energy += step_s * 10 ** (level_db / 10)
        measured_s += step_s
        # What is shown is up to a second old; in that time the energy of this step may be missing as well.
        shown_s = measured_s - min(lag_s, step_s)
        shown_energy = energy - min(lag_s, step_s) * 10 ** (level_db / 10)
        le = round(10 * math.log10(shown_energy), 1)
        leq = round(10 * math.log10(shown_energy / shown_s), 1)
        span = measured_span(leq, le)
        seen = Span(now - latency_s - span.high, now - span.low)
        before = start
        both = seen if start is None else start.span.within(seen)
        assert both is not None
        start = Start.derived(seen) if start is None else start.narrowed(both)
        assert start.span.low - 1e-6 <= 0 <= start.span.high + 1e-6
        if before is not None:
            assert start.uncertainty_s <= 2 * before.uncertainty_s
            assert before.span.low <= start.at <= before.span.high
