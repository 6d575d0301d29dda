"""One calibration, as it is logged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import math
from typing import Any, Final

from ...acoustics.stretches import Span
from ..kept import kept_flag, kept_time

# The sound pressure levels of the calibrators of IEC 60942 that are in use: 1 Pa and 10 Pa.
NOMINAL_DB: Final = (94.0, 114.0)
LONGEST_NOTE: Final = 500


class CalibrationRefusal(StrEnum):
    """Why a calibration is not logged."""

    IN_FUTURE = "in_future"
    BEGAN_MISSING = "began_missing"
    ENDS_TOO_EARLY = "ends_too_early"
    TOO_LONG = "too_long"


class CalibrationRefused(ValueError):  # noqa: N818 # the name says what happened
    """A calibration makes no sense; `refusal` says why."""

    def __init__(self, refusal: CalibrationRefusal) -> None:
        """Name the reason."""
        super().__init__(refusal.value.replace("_", " "))
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class CalibrationReadings:
    """What a person read at the meter with the calibrator on it, in dB; None where nothing was noted.

    `reference_db` is the calibrator's own level, `before_db` what the meter read at first, and `after_db` what it read
    when it had been adjusted.
    """

    reference_db: float = NOMINAL_DB[0]
    before_db: float | None = None
    after_db: float | None = None
    note: str = ""

    @property
    def drift_db(self) -> float | None:
        """By how much the meter read too high before it was adjusted."""
        return None if self.before_db is None else round(self.before_db - self.reference_db, 2)


@dataclass(frozen=True, slots=True)
class CalibrationEntry:
    """One calibration: from when to when (aware UTC), what was read, and by whom, as an id of the caller's own world.

    `ended_by_itself`: nobody said that it was over, so it ended when its time was up. One whose beginning is its end
    was only noted: no sound of it is marked.
    """

    began: datetime
    ended: datetime
    readings: CalibrationReadings
    by: str | None = None
    ended_by_itself: bool = False

    @property
    def span(self) -> Span:
        """The time that counts nowhere."""
        return Span(round(1000 * self.began.timestamp()), round(1000 * self.ended.timestamp()))

    @property
    def marks(self) -> bool:
        """Whether there is any such time."""
        return self.ended > self.began

    @property
    def reference_db(self) -> float:
        """The calibrator's level."""
        return self.readings.reference_db

    @property
    def before_db(self) -> float | None:
        """What the meter read at first."""
        return self.readings.before_db

    @property
    def after_db(self) -> float | None:
        """What it read when it had been adjusted."""
        return self.readings.after_db

    @property
    def drift_db(self) -> float | None:
        """By how much it read too high at first."""
        return self.readings.drift_db

    @property
    def note(self) -> str:
        """What the person wrote."""
        return self.readings.note

    def to_json(self) -> dict[str, Any]:
        """What to keep of it over a restart."""
        return {
            "began": self.began.isoformat(),
            "ended": self.ended.isoformat(),
            "reference_db": self.reference_db,
            "before_db": self.before_db,
            "after_db": self.after_db,
            "note": self.note,
            "by": self.by,
            "ended_by_itself": self.ended_by_itself,
        }


def kept_entry(kept: object) -> CalibrationEntry | None:
    """Return the calibration that was kept; None for anything else."""
    if not isinstance(kept, Mapping):
        return None
    began, ended = kept_time(kept.get("began")), kept_time(kept.get("ended"))
    if began is None or ended is None or ended < began:
        return None
    note, by = kept.get("note"), kept.get("by")
    return CalibrationEntry(
        began,
        ended,
        CalibrationReadings(
            NOMINAL_DB[0] if (reference := kept_level(kept.get("reference_db"))) is None else reference,
            kept_level(kept.get("before_db")),
            kept_level(kept.get("after_db")),
            note[:LONGEST_NOTE] if isinstance(note, str) else "",
        ),
        by if isinstance(by, str) else None,
        kept_flag(kept.get("ended_by_itself")),
    )


def kept_level(kept: object) -> float | None:
    """Return the level in dB that this should be; None for anything else."""
    if isinstance(kept, bool) or not isinstance(kept, int | float) or not math.isfinite(kept):
        return None
    return float(kept)
