"""A rule: which level, how loud, for how long, and when."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from .metric import Metric
from .schedule import Always, Schedule


class Direction(StrEnum):
    """Which side of the threshold is the breach; the threshold itself is none."""

    ABOVE = "above"
    BELOW = "below"


class Grade(IntEnum):
    """The state of a rule, in order."""

    OK = 0
    WARNING = 1
    ALARM = 2

    @property
    def word(self) -> str:
        """Its name in lower case: ok, warning, alarm."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alert rule of one meter.

    Thresholds are in dB, one of the two at least. `duration_s` is of covered time, for the breach and for its end
    alike; `share_percent` of it must be over, or quiet again. Quiet is what is not over the threshold less
    `clear_margin_db`. A breach within `cooldown_s` of the end of the last episode re-opens that one. Outside of its
    `schedule`, while disabled, and with `only_while_measuring` while no measurement runs, nothing is raised.

    Raises ValueError where the figures make no sense.
    """

    id: str
    name: str
    metric: Metric
    direction: Direction = Direction.ABOVE
    warning_db: float | None = None
    alarm_db: float | None = None
    duration_s: float = 0.0
    share_percent: float = 100.0
    clear_margin_db: float = 0.0
    cooldown_s: float = 0.0
    schedule: Schedule = field(default_factory=Always)
    only_while_measuring: bool = False
    enabled: bool = True

    def __post_init__(self) -> None:
        """Refuse a rule that could not be judged."""
        if self.warning_db is None and self.alarm_db is None:
            raise ValueError("a rule has a threshold at least")
        if self.warning_db is not None and self.alarm_db is not None and not self.is_over(self.alarm_db, Grade.WARNING):
            raise ValueError(f"the alarm at {self.alarm_db} dB is not beyond the warning at {self.warning_db} dB")
        if not 0 < self.share_percent <= 100:
            raise ValueError(f"a share of {self.share_percent} %")
        if min(self.duration_s, self.clear_margin_db, self.cooldown_s) < 0:
            raise ValueError("durations and margins are not negative")

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The grades for which there is a threshold, the lowest first."""
        return tuple(grade for grade in (Grade.WARNING, Grade.ALARM) if self.threshold(grade) is not None)

    @property
    def needs_measurement(self) -> bool:
        """Whether nothing is judged unless a measurement runs."""
        return self.only_while_measuring or self.metric.quantity.of_measurement

    def threshold(self, grade: Grade) -> float | None:
        """The threshold of a grade in dB."""
        return {Grade.WARNING: self.warning_db, Grade.ALARM: self.alarm_db}.get(grade)

    def is_over(self, level_db: float, grade: Grade) -> bool:
        """Whether a level is beyond the threshold of a grade; False where there is none."""
        threshold = self.threshold(grade)
        if threshold is None:
            return False
        return level_db > threshold if self.direction is Direction.ABOVE else level_db < threshold

    def is_quiet(self, level_db: float, grade: Grade) -> bool:
        """Whether a level counts for the end of a grade; True where there is no threshold."""
        limit = self.quiet_limit(grade)
        if limit is None:
            return True
        return level_db <= limit if self.direction is Direction.ABOVE else level_db >= limit

    def quiet_limit(self, grade: Grade) -> float | None:
        """The last level in dB that is quiet: the threshold less the margin, on whichever side the breach is."""
        threshold = self.threshold(grade)
        if threshold is None or not self.clear_margin_db:
            return threshold
        margin = self.clear_margin_db if self.direction is Direction.ABOVE else -self.clear_margin_db
        # 60.3 - 0.1 is a little less than 60.2, and meters do tell 60.2.
        return round(threshold - margin, 6)
