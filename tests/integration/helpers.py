"""What the tests of the integration ask of Home Assistant and of the emulated meter."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from homeassistant.config_entries import RELOAD_AFTER_UPDATE_DELAY
from homeassistant.const import (
    CONF_HOST,
    CONF_MODEL,
    CONF_PORT,
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    MockConfigEntry,
    MockUser,  # noqa: F401 # for the tests, who import it from here
    get_system_health_info,  # noqa: F401 # for the tests, who import it from here
)

from custom_components.rion_nl43.const import (
    CONF_FIRMWARE,
    CONF_FTP_PASSWORD,
    CONF_FTP_PORT,
    CONF_FTP_USER,
    CONF_SERIAL,
    DEFAULT_FTP_PORT,
    DOMAIN,
)
from custom_components.rion_nl43.coordinator import RionRuntimeData
from custom_components.rion_nl43.logbook import async_describe_events
from custom_components.rion_nl43.migration import MINOR_VERSION, VERSION
from emulator import EmulatedMeter

SERIAL = "00830001"
NO_VALUES = (STATE_UNAVAILABLE, STATE_UNKNOWN)


def new_entry(meter: EmulatedMeter, **options: Any) -> MockConfigEntry:
    """Return an entry of this meter as the config flow makes it, not added yet."""
    serial = meter.config.serial
    return MockConfigEntry(
        domain=DOMAIN,
        title=f"NL-43 {serial}",
        unique_id=serial,
        version=VERSION,
        minor_version=MINOR_VERSION,
        data={
            CONF_HOST: meter.host,
            CONF_PORT: meter.port,
            CONF_MODEL: "NL-43",
            CONF_SERIAL: serial,
            CONF_FIRMWARE: "01.02.0304",
            CONF_FTP_PORT: meter.ftp_port or DEFAULT_FTP_PORT,
            CONF_FTP_USER: "USER",
            CONF_FTP_PASSWORD: "0000",
        },
        options=options,
    )


def device_id(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of the entry's device."""
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return device.id


async def act(hass: HomeAssistant, action: str, *, user_id: str | None = None, **data: Any) -> None:
    """Call one of the integration's actions."""
    await hass.services.async_call(DOMAIN, action, data, blocking=True, context=Context(user_id=user_id))


async def ask(hass: HomeAssistant, action: str, *, user_id: str | None = None, **data: Any) -> dict[str, Any]:
    """Call one of the integration's actions and return its response."""
    response: Any = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, context=Context(user_id=user_id), return_response=True
    )
    assert isinstance(response, dict)
    return response


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

    def assert_apart(self, interval_s: float) -> None:
        """No entity has changed again within less than this."""
        for found_id in {found_id for _, found_id, _ in self.changes}:
            assert all(second[0] - first[0] >= interval_s for first, second in pairwise(self.of(found_id))), found_id


def descriptions(hass: HomeAssistant) -> dict[str, Callable[[Event[Any]], dict[str, str]]]:
    """Return what describes our events to the logbook, by their types."""
    found: dict[str, Callable[[Event[Any]], dict[str, str]]] = {}

    def register(domain: str, event_type: str, describe: Callable[[Event[Any]], dict[str, str]]) -> None:
        assert domain == DOMAIN
        found[event_type] = describe

    async_describe_events(hass, register)
    return found


def open_connections(meter: EmulatedMeter) -> int:
    """Return how many connections to the meter are open."""
    return sum(connection.closed_at is None for connection in meter.referee.connections)


async def enable(hass: HomeAssistant, *entity_ids: str) -> None:
    """Let the user enable entities; Home Assistant reloads the entry for that by itself."""
    for found_id in entity_ids:
        er.async_get(hass).async_update_entity(found_id, disabled_by=None)
    await let_pass(RELOAD_AFTER_UPDATE_DELAY + 1)
    await until_available(hass)


def lines(meter: EmulatedMeter) -> list[str]:
    """Return all commands that reached the meter."""
    return [command.line for command in meter.referee.commands]


def measures(meter: EmulatedMeter) -> bool:
    """Return whether the meter itself measures."""
    return meter.instrument.run.measuring
