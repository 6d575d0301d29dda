"""Scenes: what there is to hear, composed of layers."""

from collections.abc import Iterable
from typing import Protocol

from .sound import SLOTS_PER_SECOND, Layer, SecondOfSound, Slot


class Scene(Protocol):
    """A sound that goes on for ever."""

    def slot(self, index: int) -> Slot:
        """Return the 100 ms with this number; 0 is the scene's first. Consecutive numbers are the fastest."""


class LayeredScene:
    """The sum of layers. Every slot is what it is, whatever was asked for before."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        """Compose a scene of these layers."""
        self._layers = tuple(layers)
        self._second: int | None = None
        self._slots: list[Slot] = []

    def slot(self, index: int) -> Slot:
        """Return the 100 ms with this number; 0 is the scene's first. Consecutive numbers are the fastest."""
        second, tenth = divmod(index, SLOTS_PER_SECOND)
        if second != self._second:
            sound = SecondOfSound()
            for layer in self._layers:
                layer.add_to(sound, second)
            self._slots = sound.slots()
            self._second = second
        return self._slots[tenth]
