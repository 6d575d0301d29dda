"""The life of one breach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from .rule import Grade


class EndReason(StrEnum):
    """Why an episode ended.

    `cleared`: it was quiet for long enough; `schedule_ended`, `disabled`, `edited`, `removed`: the rule did not apply
    any more; `measurement_ended`: what the rule looks at did not go on; `reachable`: the meter is back.
    """

    CLEARED = "cleared"
    SCHEDULE_ENDED = "schedule_ended"
    DISABLED = "disabled"
    EDITED = "edited"
    REMOVED = "removed"
    MEASUREMENT_ENDED = "measurement_ended"
    REACHABLE = "reachable"


class GradeChange(NamedTuple):
    """When a grade began, in seconds since the epoch."""

    at: float
    grade: Grade


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took notice of an episode (an id, or None if nobody is named), when, and what he wrote."""

    at: float
    by: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """Levels before, during and after an episode: one each `step_s` seconds from `began`, the highest Lp of the step.

    None stands for a step without samples.
    """

    began: float
    step_s: float
    levels_db: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One breach from its onset to its end; times are in seconds since the epoch, levels in dB.

    `began` is when the level first was over, `onset` when the rule raised it; `grades` are all changes in order, the
    onset first. `peak_db` is the level farthest beyond the threshold and `onset_db` that at the onset, both of the
    rule's metric; `leq_db` is the energy mean of the sound from the onset to the end, and `coverage_percent` how much
    of that time samples covered. `thresholds_db` are those of the rule then. `ended` is None while it is open, and
    `reopened` counts how often it was opened again. `no_data`: open, and no samples come. `symbol` names the level as
    the meter's settings had it then (LAeq,15min), for people.
    """

    id: str
    rule_id: str
    rule_name: str
    metric: str
    direction: str
    thresholds_db: Mapping[str, float] = field(default_factory=dict)
    symbol: str = ""
    began: float
    onset: float
    grades: tuple[GradeChange, ...]
    onset_db: float | None = None
    peak_db: float | None = None
    peak_at: float | None = None
    leq_db: float | None = None
    coverage_percent: float = 0.0
    overload: bool = False
    no_data: bool = False
    reopened: int = 0
    acknowledged: Acknowledgement | None = None
    ended: float | None = None
    end_reason: EndReason | None = None
    trace: Trace | None = None

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.ended is None

    @property
    def grade(self) -> Grade:
        """The grade now, and OK after its end."""
        return self.grades[-1].grade if self.open else Grade.OK

    @property
    def worst(self) -> Grade:
        """The highest grade it had."""
        return max(change.grade for change in self.grades)

    def to_json(self) -> dict[str, Any]:
        """Write it down in plain JSON."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, kept: object) -> Episode | None:
        """Read what was written down; None where that makes no sense."""
        raise NotImplementedError
