"""Sound for the emulated meter: scenes to hear, channels that measure them as the meter does, and what is true."""

from .channel import Channel, SlotLevels
from .errors import SceneError
from .measurement import FACTORY_PERCENTAGES, Results
from .scene import LayeredScene, Scene
from .scene_description import SceneDescription
from .scene_files import SCENES, make_scene, read_scene
from .sound import LOWEST_LEVEL_DB, SLOT_S, Layer, Noise, SecondOfSound, Slot, Spectrum, energy_of, level_db
from .soundscape import MakeScene, Soundscape
from .truth import Investigation, Question, Truth
from .weighting import MEMORY_SLOTS

__all__ = [
    "FACTORY_PERCENTAGES",
    "LOWEST_LEVEL_DB",
    "MEMORY_SLOTS",
    "SCENES",
    "SLOT_S",
    "Channel",
    "Heard",
    "Investigation",
    "Layer",
    "LayeredScene",
    "MakeScene",
    "Measurement",
    "MovingLeq",
    "Noise",
    "Question",
    "Results",
    "Scene",
    "SceneDescription",
    "SceneError",
    "SecondOfSound",
    "Slot",
    "SlotLevels",
    "Soundscape",
    "Spectrum",
    "Truth",
    "energy_of",
    "level_db",
    "make_scene",
    "read_scene",
]
