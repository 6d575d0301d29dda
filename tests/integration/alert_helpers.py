"""Alert rules of the emulated meter, sounds that break them, and what is told of that."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant, State, callback
import pytest

from custom_components.rion_nl43.const import EVENT_ALERT, SUBENTRY_ALERT_RULE
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, state, value

# A scene of some 30 dB, and a tone on top of it.
SCENE = "quiet"
LOUD_DB = 90.0
NAME = "Night limit"
LIMITS = {"metric": "lp", "warning": 50.0, "alarm": 80.0}
KEYS = {
    "breach": Platform.BINARY_SENSOR,
    "grade": Platform.SENSOR,
    "alert": Platform.EVENT,
    "enabled": Platform.SWITCH,
    "acknowledge": Platform.BUTTON,
}


async def add_rule(hass: HomeAssistant, entry: MockConfigEntry, title: str = NAME, **data: Any) -> str:
    """Add a rule as its form does, one that the tone breaks at once unless told otherwise; return its id."""
    subentry = ConfigSubentry(
        data=MappingProxyType(LIMITS | data), subentry_type=SUBENTRY_ALERT_RULE, title=title, unique_id=None
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done()
    return subentry.subentry_id


async def change_rule(
    hass: HomeAssistant, entry: MockConfigEntry, rule_id: str, title: str | None = None, **data: Any
) -> None:
    """Change a rule as its form does."""
    subentry = entry.subentries[rule_id]
    hass.config_entries.async_update_subentry(
        entry, subentry, title=title or subentry.title, data={**subentry.data, **data}
    )
    await hass.async_block_till_done()


@contextmanager
def tone(meter: EmulatedMeter, level_db: float = LOUD_DB) -> Iterator[None]:
    """Let a tone sound meanwhile."""
    source = object()
    meter.instrument.add_sound(source, level_db)
    try:
        yield
    finally:
        meter.instrument.remove_sound(source)


def rule_state(hass: HomeAssistant, rule_id: str, key: str) -> State:
    """Return the state of an entity of a rule."""
    return state(hass, f"{rule_id}_{key}", KEYS[key])


def rule_value(hass: HomeAssistant, rule_id: str, key: str) -> str:
    """Return the word of the state of an entity of a rule."""
    return value(hass, f"{rule_id}_{key}", KEYS[key])


@pytest.fixture
def alerts(hass: HomeAssistant) -> list[Event[dict[str, Any]]]:
    """The events of alerts on the bus."""
    found: list[Event[dict[str, Any]]] = []

    @callback
    def note(event: Event[dict[str, Any]]) -> None:
        found.append(event)

    hass.bus.async_listen(EVENT_ALERT, note)
    return found


def kinds(events: list[Event[dict[str, Any]]]) -> list[str]:
    """Return what happened, in order."""
    return [event.data["kind"] for event in events]
