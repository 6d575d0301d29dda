"""The life of one breach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from .plain import grade, items, mapping, number, text, when, whole, word
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
    onset first, and where it was opened again OK for the time between. `peak_db` is the level farthest beyond the
    threshold since it began and `onset_db` that at the onset, both of the rule's metric; `leq_db` is the energy mean of
    the sound from the onset to the end, and `coverage_percent` how much of that time samples covered. `thresholds_db`
    are those of the rule then. `ended` is None while it is open, and `reopened` counts how often it was opened again.
    `no_data`: open, and no samples come. `symbol` names the level as the meter's settings had it then (LAeq,15min), for
    people.
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
        acknowledged, trace = self.acknowledged, self.trace
        return {
            "id": self.id,
            "rule_id": self.rule_id,
            "rule_name": self.rule_name,
            "metric": self.metric,
            "direction": self.direction,
            "thresholds_db": dict(self.thresholds_db),
            "symbol": self.symbol,
            "began": self.began,
            "onset": self.onset,
            "grades": [[change.at, change.grade.word] for change in self.grades],
            "onset_db": self.onset_db,
            "peak_db": self.peak_db,
            "peak_at": self.peak_at,
            "leq_db": self.leq_db,
            "coverage_percent": self.coverage_percent,
            "overload": self.overload,
            "no_data": self.no_data,
            "reopened": self.reopened,
            "acknowledged": acknowledged and {"at": acknowledged.at, "by": acknowledged.by, "note": acknowledged.note},
            "ended": self.ended,
            "end_reason": self.end_reason and self.end_reason.value,
            "trace": trace and {"began": trace.began, "step_s": trace.step_s, "levels_db": list(trace.levels_db)},
        }

    @classmethod
    def from_json(cls, kept: object) -> Episode | None:
        """Read what was written down; None where that makes no sense.

        It makes none without what it is, whose, since when and which grades it had; what else is missing or nonsense
        is as if nobody had told it.
        """
        told = mapping(kept)
        names = [text(told.get(key)) for key in ("id", "rule_id", "rule_name", "metric", "direction")]
        began, onset, grades = when(told.get("began")), when(told.get("onset")), _grades(told.get("grades"))
        ended, end_reason = when(told.get("ended")), word(EndReason, told.get("end_reason"))
        if began is None or onset is None or not grades or not names[0] or not names[1] or None in names:
            return None
        if (ended is None) is not (told.get("ended") is None) or (ended is not None and end_reason is None):
            return None
        return cls(
            id=names[0],
            rule_id=names[1],
            rule_name=names[2] or "",
            metric=names[3] or "",
            direction=names[4] or "",
            thresholds_db={
                key: level
                for key, kept_level in mapping(told.get("thresholds_db")).items()
                if (level := number(kept_level)) is not None
            },
            symbol=text(told.get("symbol")) or "",
            began=began,
            onset=onset,
            grades=grades,
            onset_db=number(told.get("onset_db")),
            peak_db=number(told.get("peak_db")),
            peak_at=when(told.get("peak_at")),
            leq_db=number(told.get("leq_db")),
            coverage_percent=min(max(number(told.get("coverage_percent")) or 0.0, 0.0), 100.0),
            overload=told.get("overload") is True,
            no_data=ended is None and told.get("no_data") is True,
            reopened=whole(told.get("reopened")) or 0,
            acknowledged=_acknowledgement(told.get("acknowledged")),
            ended=ended,
            end_reason=end_reason if ended is not None else None,
            trace=_trace(told.get("trace")),
        )


def _grades(kept: object) -> tuple[GradeChange, ...]:
    """Return changes of grades; none if one of them is nonsense."""
    changes = []
    for each in items(kept):
        pair = items(each)
        at, level = (when(pair[0]), grade(pair[1])) if len(pair) == 2 else (None, None)
        if at is None or level is None:
            return ()
        changes.append(GradeChange(at, level))
    return tuple(changes) if changes and changes[-1].grade is not Grade.OK else ()


def _acknowledgement(kept: object) -> Acknowledgement | None:
    told = mapping(kept)
    at = when(told.get("at"))
    return None if at is None else Acknowledgement(at, text(told.get("by")), text(told.get("note")) or "")


def _trace(kept: object) -> Trace | None:
    told = mapping(kept)
    began, step_s = when(told.get("began")), number(told.get("step_s"))
    if began is None or step_s is None or step_s <= 0:
        return None
    return Trace(began, step_s, tuple(number(level) for level in items(told.get("levels_db"))))
