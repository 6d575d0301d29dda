"""Why a rule does or does not alert now."""

from dataclasses import dataclass
from enum import StrEnum

from .rule import Grade


class Verdict(StrEnum):
    """The first thing that keeps a rule from raising an alert, or that it has raised one.

    `active`: an episode is open; `disabled`, `outside_schedule`, `snoozed`: it may not; `schedule_unknown`: the helper
    says nothing; `no_samples`: nothing came lately; `not_measuring`: no measurement runs; `held`: the level is missing
    or held; `within_limits`: not over; `pending`: over, but not for long enough yet; `share_too_small`: over, but with
    too much quiet time in between.
    """

    ACTIVE = "active"
    DISABLED = "disabled"
    OUTSIDE_SCHEDULE = "outside_schedule"
    SCHEDULE_UNKNOWN = "schedule_unknown"
    SNOOZED = "snoozed"
    NO_SAMPLES = "no_samples"
    NOT_MEASURING = "not_measuring"
    HELD = "held"
    WITHIN_LIMITS = "within_limits"
    PENDING = "pending"
    SHARE_TOO_SMALL = "share_too_small"


class Dropped(StrEnum):
    """What ended an onset that was pending.

    `quiet`: the level went back; `gap`: no samples came; `clock`: our clock was put; `not_measuring`: the measurement
    ended.
    """

    QUIET = "quiet"
    GAP = "gap"
    CLOCK = "clock"
    NOT_MEASURING = "not_measuring"


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest to an onset that a rule came since its last episode: when, how long over, and what ended it."""

    at: float
    over_s: float
    grade: Grade
    level_db: float
    dropped: Dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The last evaluation of a rule; seconds are of covered time, levels in dB.

    `over_s` of the last `judged_s` seconds were over the threshold of `grade`, the lowest one that is not reached yet,
    or the highest one while all are; `needed_s` of `duration_s` would be enough.
    """

    rule_id: str
    at: float
    verdict: Verdict
    grade: Grade
    level_db: float | None
    threshold_db: float | None
    over_s: float
    judged_s: float
    needed_s: float
    duration_s: float
    last_sample_at: float | None = None
    snoozed_until: float | None = None
    nearest: Nearest | None = None
