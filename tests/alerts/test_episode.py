"""Episodes written down and read again."""

from dataclasses import replace
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.alerts import Acknowledgement, EndReason, Episode, Grade, GradeChange, Trace

from .nonsense import JSON, spoiled

OPEN = Episode(
    id="loud-1",
    rule_id="loud",
    rule_name="Too loud",
    metric="lp",
    direction="above",
    thresholds_db={"warning": 65.0, "alarm": 70.0},
    symbol="LAF",
    began=990.5,
    onset=1000.0,
    grades=(GradeChange(1000.0, Grade.WARNING), GradeChange(1010.25, Grade.ALARM)),
    onset_db=66.1,
    peak_db=80.0,
    peak_at=1011.0,
    leq_db=72.345,
    coverage_percent=97.5,
    overload=True,
    no_data=True,
    reopened=2,
    acknowledged=Acknowledgement(1005.0, "her", "seen"),
    trace=Trace(930.0, 1.0, (50.0, None, 66.1)),
)
ENDED = replace(OPEN, no_data=False, ended=2000.0, end_reason=EndReason.CLEARED)
BARE = Episode(
    id="1", rule_id="2", rule_name="", metric="", direction="", began=0, onset=0, grades=(GradeChange(0, Grade.ALARM),)
)


@pytest.mark.parametrize("episode", [OPEN, ENDED, BARE])
def test_what_is_written_down_is_read_again(episode: Episode) -> None:
    """By way of a file."""
    assert Episode.from_json(json.loads(json.dumps(episode.to_json()))) == episode


def test_grades_of_an_episode() -> None:
    """Its last one, none after its end, and the worst of all."""
    assert (OPEN.open, OPEN.grade, OPEN.worst) == (True, Grade.ALARM, Grade.ALARM)
    relaxed = replace(OPEN, grades=(*OPEN.grades, GradeChange(1020.0, Grade.WARNING)))
    assert (relaxed.grade, relaxed.worst) == (Grade.WARNING, Grade.ALARM)
    assert (ENDED.open, ENDED.grade, ENDED.worst) == (False, Grade.OK, Grade.ALARM)
    assert [grade.word for grade in Grade] == ["ok", "warning", "alarm"]


@settings(deadline=None, max_examples=300)
@given(kept=spoiled(ENDED.to_json()) | spoiled(OPEN.to_json()) | JSON)
def test_nonsense_is_borne(kept: Any) -> None:
    """It is no episode, or one that can be written down and read again."""
    found = Episode.from_json(kept)
    assert found is None or Episode.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))) == found


@pytest.mark.parametrize(
    "spoilt",
    [
        {"id": ""},
        {"id": 5},
        {"rule_id": ""},
        {"rule_name": None},
        {"metric": 1},
        {"direction": []},
        {"began": None},
        {"onset": "1000"},
        {"onset": True},
        {"began": -1},
        {"began": 1e30},
        {"began": 10**400},
        {"onset": float("nan")},
        {"grades": []},
        {"grades": None},
        {"grades": [[1000.0, "warning"], [1010.0]]},
        {"grades": [[1000.0, "warning"], [1010.0, "red"]]},
        {"grades": [[None, "warning"]]},
        {"grades": [[1000.0, "warning"], [1010.0, "ok"]]},
        {"grades": ["ab"]},
        {"ended": "2000"},
        {"end_reason": None},
        {"end_reason": "boredom"},
    ],
)
def test_without_this_it_is_no_episode(spoilt: dict[str, Any]) -> None:
    """What it is, whose, since when, with which grades, and why it ended."""
    assert Episode.from_json(ENDED.to_json() | spoilt) is None


@pytest.mark.parametrize(
    ("spoilt", "read"),
    [
        ({"thresholds_db": {"warning": "65", "alarm": 70}}, {"thresholds_db": {"alarm": 70.0}}),
        ({"thresholds_db": 3}, {"thresholds_db": {}}),
        ({"symbol": 3}, {"symbol": ""}),
        ({"onset_db": "loud"}, {"onset_db": None}),
        ({"peak_db": float("inf")}, {"peak_db": None}),
        ({"peak_at": -1}, {"peak_at": None}),
        ({"leq_db": True}, {"leq_db": None}),
        ({"coverage_percent": 101}, {"coverage_percent": 100.0}),
        ({"coverage_percent": -1}, {"coverage_percent": 0.0}),
        ({"coverage_percent": None}, {"coverage_percent": 0.0}),
        ({"overload": 1}, {"overload": False}),
        ({"no_data": True}, {"no_data": False}),
        ({"reopened": -1}, {"reopened": 0}),
        ({"reopened": 1.5}, {"reopened": 0}),
        ({"reopened": True}, {"reopened": 0}),
        ({"acknowledged": {"by": "her"}}, {"acknowledged": None}),
        ({"acknowledged": {"at": 5, "by": 3, "note": None}}, {"acknowledged": Acknowledgement(5.0)}),
        ({"trace": {"step_s": 1}}, {"trace": None}),
        ({"trace": {"began": 1}}, {"trace": None}),
        ({"trace": {"began": 1, "step_s": 0}}, {"trace": None}),
        ({"trace": {"began": 1, "step_s": 1, "levels_db": ["x", 3]}}, {"trace": Trace(1.0, 1.0, (None, 3.0))}),
        ({"trace": {"began": 1, "step_s": 1, "levels_db": "xy"}}, {"trace": Trace(1.0, 1.0)}),
    ],
)
def test_other_nonsense_is_as_if_it_had_not_been_told(spoilt: dict[str, Any], read: dict[str, Any]) -> None:
    """The rest of the episode is worth keeping."""
    assert Episode.from_json(ENDED.to_json() | spoilt) == replace(ENDED, **read)


def test_an_open_episode_has_no_reason_to_have_ended() -> None:
    """Whatever is told of one."""
    assert Episode.from_json(OPEN.to_json() | {"end_reason": "cleared"}) == OPEN
    assert Episode.from_json(OPEN.to_json() | {"no_data": "yes"}) == replace(OPEN, no_data=False)


@given(at=st.floats(0, 253_402_300_799))
def test_times_are_read_as_they_were(at: float) -> None:
    """To the last digit."""
    moved = replace(ENDED, ended=at)
    assert Episode.from_json(json.loads(json.dumps(moved.to_json()))) == moved
