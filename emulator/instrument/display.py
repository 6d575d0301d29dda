"""What the meter's display shows."""

from collections.abc import Mapping
from datetime import datetime

from emulator.acoustics import Results
from emulator.card import picture

from .rows import level
from .values import format_stamp

_LN = tuple(f"LN{number}" for number in range(1, 6))


def display_of(
    settings: Mapping[str, str], clock: datetime, battery: str, *, measuring: bool, lp: float, result: Results | None
) -> bytes:
    """Return a picture of the display, as the bytes of a BMP file: Lp large, and below it the results that are on."""
    frequency, time = settings["Frequency Weighting (Main)"], settings["Time Weighting (Main)"]
    rows = []
    if result is not None:
        names = ("Leq", "LE", "Lmax", "Lmin", *_LN, "Lpeak")
        values = (result.leq, result.le, result.lmax, result.lmin, *result.ln, result.lpeak)
        percentages = {f"LN{number}": f"L{settings[f'Percentile {number}']}" for number in range(1, 6)}
        rows = [
            (percentages.get(name, name), level(value))
            for name, value in zip(names, values, strict=True)
            if settings[f"Display {name}"] == "On"
        ]
    return picture(
        f"{settings['Store Mode']} {settings['Store Name']}  {battery}",
        format_stamp(clock),
        measuring=measuring,
        main=(f"L{frequency}{time}", level(lp).strip()),
        rows=rows,
    )
