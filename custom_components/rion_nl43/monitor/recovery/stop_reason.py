"""Why a measurement ended. Pure."""

from dataclasses import dataclass
from enum import StrEnum
import re

from ..measurement.start_time import Span

# An end is noticed within a few rows, and the meter's clock and ours are not the same.
TOLERANCE_S = 3.0
# A record that does not fit any more leaves a little room.
CARD_FULL_MB = 1.0
EXHAUSTED = ("Dead", "Empty")

_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_PRESET = re.compile(r"\s*([0-9]{1,5})\s*([smh])(?:ec|in|our)?s?\s*", re.IGNORECASE)


class StopReason(StrEnum):
    """Why a measurement ended.

    `command`: by a command of ours; `outage`: the power was lost, as far as that can be told; `preset`: its time was
    over; `card_full`, `battery`: the meter could not go on; `operator`: somebody else, as at the meter.
    """

    COMMAND = "command"
    OUTAGE = "outage"
    PRESET = "preset"
    CARD_FULL = "card_full"
    BATTERY = "battery"
    OPERATOR = "operator"

    @property
    def wanted(self) -> bool:
        """Whether a person wanted it."""
        return self in (StopReason.COMMAND, StopReason.OPERATOR)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known of the end of a measurement; None where not known.

    `watched`: the connection on which it was last seen to run stood until it was seen to be over; `results_left`: the
    meter still tells results, which do not outlive its power; `measured` are independent bounds of how long it
    measured, in seconds.
    """

    commanded: bool = False
    watched: bool = True
    results_left: bool | None = None
    measured: tuple[Span, ...] = ()
    preset_s: float | None = None
    card_free_mb: float | None = None
    battery: str | None = None


def stop_reason(ending: Ending) -> StopReason:
    """Find the reason; what nothing else explains, somebody did."""
    if ending.commanded:
        return StopReason.COMMAND
    if not ending.watched and not ending.results_left:
        return StopReason.OUTAGE
    if _lasted(ending.preset_s, ending.measured):
        return StopReason.PRESET
    if ending.card_free_mb is not None and ending.card_free_mb < CARD_FULL_MB:
        return StopReason.CARD_FULL
    return StopReason.BATTERY if ending.battery in EXHAUSTED else StopReason.OPERATOR


def preset_s(text: str) -> float | None:
    """Seconds of a preset as the meter writes it, as 10s, 15m or 24h; None for any other word."""
    found = _PRESET.fullmatch(text)
    return float(found[1]) * _UNIT_S[found[2].lower()] if found else None


def _lasted(duration_s: float | None, measured: tuple[Span, ...]) -> bool:
    if duration_s is None or not measured:
        return False
    return all(span.low - TOLERANCE_S <= duration_s <= span.high + TOLERANCE_S for span in measured)
