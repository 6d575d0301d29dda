"""Why a rule does or does not alert, in words."""

from datetime import UTC
from typing import Any

import pytest

from custom_components.rion_nl43.alert_words import DROPPED, SENTENCES, UNREACHABLE_SENTENCES, explanation_text
from custom_components.rion_nl43.alerts import (
    Direction,
    Dropped,
    Episode,
    Explanation,
    Grade,
    GradeChange,
    Metric,
    Nearest,
    Quantity,
    Rule,
    Verdict,
)

RULE = Rule(id="01", name="Night", metric=Metric(Quantity.LP), warning_db=65, alarm_db=70)
QUIET = Rule(id="01", name="Silence", metric=Metric(Quantity.LP), direction=Direction.BELOW, warning_db=30)
EPISODE = Episode(
    id="e",
    rule_id="01",
    rule_name="Night",
    metric="lp",
    direction="above",
    began=0.0,
    onset=60.0,
    grades=(GradeChange(60.0, Grade.WARNING),),
)


def explained(verdict: Verdict, **known: Any) -> Explanation:
    """Return an explanation in which nothing else is known."""
    nothing: dict[str, Any] = {
        "level_db": None,
        "threshold_db": None,
        "over_s": 0.0,
        "judged_s": 0.0,
        "needed_s": 0.0,
        "duration_s": 0.0,
        "grade": Grade.WARNING,
    }
    return Explanation(rule_id="01", at=100.0, verdict=verdict, **nothing | known)


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.ACTIVE])
def test_every_verdict_has_its_sentence(verdict: Verdict) -> None:
    """It is one, also of the built-in rule, and says when if that is known."""
    assert verdict in UNREACHABLE_SENTENCES
    text = explanation_text(explained(verdict), RULE, None, UTC)
    assert text.endswith(".")
    assert "{" not in text
    text = explanation_text(explained(verdict, snoozed_until=3600.0, last_sample_at=50.0), RULE, None, UTC)
    assert ("until 1970-01-01 01:00:00" in text) is (verdict is Verdict.SNOOZED)
    assert ("since 1970-01-01 00:00:50" in text) is (verdict is Verdict.NO_SAMPLES)


def test_no_other_sentences() -> None:
    """There are none for what cannot be."""
    assert SENTENCES.keys() == UNREACHABLE_SENTENCES.keys() == set(Verdict) - {Verdict.ACTIVE}
    assert DROPPED.keys() == set(Dropped)


def test_active() -> None:
    """It says since when, and what would be the next grade."""
    text = explanation_text(
        explained(Verdict.ACTIVE, grade=Grade.ALARM, level_db=66.04, threshold_db=70.0), RULE, EPISODE, UTC
    )
    assert text == (
        "A warning is active since 1970-01-01 00:01:00. The level is 66.0 dB, and an alarm takes more than 70.0 dB."
    )
    assert explanation_text(explained(Verdict.ACTIVE), RULE, None, UTC) == "A warning is active."


@pytest.mark.parametrize("verdict", SENTENCES)
def test_what_has_a_level(verdict: Verdict) -> None:
    """No rule and no meter is so many dB: the level is."""
    text = explanation_text(explained(verdict, level_db=66.0, threshold_db=70.0), RULE, None, UTC)
    subject = "It" if SENTENCES[verdict].startswith("The level ") else "The level"
    assert f". {subject} is 66.0 dB, and " in text


def test_pending() -> None:
    """It says how long it was beyond, and how long that must be."""
    figures = {"level_db": 66.0, "threshold_db": 65.0, "over_s": 41.0, "judged_s": 50.0, "duration_s": 60.0}
    assert explanation_text(explained(Verdict.PENDING, needed_s=60.0, **figures), RULE, None, UTC) == (
        "The level is beyond the threshold, but not for long enough yet. "
        "It is 66.0 dB, and a warning takes more than 65.0 dB for 60 s. "
        "It was beyond that for 41 s of the last 50 s."
    )
    assert "for 48 s out of 60 s." in explanation_text(
        explained(Verdict.PENDING, needed_s=48.0, **figures), RULE, None, UTC
    )


def test_below() -> None:
    """A rule for too little says so."""
    text = explanation_text(explained(Verdict.WITHIN_LIMITS, level_db=31.0, threshold_db=30.0), QUIET, None, UTC)
    assert text.endswith("a warning takes less than 30.0 dB.")


def test_nearest() -> None:
    """It says how near it came, and why nothing came of it; not while it has."""
    nearest = Nearest(at=3661.0, over_s=45.0, grade=Grade.ALARM, level_db=71.25, dropped=Dropped.GAP)
    told = (
        "It came nearest to an alarm at 1970-01-01 01:01:01: 71.2 dB, beyond the threshold for 45 s, "
        "until no samples came."
    )
    assert explanation_text(explained(Verdict.WITHIN_LIMITS, nearest=nearest), RULE, None, UTC).endswith(told)
    assert told not in explanation_text(explained(Verdict.ACTIVE, nearest=nearest), RULE, EPISODE, UTC)


def test_unreachable() -> None:
    """The built-in rule speaks of the meter, not of a level."""
    assert explanation_text(explained(Verdict.ACTIVE), None, EPISODE, UTC) == (
        "The meter is unreachable since 1970-01-01 00:01:00."
    )
    assert explanation_text(explained(Verdict.WITHIN_LIMITS), None, None, UTC) == "The meter is reachable."
    assert explanation_text(
        explained(Verdict.PENDING, over_s=20.0, judged_s=20.0, duration_s=60.0, needed_s=60.0), None, None, UTC
    ).startswith("The meter is unreachable, but not for long enough yet.")
