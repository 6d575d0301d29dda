"""What a limit of LAeq over a period still allows."""

import math

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import energy_of
from custom_components.rion_nl43.acoustics.budget import budget
from custom_components.rion_nl43.acoustics.stretches import Span, Stretch
from tests.acoustics import seconds
from tests.acoustics.seconds import close, painted, stretch, stretches

LIMIT = 65.0
QUARTER = Span(0, 900_000)


@given(
    some=st.lists(stretches(-100, 700, lengths=(1, 5, 60, 420)), max_size=10),
    length=st.integers(30, 900),
    now=st.integers(-10, 1000),
    limit_tenths=st.integers(200, 1300),
    present_tenths=st.none() | st.integers(200, 1300),
    min_coverage=st.sampled_from([0.0, 0.5, 0.75]),
)
def test_a_budget_is_that_of_its_seconds(
    *, some: list[Stretch], length: int, now: int, limit_tenths: int, present_tenths: int | None, min_coverage: float
) -> None:
    """Second by second: what was, what was assumed where nothing was heard, what would come."""
    limit = limit_tenths / 10
    present = None if present_tenths is None else present_tenths / 10
    told = budget(some, Span(0, 1000 * length), limit, 1000 * now, present=present, min_coverage=min_coverage)
    now = min(max(0, now), length)
    past = {second: one for second, one in painted(some, -200, 2000).items() if 0 <= second < now}

    assert close(told.coverage, seconds.covered_s(past) / now if now else 1.0)
    above = [one for second, one in sorted(past.items()) if one.energy > energy_of(limit) * (1 + 1e-9)]
    assert close(told.above_s, math.fsum(one.coverage for one in above))
    assert told.exceedances == rises(past, limit)

    allowed_energy = length * 10 ** (limit / 10) * (1 + 1e-9)
    heard_energy = seconds.energy_s(past)
    if seconds.covered_s(past) < min_coverage * now or (now and not past):
        assert told.leq is told.projected is told.allowed is None
        assert told.breach_s == (0 if heard_energy > allowed_energy else None)
        return
    assert close(told.leq, seconds.leq(past))
    mean = heard_energy / seconds.covered_s(past) if past else 0.0
    spent = math.fsum(mean for _ in range(now))
    if now == length:
        assert close(told.projected, seconds.leq(past))
        assert told.allowed is None
        assert told.breach_s == (0 if spent > allowed_energy else None)
        return
    if spent > allowed_energy:
        assert told.allowed is None
        assert told.breach_s == 0
    elif told.allowed is not None:
        kept = spent + (length - now) * 10 ** (told.allowed / 10)
        assert close(10 * math.log10(kept / length), limit)
    if present is None:
        assert told.projected is None
        assert told.breach_s in {0, None}
        return
    energy = 10 ** (present / 10)
    assert close(told.projected, 10 * math.log10((spent + energy * (length - now)) / length))
    if spent <= allowed_energy:
        breaking = next((n for n in range(length - now + 1) if spent + n * energy > allowed_energy), None)
        assert (told.breach_s is None) is (breaking is None)
        if told.breach_s is not None and breaking is not None:
            assert breaking - 1 - 1e-3 <= told.breach_s <= breaking


def rises(past: seconds.Seconds, limit: float) -> int:
    """Count how often one heard second is above a limit and the one heard before it was not."""
    count = 0
    was_above = False
    for _, one in sorted(past.items()):
        is_above = one.energy > 10 ** (limit / 10) * (1 + 1e-9)
        count += is_above and not was_above
        was_above = is_above
    return count


def test_half_of_a_quarter_of_an_hour_3_db_too_loud() -> None:
    """It has used up the budget: nothing is allowed any more."""
    loud = [stretch(0, 450, LIMIT + 3.02)]
    told = budget(loud, QUARTER, LIMIT, 450_000, present=40)
    assert told.breach_s == 0
    assert told.allowed is None
    assert told.projected == pytest.approx(65.02, abs=0.01)


def test_ten_times_the_energy_uses_up_a_tenth_of_the_period() -> None:
    """At 75 dB an hour's budget at 65 dB lasts six minutes."""
    told = budget([], Span(0, 3_600_000), LIMIT, 0, present=75)
    assert told.breach_s == pytest.approx(360)
    assert told.projected == pytest.approx(75)
    assert told.allowed == pytest.approx(65)
    assert told.coverage == 1
    assert told.leq is None


@pytest.mark.parametrize("length", [60, 900, 3600, 3599])
def test_a_level_that_is_just_the_limit_keeps_it(length: int) -> None:
    """In spite of all rounding."""
    for tenths in range(300, 1200, 7):
        limit = tenths / 10
        some = [stretch(second, 1, limit) for second in range(59)]
        told = budget(some, Span(0, 1000 * length), limit, 59_000, present=limit)
        assert told.breach_s is None
        assert (told.above_s, told.exceedances) == (0, 0)


def test_too_little_is_known() -> None:
    """Of a third of the time nobody knows anything, unless the rest alone is too much."""
    some = [stretch(0, 200, 60)]
    told = budget(some, QUARTER, LIMIT, 300_000, present=60)
    assert told.coverage == pytest.approx(2 / 3)
    assert told.leq is told.projected is told.allowed is told.breach_s is None
    told = budget([stretch(0, 200, 80)], QUARTER, LIMIT, 300_000, present=60)
    assert told.leq is None
    assert told.breach_s == 0


def test_a_hole_is_as_loud_as_what_was_heard() -> None:
    """A quarter of the time is missing: the mean is that of the rest."""
    told = budget([stretch(0, 300, 68)], QUARTER, LIMIT, 400_000, present=50)
    rest = (900 * 10**6.5 - 400 * 10**6.8) / 500
    assert told.allowed == pytest.approx(10 * math.log10(rest))


def test_an_exceedance_goes_on_over_a_hole() -> None:
    """Nothing ends without evidence; a second that is quiet ends it."""
    some = [stretch(0, 10, 70), stretch(20, 10, 70), stretch(30, 1, 60), stretch(31, 4, 70)]
    told = budget(some, QUARTER, LIMIT, 60_000)
    assert told.exceedances == 2
    assert told.above_s == 24


def test_a_period_has_a_length() -> None:
    """Else there is no mean over it."""
    with pytest.raises(ValueError, match="no period"):
        budget([], Span(1000, 1000), LIMIT, 0)
