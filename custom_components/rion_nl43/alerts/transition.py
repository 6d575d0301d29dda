"""News of a rule."""

from dataclasses import dataclass
from enum import StrEnum

from .episode import Episode
from .rule import Grade


class TransitionKind(StrEnum):
    """What happened to an episode; `cleared` is every end, its reason says which."""

    ONSET = "onset"
    ESCALATED = "escalated"
    RELAXED = "relaxed"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    REOPENED = "reopened"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that happened, then, and the episode as it is afterwards; `level_db` is that of the moment."""

    kind: TransitionKind
    at: float
    episode: Episode
    previous: Grade
    level_db: float | None = None
