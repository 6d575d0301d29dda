"""What the logbook says of commands and of alerts."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook import LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.const import ATTR_COMMAND, ATTR_DEVICE_ID, ATTR_STATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .alerts import Direction, EndReason, TransitionKind
from .command_events import ATTR_ASKED_REASON, ATTR_DETAIL, ATTR_REASON
from .const import DOMAIN, EVENT_ALERT, EVENT_COMMAND
from .monitor import UNREACHABLE, CommandState

NAMES: Final = {
    "start": "start",
    "stop": "stop",
    "pause": "pause",
    "resume": "resume",
    "store": "storing of the result",
    "set_clock": "setting of the clock",
    "start_cycle": "start cycle",
    "stop_cycle": "stop cycle",
    "set": "setting",
    "send": "command",
    "power_cycle": "power cycle",
}
ENDS: Final[Mapping[str, str]] = {
    CommandState.COMPLETED: "completed",
    CommandState.FAILED: "failed",
    CommandState.EXPIRED: "could not be sent in time and was not sent",
    CommandState.BLOCKED: "was not sent",
}
# The others say it all by their name.
DETAILED: Final = ("set", "send")
ASKERS: Final = {
    "button": "a button",
    "setting": "a setting's entity",
    "action": "an action",
    "repair": "a repair",
    "watchdog": "the watchdog",
    "auto_clock": "the automatic clock",
    "recovery": "the recovery of the connection",
}
# Home Assistant's persons, where there are any.
PERSON_DOMAIN: Final = "person"
ATTR_USER_ID: Final = "user_id"
GRADES: Final = {"ok": "OK", "warning": "a warning", "alarm": "an alarm"}
ALERT_ENDS: Final[Mapping[str, str]] = {
    EndReason.CLEARED: "cleared",
    EndReason.SCHEDULE_ENDED: "ended with its schedule",
    EndReason.DISABLED: "ended as the rule was switched off",
    EndReason.EDITED: "ended as the rule was changed",
    EndReason.REMOVED: "ended as the rule was removed",
    EndReason.MEASUREMENT_ENDED: "ended with the measurement",
}
MINUTE_S: Final = 60
HOUR_S: Final = 3600


@callback
def async_describe_events(
    hass: HomeAssistant, async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None]
) -> None:
    """Register the descriptions of our events."""

    @callback
    def describe_command(event: Event) -> dict[str, str]:
        return _entry(hass, event, _command_message(event.data))

    @callback
    def describe_alert(event: Event) -> dict[str, str]:
        return _entry(hass, event, _alert_message(event.data, _person(hass, event.data.get("acknowledged_by"))))

    async_describe_event(DOMAIN, EVENT_COMMAND, describe_command)
    async_describe_event(DOMAIN, EVENT_ALERT, describe_alert)


@callback
def _entry(hass: HomeAssistant, event: Event, message: str) -> dict[str, str]:
    device = dr.async_get(hass).async_get(str(event.data.get(ATTR_DEVICE_ID)))
    name = (device.name_by_user or device.name) if device else None
    return {LOGBOOK_ENTRY_NAME: name or "Rion NL-43", LOGBOOK_ENTRY_MESSAGE: message}


@callback
def _person(hass: HomeAssistant, user_id: str | None) -> str | None:
    """Return the name of a user, if he is one of the home's persons."""
    persons = hass.states.async_all(PERSON_DOMAIN) if user_id else ()
    return next((person.name for person in persons if person.attributes.get(ATTR_USER_ID) == user_id), None)


def _command_message(data: Mapping[str, Any]) -> str:
    """Return a sentence without its subject, as the logbook wants it."""
    command, state = str(data.get(ATTR_COMMAND)), str(data.get(ATTR_STATE))
    what = NAMES.get(command, command)
    if command in DETAILED and (detail := data.get(ATTR_DETAIL)):
        what += f" “{detail}”"
    if asker := ASKERS.get(str(data.get(ATTR_ASKED_REASON))):
        what += f", asked for by {asker},"
    end = ENDS.get(state, state)
    if reason := data.get(ATTR_REASON):
        end += f": {reason}"
    return f"{what} {end}"


def _alert_message(data: Mapping[str, Any], person: str | None) -> str:
    """Return what happened to an alert; the data may be of an older version of ours."""
    said = _reachability(data) if data.get("rule_id") == UNREACHABLE else None
    return said or f"{data.get('rule')}: {_happened(data, person)}"


def _happened(data: Mapping[str, Any], person: str | None) -> str:
    kind, grade, level = str(data.get("kind")), str(data.get("grade")), _level(data)
    a_grade = GRADES.get(grade, grade)
    note = f": “{data['note']}”" if data.get("note") else ""
    words: Mapping[str, str] = {
        TransitionKind.ONSET: f"{grade}{level}",
        TransitionKind.ESCALATED: f"now {a_grade}{level}",
        TransitionKind.RELAXED: f"only {a_grade} now{level}",
        TransitionKind.REOPENED: f"{a_grade} again{level}",
        TransitionKind.CLEARED: _end(data),
        TransitionKind.ACKNOWLEDGED: f"acknowledged{f' by {person}' if person else ''}{note}",
        TransitionKind.NO_DATA: f"still {a_grade}, but no levels come",
    }
    return words.get(kind, kind)


def _reachability(data: Mapping[str, Any]) -> str | None:
    """Return what the built-in rule says in other words than the others."""
    match data.get("kind"), data.get("reason"):
        case TransitionKind.ONSET | TransitionKind.REOPENED, _:
            return "cannot be reached"
        case TransitionKind.CLEARED, EndReason.REACHABLE:
            return f"is reachable again{_after(data)}"
        case TransitionKind.CLEARED, _:
            return f"is not expected to be reachable any more{_after(data)}"
        case _:
            return None


def _level(data: Mapping[str, Any]) -> str:
    """Return the level and the threshold that it is beyond: `, LAeq,15min 67.2 dB over 65 dB`."""
    level, threshold = _figure(data, "level"), _figure(data, "threshold")
    if level is None:
        return ""
    symbol = data.get("symbol") or data.get("metric")
    beyond = ""
    if threshold is not None and data.get("kind") != TransitionKind.RELAXED:
        beyond = f" {'under' if data.get('direction') == Direction.BELOW else 'over'} {threshold:g} dB"
    return f", {symbol} {level:.1f} dB{beyond}"


def _end(data: Mapping[str, Any]) -> str:
    reason = str(data.get("reason"))
    peak = _figure(data, "peak")
    farthest = "lowest" if data.get("direction") == Direction.BELOW else "highest"
    return f"{ALERT_ENDS.get(reason, reason)}{_after(data)}" + ("" if peak is None else f", {farthest} {peak:.1f} dB")


def _after(data: Mapping[str, Any]) -> str:
    duration_s = _figure(data, "duration")
    return "" if duration_s is None else f" after {_span(round(duration_s))}"


def _figure(data: Mapping[str, Any], key: str) -> float | None:
    figure = data.get(key)
    return float(figure) if isinstance(figure, int | float) else None


def _span(seconds: int) -> str:
    """Return a duration to two units: 45 s, 12 min 5 s, 2 h 5 min."""
    if seconds < MINUTE_S:
        return f"{seconds} s"
    big, small, unit = (MINUTE_S, 1, ("min", "s")) if seconds < HOUR_S else (HOUR_S, MINUTE_S, ("h", "min"))
    rest = seconds % big // small
    return f"{seconds // big} {unit[0]}" + (f" {rest} {unit[1]}" if rest else "")
