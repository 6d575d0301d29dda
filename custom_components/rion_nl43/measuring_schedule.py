"""The schedule helper that says when a meter should be measuring."""

from collections.abc import Callable

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event


@callback
def async_schedule_is_on(hass: HomeAssistant, entity_id: str) -> bool | None:
    """Return whether the schedule is on; None while that is not known."""
    return _is_on(hass.states.get(entity_id))


@callback
def async_follow_schedule(hass: HomeAssistant, entity_id: str, tell: Callable[[bool], None]) -> CALLBACK_TYPE:
    """Tell on each change whether the schedule is on; say nothing while it is not known."""

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        if (is_on := _is_on(event.data["new_state"])) is not None:
            tell(is_on)

    return async_track_state_change_event(hass, [entity_id], changed)


def _is_on(state: State | None) -> bool | None:
    return {STATE_ON: True, STATE_OFF: False}.get(state.state) if state else None
