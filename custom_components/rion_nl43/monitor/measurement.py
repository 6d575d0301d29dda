"""What is known of the meter's measurement."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MeasurementState(StrEnum):
    """What the meter's measurement does."""

    MEASURING = "measuring"
    PAUSED = "paused"
    STOPPED = "stopped"


class StartOrigin(StrEnum):
    """Whence the start time is known."""

    COMMAND = "command"
    DERIVED = "derived"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Measurement:
    """The running measurement, or the last one that was watched; None where not known.

    `started_at` is aware UTC; `elapsed_s` leaves out pauses and stands still when the measurement does;
    `uncertainty_s` bounds the error of `started_at` to either side.
    """

    state: MeasurementState | None = None
    started_at: datetime | None = None
    elapsed_s: float | None = None
    origin: StartOrigin | None = None
    uncertainty_s: float | None = None


@dataclass(frozen=True, slots=True)
class MeasurementMemory:
    """What to keep of a running measurement over a restart of this program; times as in Measurement.

    `paused_s` are its pauses that are over; `paused_since` is set during one.
    """

    started_at: datetime
    origin: StartOrigin
    uncertainty_s: float = 0.0
    paused_s: float = 0.0
    paused_since: datetime | None = None
