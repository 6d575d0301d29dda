"""Levels of a scene by their definitions: slow, obvious, and without any code of the emulator but the scene's."""

from array import array
from collections.abc import Sequence
import math

from emulator.acoustics import Scene, Slot

TIME_CONSTANTS_S = {"F": 0.125, "S": 1.0}


class Recorded:
    """A scene that remembers what it sounded like."""

    def __init__(self, scene: Scene) -> None:
        """Remember this scene."""
        self.scene = scene
        self.heard = {name: array("d") for name in Slot._fields}

    def slot(self, index: int) -> Slot:
        """Return the scene's slot."""
        slot = self.scene.slot(index)
        if index == len(self.heard["a"]):
            for name, energy in zip(Slot._fields, slot, strict=True):
                self.heard[name].append(energy)
        return slot

    def oracle(self, weighting: str = "A", time_weighting: str = "F") -> Oracle:
        """Return the levels of all that was heard."""
        peaks = self.heard["peak_z" if weighting == "Z" else "peak_c"]
        return Oracle(self.heard[weighting.lower()], peaks, time_weighting)


def oracle_of(slots: Sequence[Slot], weighting: str = "A", time_weighting: str = "F") -> Oracle:
    """Return the levels of these slots, the first of which was preceded by more of the same."""
    field, peak = weighting.lower(), "peak_z" if weighting == "Z" else "peak_c"
    return Oracle([getattr(slot, field) for slot in slots], [getattr(slot, peak) for slot in slots], time_weighting)


class Oracle:
    """The levels in dB of a part of some slots."""

    def __init__(self, energies: Sequence[float], peaks: Sequence[float], time_weighting: str) -> None:
        """Weight them in time, the sound before the first one having been as it is."""
        self.energies = energies
        self.peaks = peaks
        keep = math.exp(-0.1 / TIME_CONSTANTS_S[time_weighting])
        weighted = energies[0]
        self.levels = array("d")
        for energy in energies:
            weighted = weighted * keep + energy * (1 - keep)
            self.levels.append(10 * math.log10(weighted))

    def leq(self, first: int = 0, last: int | None = None) -> float:
        """Return the level of the mean energy."""
        part = self.energies[first:last]
        return 10 * math.log10(math.fsum(part) / len(part))

    def lmax(self, first: int = 0, last: int | None = None) -> float:
        """Return the highest level at the end of a slot, or at the begin of the first one."""
        return max(self.levels[max(0, first - 1) : last])

    def lmin(self, first: int = 0, last: int | None = None) -> float:
        """Return the lowest level, likewise."""
        return min(self.levels[max(0, first - 1) : last])

    def ln(self, percentages: Sequence[float], first: int = 0, last: int | None = None) -> list[float]:
        """Return the levels exceeded for so many percent of the time, out of the sorted list."""
        falling = sorted(self.levels[first:last], reverse=True)
        return [falling[max(0, math.ceil(percentage / 100 * len(falling)) - 1)] for percentage in percentages]

    def lpeak(self, first: int = 0, last: int | None = None) -> float:
        """Return the level of the largest peak."""
        return 10 * math.log10(max(self.peaks[first:last]))
