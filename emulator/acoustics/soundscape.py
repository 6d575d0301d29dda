"""One scene after another, as they were changed while the meter was listening, and tones on top of them."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
import math

from .scene import Scene
from .sound import SINE_CREST, Slot

type MakeScene = Callable[[], Scene]


@dataclass(frozen=True, slots=True)
class _Part:
    begin: int
    make: MakeScene
    scene_begin: int
    tones: float


class Soundscape:
    """A scene made of scenes, each of which begins with its slot 0 when it is changed to."""

    __slots__ = ("_begin", "_end", "_part", "_parts", "_scene", "_scene_begin", "_tones")

    def __init__(self, make: MakeScene, tones: float = 0.0) -> None:
        """Begin with one scene, and tones of this mean square at 1 kHz."""
        self._parts = [_Part(0, make, 0, tones)]
        self._scene_begin = 0
        self._scene = make()
        self._part = self._parts[0]
        self._go_to(0)

    def slot(self, index: int) -> Slot:
        """Return the 100 ms with this number; 0 is the first. Consecutive numbers are the fastest."""
        if not self._begin <= index < self._end:
            self._go_to(index)
        slot = self._scene.slot(index - self._scene_begin)
        tones = self._tones
        if not tones:
            return slot
        peak = tones * SINE_CREST
        return Slot(slot.a + tones, slot.c + tones, slot.z + tones, slot.peak_c + peak, slot.peak_z + peak)

    def change(self, index: int, make: MakeScene) -> None:
        """Sound like another scene from this slot on, which is not before the last change."""
        self._append(replace(self._parts[-1], begin=index, make=make, scene_begin=index))

    def change_tones(self, index: int, tones: float) -> None:
        """Let tones of this mean square sound on top from this slot on, which is not before the last change."""
        self._append(replace(self._parts[-1], begin=index, tones=tones))

    def again(self) -> "Soundscape":
        """Return the same sound, as it has been changed until now, to be heard from elsewhere."""
        twin = Soundscape(self._parts[0].make)
        twin._parts = self._parts.copy()
        twin._go_to(0)
        return twin

    def _append(self, part: _Part) -> None:
        if part.begin < self._parts[-1].begin:
            raise ValueError(f"slot {part.begin} is before the change at slot {self._parts[-1].begin}")
        if part.begin == self._parts[-1].begin:
            self._parts.pop()
        self._parts.append(part)
        self._go_to(part.begin)

    def _go_to(self, index: int) -> None:
        number = bisect_right(self._parts, index, key=lambda part: part.begin) - 1
        part = self._parts[number]
        if part.make is not self._part.make or part.scene_begin != self._part.scene_begin:
            self._scene = part.make()
        self._part = part
        self._begin, self._scene_begin, self._tones = part.begin, part.scene_begin, part.tones
        self._end = self._parts[number + 1].begin if number + 1 < len(self._parts) else math.inf
