"""How commands ended, on the event bus and in the logbook."""

from collections.abc import Callable
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.rion_nl43.const import EVENT_COMMAND
from custom_components.rion_nl43.logbook import ASKERS, ENDS, NAMES
from custom_components.rion_nl43.monitor import BlockReason, CommandState, Diagnosis
from emulator import EmulatedMeter
from emulator.faults import RefuseWith

from .helpers import MockConfigEntry, act, ask, descriptions, device_id, entity_id, let_pass, open_connections, press


@pytest.fixture
def events(hass: HomeAssistant) -> list[Event[dict[str, Any]]]:
    """The events of commands."""
    found: list[Event[dict[str, Any]]] = []

    @callback
    def note(event: Event[dict[str, Any]]) -> None:
        found.append(event)

    hass.bus.async_listen(EVENT_COMMAND, note)
    return found


@pytest.fixture
def described(hass: HomeAssistant, events: list[Event[dict[str, Any]]]) -> Callable[[], list[str]]:
    """What the logbook says of them."""
    describe = descriptions(hass)[EVENT_COMMAND]
    return lambda: [f"{entry['name']} {entry['message']}" for entry in map(describe, events)]


async def test_completed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    hass_admin_user: Any,
    events: list[Event[dict[str, Any]]],
    described: Callable[[], list[str]],
) -> None:
    """One event tells what was done, for whom and how; the context leads to the person."""
    await act(hass, "send_command", user_id=hass_admin_user.id, meter=device_id(hass, loaded), command="Type?")
    (event,) = events
    assert event.context.user_id == hass_admin_user.id
    assert event.data.pop("id")
    assert event.data == {
        "device_id": device_id(hass, loaded),
        "entity_id": entity_id(hass, "command", Platform.EVENT),
        "command": "send",
        "detail": "Type?",
        "state": "completed",
        "asked_by": hass_admin_user.id,
        "asked_reason": "action",
        "reason": "",
    }
    assert described() == [f"{loaded.title} command “Type?”, asked for by an action, completed"]


async def test_button(hass: HomeAssistant, loaded: MockConfigEntry, described: Callable[[], list[str]]) -> None:
    """The meter bears the name that its user gave it."""
    dr.async_get(hass).async_update_device(device_id(hass, loaded), name_by_user="Gate")
    await press(hass, "start")
    assert described() == ["Gate start, asked for by a button, completed"]


async def test_failed(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, described: Callable[[], list[str]]
) -> None:
    """A failure says why."""
    meter.faults.add(RefuseWith("Measure,Start", 1))
    with pytest.raises(HomeAssistantError):
        await press(hass, "start")
    (said,) = described()
    assert said.startswith(f"{loaded.title} start, asked for by a button, failed: ")
    assert "R+0001" in said


async def test_blocked(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, described: Callable[[], list[str]]
) -> None:
    """What must not be sent is told too."""
    await act(hass, "standby")
    with pytest.raises(HomeAssistantError):
        await act(hass, "stop_cycle", device_id=device_id(hass, loaded))
    (said,) = described()
    assert said == (
        f"{loaded.title} stop cycle, asked for by an action, was not sent: the connection to the meter is in standby"
    )
    assert open_connections(meter) == 0


async def test_expired(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    loaded: MockConfigEntry,
    events: list[Event[dict[str, Any]]],
    described: Callable[[], list[str]],
) -> None:
    """A command that could not be sent in time is over, and stays so when the meter is back."""
    await meter.power_off()
    await let_pass(10)
    with pytest.raises(HomeAssistantError) as raised:
        await ask(hass, "start_cycle", device_id=device_id(hass, loaded))
    assert raised.value.translation_key == "expired_refused"
    assert [event.data["state"] for event in events] == ["expired"]
    (said,) = described()
    assert said == (
        f"{loaded.title} start cycle, asked for by an action, could not be sent in time and was not sent: "
        f"{Diagnosis.REFUSED.sentence}"
    )
    await meter.power_on()
    await let_pass(120)
    assert not meter.instrument.run.measuring
    assert len(events) == 1


async def test_unloaded_meter_tells_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, events: list[Event[dict[str, Any]]]
) -> None:
    """Commands of before are no news after a reload."""
    await press(hass, "start")
    await hass.config_entries.async_reload(loaded.entry_id)
    await let_pass(30)
    assert len(events) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Rion NL-43 None None"),
        (
            {"device_id": "gone", "command": "send", "state": "paused", "detail": 3, "asked_reason": "boredom"},
            "Rion NL-43 command “3” paused",
        ),
        ({"command": "set", "state": "failed", "reason": ""}, "Rion NL-43 setting failed"),
        ({"command": "dance", "state": "completed", "reason": "alone"}, "Rion NL-43 dance completed: alone"),
    ],
)
async def test_any_event(
    hass: HomeAssistant, described: Callable[[], list[str]], data: dict[str, Any], said: str
) -> None:
    """Whatever stands in the database, the logbook can be opened."""
    hass.bus.async_fire(EVENT_COMMAND, data)
    await hass.async_block_till_done()
    assert described() == [said]


def test_words() -> None:
    """Every end has its words, and none is empty."""
    assert ENDS.keys() == {state for state in CommandState if state.final}
    assert all([*ENDS.values(), *NAMES.values(), *ASKERS.values(), *(reason.sentence for reason in BlockReason)])
