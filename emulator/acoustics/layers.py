"""Layers that scenes of any kind are composed of: steady and wandering noises, tones, impacts."""

from collections.abc import Sequence
import math

from .activity import ALWAYS, Activity
from .chance import SlowNoise, rng_for
from .sound import SINE_CREST, SLOTS_PER_SECOND, Noise, SecondOfSound, Spectrum, energy_of

_TENTHS = range(SLOTS_PER_SECOND)


class WanderingLevel:
    """A level that wanders around a median, log-normal in its mean square."""

    __slots__ = ("_drift", "_median_db", "_next", "_spread_db", "_wander", "_when")

    def __init__(self, seed: str, median_db: float, *, spread_db: float, memory_s: float, when: Activity) -> None:
        """Make one that wanders within `memory_s` and, as much, within 15 times as long."""
        self._median_db = median_db
        self._spread_db = spread_db * math.sqrt(0.5)
        self._wander = SlowNoise(f"{seed}/wander", memory_s)
        self._drift = SlowNoise(f"{seed}/drift", 15 * memory_s)
        self._when = when
        self._next = (0, self._energy_at(0))

    def second(self, second: int) -> list[float] | None:
        """Return the mean squares of the ten slots of a second; None for silence."""
        known, begin = self._next
        if known != second:
            begin = self._energy_at(second)
        end = self._energy_at(second + 1)
        self._next = (second + 1, end)
        if not begin and not end:
            return None
        slope = (end - begin) / SLOTS_PER_SECOND
        return [begin + slope * (tenth + 0.5) for tenth in _TENTHS]

    def _energy_at(self, second: int) -> float:
        factor = self._when.at(second)
        if not factor:
            return 0.0
        wandering = self._spread_db * (self._wander.at(second) + self._drift.at(second))
        return energy_of(self._median_db + wandering) * factor


class NoiseSource:
    """A noise whose level wanders around a median, log-normal in its mean square."""

    def __init__(
        self,
        seed: str,
        median_db: float,
        spectrum: Spectrum,
        *,
        spread_db: float = 0.0,
        memory_s: float = 20.0,
        when: Activity = ALWAYS,
        roughness: float = 0.1,
        impulsiveness: float = 1.0,
    ) -> None:
        """Make one of this A-weighted level; it wanders within `memory_s` and, as much, within 15 times as long.

        `roughness` and `impulsiveness` are those of Noise.
        """
        self._seed = seed
        self._c_to_a, self._z_to_a = spectrum.c_to_a, spectrum.z_to_a
        self._level = WanderingLevel(seed, median_db, spread_db=spread_db, memory_s=memory_s, when=when)
        self._roughness = roughness
        self._impulsiveness = impulsiveness

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        a = self._level.second(second)
        if a is None:
            return
        c = [energy * self._c_to_a for energy in a]
        z = [energy * self._z_to_a for energy in a]
        sound.add_noise(Noise(a, c, z, self._roughness, self._impulsiveness), rng_for(self._seed, second))


class Tone:
    """A sine, steady or switched on and off in each second."""

    def __init__(
        self,
        level: float,
        *,
        a_minus_c_db: float = 0.0,
        tenths: Sequence[int] = _TENTHS,
        when: Activity = ALWAYS,
    ) -> None:
        """Make a tone of this C- and Z-weighted level in dB, at 1 kHz unless A differs; heard in these tenths."""
        self._energy = energy_of(level)
        self._energy_a = energy_of(level + a_minus_c_db)
        self._tenths = tenths
        self._when = when

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        factor = self._when.at(second)
        if not factor:
            return
        a, c = self._energy_a * factor, self._energy * factor
        for tenth in self._tenths:
            sound.add(tenth, a, c, c, SINE_CREST)


# What remains of an impact in the slots after it, and how its peak stands out of the slot that it is in.
_REVERBERATION = (1.0, 0.06, 0.004)
_IMPACT_CREST = energy_of(20.0)
_TAIL_CREST = energy_of(11.0)


class Impacts:
    """Single blows, more or less regular."""

    def __init__(
        self,
        seed: str,
        level: float,
        spectrum: Spectrum,
        *,
        spread_db: float,
        interval_s: float,
        when: Activity = ALWAYS,
    ) -> None:
        """Make blows that raise their 100 ms to about this A-weighted level in dB."""
        self._seed = seed
        self._level = level
        self._c_to_a, self._z_to_a = spectrum.c_to_a, spectrum.z_to_a
        self._spread_db = spread_db
        self._interval_s = interval_s
        self._when = when

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        if not self._when.at(second) and not self._when.at(second - 1):
            return
        # A blow may come half an interval late, and what remains of it is heard in the next second.
        first = math.floor((second - 1) / self._interval_s - 0.5)
        last = math.ceil((second + 1) / self._interval_s)
        for number in range(first, last):
            self._add_blow(sound, second, number)

    def _add_blow(self, sound: SecondOfSound, second: int, number: int) -> None:
        rng = rng_for(self._seed, number)
        time_s = (number + 0.5 * rng.random()) * self._interval_s
        if not self._when.at(math.floor(time_s)):
            return
        energy = energy_of(rng.gauss(self._level, self._spread_db))
        begin = math.floor((time_s - second) * SLOTS_PER_SECOND)
        for later, share in enumerate(_REVERBERATION):
            if begin + later in _TENTHS:
                a = energy * share
                crest = _TAIL_CREST if later else _IMPACT_CREST
                sound.add(begin + later, a, a * self._c_to_a, a * self._z_to_a, crest)
