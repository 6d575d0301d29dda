"""Why a rule does or does not alert, in plain words."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from .alerts import Direction, Dropped, Episode, Explanation, Grade, Nearest, Rule, Verdict

SENTENCES: Final[Mapping[Verdict, str]] = {
    Verdict.DISABLED: "The rule is switched off.",
    Verdict.OUTSIDE_SCHEDULE: "It is outside of the rule's schedule.",
    Verdict.SCHEDULE_UNKNOWN: "The helper of the rule's schedule does not say whether it is on.",
    Verdict.SNOOZED: "The rule is snoozed{until}.",
    Verdict.NO_SAMPLES: "The meter has sent no sample{since}.",
    Verdict.NOT_MEASURING: "The rule needs a measurement, and none is running.",
    Verdict.HELD: "The level is missing, or held from before, and is not judged.",
    Verdict.WITHIN_LIMITS: "The level is within the limits.",
    Verdict.PENDING: "The level is beyond the threshold, but not for long enough yet.",
    Verdict.SHARE_TOO_SMALL: "The level is beyond the threshold, but was not for enough of the time.",
}
# The built-in rule looks at no level.
UNREACHABLE_SENTENCES: Final[Mapping[Verdict, str]] = {
    **SENTENCES,
    Verdict.DISABLED: "The connection is in standby, so that the meter is not expected to be reachable.",
    Verdict.WITHIN_LIMITS: "The meter is reachable.",
    Verdict.PENDING: "The meter is unreachable, but not for long enough yet.",
}
# What these say is of the level already.
OF_LEVEL: Final = frozenset({Verdict.HELD, Verdict.WITHIN_LIMITS, Verdict.PENDING, Verdict.SHARE_TOO_SMALL})
DROPPED: Final[Mapping[Dropped, str]] = {
    Dropped.QUIET: "the level went back",
    Dropped.GAP: "no samples came",
    Dropped.CLOCK: "the clock of Home Assistant was put",
    Dropped.NOT_MEASURING: "the measurement ended",
}


def explanation_text(explanation: Explanation, rule: Rule | None, episode: Episode | None, zone: tzinfo) -> str:
    """Return why a rule, or the built-in one where it is None, alerts now or why not, with the figures.

    `episode` is its open one; times are of this time zone.
    """
    parts = [_verdict(explanation, rule, episode, zone)]
    if rule is not None and explanation.level_db is not None and explanation.threshold_db is not None:
        beyond = "more" if rule.direction is Direction.ABOVE else "less"
        subject = "It" if explanation.verdict in OF_LEVEL else "The level"
        parts.append(
            f"{subject} is {explanation.level_db:.1f} dB, "
            f"and {_article(explanation.grade)} takes {beyond} than {explanation.threshold_db:.1f} dB"
            f"{_for_how_long(explanation)}."
        )
    if explanation.duration_s and explanation.judged_s:
        parts.append(f"It was beyond that for {explanation.over_s:.0f} s of the last {explanation.judged_s:.0f} s.")
    if explanation.nearest and explanation.verdict is not Verdict.ACTIVE:
        parts.append(_nearest(explanation.nearest, zone))
    return " ".join(parts)


def _verdict(explanation: Explanation, rule: Rule | None, episode: Episode | None, zone: tzinfo) -> str:
    if explanation.verdict is Verdict.ACTIVE:
        since = f" since {_time(episode.onset, zone)}" if episode else ""
        if rule is None:
            return f"The meter is unreachable{since}."
        grade = episode.grade if episode else explanation.grade
        return f"{_article(grade).capitalize()} is active{since}."
    snoozed, last = explanation.snoozed_until, explanation.last_sample_at
    return (UNREACHABLE_SENTENCES if rule is None else SENTENCES)[explanation.verdict].format(
        until="" if snoozed is None else f" until {_time(snoozed, zone)}",
        since=" yet" if last is None else f" since {_time(last, zone)}",
    )


def _for_how_long(explanation: Explanation) -> str:
    if not explanation.duration_s:
        return ""
    if explanation.needed_s >= explanation.duration_s:
        return f" for {explanation.duration_s:.0f} s"
    return f" for {explanation.needed_s:.0f} s out of {explanation.duration_s:.0f} s"


def _nearest(nearest: Nearest, zone: tzinfo) -> str:
    return (
        f"It came nearest to {_article(nearest.grade)} at {_time(nearest.at, zone)}: {nearest.level_db:.1f} dB, "
        f"beyond the threshold for {nearest.over_s:.0f} s, until {DROPPED[nearest.dropped]}."
    )


def _article(grade: Grade) -> str:
    return f"{'an' if grade is Grade.ALARM else 'a'} {grade.word}"


def _time(at: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")
