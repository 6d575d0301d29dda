"""Sounds with a pattern of their own: music, sirens, birds."""

import math

from .activity import ALWAYS, Activity
from .chance import rng_for
from .layers import WanderingLevel
from .sound import SINE_CREST, SLOT_S, SLOTS_PER_SECOND, Noise, SecondOfSound, Spectrum, energy_of

# How fast a beat dies away until the next one, as a power of e: voices and cymbals go on longer than the bass.
_BEAT_DECAY = 1.5
_BASS_DECAY = 4.0
_MUSIC_ROUGHNESS = 0.25


class Music:
    """Music with a beat, which the bass follows the most."""

    def __init__(
        self,
        seed: str,
        level: float,
        spectrum: Spectrum,
        *,
        spread_db: float,
        beats_per_minute: float,
        when: Activity = ALWAYS,
    ) -> None:
        """Make music of this median A-weighted level in dB; `when` says when it plays."""
        self._seed = seed
        self._c_minus_a, self._z_minus_c = spectrum.c_to_a - 1.0, spectrum.z_to_a - spectrum.c_to_a
        self._level = WanderingLevel(seed, level, spread_db=spread_db, memory_s=4.0, when=when)
        self._beats_per_slot = beats_per_minute / 60 * SLOT_S

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        energies = self._level.second(second)
        if energies is None:
            return
        noise = Noise([], [], [], _MUSIC_ROUGHNESS)
        for number, energy in enumerate(energies, second * SLOTS_PER_SECOND):
            begin = number * self._beats_per_slot
            a = energy * _beat(begin, begin + self._beats_per_slot, _BEAT_DECAY)
            bass = energy * _beat(begin, begin + self._beats_per_slot, _BASS_DECAY)
            c = a + bass * self._c_minus_a
            noise.a.append(a)
            noise.c.append(c)
            noise.z.append(c + bass * self._z_minus_c)
        sound.add_noise(noise, rng_for(self._seed, second))


def _beat(begin: float, end: float, decay: float) -> float:
    """Return the mean from one time to another, counted in beats, of what is 1 on the long run."""
    return (_beaten(end, decay) - _beaten(begin, decay)) / (end - begin)


def _beaten(time: float, decay: float) -> float:
    beats = math.floor(time)
    return beats + math.expm1(-decay * (time - beats)) / math.expm1(-decay)


# Two pitches in turn; the weighting A takes more of the lower one.
_PITCH_S = 0.5
_LOWER_A_MINUS_C_DB = -2.0
_HIGHER_A_MINUS_C_DB = -0.5


class Siren:
    """A siren of two pitches, drawing near and going away as its activity rises and falls."""

    def __init__(self, level: float, *, when: Activity) -> None:
        """Make a siren of this C- and Z-weighted level in dB where it is nearest."""
        c = energy_of(level)
        self._pitches = tuple((energy_of(level + db), c) for db in (_LOWER_A_MINUS_C_DB, _HIGHER_A_MINUS_C_DB))
        self._when = when

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        begin, end = self._when.at(second), self._when.at(second + 1)
        if not begin and not end:
            return
        for tenth in range(SLOTS_PER_SECOND):
            near = begin + (end - begin) * (tenth + 0.5) / SLOTS_PER_SECOND
            a, c = self._pitches[math.floor(tenth * SLOT_S / _PITCH_S)]
            sound.add(tenth, a * near, c * near, c * near, SINE_CREST)


_CHIRP_CHANCE = 0.45
_CHIRP_CREST = energy_of(9.0)


class BirdSong:
    """Chirps of a tenth of a second or some, with rests between them."""

    def __init__(
        self, seed: str, level: float, spectrum: Spectrum, *, spread_db: float, when: Activity = ALWAYS
    ) -> None:
        """Make a bird whose chirps have about this A-weighted level in dB; it sings while `when` lets it."""
        self._seed = seed
        self._level = level
        self._spread_db = spread_db
        self._c_to_a, self._z_to_a = spectrum.c_to_a, spectrum.z_to_a
        self._when = when

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        factor = self._when.at(second)
        if not factor:
            return
        rng = rng_for(self._seed, second)
        for tenth in range(SLOTS_PER_SECOND):
            if rng.random() < _CHIRP_CHANCE:
                a = factor * energy_of(rng.gauss(self._level, self._spread_db))
                sound.add(tenth, a, a * self._c_to_a, a * self._z_to_a, _CHIRP_CREST)
