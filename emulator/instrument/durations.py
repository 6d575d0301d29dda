"""How long settings say that things last, in slots of 100 ms."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import math

from emulator.acoustics import SLOT_S

from .timer import Timer
from .values import parse_stamp

type Stored = Mapping[str, str]

SLOTS_PER_SECOND = round(1 / SLOT_S)

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_SLOT = timedelta(seconds=SLOT_S)
# Sums of floats may miss a slot's end by less than this.
SLOT_TOLERANCE = 1e-4


def slots_of(settings: Stored, name: str) -> int:
    """Return the slots of a setting such as `10s`, `5m` or `1h`; 0 if it is Off."""
    text = settings[name]
    return 0 if text == "Off" else int(text[:-1]) * _SECONDS[text[-1]] * SLOTS_PER_SECOND


def preset_slots(settings: Stored) -> int:
    """Return how long a measurement lasts in the store mode that is set."""
    mode = "Manual" if settings["Store Mode"] == "Manual" else "Auto"
    return _preset_or_own(settings, f"Measurement Time Preset {mode}", f"Measurement Time {mode}")


def moving_slots(settings: Stored) -> int:
    """Return the time that a moving Leq is of; 0 if it is Off."""
    return _preset_or_own(settings, "Moving Leq Interval Preset", "Moving Leq Interval")


def leq_slots(settings: Stored) -> int:
    """Return how long a record of Leq is; 0 if there are none."""
    return _preset_or_own(settings, "Leq Calculation Interval Preset", "Leq Calculation Interval")


def timer_of(settings: Stored, clock: datetime, slots: float) -> Timer:
    """Return the program of Timer Auto for a meter whose clock shows this time when so many slots have passed."""

    def slot_at(name: str) -> int:
        # The table takes no setting that is no time.
        return math.ceil(slots + ((parse_stamp(settings[name]) or clock) - clock) / _SLOT - SLOT_TOLERANCE)

    return Timer(
        begin=slot_at("Timer Auto Start Time"),
        end=slot_at("Timer Auto Stop Time"),
        every=slots_of(settings, "Timer Auto Interval") or None,
        preset=preset_slots(settings),
    )


def _preset_or_own(settings: Stored, preset: str, own: str) -> int:
    if settings[preset] != "Manual":
        return slots_of(settings, preset)
    return int(settings[f"{own} (Num)"]) * _SECONDS[settings[f"{own} (Unit)"]] * SLOTS_PER_SECOND
