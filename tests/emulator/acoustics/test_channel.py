"""What a channel measures, against slow sums over all it was given."""

import math

from hypothesis import given, strategies as st
import pytest

from emulator.acoustics import LOWEST_LEVEL_DB, Channel, Results, Slot, energy_of, level_db

energies = st.floats(20, 130).map(energy_of)
slots = st.builds(
    lambda a, c, z, peak_c, peak_z: Slot(a, c, z, c * peak_c, z * peak_z),
    energies,
    energies,
    energies,
    st.floats(2, 8),
    st.floats(2, 8),
)
steps = st.lists(st.tuples(slots, st.booleans()), min_size=1, max_size=60)
weightings = st.sampled_from("ACZ")
time_weightings = st.sampled_from("FSI")
NOTHING = (None,) * 4


def sine(level: float) -> Slot:
    """Return 100 ms of a sine at 1 kHz of this level in dB."""
    energy = energy_of(level)
    return Slot(energy, energy, energy, 2 * energy, 2 * energy)


def energy_in(slot: Slot, weighting: str) -> float:
    """Return the mean square of a slot with this weighting."""
    return {"A": slot.a, "C": slot.c, "Z": slot.z}[weighting]


def peak_in(slot: Slot, weighting: str) -> float:
    """Return the squared peak that a channel of this weighting tells."""
    return {"A": slot.peak_c, "C": slot.peak_c, "Z": slot.peak_z}[weighting]


@given(steps, weightings, time_weightings)
def test_results_are_those_of_the_measured_slots(steps: list[tuple[Slot, bool]], weighting: str, time: str) -> None:
    """Leq, LE, Lmax, Lmin, Lpeak and the duration come from measured slots alone, LN from their Lp."""
    channel = Channel(weighting, time)
    channel.start((1.0, 10.0, 50.0, 90.0, 99.0))
    measured, levels, ends = [], [], []
    for number, (slot, measuring) in enumerate(steps):
        before = channel.lp
        channel.add(slot, measuring)
        if measuring:
            measured.append(slot)
            levels += [before, channel.lp] if number else [channel.lp]
            ends.append(channel.lp)
    results = channel.results()
    if not measured:
        assert results == Results(*NOTHING, (None,) * 5, None, 0.0, over=False, under=False)
        return
    duration_s = len(measured) * 0.1
    leq = 10 * math.log10(math.fsum(energy_in(slot, weighting) for slot in measured) / len(measured))
    assert results.duration_s == pytest.approx(duration_s)
    assert results.leq == pytest.approx(leq)
    assert results.le == pytest.approx(leq + 10 * math.log10(duration_s))
    assert results.lpeak == pytest.approx(10 * math.log10(max(peak_in(slot, weighting) for slot in measured)))
    assert (results.lmax, results.lmin) == (max(levels), min(levels))
    assert all(min(ends) - 0.1 <= ln + 1e-6 and ln - 1e-6 <= max(ends) + 0.1 for ln in results.ln if ln is not None)


@given(steps, weightings, time_weightings)
def test_slot_levels_are_those_of_the_last_slot(steps: list[tuple[Slot, bool]], weighting: str, time: str) -> None:
    """Lmax and Lmin of a slot are its Lp at both ends; its Leq may be above both."""
    channel = Channel(weighting, time)
    for slot, measuring in steps:
        before = channel.lp
        channel.add(slot, measuring)
    if len(steps) == 1:
        before = channel.lp
    last = channel.slot_levels
    assert last.lp == channel.lp
    assert (last.lmax, last.lmin) == (max(before, channel.lp), min(before, channel.lp))
    assert last.leq == pytest.approx(10 * math.log10(energy_in(slot, weighting)))
    assert last.lpeak == pytest.approx(10 * math.log10(peak_in(slot, weighting)))


def test_lp_goes_on_while_nothing_is_measured() -> None:
    """Stopped or paused, Lp is live and the results rest."""
    channel = Channel("A", "F")
    channel.start()
    channel.add(sine(60), measuring=True)
    held = channel.results()
    for _ in range(50):
        channel.add(sine(80), measuring=False)
    assert channel.lp == pytest.approx(80, abs=0.01)
    assert channel.results() == held


def test_a_start_clears_the_results() -> None:
    """A new measurement begins with nothing, and with its own percentages."""
    channel = Channel("A", "F")
    channel.add(sine(140), measuring=True)
    channel.start((50.0,))
    assert channel.results() == Results(*NOTHING, (None,), None, 0.0, over=False, under=False)
    channel.add(sine(60), measuring=True)
    assert channel.results().duration_s == 0.1


def test_percentages_of_the_factory_without_a_start() -> None:
    """A channel that was never told percentages knows five."""
    channel = Channel("A", "F")
    for level in range(40, 80):
        channel.add(sine(level), measuring=True)
    results = channel.results()
    assert len(results.ln) == 5
    assert results.ln == tuple(sorted((ln for ln in results.ln if ln is not None), reverse=True))


def test_silence_has_a_level() -> None:
    """Before the first slot, and in a silence no microphone can hear, there are still levels."""
    channel = Channel("Z", "S")
    assert channel.lp == channel.slot_levels.leq == LOWEST_LEVEL_DB
    channel.add(Slot(0, 0, 0, 0, 0), measuring=True)
    assert channel.results().lmin == channel.results().lpeak == LOWEST_LEVEL_DB


@pytest.mark.parametrize("weighting", ["A", "C", "Z"])
def test_overload(weighting: str) -> None:
    """Beyond the top of the range the levels stop there and the flag is set."""
    channel = Channel(weighting, "F")
    channel.start()
    channel.add(sine(137.5), measuring=True)
    assert not channel.results().over
    channel.add(sine(150), measuring=True)
    channel.add(sine(150), measuring=True)
    results = channel.results()
    assert results.over
    assert channel.slot_levels.over
    assert channel.slot_levels.leq == pytest.approx(138.0)
    assert results.lpeak == pytest.approx(141.0)
    assert results.lmax is not None
    assert results.lmax <= 138.0 + 1e-9


def test_a_peak_alone_overloads_every_channel() -> None:
    """The input is before the weighting: a bang of infrasound overloads an A-weighted channel too."""
    channel = Channel("A", "F")
    channel.add(sine(60)._replace(peak_z=energy_of(142)), measuring=False)
    assert channel.slot_levels.over
    assert channel.lp == pytest.approx(60)


@pytest.mark.parametrize(("weighting", "bottom"), [("A", 25), ("C", 33), ("Z", 38)])
def test_under_range(weighting: str, bottom: float) -> None:
    """Lp below the range's lower end sets the other flag."""
    channel = Channel(weighting, "F")
    channel.add(sine(bottom + 0.1), measuring=True)
    assert not channel.results().under
    for _ in range(20):
        channel.add(sine(bottom - 1), measuring=True)
    assert channel.results().under
    assert channel.slot_levels.under


@pytest.mark.parametrize("level", [150.0, 10.0])
def test_flags_latch_if_asked_to(level: float) -> None:
    """Latched, a flag tells of the whole measurement; else of the last slot."""
    channel = Channel("A", "F")
    channel.start()
    channel.add(sine(level), measuring=True)
    for _ in range(30):
        channel.add(sine(60), measuring=True)
    latched, momentary = channel.results(), channel.results(latched=False)
    assert latched.over or latched.under
    assert (momentary.over, momentary.under) == (False, False)
    assert momentary.leq == latched.leq


def test_flags_of_a_pause_do_not_latch() -> None:
    """What was not measured leaves no trace in the measurement."""
    channel = Channel("A", "F")
    channel.start()
    channel.add(sine(60), measuring=True)
    channel.add(sine(150), measuring=False)
    assert not channel.results().over
    assert channel.results(latched=False).over


def test_there_are_no_other_weightings() -> None:
    """A frequency weighting the meter does not know is an error."""
    with pytest.raises(ValueError, match="'B'"):
        Channel("B", "F")


@given(st.floats(-29.9, 150))
def test_levels_and_energies_are_each_other_s_inverse(level: float) -> None:
    """20 µPa is 0 dB."""
    assert level_db(energy_of(level)) == pytest.approx(level, abs=1e-9)
