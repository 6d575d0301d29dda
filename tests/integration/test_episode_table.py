"""Episodes as comma-separated values."""

import csv
from datetime import UTC, timedelta, timezone
import io
from typing import Any

import pytest

from custom_components.rion_nl43.alerts import Acknowledgement, EndReason, Episode, Grade, GradeChange
from custom_components.rion_nl43.episode_table import COLUMNS, episodes_table

MEZ = timezone(timedelta(hours=1))


def episode(**changes: Any) -> Episode:
    """Return an episode that is over."""
    told: dict[str, Any] = {
        "id": "e1",
        "rule_id": "01",
        "rule_name": "Night",
        "metric": "lp",
        "direction": "above",
        "thresholds_db": {"warning": 65.0, "alarm": 70.0},
        "symbol": "LAF",
        "began": 0.0,
        "onset": 60.0,
        "grades": (GradeChange(60.0, Grade.WARNING), GradeChange(70.0, Grade.ALARM)),
        "onset_db": 66.04,
        "peak_db": 72.25,
        "peak_at": 75.0,
        "leq_db": -3.0,
        "coverage_percent": 98.76,
        "ended": 180.0,
        "end_reason": EndReason.CLEARED,
        "acknowledged": Acknowledgement(90.0, "u1", "Told the driver"),
    }
    return Episode(**told | changes)


def lines(*episodes: Episode) -> list[dict[str, str]]:
    """Return the table as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(episodes_table([("Main road", e) for e in episodes], {"u1": "Ann"}, MEZ))))


def test_all_of_an_episode() -> None:
    """Times are of the zone, figures have one decimal, and the person has a name."""
    (line,) = lines(episode())
    assert line == {
        "meter": "Main road",
        "rule": "Night",
        "level": "LAF",
        "direction": "above",
        "warning_db": "65.0",
        "alarm_db": "70.0",
        "worst_grade": "alarm",
        "began": "1970-01-01T01:00:00+01:00",
        "onset": "1970-01-01T01:01:00+01:00",
        "ended": "1970-01-01T01:03:00+01:00",
        "end_reason": "cleared",
        "duration_s": "120",
        "onset_db": "66.0",
        "peak_db": "72.2",
        "peak_at": "1970-01-01T01:01:15+01:00",
        "leq_db": "-3.0",
        "coverage_percent": "98.8",
        "overload": "no",
        "reopened": "0",
        "acknowledged_at": "1970-01-01T01:01:30+01:00",
        "acknowledged_by": "Ann",
        "note": "Told the driver",
        "episode_id": "e1",
    }


def test_what_is_not_known_is_empty() -> None:
    """As of an alert that goes on, of a meter without a level."""
    (line,) = lines(
        episode(
            **dict.fromkeys(("onset_db", "peak_db", "peak_at", "leq_db", "ended", "end_reason", "acknowledged")),
            thresholds_db={},
            symbol="",
            overload=True,
        )
    )
    empty = {"warning_db", "alarm_db", "ended", "end_reason", "duration_s", "onset_db", "peak_db", "peak_at", "leq_db"}
    assert {name for name, cell in line.items() if not cell} == empty | {"acknowledged_at", "acknowledged_by", "note"}
    assert (line["level"], line["overload"]) == ("lp", "yes")


@pytest.mark.parametrize("by", ["u9", None])
def test_who_is_not_known_any_more(by: str | None) -> None:
    """A user who was removed is his id, and an automation is nobody."""
    (line,) = lines(episode(acknowledged=Acknowledgement(90.0, by)))
    assert line["acknowledged_by"] == (by or "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1"])
def test_no_formulas(text: str) -> None:
    """Whatever somebody calls a rule or writes into a note, a spreadsheet computes nothing."""
    told = episode(rule_name=text, symbol=text, acknowledged=Acknowledgement(90.0, "u2", text))
    table = episodes_table([(text, told)], {"u2": text}, UTC)
    (line,) = csv.DictReader(io.StringIO(table, newline=""))
    for name in ("meter", "rule", "level", "acknowledged_by", "note"):
        assert line[name] == f"'{text}"


def test_separators_in_names() -> None:
    """They do not make columns or lines."""
    nasty = 'a,"b"\r\n;c'
    table = episodes_table([("Main road", episode(rule_name=nasty))], {}, UTC)
    (line,) = csv.DictReader(io.StringIO(table, newline=""))
    assert line["rule"] == nasty


def test_heads() -> None:
    """They are there without any episode."""
    assert episodes_table([], {}, UTC) == ",".join(COLUMNS) + "\r\n"
