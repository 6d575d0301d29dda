"""The event entity: each step in the life of each command."""

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.rion_nl43.monitor import Asked, CommandState
from emulator import EmulatedMeter
from emulator.faults import RefuseWith

from .helpers import MockConfigEntry, MockUser, ask, device_id, entity_id, let_pass, press, runtime, state, value

EVENT, BUTTON = Platform.EVENT, Platform.BUTTON


class Told:
    """The events that the entity has told, with their attributes."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to listen."""
        self.attributes: list[dict[str, object]] = []
        self.users: list[str | None] = []
        self._entity_id = entity_id(hass, "command", EVENT)
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)

    @property
    def states(self) -> list[object]:
        """The types of the events."""
        return [attributes["event_type"] for attributes in self.attributes]

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if event.data["entity_id"] == self._entity_id and new and new.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            self.attributes.append(dict(new.attributes))
            self.users.append(new.context.user_id)


async def test_life_of_a_command(hass: HomeAssistant, loaded: MockConfigEntry, hass_admin_user: MockUser) -> None:
    """Who pressed which button, and how far it got."""
    assert state(hass, "command", EVENT).attributes["event_types"] == [known.value for known in CommandState]
    assert value(hass, "command", EVENT) == STATE_UNKNOWN
    told = Told(hass)
    await hass.services.async_call(
        BUTTON,
        "press",
        {"entity_id": entity_id(hass, "start", BUTTON)},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    assert told.states == ["queued", "sent", "confirmed", "completed"]
    assert {attributes["id"] for attributes in told.attributes} == {runtime(loaded).monitor.commands.recent[-1].id}
    for attributes in told.attributes:
        assert attributes["command"] == "start"
        assert attributes["asked_by"] == hass_admin_user.id
        assert attributes["asked_reason"] == "button"
        assert not attributes["reason"]
    assert set(told.users) == {hass_admin_user.id}


async def test_pressed_by_nobody(hass: HomeAssistant, loaded: MockConfigEntry, hass_admin_user: MockUser) -> None:
    """What no user asked for names no user, also right after one did."""
    await hass.services.async_call(
        BUTTON,
        "press",
        {"entity_id": entity_id(hass, "start", BUTTON)},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    told = Told(hass)
    await runtime(loaded).monitor.commands.stop(Asked(reason="watchdog"))
    assert told.states[-1] == "completed"
    assert {attributes["asked_by"] for attributes in told.attributes} == {None}
    assert {attributes["asked_reason"] for attributes in told.attributes} == {"watchdog"}
    assert set(told.users) == {None}


async def test_failed(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A command that failed says why."""
    await let_pass(30)
    meter.faults.add(RefuseWith("Measure,Start", 2))
    told = Told(hass)
    with pytest.raises(HomeAssistantError):
        await press(hass, "start")
    assert told.states[-1] == "failed"
    assert told.attributes[-1]["reason"]


async def test_there_while_the_meter_is_not(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """What became of a command is told while the meter is away."""
    await runtime(loaded).monitor.standby.release()
    await let_pass(30)
    assert value(hass, "lp") == STATE_UNAVAILABLE
    told = Told(hass)
    with pytest.raises(HomeAssistantError):
        await ask(hass, "start_cycle", device_id=device_id(hass, loaded))
    assert told.states == ["queued", "blocked"]
    assert value(hass, "command", EVENT) != STATE_UNAVAILABLE
