"""How a day is divided into day, evening and night, and what is made of their levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

_DAY_MIN = 1440


class DayPart(StrEnum):
    """The periods of a day."""

    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


class Rating(StrEnum):
    """The level of a whole day that counts what is heard in the evening (Lden) and at night (Lden, Ldn) as louder."""

    LDEN = "lden"
    LDN = "ldn"


# Directive 2002/49/EC, Annex I, 1: 5 dB in the evening, 10 dB at night; EPA 550/9-74-004: 10 dB at night for Ldn.
PENALTIES_DB: Mapping[DayPart, int] = MappingProxyType({DayPart.DAY: 0, DayPart.EVENING: 5, DayPart.NIGHT: 10})


@dataclass(frozen=True, slots=True)
class DayPlan:
    """When the periods of a day begin, in minutes after local midnight; without an evening, night follows the day.

    Together they fill 24 h. `rating` is what the periods are defined for, None if they stand for themselves.
    """

    day_min: int
    night_min: int
    evening_min: int | None = None
    rating: Rating | None = None

    def __post_init__(self) -> None:
        """Refuse periods that are not one after the other, once around the clock."""
        begins = [begin for begin in (self.day_min, self.evening_min, self.night_min) if begin is not None]
        lengths = [self.hours(part) for part in self.parts]
        if not all(0 <= begin < _DAY_MIN for begin in begins) or len(set(begins)) < len(begins) or sum(lengths) != 24:
            raise ValueError(f"no periods of a day: {begins} min")
        if self.rating is Rating.LDEN and self.evening_min is None:
            raise ValueError("no Lden without an evening")
        if self.rating is Rating.LDN and self.evening_min is not None:
            raise ValueError("no Ldn with an evening")

    @property
    def parts(self) -> tuple[DayPart, ...]:
        """The periods there are."""
        return tuple(part for part in DayPart if part is not DayPart.EVENING or self.evening_min is not None)

    def bounds_min(self, part: DayPart) -> tuple[int, int]:
        """Return when a period begins and when the next one does, in minutes after midnight; KeyError without it."""
        begins = {DayPart.DAY: self.day_min, DayPart.NIGHT: self.night_min}
        if self.evening_min is not None:
            begins[DayPart.EVENING] = self.evening_min
        parts = self.parts
        following = {one: parts[(number + 1) % len(parts)] for number, one in enumerate(parts)}
        return begins[part], begins[following[part]]

    def hours(self, part: DayPart) -> float:
        """Return how many hours a period has by the clock: its weight in Lden and Ldn."""
        begins, ends = self.bounds_min(part)
        return (ends - begins) % _DAY_MIN / 60


# The default hours of Directive 2002/49/EC, Annex I, 1.
EU = DayPlan(7 * 60, 23 * 60, 19 * 60, Rating.LDEN)
# 34. BImSchV (noise maps), section 2: day 6-18, evening 18-22, night 22-6.
GERMANY_MAPS = DayPlan(6 * 60, 22 * 60, 18 * 60, Rating.LDEN)
# TA Laerm (1998), 6.4: day 6-22, night 22-6.
GERMANY_PLANTS = DayPlan(6 * 60, 22 * 60)
# BS 8233:2014, table 4: LAeq,16h 07:00-23:00 and LAeq,8h 23:00-07:00.
UK = DayPlan(7 * 60, 23 * 60)
# EPA 550/9-74-004 (1974) and 14 CFR Part 150, Appendix A: 10 dB from 10 p.m. to 7 a.m.
US = DayPlan(7 * 60, 22 * 60, None, Rating.LDN)
# Environmental Quality Standards for Noise, Environment Agency notification 64 (1998): day 6-22, night 22-6.
JAPAN = DayPlan(6 * 60, 22 * 60)

PRESETS: Mapping[str, DayPlan] = MappingProxyType(
    {
        "eu": EU,
        "germany_maps": GERMANY_MAPS,
        "germany_plants": GERMANY_PLANTS,
        "japan": JAPAN,
        "uk": UK,
        "us": US,
    }
)
