"""The schedule helper that says when a meter should be measuring."""

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import State


def schedule_is_on(state: State | None) -> bool | None:
    """Return whether a schedule of this state is on; None while that is not known."""
    return {STATE_ON: True, STATE_OFF: False}.get(state.state) if state else None
