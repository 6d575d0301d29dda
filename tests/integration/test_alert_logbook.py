"""What the logbook says of alerts, whatever stands in the database."""

from typing import Any, Final

from homeassistant.core import Event, HomeAssistant
import pytest

from custom_components.rion_nl43.alerts import EndReason, Grade
from custom_components.rion_nl43.const import EVENT_ALERT
from custom_components.rion_nl43.logbook import ALERT_ENDS, GRADES

from .helpers import descriptions

NIGHT: Final = {
    "rule_id": "01",
    "rule": "Night limit",
    "kind": "onset",
    "grade": "alarm",
    "symbol": "LAeq,15min",
    "metric": "window_leq_900_running",
    "level": 67.24,
    "threshold": 65.0,
    "direction": "above",
    "duration": 725.2,
    "peak": 71.31,
    "reason": None,
}
OVER: Final = {**NIGHT, "kind": "cleared", "grade": "ok", "level": 60.0}
GONE: Final = {"rule_id": "unreachable", "rule": "Unreachable", "grade": "alarm", "level": None, "duration": 61}
ANNA: Final = "0123456789abcdef"


def said(hass: HomeAssistant, data: dict[str, Any]) -> str:
    """Return what the logbook says of an event with this data."""
    entry = descriptions(hass)[EVENT_ALERT](Event(EVENT_ALERT, data))
    return f"{entry['name']} {entry['message']}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (NIGHT, "Night limit: alarm, LAeq,15min 67.2 dB over 65 dB"),
        (NIGHT | {"kind": "escalated"}, "Night limit: now an alarm, LAeq,15min 67.2 dB over 65 dB"),
        (
            NIGHT | {"kind": "reopened", "grade": "warning"},
            "Night limit: a warning again, LAeq,15min 67.2 dB over 65 dB",
        ),
        (NIGHT | {"kind": "relaxed", "grade": "warning"}, "Night limit: only a warning now, LAeq,15min 67.2 dB"),
        (NIGHT | {"direction": "below", "threshold": 67.5}, "Night limit: alarm, LAeq,15min 67.2 dB under 67.5 dB"),
        (NIGHT | {"symbol": "", "threshold": None}, "Night limit: alarm, window_leq_900_running 67.2 dB"),
        (NIGHT | {"level": None}, "Night limit: alarm"),
        (NIGHT | {"kind": "no_data"}, "Night limit: still an alarm, but no levels come"),
        (OVER | {"reason": "cleared"}, "Night limit: cleared after 12 min 5 s, highest 71.3 dB"),
        (
            OVER | {"reason": "edited", "duration": 59},
            "Night limit: ended as the rule was changed after 59 s, highest 71.3 dB",
        ),
        (
            OVER | {"reason": "schedule_ended", "duration": 7500, "direction": "below"},
            "Night limit: ended with its schedule after 2 h 5 min, lowest 71.3 dB",
        ),
        (OVER | {"reason": "cleared", "peak": None, "duration": 3600}, "Night limit: cleared after 1 h"),
        (NIGHT | {"kind": "acknowledged"}, "Night limit: acknowledged"),
        (NIGHT | {"kind": "acknowledged", "acknowledged_by": "a stranger"}, "Night limit: acknowledged"),
        (
            NIGHT | {"kind": "acknowledged", "acknowledged_by": ANNA, "note": "a lorry"},
            "Night limit: acknowledged by Anna: “a lorry”",
        ),
        (GONE | {"kind": "onset"}, "cannot be reached"),
        (GONE | {"kind": "cleared", "reason": "reachable"}, "is reachable again after 1 min 1 s"),
        (GONE | {"kind": "cleared", "reason": "disabled"}, "is not expected to be reachable any more after 1 min 1 s"),
        (GONE | {"kind": "acknowledged", "acknowledged_by": ANNA}, "Unreachable: acknowledged by Anna"),
    ],
)
async def test_alerts_in_words(hass: HomeAssistant, data: dict[str, Any], message: str) -> None:
    """Rule, grade, level and threshold, or how it ended and after how long; who acknowledged is named if known."""
    hass.states.async_set("person.anna", "home", {"user_id": ANNA, "friendly_name": "Anna"})
    assert said(hass, data) == f"Rion NL-43 {message}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "None: None"),
        ({"kind": "cleared"}, "None: None"),
        ({"kind": "onset", "rule": 3, "grade": 7, "level": "loud", "threshold": []}, "3: 7"),
        ({"kind": "danced", "rule": "A"}, "A: danced"),
        ({"kind": "cleared", "rule": "A", "reason": "bored", "duration": "long"}, "A: bored"),
    ],
)
async def test_any_event(hass: HomeAssistant, data: dict[str, Any], message: str) -> None:
    """Whatever stands in the database, the logbook can be opened."""
    assert said(hass, data) == f"Rion NL-43 {message}"


def test_words() -> None:
    """Every grade has its words, and every end of a rule with a level."""
    assert ALERT_ENDS.keys() | {EndReason.REACHABLE} == set(EndReason)
    assert GRADES.keys() == {grade.word for grade in Grade}
