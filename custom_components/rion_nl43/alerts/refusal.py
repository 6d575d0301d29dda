"""What cannot be done to a rule or to an episode."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why not."""

    UNKNOWN_RULE = "unknown_rule"
    NO_EPISODE = "no_episode"
    ALREADY_ACKNOWLEDGED = "already_acknowledged"
    TIME_NOT_AHEAD = "time_not_ahead"


class Refused(Exception):  # noqa: N818 # it says what happened
    """Nothing was done; `refusal` says why, and `subject` is the id asked for."""

    def __init__(self, refusal: Refusal, subject: str) -> None:
        """Name what was asked for."""
        super().__init__(f"{subject}: {refusal.value.replace('_', ' ')}")
        self.refusal = refusal
        self.subject = subject
