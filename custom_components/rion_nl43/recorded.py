"""What Home Assistant recorded of a meter, made readings that a rule can judge.

A state holds until the next one. While Home Assistant did not run there was none, whatever was recorded last.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
import math
from typing import Final, NamedTuple

from homeassistant.components.recorder import history
from homeassistant.components.recorder.db_schema import RecorderRuns
from homeassistant.components.recorder.models import process_timestamp
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import session_scope
from sqlalchemy import select

from .acoustics.stretches import Span
from .alerts import HelperChange, Reading, Rule
from .monitor import MeasurementState

# A reading says no more than one state did, so it may be as long as states mostly are apart.
LONGEST_READING_S: Final = 10.0
# The first of a rule that raises at once is to be found at once.
SHORTEST_READING_S: Final = 1.0

MEASURING: Final[Mapping[str | None, bool]] = {
    MeasurementState.MEASURING: True,
    MeasurementState.PAUSED: True,
    MeasurementState.STOPPED: False,
}
OPEN: Final[Mapping[str, bool]] = {STATE_ON: True, STATE_OFF: False}


class Change(NamedTuple):
    """A state, and since when it was that, in seconds since the epoch."""

    at: float
    state: str


class Stretch(NamedTuple):
    """A time in which no state changed: that of the level and that of the run state, None before there was one."""

    began: float
    ended: float
    level: str | None
    run_state: str | None


def read(hass: HomeAssistant, began: datetime, ended: datetime, entity_ids: Iterable[str]) -> dict[str, list[Change]]:
    """Return what was recorded of entities in this time and what held when it began; to be run by the recorder."""
    stops = [Change(at, STATE_UNAVAILABLE) for at in _stops(hass, began.timestamp(), ended.timestamp())]
    found: dict[str, list[Change]] = {}
    for entity_id in entity_ids:
        states = history.state_changes_during_period(hass, began, ended, entity_id, no_attributes=True)
        changes = [Change(state.last_changed.timestamp(), state.state) for state in states.get(entity_id, ())]
        first = changes[0].at if changes else math.inf
        # A stop from before the first state is none of it.
        found[entity_id] = sorted([*changes, *(stop for stop in stops if stop.at >= first)], key=lambda each: each.at)
    return found


def without(changes: Sequence[Change], spans: Iterable[Span]) -> list[Change]:
    """Return what was recorded outside of some spans; what follows one is not known before the next change."""
    kept = list(changes)
    for span in spans:
        began, ended = span.began_ms / 1000, span.ended_ms / 1000
        before = [change for change in kept if change.at < began]
        after = [change for change in kept if change.at >= ended]
        gone = [Change(began, STATE_UNAVAILABLE)] if before else []
        kept = [*before, *gone, *after]
    return kept


def stretches(levels: Sequence[Change], run_states: Sequence[Change], ended: float) -> Iterator[Stretch]:
    """Yield the time from the first level until the end, cut wherever a state changes."""
    if not levels:
        return
    at = levels[0].at
    level = run_state = None
    changes = [(change, True) for change in levels] + [(change, False) for change in run_states]
    for change, is_level in sorted(changes, key=lambda each: each[0].at):
        if change.at > at:
            yield Stretch(at, change.at, level, run_state)
            at = change.at
        if is_level:
            level = change.state
        else:
            run_state = change.state
    if ended > at:
        yield Stretch(at, ended, level, run_state)


def readings(of: Iterable[Stretch], rule: Rule) -> Iterator[Reading]:
    """Yield what a rule has to judge, in pieces so short that it finds the moment when it is due."""
    longest = SHORTEST_READING_S
    if rule.duration_s > 0:
        longest = rule.duration_s / math.ceil(rule.duration_s / LONGEST_READING_S)
    for stretch in of:
        measuring = MEASURING.get(stretch.run_state)
        level = number(stretch.level)
        if rule.needs_measurement and stretch.run_state != MeasurementState.MEASURING:
            level = None
        began = stretch.began
        while began < stretch.ended:
            ended = min(began + longest, stretch.ended)
            yield Reading(ended, ended - began, level, measuring)
            began = ended


def openings(changes: Iterable[Change]) -> list[HelperChange]:
    """Return when a schedule helper went on and off; while it says nothing, what it said last holds."""
    return [HelperChange(change.at, OPEN[change.state]) for change in changes if change.state in OPEN]


def number(state: str | None) -> float | None:
    """Return the level of a state, None where it has none."""
    try:
        level = float(state or "")
    except ValueError:
        return None
    return level if math.isfinite(level) else None


def _stops(hass: HomeAssistant, began: float, ended: float) -> list[float]:
    """Return when Home Assistant stopped to record, also if that was before the time but it went on into it."""
    with session_scope(hass=hass, read_only=True) as session:
        rows = session.execute(select(RecorderRuns.start, RecorderRuns.end).order_by(RecorderRuns.start)).all()
    starts = [process_timestamp(start).timestamp() for start, _ in rows[1:]] + [math.inf]
    stops = [math.inf if end is None else process_timestamp(end).timestamp() for _, end in rows]
    return [max(stop, began) for stop, start in zip(stops, starts, strict=True) if stop < ended and start > began]
