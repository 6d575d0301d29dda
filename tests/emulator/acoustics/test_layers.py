"""The sources that scenes are made of."""

from datetime import datetime
from itertools import pairwise
import math
import statistics

from hypothesis import given, strategies as st
import pytest

from emulator.acoustics import Layer, LayeredScene, Noise, Slot, Spectrum, energy_of
from emulator.acoustics.activity import Spells, Timetable
from emulator.acoustics.chance import SlowNoise
from emulator.acoustics.layers import Impacts, NoiseSource, Tone
from emulator.acoustics.traffic import PassBy, Traffic

SPECTRUM = Spectrum(6.0, 3.0)
HOURS = tuple(hour / 100 for hour in range(24))


def slots_of(layer: Layer, seconds: int, first: int = 0) -> list[Slot]:
    """Return what a layer alone sounds like."""
    scene = LayeredScene([layer])
    return [scene.slot(index) for index in range(first * 10, (first + seconds) * 10)]


def level_of(energies: list[float]) -> float:
    """Return the level of the mean."""
    return 10 * math.log10(math.fsum(energies) / len(energies))


def test_a_steady_noise_has_its_levels() -> None:
    """The mean squares are as told, the slots scatter around them, the crest factor is that of noise."""
    slots = slots_of(NoiseSource("seed", 60.0, SPECTRUM), 600)
    assert level_of([slot.a for slot in slots]) == pytest.approx(60.0, abs=0.1)
    assert level_of([slot.c for slot in slots]) == pytest.approx(66.0, abs=0.1)
    assert level_of([slot.z for slot in slots]) == pytest.approx(69.0, abs=0.1)
    assert statistics.stdev(slot.a for slot in slots) / energy_of(60.0) == pytest.approx(0.1, rel=0.1)
    assert 9 < level_of([slot.peak_c / slot.c for slot in slots]) < 13


def test_a_wandering_noise_is_log_normal() -> None:
    """Its level has the median and about the spread it was given."""
    slots = slots_of(NoiseSource("seed", 60.0, SPECTRUM, spread_db=4.0, memory_s=2.0), 3600)
    levels = [10 * math.log10(slot.a) for slot in slots]
    assert statistics.median(levels) == pytest.approx(60.0, abs=1.0)
    assert 2.5 < statistics.stdev(levels) < 4.5


def test_impulsiveness_raises_the_peaks_alone() -> None:
    """The same noise, more impulsive, has the same mean squares."""
    even, impulsive = (slots_of(NoiseSource("seed", 60.0, SPECTRUM, impulsiveness=factor), 10) for factor in (1.0, 4.0))
    for one, other in zip(even, impulsive, strict=True):
        assert other[:3] == one[:3]
        assert other.peak_c == pytest.approx(4 * one.peak_c)


def test_slow_noise_is_slow() -> None:
    """It is continuous, wanders around 0 and forgets."""
    noise = SlowNoise("seed", 10.0)
    values = [noise.at(tenths / 10) for tenths in range(50_000)]
    assert max(abs(one - other) for one, other in pairwise(values)) < 0.15
    assert abs(statistics.mean(values)) < 0.15
    assert 0.7 < statistics.pstdev(values) < 1.1
    assert abs(statistics.correlation(values[:-300], values[300:])) < 0.2


@given(st.text(max_size=3), st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20))
def test_slow_noise_depends_on_the_time_alone(seed: str, times_s: list[float]) -> None:
    """What was asked before changes nothing."""
    noise = SlowNoise(seed, 7.0)
    assert [noise.at(time_s) for time_s in times_s] == [SlowNoise(seed, 7.0).at(time_s) for time_s in times_s]


def test_a_tone_beeps() -> None:
    """It is heard in its tenths; its A weight may differ; the peak of a sine is 3 dB up."""
    slots = slots_of(Tone(70.0, a_minus_c_db=0.6, tenths=range(5)), 1)
    energy = energy_of(70.0)
    assert slots[4] == Slot(energy_of(70.6), energy, energy, 2 * energy, 2 * energy)
    assert slots[5] == Slot(0, 0, 0, 0, 0)


def test_a_tone_keeps_to_its_times() -> None:
    """Outside its spells it is silent."""
    spells = Spells("seed", 60, 1.0, (10, 20))
    tone = Tone(70.0, when=spells)
    for second in range(60):
        assert bool(slots_of(tone, 1, second)[0].a) == bool(spells.at(second))


def test_impacts_are_blows_with_tails() -> None:
    """One blow in each interval, its peak far above it, and a reverberation after it."""
    slots = slots_of(Impacts("seed", 80.0, SPECTRUM, spread_db=0.0, interval_s=2.0), 200)
    blows = [index for index, slot in enumerate(slots) if slot.a >= energy_of(80.0)]
    assert len(blows) == 100
    assert all(20 * number <= index < 20 * number + 11 for number, index in enumerate(blows))
    for index in blows[:-1]:
        assert slots[index].peak_c == pytest.approx(energy_of(80.0 + 6.0 + 20.0))
        assert slots[index + 1].a == pytest.approx(0.06 * slots[index].a)
        assert slots[index + 2].a == pytest.approx(0.004 * slots[index].a)
        assert slots[index + 3].a == 0


def test_impacts_keep_to_their_times() -> None:
    """Blows fall in spells only; the last one's tail may ring on."""
    spells = Spells("seed", 60, 1.0, (10, 20))
    slots = slots_of(Impacts("seed", 80.0, SPECTRUM, spread_db=3.0, interval_s=0.4, when=spells), 600)
    loud = [index // 10 for index, slot in enumerate(slots) if slot.peak_c > slot.c * 50]
    assert len(loud) > 100
    assert all(spells.at(second) for second in loud)


@given(
    st.text(max_size=3),
    st.integers(30, 300),
    st.tuples(st.integers(1, 15), st.integers(15, 30)),
    st.integers(1, 5),
)
def test_spells_have_the_length_they_were_given(
    seed: str, period_s: int, duration_s: tuple[int, int], fade_s: int
) -> None:
    """Each period has one, within it, fading in and out."""
    spells = Spells(seed, period_s, 1.0, duration_s, fade_s=fade_s)
    for period in range(3):
        factors = [spells.at(period * period_s + second) for second in range(period_s)]
        active = [second for second, factor in enumerate(factors) if factor]
        assert len(active) in range(duration_s[0] - 1, duration_s[1])
        assert all(later == earlier + 1 for earlier, later in pairwise(active))
        assert all(0 <= factor <= 1 for factor in factors)


def test_spells_come_by_chance() -> None:
    """About the wanted share of periods has one."""
    spells = Spells("seed", 10, 0.3, (5, 5))
    happened = sum(any(spells.at(10 * period + second) for second in range(10)) for period in range(1000))
    assert 250 < happened < 350


def test_spells_within_other_times() -> None:
    """No spell begins while nobody works."""
    work = Timetable(datetime(2026, 3, 2), (0.0,) * 12 + (1.0,) * 12, (0.0,) * 24)
    spells = Spells("seed", 60, 1.0, (10, 10), within=work)
    active = [second for second in range(2 * 43_200) if spells.at(second)]
    assert active
    assert min(active) >= 43_200


@pytest.mark.parametrize(
    ("starts_at", "second", "factor"),
    [
        (None, 12_345, 0.23),
        (datetime(2026, 3, 2, 5, 59, 59), 0, 0.05),
        (datetime(2026, 3, 2, 5, 59, 59), 1, 0.06),
        (datetime(2026, 3, 6, 23, 30), 1800, 0.0),
        (datetime(2026, 3, 6, 23, 30), 86_400, 0.5),
    ],
)
def test_a_timetable_follows_the_clock(starts_at: datetime | None, second: int, factor: float) -> None:
    """Hour by hour; Saturday works unless it is a free day."""
    assert Timetable(starts_at, HOURS, (0.5,) * 24, workdays=6 if second == 1800 else 5).at(second) == factor


def passing(pass_by: PassBy, seconds: int) -> list[float]:
    """Return the A-weighted mean squares of a vehicle's way."""
    heard: list[float] = []
    for second in range(seconds):
        noise = Noise([0.0] * 10, [0.0] * 10, [0.0] * 10)
        pass_by.add_to(noise, second)
        assert noise.c == pytest.approx([2 * a for a in noise.a])
        assert noise.z == pytest.approx([3 * a for a in noise.a])
        heard += noise.a
    return heard


@given(st.floats(20, 80), st.floats(0.5, 3))
def test_a_vehicle_passes_by_the_distance_law(at_s: float, distances_per_second: float) -> None:
    """10 dB for spreading and 5 dB for the ground, for each tenfold of the squared distance; nothing far away."""
    for index, energy in enumerate(passing(PassBy(at_s, distances_per_second, 1e6, 2e6, 3e6), 100)):
        along = (index * 0.1 + 0.05 - at_s) * distances_per_second
        if abs(along) < 13.99:
            assert 10 * math.log10(energy) == pytest.approx(60 - 15 * math.log10(1 + along**2), abs=1e-6)
        elif abs(along) > 14.01:
            assert energy == 0


def test_vehicles_come_by_chance() -> None:
    """The flow is as told; minutes differ as much as chance and a traffic light make them, or more."""
    street = Traffic("seed", vehicles_per_hour=360)
    per_minute = [sum(len(street._passing_in(60 * minute + second)) for second in range(60)) for minute in range(600)]
    assert statistics.mean(per_minute) == pytest.approx(6.0, rel=0.1)
    assert statistics.variance(per_minute) > statistics.mean(per_minute)
    assert min(per_minute) <= 1
    assert max(per_minute) >= 12


def test_mean_energy_follows_the_flow() -> None:
    """LAeq of a street rises by 6 dB with four times the vehicles, give or take the few heavy ones."""
    few, many = (
        level_of([slot.a for slot in slots_of(Traffic("seed", vehicles_per_hour=flow, motorcycle_share=0), 7200)])
        for flow in (200, 800)
    )
    assert many - few == pytest.approx(6.0, abs=1.5)


def test_an_empty_street_is_silent() -> None:
    """Where nobody drives nothing is heard."""
    assert set(slots_of(Traffic("seed", vehicles_per_hour=0), 30)) == {Slot(0, 0, 0, 0, 0)}
