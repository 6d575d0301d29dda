"""Vehicles that pass by on a street."""

from dataclasses import dataclass
import math
from random import Random

from .activity import ALWAYS, Activity
from .chance import SlowNoise, rng_for
from .sound import SLOTS_PER_SECOND, Noise, SecondOfSound, Spectrum, energy_of

# Further along the street than so many times the distance to it, a vehicle is 34 dB down and left out.
_AUDIBLE_ALONG = 14.0
_SLOWEST_MPS = 7.0
_LANES_APART_M = 3.5
_REFERENCE_DISTANCE_M = 7.5
_TRAFFIC_LIGHT_S = 80
_GREEN_S = 45
_GREEN_FLOW = 1.6
_RED_FLOW = (_TRAFFIC_LIGHT_S - _GREEN_FLOW * _GREEN_S) / (_TRAFFIC_LIGHT_S - _GREEN_S)


@dataclass(frozen=True, slots=True)
class VehicleKind:
    """Vehicles alike: LAFmax at 7.5 m in dB and its spread, speed in m/s, spectral balance."""

    lmax: float
    spread_db: float
    speed_mps: float
    spectrum: Spectrum


LIGHT = VehicleKind(69.0, 2.0, 13.5, Spectrum(6.0, 2.5))
HEAVY = VehicleKind(79.0, 2.5, 12.0, Spectrum(9.0, 3.0))
MOTORCYCLE = VehicleKind(79.0, 3.5, 14.5, Spectrum(5.0, 1.5))


@dataclass(frozen=True, slots=True)
class PassBy:
    """One vehicle on its way: mean squares at the closest point, when it is there, and how it gets away."""

    at_s: float
    distances_per_second: float
    a: float
    c: float
    z: float

    def add_to(self, noise: Noise, second: int) -> None:
        """Add what is heard during one second: spreading over distance², and ground that takes another half as much."""
        along = (second + 0.05 - self.at_s) * self.distances_per_second
        if not -_AUDIBLE_ALONG - self.distances_per_second < along < _AUDIBLE_ALONG:
            return
        step = self.distances_per_second / SLOTS_PER_SECOND
        for tenth in range(SLOTS_PER_SECOND):
            if -_AUDIBLE_ALONG < along < _AUDIBLE_ALONG:
                distance_squared = 1.0 + along * along
                share = 1.0 / (distance_squared * math.sqrt(distance_squared))
                noise.a[tenth] += self.a * share
                noise.c[tenth] += self.c * share
                noise.z[tenth] += self.z * share
            along += step


class Traffic:
    """A Poisson process of vehicles on two lanes, denser and thinner with a traffic light and from minute to minute."""

    def __init__(
        self,
        seed: str,
        *,
        vehicles_per_hour: float,
        heavy_share: float = 0.07,
        motorcycle_share: float = 0.015,
        distance_m: float = 11.0,
        when: Activity = ALWAYS,
    ) -> None:
        """Make a street at `distance_m` with so many vehicles in an hour of full activity."""
        self._seed = seed
        self._per_second = vehicles_per_hour / 3600
        self._heavy_share = heavy_share
        self._motorcycle_share = motorcycle_share
        self._distances_m = (distance_m, distance_m + _LANES_APART_M)
        self._audible_s = math.ceil(_AUDIBLE_ALONG * max(self._distances_m) / _SLOWEST_MPS)
        self._when = when
        self._density = SlowNoise(f"{seed}/density", 120.0)
        self._second: int | None = None
        self._near: list[PassBy] = []

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        self._go_to(second)
        if not self._near:
            return
        silence = [0.0] * SLOTS_PER_SECOND
        noise = Noise(silence, silence.copy(), silence.copy())
        for vehicle in self._near:
            vehicle.add_to(noise, second)
        sound.add_noise(noise, rng_for(f"{self._seed}/noise", second))

    def _go_to(self, second: int) -> None:
        """Know the vehicles near enough to be heard, in the order of their passing."""
        if second - 1 == self._second:
            self._near = [vehicle for vehicle in self._near if vehicle.at_s > second - self._audible_s]
            self._near += self._passing_in(second + self._audible_s)
        else:
            self._near = [
                vehicle
                for passing in range(second - self._audible_s, second + self._audible_s + 1)
                for vehicle in self._passing_in(passing)
            ]
        self._second = second

    def _passing_in(self, second: int) -> list[PassBy]:
        flow = _GREEN_FLOW if second % _TRAFFIC_LIGHT_S < _GREEN_S else _RED_FLOW
        density = math.exp(0.5 * self._density.at(second) - 0.125)
        expected = self._per_second * flow * density * self._when.at(second)
        rng = rng_for(self._seed, second)
        vehicles = []
        # Poisson: gaps between vehicles are exponentially distributed.
        at_s = -math.log(1.0 - rng.random())
        while at_s < expected:
            vehicles.append(self._vehicle(second + at_s / expected, rng))
            at_s -= math.log(1.0 - rng.random())
        return vehicles

    def _vehicle(self, at_s: float, rng: Random) -> PassBy:
        chance = rng.random()
        kind = LIGHT
        if chance < self._heavy_share:
            kind = HEAVY
        elif chance < self._heavy_share + self._motorcycle_share:
            kind = MOTORCYCLE
        distance_m = rng.choice(self._distances_m)
        speed_mps = max(rng.gauss(kind.speed_mps, 0.12 * kind.speed_mps), _SLOWEST_MPS)
        # Tyres and engines are about 9 dB louder at twice the speed.
        level = rng.gauss(kind.lmax, kind.spread_db) + 30.0 * math.log10(speed_mps / kind.speed_mps)
        level -= 20.0 * math.log10(distance_m / _REFERENCE_DISTANCE_M)
        a = energy_of(level)
        # Engines differ: up to 2 dB more or less at the low end.
        low = energy_of(rng.uniform(-2.0, 2.0))
        c = a * (1.0 + (kind.spectrum.c_to_a - 1.0) * low)
        z = c + a * (kind.spectrum.z_to_a - kind.spectrum.c_to_a) * low
        return PassBy(at_s, speed_mps / distance_m, a, c, z)
