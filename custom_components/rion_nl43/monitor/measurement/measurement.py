"""What is known of the meter's measurement."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
import logging
import math
from typing import Any

_LOGGER = logging.getLogger(__name__)


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

    def to_json(self) -> dict[str, Any]:
        """Write it down in plain JSON."""
        return {
            "started_at": self.started_at.isoformat(),
            "origin": self.origin.value,
            "uncertainty_s": self.uncertainty_s,
            "paused_s": self.paused_s,
            "paused_since": self.paused_since.isoformat() if self.paused_since else None,
        }

    @classmethod
    def from_json(cls, kept: object) -> MeasurementMemory | None:
        """Read what was written down; None where that is nothing or makes no sense."""
        try:
            return cls._read(kept)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            _LOGGER.debug("Nothing is remembered of the measurement: %r", error)
            return None

    @classmethod
    def _read(cls, kept: Any) -> MeasurementMemory:
        return cls(
            started_at=_time(kept["started_at"]),
            origin=StartOrigin(kept["origin"]),
            uncertainty_s=_seconds(kept["uncertainty_s"]),
            paused_s=_seconds(kept["paused_s"]),
            paused_since=None if kept["paused_since"] is None else _time(kept["paused_since"]),
        )


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a naive time: {text}")
    return at.astimezone(UTC)


def _seconds(value: float) -> float:
    seconds = float(value)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError(f"no duration: {seconds}")
    return seconds
