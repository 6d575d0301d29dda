"""Sound for the emulated meter: scenes to hear, and channels that measure them as the meter does."""

from .channel import Channel, SlotLevels
from .measurement import FACTORY_PERCENTAGES, Results
from .scene import SCENES, LayeredScene, Scene, make_scene
from .sound import LOWEST_LEVEL_DB, SLOT_S, Layer, Noise, SecondOfSound, Slot, Spectrum, energy_of, level_db

__all__ = [
    "FACTORY_PERCENTAGES",
    "LOWEST_LEVEL_DB",
    "SCENES",
    "SLOT_S",
    "Channel",
    "Layer",
    "LayeredScene",
    "Noise",
    "Results",
    "Scene",
    "SecondOfSound",
    "Slot",
    "SlotLevels",
    "Spectrum",
    "energy_of",
    "level_db",
    "make_scene",
]
