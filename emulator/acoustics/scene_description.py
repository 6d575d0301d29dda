"""From what is written about a scene to the scene itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .activity import ALWAYS, Activity, Spells, Timetable
from .calls import BirdSong, Music, Siren
from .course import Following
from .layers import Impacts, NoiseSource, Tone
from .recording import Replay
from .scene import LayeredScene
from .scene_schema import SPECTRA
from .sound import Layer
from .traffic import Traffic

type Written = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SceneDescription:
    """A scene as it was written and found to be right: scenes can be made of it again and again."""

    name: str
    """Chance depends on it, besides on the seed."""
    title: str
    description: str
    written: Written

    def scene(self, seed: int, starts_at: datetime | None = None) -> LayeredScene:
        """Return a new scene. It follows the hours of the day if it is told the local time of its slot 0."""
        seed_text = f"{self.name}/{seed}"
        written = self.written
        noise_floor = NoiseSource(f"{seed_text}/floor", written["noise_floor"], SPECTRA["electronics"])
        layers = [self._layer(layer, seed_text, starts_at) for layer in written["layers"]]
        if "levels" in written:
            layers = [Following(layers, written["levels"])]
        return LayeredScene([noise_floor, *layers])

    def _layer(self, written: Written, scene_seed: str, starts_at: datetime | None) -> Layer:
        seed = f"{scene_seed}/{written['name']}"
        when = self._when(written, scene_seed, starts_at)
        layer = _MAKERS[written["kind"]](seed, written, when)
        return Following([layer], written["levels"]) if "levels" in written else layer

    def _when(self, written: Written, scene_seed: str, starts_at: datetime | None) -> Activity:
        when: Activity = ALWAYS
        if "hours" in written:
            day = self.written["hours"][written["hours"]]
            when = Timetable(starts_at, day["workday"], day["free"], workdays=day["workdays"])
        if "spells" in written:
            spells = written["spells"]
            name = spells.get("name", f"{written['name']}/spells")
            when = Spells(
                f"{scene_seed}/{name}",
                spells["every"],
                spells["chance"],
                spells["last"],
                fade_s=spells["fade"],
                within=when,
            )
        return when


def _noise(seed: str, written: Written, when: Activity) -> Layer:
    return NoiseSource(
        seed,
        written["level"],
        written["spectrum"],
        spread_db=written["spread"],
        memory_s=written["memory"],
        when=when,
        roughness=written["roughness"],
        impulsiveness=written["impulsiveness"],
    )


def _tone(seed: str, written: Written, when: Activity) -> Layer:
    return Tone(written["level"], a_minus_c_db=written["a_minus_c"], tenths=written["tenths"], when=when)


def _impacts(seed: str, written: Written, when: Activity) -> Layer:
    return Impacts(
        seed,
        written["level"],
        written["spectrum"],
        spread_db=written["spread"],
        interval_s=written["interval"],
        when=when,
    )


def _traffic(seed: str, written: Written, when: Activity) -> Layer:
    return Traffic(
        seed,
        vehicles_per_hour=written["vehicles_per_hour"],
        heavy_share=written["heavy_share"],
        motorcycle_share=written["motorcycle_share"],
        distance_m=written["distance"],
        when=when,
    )


def _music(seed: str, written: Written, when: Activity) -> Layer:
    return Music(
        seed,
        written["level"],
        written["spectrum"],
        spread_db=written["spread"],
        beats_per_minute=written["beats_per_minute"],
        when=when,
    )


def _siren(seed: str, written: Written, when: Activity) -> Layer:
    return Siren(written["level"], when=when)


def _birds(seed: str, written: Written, when: Activity) -> Layer:
    return BirdSong(seed, written["level"], written["spectrum"], spread_db=written["spread"], when=when)


def _replay(seed: str, written: Written, when: Activity) -> Layer:
    return Replay(written["recording"], written["spectrum"], looped=written["at_end"] == "loop", when=when)


_MAKERS: dict[str, Callable[[str, Written, Activity], Layer]] = {
    "noise": _noise,
    "tone": _tone,
    "impacts": _impacts,
    "traffic": _traffic,
    "music": _music,
    "siren": _siren,
    "birds": _birds,
    "replay": _replay,
}
