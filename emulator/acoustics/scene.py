"""Scenes: what there is to hear, composed of layers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from .activity import Spells, Timetable
from .layers import Impacts, NoiseSource, Tone
from .sound import SLOTS_PER_SECOND, Layer, SecondOfSound, Slot, Spectrum
from .traffic import Traffic

CALIBRATOR_LEVEL_DB = 94.0
NOISE_FLOOR_DB = 18.0

_STREET_HOURS = (
    *(0.08, 0.05, 0.03, 0.03, 0.05, 0.15, 0.45, 0.9, 1.0, 0.8, 0.7, 0.7),
    *(0.75, 0.75, 0.75, 0.85, 0.95, 1.0, 0.9, 0.65, 0.45, 0.35, 0.25, 0.15),
)
_STREET_FREE_HOURS = (
    *(0.15, 0.1, 0.07, 0.05, 0.05, 0.05, 0.08, 0.15, 0.25, 0.4, 0.5, 0.55),
    *(0.55, 0.55, 0.55, 0.55, 0.55, 0.55, 0.5, 0.4, 0.3, 0.25, 0.2, 0.12),
)
# From 7 to 18 o'clock, less at noon.
_SITE_HOURS = (*[0.0] * 7, *[1.0] * 5, 0.1, *[1.0] * 5, *[0.0] * 6)
_OFFICE_HOURS = (*[0.0] * 7, 0.4, *[1.0] * 4, 0.5, *[1.0] * 4, 0.5, *[0.0] * 6)
_FREE_DAY = (0.0,) * 24

_ELECTRONICS = Spectrum(7.0, 5.0)
_DISTANT = Spectrum(9.0, 3.0)
_WIND = Spectrum(14.0, 11.0)
_ENGINE = Spectrum(8.0, 2.5)
_STEEL = Spectrum(1.5, 0.8)
_GROUND = Spectrum(7.0, 4.0)
_VENTILATION = Spectrum(13.0, 5.0)
_VOICE = Spectrum(1.5, 0.3)
_BIRDS = Spectrum(0.1, 0.1)


class Scene(Protocol):
    """A sound that goes on for ever."""

    def slot(self, index: int) -> Slot:
        """Return the 100 ms with this number; 0 is the first after power-on. Consecutive numbers are the fastest."""


class LayeredScene:
    """The sum of layers. Every slot is what it is, whatever was asked for before."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        """Compose a scene of these layers."""
        self._layers = tuple(layers)
        self._second: int | None = None
        self._slots: list[Slot] = []

    def slot(self, index: int) -> Slot:
        """Return the 100 ms with this number; 0 is the first after power-on. Consecutive numbers are the fastest."""
        second, tenth = divmod(index, SLOTS_PER_SECOND)
        if second != self._second:
            sound = SecondOfSound()
            for layer in self._layers:
                layer.add_to(sound, second)
            self._slots = sound.slots()
            self._second = second
        return self._slots[tenth]


def make_scene(name: str, seed: int, starts_at: datetime | None = None) -> Scene:
    """Return a new scene, one of SCENES; ValueError for another name.

    `starts_at` is the local time of slot 0: the scene then follows the hours of the day. Without it, it is always the
    busy part of a working day.
    """
    if name not in _LAYERS:
        raise ValueError(f"no scene {name!r}")
    seed_text = f"{name}/{seed}"
    noise_floor = NoiseSource(f"{seed_text}/floor", NOISE_FLOOR_DB, _ELECTRONICS)
    return LayeredScene([noise_floor, *_LAYERS[name](seed_text, starts_at)])


def _traffic(seed: str, starts_at: datetime | None) -> list[Layer]:
    flow = Timetable(starts_at, _STREET_HOURS, _STREET_FREE_HOURS)
    return [
        NoiseSource(f"{seed}/town", 46.0, _DISTANT, spread_db=2.0, when=flow),
        NoiseSource(f"{seed}/wind", 30.0, _WIND, spread_db=4.0, memory_s=6.0),
        Traffic(f"{seed}/street", vehicles_per_hour=420, when=flow),
    ]


def _construction(seed: str, starts_at: datetime | None) -> list[Layer]:
    work = Timetable(starts_at, _SITE_HOURS, _FREE_DAY, workdays=6)
    town = Timetable(starts_at, _STREET_HOURS, _STREET_FREE_HOURS)
    digging = Spells(f"{seed}/digging", 900, 0.9, (240, 720), fade_s=4, within=work)
    breaking = Spells(f"{seed}/breaking", 600, 0.5, (30, 180), within=work)
    piling = Spells(f"{seed}/piling", 1200, 0.6, (120, 480), within=work)
    hammering = Spells(f"{seed}/hammering", 90, 0.5, (4, 15), within=work)
    reversing = Spells(f"{seed}/reversing", 150, 0.5, (5, 20), within=work)
    return [
        NoiseSource(f"{seed}/town", 47.0, _DISTANT, spread_db=2.0, when=town),
        NoiseSource(f"{seed}/wind", 30.0, _WIND, spread_db=4.0, memory_s=6.0),
        NoiseSource(f"{seed}/generator", 56.0, _ENGINE, spread_db=0.7, when=work),
        NoiseSource(f"{seed}/excavator", 67.0, _ENGINE, spread_db=4.0, memory_s=4.0, when=digging, roughness=0.2),
        NoiseSource(
            f"{seed}/breaker",
            77.0,
            _STEEL,
            spread_db=2.0,
            memory_s=3.0,
            when=breaking,
            roughness=0.3,
            impulsiveness=3.0,
        ),
        Impacts(f"{seed}/pile", 80.0, _GROUND, spread_db=1.5, interval_s=1.5, when=piling),
        Impacts(f"{seed}/hammer", 74.0, _STEEL, spread_db=3.0, interval_s=0.6, when=hammering),
        Tone(67.0, a_minus_c_db=0.6, tenths=range(5), when=reversing),
    ]


def _quiet(seed: str, starts_at: datetime | None) -> list[Layer]:
    town = Timetable(starts_at, _STREET_HOURS, _STREET_FREE_HOURS)
    passing = Spells(f"{seed}/passing", 180, 0.5, (30, 90), fade_s=15, within=town)
    flying = Spells(f"{seed}/flying", 1500, 0.5, (60, 120), fade_s=30, within=town)
    singing = Spells(f"{seed}/singing", 60, 0.3, (3, 12), within=town)
    return [
        NoiseSource(f"{seed}/air", 23.0, _DISTANT, spread_db=1.5),
        NoiseSource(f"{seed}/town", 31.0, _DISTANT, spread_db=2.5, when=town),
        NoiseSource(f"{seed}/wind", 20.0, _WIND, spread_db=4.0, memory_s=6.0),
        NoiseSource(f"{seed}/car", 39.0, _DISTANT, spread_db=3.0, when=passing),
        NoiseSource(f"{seed}/aircraft", 50.0, _DISTANT, spread_db=3.0, when=flying),
        NoiseSource(f"{seed}/bird", 40.0, _BIRDS, spread_db=4.0, memory_s=1.0, when=singing, roughness=0.55),
    ]


def _office(seed: str, starts_at: datetime | None) -> list[Layer]:
    work = Timetable(starts_at, _OFFICE_HOURS, _FREE_DAY)
    talking = Spells(f"{seed}/talking", 120, 0.7, (10, 100), within=work)
    typing = Spells(f"{seed}/typing", 60, 0.6, (10, 50), within=work)
    doors = Spells(f"{seed}/doors", 300, 0.6, (2, 3), within=work)
    return [
        NoiseSource(f"{seed}/ventilation", 33.0, _VENTILATION, spread_db=0.5),
        NoiseSource(f"{seed}/people", 36.0, _VOICE, spread_db=3.0, when=work),
        NoiseSource(f"{seed}/voice", 50.0, _VOICE, spread_db=4.0, memory_s=1.5, when=talking, roughness=0.55),
        Impacts(f"{seed}/keys", 44.0, _STEEL, spread_db=3.0, interval_s=0.3, when=typing),
        Impacts(f"{seed}/door", 62.0, _GROUND, spread_db=4.0, interval_s=2.0, when=doors),
    ]


def _calibrator(seed: str, starts_at: datetime | None) -> list[Layer]:
    return [Tone(CALIBRATOR_LEVEL_DB)]


_LAYERS = {
    "traffic": _traffic,
    "construction": _construction,
    "quiet": _quiet,
    "office": _office,
    "calibrator": _calibrator,
}
SCENES = tuple(_LAYERS)
