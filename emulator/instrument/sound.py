"""What there is to hear where the meter stands, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emulator.acoustics import MakeScene, Scene, SceneDescription, Soundscape, energy_of, read_scene


@dataclass(slots=True)
class Period:
    """The sound from one power-on to the power-off; `slots` is None until then."""

    power_on_s: float
    soundscape: Soundscape
    slots: int | None = None


class Sound:
    """The scene, and what was heard of it and of the scenes before in each period of power."""

    def __init__(self, scene: str | Path | Scene, seed: int) -> None:
        """Choose the scene; SceneError if there is no such scene."""
        self.periods: list[Period] = []
        self.name = ""
        self._seed = seed
        self._tones: dict[object, float] = {}
        self._maker: Callable[[datetime | None], MakeScene]
        self._choose(scene)

    def begin(self, power_on_s: float, starts_at: datetime | None) -> Scene:
        """Begin the scene with its first slot; return what a meter that is switched on listens to."""
        soundscape = Soundscape(self._maker(starts_at), self._tones_sum)
        self.periods.append(Period(power_on_s, soundscape))
        return soundscape

    def end(self, slots: int) -> None:
        """End the period, which had so many slots."""
        self.periods[-1].slots = slots

    def change(self, scene: str | Path | Scene, slot: int | None, starts_at: datetime | None) -> None:
        """Choose another scene; if the meter is on, it begins with this slot. SceneError if there is no such scene."""
        self._choose(scene)
        if slot is not None:
            self.periods[-1].soundscape.change(slot, self._maker(starts_at))

    def add_tone(self, source: object, level_db: float, slot: int | None) -> None:
        """Let a tone at 1 kHz sound on top of all scenes; if the meter is on, it begins with this slot."""
        self._tones[source] = energy_of(level_db)
        self._tones_changed(slot)

    def remove_tone(self, source: object, slot: int | None) -> None:
        """Let a tone be silent, if it is not; if the meter is on, from this slot on."""
        self._tones.pop(source, None)
        self._tones_changed(slot)

    @property
    def _tones_sum(self) -> float:
        return sum(self._tones.values())

    def _tones_changed(self, slot: int | None) -> None:
        if slot is not None:
            self.periods[-1].soundscape.change_tones(slot, self._tones_sum)

    def _choose(self, scene: str | Path | Scene) -> None:
        if isinstance(scene, (str, Path)):
            description = read_scene(scene)
            self.name = str(scene)
            self._maker = lambda starts_at: _made(description, self._seed, starts_at)
        else:
            own = scene
            self.name = type(own).__name__
            self._maker = lambda starts_at: lambda: own


def _made(description: SceneDescription, seed: int, starts_at: datetime | None) -> MakeScene:
    return lambda: description.scene(seed, starts_at)
