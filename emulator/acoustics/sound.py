"""What all sound is made of here: mean squares of slots of 100 ms, relative to (20 µPa)², that layers add up."""

from dataclasses import dataclass
import math
from random import Random
from typing import NamedTuple, Protocol

SLOT_S = 0.1
SLOTS_PER_SECOND = 10

# A level has to fit into five characters and a logarithm has to exist: nothing reads lower than this.
LOWEST_LEVEL_DB = -30.0
_LOWEST_ENERGY = math.pow(10.0, LOWEST_LEVEL_DB / 10.0)

# Gaussian noise of some kHz has about this many independent values in a slot; the largest of them is the slot's peak.
_LOG_VALUES_PER_SLOT = math.log(400)
SINE_CREST = 2.0
LOW_ROUGHNESS = 0.35
# An even distribution is this many standard deviations wide.
_WIDTH = math.sqrt(12)


class Slot(NamedTuple):
    """100 ms of sound at the microphone.

    Mean squares, weighted A, C and Z, and squares of the largest instantaneous pressure, weighted C and Z; all are
    ratios to (20 µPa)².
    """

    a: float
    c: float
    z: float
    peak_c: float
    peak_z: float


def level_db(energy: float) -> float:
    """Return the level of a ratio to (20 µPa)², in dB; at least LOWEST_LEVEL_DB."""
    return 10.0 * math.log10(energy) if energy > _LOWEST_ENERGY else LOWEST_LEVEL_DB


def energy_of(level: float) -> float:
    """Return the ratio to (20 µPa)² of a level in dB."""
    return math.pow(10.0, level / 10.0)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The spectral balance of a noise: differences of its weighted levels in dB, neither of them negative."""

    c_minus_a_db: float
    z_minus_c_db: float

    @property
    def c_to_a(self) -> float:
        """Ratio of the mean squares weighted C and A."""
        return energy_of(self.c_minus_a_db)

    @property
    def z_to_a(self) -> float:
        """Ratio of the mean squares weighted Z and A."""
        return energy_of(self.c_minus_a_db + self.z_minus_c_db)


@dataclass(slots=True)
class Noise:
    """Expected mean squares of a noise in the ten slots of a second.

    `roughness` is the relative standard deviation of a slot's A-weighted mean square, at most 0.57; `impulsiveness`
    how many times larger than those of an even noise the squared peaks are.
    """

    a: list[float]
    c: list[float]
    z: list[float]
    roughness: float = 0.1
    impulsiveness: float = 1.0


class SecondOfSound:
    """Ten slots while layers add to them.

    Sources are independent of each other, so mean squares add; so do squared peaks, near enough, as noises of one crest
    factor make a noise of that crest factor.
    """

    __slots__ = ("a", "c", "peak_c", "peak_z", "z")

    def __init__(self) -> None:
        """Begin with silence."""
        self.a = [0.0] * SLOTS_PER_SECOND
        self.c = [0.0] * SLOTS_PER_SECOND
        self.z = [0.0] * SLOTS_PER_SECOND
        self.peak_c = [0.0] * SLOTS_PER_SECOND
        self.peak_z = [0.0] * SLOTS_PER_SECOND

    def slots(self) -> list[Slot]:
        """Return the ten slots as they are now."""
        return list(map(Slot, self.a, self.c, self.z, self.peak_c, self.peak_z))

    def add(self, tenth: int, a: float, c: float, z: float, crest: float) -> None:
        """Add to one slot a sound whose squared peak is `crest` times its mean square."""
        self.a[tenth] += a
        self.c[tenth] += c
        self.z[tenth] += z
        self.peak_c[tenth] += c * crest
        self.peak_z[tenth] += z * crest

    def add_changed(self, other: "SecondOfSound", factors: list[float]) -> None:
        """Add another second of sound, each slot times a factor on the mean square."""
        for own, others in (
            (self.a, other.a),
            (self.c, other.c),
            (self.z, other.z),
            (self.peak_c, other.peak_c),
            (self.peak_z, other.peak_z),
        ):
            for tenth, factor in enumerate(factors):
                own[tenth] += others[tenth] * factor

    def add_noise(self, expected: Noise, rng: Random) -> None:
        """Add a chance-made noise of these expected mean squares.

        The fewer the hertz that carry a sound, the less even are its slots: what A leaves out varies more than what it
        lets through.
        """
        roughness, low_roughness = expected.roughness * _WIDTH, LOW_ROUGHNESS * _WIDTH
        random = rng.random
        log = math.log
        for tenth, (a, c, z) in enumerate(zip(expected.a, expected.c, expected.z, strict=True)):
            heard_a = a * (1.0 + roughness * (random() - 0.5))
            heard_c = heard_a + (c - a) * (1.0 + low_roughness * (random() - 0.5))
            heard_z = heard_c + (z - c) * (1.0 + low_roughness * (random() - 0.5))
            # The largest of many values is Gumbel-distributed; its improbable ends are left out.
            largest = _LOG_VALUES_PER_SLOT - log(-log(0.0005 + 0.999 * random()))
            self.add(tenth, heard_a, heard_c, heard_z, 2.0 * largest * expected.impulsiveness)


class Layer(Protocol):
    """One source, or many of a kind. What it adds to a second depends on its seed and on that second alone."""

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
