"""Music, sirens and birds."""

import itertools
import math

import pytest

from emulator.acoustics import Layer, LayeredScene, Slot, Spectrum, energy_of
from emulator.acoustics.activity import Spells
from emulator.acoustics.calls import BirdSong, Music, Siren

SPECTRUM = Spectrum(8.0, 1.0)


def slots_of(layer: Layer, seconds: int) -> list[Slot]:
    """Return what a layer alone sounds like."""
    scene = LayeredScene([layer])
    return [scene.slot(index) for index in range(seconds * 10)]


def level_of(energies: list[float]) -> float:
    """Return the level of the mean."""
    return 10 * math.log10(math.fsum(energies) / len(energies))


def test_music_has_its_levels() -> None:
    """The beat moves the sound in time, its mean stays."""
    slots = slots_of(Music("seed", 80.0, SPECTRUM, spread_db=0.0, beats_per_minute=124), 600)
    assert level_of([slot.a for slot in slots]) == pytest.approx(80.0, abs=0.1)
    assert level_of([slot.c for slot in slots]) == pytest.approx(88.0, abs=0.15)
    assert level_of([slot.z for slot in slots]) == pytest.approx(89.0, abs=0.15)


def test_music_has_a_beat() -> None:
    """The slots that a beat begins in are louder than those before it, in the bass the most."""
    slots = slots_of(Music("seed", 80.0, SPECTRUM, spread_db=0.0, beats_per_minute=120), 300)
    on, off = slots[0::5], slots[4::5]
    by_field = [level_of([slot[field] for slot in on]) - level_of([slot[field] for slot in off]) for field in range(2)]
    assert 3 < by_field[0] < 8
    assert by_field[0] + 3 < by_field[1]


def test_music_rests_in_breaks() -> None:
    """Between pieces it is silent."""
    pieces = Spells("seed", 60, 1.0, (30, 40))
    slots = slots_of(Music("seed", 80.0, SPECTRUM, spread_db=1.0, beats_per_minute=100, when=pieces), 120)
    playing = [slots[10 * second + 5].a > 0 for second in range(120)]
    assert 60 <= sum(playing) <= 82
    assert not all(playing[:60])


def test_a_siren_draws_near_and_goes_away() -> None:
    """Its level rises and falls once, has its maximum in the middle, and two pitches take turns."""
    slots = slots_of(Siren(90.0, when=Spells("seed", 60, 1.0, (40, 40), fade_s=20)), 60)
    levels = [10 * math.log10(slot.c) if slot.c else -math.inf for slot in slots]
    top = levels.index(max(levels))
    assert max(levels) == pytest.approx(90, abs=0.5)
    assert all(one <= other + 1e-9 for one, other in itertools.pairwise(levels[:top]))
    assert all(one >= other - 1e-9 for one, other in itertools.pairwise(levels[top:]))
    assert sum(level > 0 for level in levels) in range(380, 401)
    heard = [slot for slot in slots if slot.c]
    assert {round(10 * math.log10(slot.a / slot.c), 3) for slot in heard} == {-2.0, -0.5}
    assert all(slot.peak_z == pytest.approx(2 * slot.c) for slot in heard)


def test_birds_chirp() -> None:
    """Nearly half of the tenths are chirps of about the level, the others are silent."""
    slots = slots_of(BirdSong("seed", 55.0, Spectrum(0.1, 0.1), spread_db=3.0), 600)
    chirps = [slot for slot in slots if slot.a]
    assert 0.4 < len(chirps) / len(slots) < 0.5
    levels = [10 * math.log10(slot.a) for slot in chirps]
    assert sum(levels) / len(levels) == pytest.approx(55, abs=0.3)
    assert all(slot.peak_c == pytest.approx(slot.c * energy_of(9)) for slot in chirps)


def test_birds_sing_in_their_time() -> None:
    """Outside its spells a bird is silent."""
    songs = Spells("seed", 30, 1.0, (10, 10))
    slots = slots_of(BirdSong("seed", 55.0, Spectrum(0.1, 0.1), spread_db=3.0, when=songs), 30)
    singing = [any(slot.a for slot in slots[10 * second : 10 * second + 10]) for second in range(30)]
    assert singing == [songs.at(second) > 0 for second in range(30)]
