"""How a rule is."""

from dataclasses import dataclass

from ...alerts import Episode, Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """The state of a rule: `grade` and the open `episode`, if there is one.

    `level_db` is what was judged last, None where that is missing or held; `pending`: over, and no grade is raised for
    it yet; `snoozed_until` is in seconds since the epoch; `no_data`: open, and no samples come; `in_schedule` is None
    while a helper has not said so yet.
    """

    grade: Grade = Grade.OK
    episode: Episode | None = None
    level_db: float | None = None
    pending: bool = False
    snoozed_until: float | None = None
    no_data: bool = False
    in_schedule: bool | None = None
