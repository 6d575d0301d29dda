"""Time weightings against the integrals that define them."""

import math

from hypothesis import given, strategies as st
import pytest

from emulator.acoustics.weighting import make_time_weighting

TIME_CONSTANTS_S = {"F": 0.125, "S": 1.0}
energies = st.lists(st.floats(0, 1e12), min_size=1, max_size=40)


def exponential_average(energies: list[float], time_constant_s: float) -> float:
    """Integrate e(t) exp(-(T - t)/τ)/τ over slots of 0.1 s; what was before the first went on for ever."""
    now = len(energies) * 0.1
    total = energies[0] * math.exp(-now / time_constant_s)
    for number, energy in enumerate(energies):
        ages_s = now - number * 0.1, now - (number + 1) * 0.1
        total += energy * (math.exp(-ages_s[1] / time_constant_s) - math.exp(-ages_s[0] / time_constant_s))
    return total


@pytest.mark.parametrize("name", TIME_CONSTANTS_S)
@given(energies=energies)
def test_fast_and_slow_are_the_exponential_average(name: str, energies: list[float]) -> None:
    """The running value is the integral."""
    weighting = make_time_weighting(name)
    value = weighting.settle(energies[0])
    for energy in energies:
        value = weighting.step(energy)
    assert value == pytest.approx(exponential_average(energies, TIME_CONSTANTS_S[name]), rel=1e-6, abs=1e-3)


@given(energies)
def test_impulse_is_the_highest_short_average_on_its_decay(energies: list[float]) -> None:
    """I is the largest 35 ms average so far, each fallen with 1.5 s since."""
    weighting = make_time_weighting("I")
    value = weighting.settle(energies[0])
    for energy in energies:
        value = weighting.step(energy)
    count = len(energies)
    averages = [exponential_average(energies[:end], 0.035) if end else energies[0] for end in range(count + 1)]
    expected = max(average * math.exp(-(count - end) * 0.1 / 1.5) for end, average in enumerate(averages))
    assert value == pytest.approx(expected, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(("name", "fall_db_per_s"), [("F", 34.74), ("S", 4.34), ("I", 2.90)])
def test_falls_after_the_sound_has_ended(name: str, fall_db_per_s: float) -> None:
    """The decay rates are those of the standards."""
    weighting = make_time_weighting(name)
    before = weighting.settle(1e9)
    for _ in range(20):
        after = weighting.step(0.0)
    assert 10 * math.log10(before / after) / 2.0 == pytest.approx(fall_db_per_s, abs=0.01)


@pytest.mark.parametrize("name", ["F", "S", "I"])
def test_a_steady_sound_stays(name: str) -> None:
    """Settled is settled."""
    weighting = make_time_weighting(name)
    assert weighting.settle(1e6) == 1e6
    assert weighting.step(1e6) == pytest.approx(1e6)


def test_there_are_no_others() -> None:
    """A time weighting the meter does not know is an error."""
    with pytest.raises(ValueError, match="'X'"):
        make_time_weighting("X")
