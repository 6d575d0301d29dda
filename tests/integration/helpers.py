"""What the tests of the integration ask of Home Assistant and of the emulated meter."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    MockConfigEntry,
    get_system_health_info,  # noqa: F401 # for the tests, who import it from here
)

from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.coordinator import RionRuntimeData
from emulator import EmulatedMeter

SERIAL = "00830001"
NO_VALUES = (STATE_UNAVAILABLE, STATE_UNKNOWN)


def entity_id(hass: HomeAssistant, key: str, platform: Platform = Platform.SENSOR) -> str:
    """Return the id of the meter's entity with this key."""
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{SERIAL}_{key}")
    assert found, f"no {platform} {key}"
    return found


def state(hass: HomeAssistant, key: str, platform: Platform = Platform.SENSOR) -> State:
    """Return the state of the meter's entity with this key."""
    found = hass.states.get(entity_id(hass, key, platform))
    assert found
    return found


def value(hass: HomeAssistant, key: str, platform: Platform = Platform.SENSOR) -> str:
    """Return the word or the figure of the state."""
    return state(hass, key, platform).state


def runtime(entry: MockConfigEntry) -> RionRuntimeData:
    """Return what the loaded entry holds."""
    data: RionRuntimeData = entry.runtime_data
    return data


async def until(hass: HomeAssistant, condition: Callable[[], Any], within_s: float = 60) -> float:
    """Wait until a state change makes the condition true; return the seconds that took.

    Raises TimeoutError after `within_s`.
    """
    changed = asyncio.Event()
    began = hass.loop.time()

    @callback
    def note(_event: Event[EventStateChangedData]) -> None:
        changed.set()

    unsubscribe = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    try:
        async with asyncio.timeout(within_s):
            while not condition():
                changed.clear()
                await changed.wait()
    finally:
        unsubscribe()
    return hass.loop.time() - began


async def until_available(hass: HomeAssistant, within_s: float = 60) -> float:
    """Wait until levels are there."""
    return await until(hass, lambda: value(hass, "lp") not in NO_VALUES, within_s)


async def press(hass: HomeAssistant, key: str) -> None:
    """Press a button."""
    await hass.services.async_call(
        Platform.BUTTON, "press", {"entity_id": entity_id(hass, key, Platform.BUTTON)}, blocking=True
    )


async def let_pass(seconds: float) -> None:
    """Let virtual time pass."""
    await asyncio.sleep(seconds)


class StateLog:
    """The state changes of the meter's entities, by entity id, with their times."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to listen."""
        self._hass = hass
        self.changes: list[tuple[float, str, str]] = []
        self.close = hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        self.changes.append((self._hass.loop.time(), event.data["entity_id"], new.state if new else "removed"))

    def of(self, found_id: str) -> list[tuple[float, str]]:
        """Return times and states of one entity."""
        return [(at, state) for at, changed_id, state in self.changes if changed_id == found_id]


def open_connections(meter: EmulatedMeter) -> int:
    """Return how many connections to the meter are open."""
    return sum(connection.closed_at is None for connection in meter.referee.connections)
