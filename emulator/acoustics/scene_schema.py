"""How a scene is written: the keys of a scene file, and what may stand behind them."""

from collections.abc import Callable, Mapping
import math
import re
from typing import Any

import voluptuous as vol

from .course import SILENT_DB, Course, Step
from .duration import seconds_of
from .recording import HIGHEST_DB, LOWEST_DB
from .sound import SLOTS_PER_SECOND, Spectrum, energy_of

type Validator = Callable[[object], Any]

SPECTRA = {
    "electronics": Spectrum(7.0, 5.0),
    "distant": Spectrum(9.0, 3.0),
    "wind": Spectrum(14.0, 11.0),
    "engine": Spectrum(8.0, 2.5),
    "steel": Spectrum(1.5, 0.8),
    "ground": Spectrum(7.0, 4.0),
    "ventilation": Spectrum(13.0, 5.0),
    "voice": Spectrum(1.5, 0.3),
    "birds": Spectrum(0.1, 0.1),
    "music": Spectrum(8.0, 1.0),
    "road": Spectrum(6.0, 2.5),
}
NOISE_FLOOR_DB = 18.0

_NAME = re.compile(r"[\w-]+( [\w-]+)*")


def number(low: float, high: float, unit: str) -> Validator:
    """Return what checks for a number from `low` to `high` of a unit."""

    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise vol.Invalid(f"has to be a number from {low:g} to {high:g} {unit}".rstrip() + f", not {value!r}")
        return value

    return check


def seconds(low: float = 0.0) -> Validator:
    """Return what checks for a duration of at least so many seconds."""

    def check(value: object) -> float:
        try:
            duration_s = seconds_of(value)
        except ValueError:
            duration_s = -math.inf
        if duration_s < low:
            raise vol.Invalid(f"has to be seconds, or h:mm:ss, of at least {low:g} s, not {value!r}")
        return duration_s

    return check


def whole_seconds(low: int) -> Validator:
    """Return what checks for a duration of at least so many seconds, and no fraction of one."""

    def check(value: object) -> int:
        duration_s = seconds(low)(value)
        if duration_s != int(duration_s):
            raise vol.Invalid(f"has to be whole seconds, not {value!r}")
        return int(duration_s)

    return check


def list_of(check: Validator, what: str, *, length: int | None = None) -> Validator:
    """Return what checks for a list, of so many items or of at least one."""

    def check_all(value: object) -> list[Any]:
        if not isinstance(value, list) or not value or len(value) != (length or len(value)):
            raise vol.Invalid(f"has to be a list of {what}")
        checked: list[Any] = vol.Schema([check])(value)
        return checked

    return check_all


def one_of(*words: str) -> Validator:
    """Return what checks for one of some words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise vol.Invalid(f"has to be one of {', '.join(words)}, not {value!r}")
        return value

    return check


def text(value: object) -> str:
    """Check for text."""
    if not isinstance(value, str):
        raise vol.Invalid(f"has to be text, not {value!r}")
    return value


def name(value: object) -> str:
    """Check for a name."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise vol.Invalid(f"has to be a name of letters, digits, hyphens and single spaces, not {value!r}")
    return value


def _range_s(value: object) -> tuple[int, int]:
    shortest, longest = list_of(whole_seconds(1), "the shortest and the longest time", length=2)(value)
    if shortest > longest:
        raise vol.Invalid(f"has to begin with the shorter time, not {shortest} s")
    return shortest, longest


def _spectrum(value: object) -> Spectrum:
    if isinstance(value, dict):
        differences = vol.Schema(
            {
                vol.Required("c_minus_a"): number(0, 60, "dB"),
                vol.Required("z_minus_c"): number(0, 60, "dB"),
            }
        )(value)
        return Spectrum(differences["c_minus_a"], differences["z_minus_c"])
    if not isinstance(value, str) or value not in SPECTRA:
        raise vol.Invalid(f"has to be one of {', '.join(SPECTRA)}, or c_minus_a and z_minus_c in dB, not {value!r}")
    return SPECTRA[value]


def _change(value: object) -> float:
    if value == "silent":
        return SILENT_DB
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -100 <= value <= 100:
        raise vol.Invalid(f"has to be a number from -100 to 100 dB, or silent, not {value!r}")
    return value


_STEP = vol.Schema(
    {
        vol.Required("at"): seconds(),
        vol.Required("change"): _change,
        vol.Optional("over", default=0.0): seconds(),
    }
)
_LEVELS = vol.Schema(
    {
        vol.Required("steps"): list_of(_STEP, "steps"),
        vol.Optional("repeat"): seconds(1),
    }
)


def levels(value: object) -> Course:
    """Check for steps and ramps in their order; return the course."""
    written = _LEVELS(value)
    steps = [Step(step["at"], step["change"], step["over"]) for step in written["steps"]]
    repeat_s = written.get("repeat")
    ends_s = [*(step.at_s for step in steps[1:]), repeat_s or math.inf]
    for position, (step, end_s) in enumerate(zip(steps, ends_s, strict=True)):
        if step.at_s >= end_s:
            what = "step" if position + 1 < len(steps) else "repetition"
            raise vol.Invalid(f"has to be before the next {what}, at {end_s:g} s", path=["steps", position, "at"])
        if step.at_s + step.over_s > end_s:
            raise vol.Invalid(f"has to end by {end_s:g} s, when it goes on", path=["steps", position, "over"])
    return Course(steps, repeat_s)


_SPELLS = vol.Schema(
    {
        vol.Optional("name"): name,
        vol.Required("every"): whole_seconds(1),
        vol.Optional("chance", default=1.0): number(0, 1, ""),
        vol.Required("last"): _range_s,
        vol.Optional("fade", default=1): whole_seconds(1),
    }
)


def spells(value: object) -> Mapping[str, Any]:
    """Check for spells, no longer than what one comes in."""
    written: Mapping[str, Any] = _SPELLS(value)
    if written["last"][1] > written["every"]:
        raise vol.Invalid(f"has to be no longer than {written['every']} s, as often as they come", path=["last"])
    return written


def _factors(written: Mapping[str, Any]) -> Mapping[str, Any]:
    check = number(-60, 60, "dB") if written["unit"] == "dB" else number(0, 100, "times the usual")
    hours = {
        day: vol.Schema({day: list_of(check, "24 numbers, one for each hour", length=24)})({day: written[day]})[day]
        for day in ("workday", "free")
        if day in written
    }
    if written["unit"] == "dB":
        hours = {day: [energy_of(change_db) for change_db in changes_db] for day, changes_db in hours.items()}
    return {**written, **hours, "free": hours.get("free", hours["workday"])}


_DAY = vol.Schema(
    {
        vol.Required("workday"): object,
        vol.Optional("free"): object,
        vol.Optional("workdays", default=5): vol.All(number(0, 7, "days"), whole_seconds(0)),
        vol.Optional("unit", default="rate"): one_of("rate", "dB"),
    }
)


def day(value: object) -> Mapping[str, Any]:
    """Check for a day's profile; its hours become factors."""
    return _factors(_DAY(value))


_level = number(LOWEST_DB, HIGHEST_DB, "dB")
_spread = number(0, 20, "dB")
_NOISE = {
    vol.Required("level"): _level,
    vol.Required("spectrum"): _spectrum,
    vol.Optional("spread", default=0.0): _spread,
}
_LAYER = {
    vol.Required("kind"): object,
    vol.Required("name"): name,
    vol.Optional("hours"): name,
    vol.Optional("spells"): spells,
    vol.Optional("levels"): levels,
}


def _tenths(value: object) -> list[int]:
    tenths: list[int] = list_of(number(0, SLOTS_PER_SECOND - 1, ""), "tenths of each second")(value)
    if tenths != sorted({int(tenth) for tenth in tenths}):
        raise vol.Invalid("has to be whole numbers that rise")
    return tenths


KINDS: dict[str, dict[Any, Any]] = {
    "noise": {
        **_NOISE,
        vol.Optional("memory", default=20.0): seconds(0.1),
        vol.Optional("roughness", default=0.1): number(0, 0.57, ""),
        vol.Optional("impulsiveness", default=1.0): number(1, 100, ""),
    },
    "tone": {
        vol.Required("level"): _level,
        vol.Optional("a_minus_c", default=0.0): number(-60, 2, "dB"),
        vol.Optional("tenths", default=list(range(SLOTS_PER_SECOND))): _tenths,
    },
    "impacts": {**_NOISE, vol.Required("interval"): seconds(0.05)},
    "traffic": {
        vol.Required("vehicles_per_hour"): number(0, 10_000, "vehicles"),
        vol.Optional("heavy_share", default=0.07): number(0, 1, ""),
        vol.Optional("motorcycle_share", default=0.015): number(0, 1, ""),
        vol.Optional("distance", default=11.0): number(2, 200, "m"),
    },
    "music": {
        vol.Required("level"): _level,
        vol.Optional("spectrum", default="music"): _spectrum,
        vol.Optional("spread", default=1.5): _spread,
        vol.Optional("beats_per_minute", default=120.0): number(20, 300, "beats"),
    },
    "siren": {vol.Required("level"): _level, vol.Required("spells"): spells},
    "birds": {
        vol.Required("level"): _level,
        vol.Optional("spectrum", default="birds"): _spectrum,
        vol.Optional("spread", default=4.0): _spread,
    },
    "replay": {
        vol.Required("file"): text,
        vol.Optional("spectrum", default="road"): _spectrum,
        vol.Optional("at_end", default="loop"): one_of("loop", "hold"),
    },
}
# A kind's own keys go before those that all have: what is optional elsewhere may be required here.
_LAYERS = {
    kind: vol.Schema({**keys, **{key: _LAYER[key] for key in _LAYER if key not in keys}})
    for kind, keys in KINDS.items()
}


def layer(value: object) -> Mapping[str, Any]:
    """Check for a layer of any kind."""
    if not isinstance(value, dict):
        raise vol.DictInvalid("expected a dictionary")
    if "kind" not in value:
        raise vol.RequiredFieldInvalid("required key not provided", path=["kind"])
    kind = vol.Schema({"kind": one_of(*KINDS)}, extra=vol.ALLOW_EXTRA)(value)["kind"]
    written: Mapping[str, Any] = _LAYERS[kind](value)
    return written


SCENE = vol.Schema(
    {
        vol.Optional("title", default=""): text,
        vol.Optional("description", default=""): text,
        vol.Optional("noise_floor", default=NOISE_FLOOR_DB): number(LOWEST_DB, 60, "dB"),
        vol.Optional("hours", default={}): vol.Schema({name: day}),
        vol.Optional("levels"): levels,
        vol.Required("layers"): list_of(layer, "layers"),
    }
)
