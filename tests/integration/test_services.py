"""Actions: who may call them, on which meters they act, and what they return."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import area_registry as ar, device_registry as dr, icon, service
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import probatio
import pytest
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    MockUser,
)

from custom_components.rion_nl43.const import DOMAIN
from emulator import EmulatedMeter
from emulator.faults import RefuseWith
from tests.fixtures import MeterFactory

from .helpers import (
    MockConfigEntry,
    act,
    ask,
    device_id,
    entity_id,
    let_pass,
    lines,
    measures,
    new_entry,
    open_connections,
    runtime,
    until,
    value,
)

ACTIONS = {
    *("standby", "resume", "release_connection", "start_cycle", "stop_cycle", "send_command"),
    *("acknowledge", "snooze", "unsnooze", "get_episodes", "explain", "export_episodes", "get_automation"),
    *("backtest", "list_files", "download_files"),
    *("create_report", "calibration", "import_history"),
}


@pytest.fixture
async def other_meter(emulated_meter: MeterFactory) -> EmulatedMeter:
    """A second meter."""
    return await emulated_meter(serial="00830002")


@pytest.fixture
async def other(
    hass: HomeAssistant, loaded: MockConfigEntry, other_meter: EmulatedMeter
) -> AsyncIterator[MockConfigEntry]:
    """The second meter's entry, set up and available."""
    entry = new_entry(other_meter)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: runtime(entry).monitor.available)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


async def test_actions_are_there_without_meters(hass: HomeAssistant) -> None:
    """An automation that uses them stays valid while no meter is set up."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert hass.services.async_services_for_domain(DOMAIN).keys() == ACTIONS


async def test_descriptions(hass: HomeAssistant) -> None:
    """Every action and every field of it has its words and its icon."""
    assert await async_setup_component(hass, DOMAIN, {})
    described = (await service.async_get_all_descriptions(hass))[DOMAIN]
    texts = await async_get_translations(hass, "en", "services", [DOMAIN])
    icons = (await icon.async_get_icons(hass, "services", [DOMAIN]))[DOMAIN]
    assert described.keys() == icons.keys() == ACTIONS
    wanted = set()
    for name, description in described.items():
        path = f"component.{DOMAIN}.services.{name}"
        fields = description["fields"]
        wanted |= {f"{path}.{text}" for text in ("name", "description")}
        wanted |= {f"{path}.fields.{field}.{text}" for field in fields for text in ("name", "description")}
        assert ("target" in description) is (name != "send_command")
    assert texts.keys() == wanted


async def test_standby_and_resume(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The connection is free when the action is done, and is taken back on request."""
    await act(hass, "standby", device_id=device_id(hass, loaded))
    assert open_connections(meter) == 0
    assert runtime(loaded).monitor.standby.active
    await let_pass(600)
    assert len(meter.referee.connections) == 1
    await act(hass, "resume", device_id=device_id(hass, loaded))
    assert await until(hass, lambda: value(hass, "lp") != "unavailable") <= 10
    assert open_connections(meter) == 1


async def test_standby_of_all(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    other_meter: EmulatedMeter,
    loaded: MockConfigEntry,
    other: MockConfigEntry,
) -> None:
    """Without a target, and with the word for all, every meter is meant."""
    await act(hass, "standby")
    assert open_connections(meter) == open_connections(other_meter) == 0
    await act(hass, "resume", entity_id="all")
    await until(hass, lambda: runtime(loaded).monitor.available and runtime(other).monitor.available)
    assert open_connections(meter) == open_connections(other_meter) == 1


async def test_targets(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    other_meter: EmulatedMeter,
    loaded: MockConfigEntry,
    other: MockConfigEntry,
) -> None:
    """An area, a device or an entity means its meter and no other."""
    area = ar.async_get(hass).async_create("Yard")
    dr.async_get(hass).async_update_device(device_id(hass, other), area_id=area.id)
    await act(hass, "standby", area_id=area.id)
    assert (open_connections(meter), open_connections(other_meter)) == (1, 0)
    await act(hass, "standby", entity_id=entity_id(hass, "lp"))
    assert (open_connections(meter), open_connections(other_meter)) == (0, 0)


async def test_target_without_a_meter(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """An empty area does not mean every meter."""
    area = ar.async_get(hass).async_create("Attic")
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "standby", area_id=area.id)
    assert raised.value.translation_key == "no_meter_targeted"
    assert open_connections(meter) == 1


async def test_entry_that_is_not_loaded(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, other: MockConfigEntry
) -> None:
    """It is named, and the others are acted on all the same."""
    assert await hass.config_entries.async_unload(other.entry_id)
    with pytest.raises(
        ServiceValidationError, match=f"1 of 2 meters failed. {other.title}: {other.title} is not loaded"
    ):
        await act(hass, "standby")
    assert open_connections(meter) == 0
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "standby", device_id=device_id(hass, other))
    assert raised.value.translation_key == "meter_not_loaded"
    assert raised.value.translation_placeholders == {"meter": other.title}
    assert await hass.config_entries.async_setup(other.entry_id)


async def test_release_for_a_time(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The connection comes back by itself."""
    await act(hass, "release_connection", minutes=5, device_id=device_id(hass, loaded))
    assert open_connections(meter) == 0
    await let_pass(290)
    assert len(meter.referee.connections) == 1
    await until(hass, lambda: value(hass, "lp") != "unavailable", within_s=30)
    assert not runtime(loaded).monitor.standby.active


@pytest.mark.parametrize("minutes", [0, -1, 10081, "soon"])
async def test_release_for_no_time(hass: HomeAssistant, loaded: MockConfigEntry, minutes: Any) -> None:
    """Some minutes it must be, a week at most."""
    with pytest.raises(probatio.Invalid):
        await act(hass, "release_connection", minutes=minutes)
    assert not runtime(loaded).monitor.standby.active


async def test_cycles(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_admin_user: MockUser
) -> None:
    """A start cycle tells where it stores and when it began; a stop cycle what was measured."""
    await let_pass(60)
    meter.instrument.settings["Store Mode"] = "Auto"
    device = device_id(hass, loaded)
    started = await ask(hass, "start_cycle", user_id=hass_admin_user.id, device_id=device)
    (cycle,) = started["meters"]
    assert cycle["device_id"] == device
    assert cycle["name"] == loaded.title
    assert cycle["store_name"] == meter.instrument.settings["Store Name"]
    assert datetime.fromisoformat(cycle["started_at"]) == runtime(loaded).monitor.measurement.started_at
    assert measures(meter)
    assert value(hass, "run_state") == "measuring"
    command = runtime(loaded).monitor.commands.recent[-1]
    assert (command.asked.by, command.asked.reason) == (hass_admin_user.id, "action")
    await let_pass(30)
    (stopped,) = (await ask(hass, "stop_cycle", device_id=device))["meters"]
    assert not measures(meter)
    assert stopped["started_at"] == cycle["started_at"]
    assert 29 <= stopped["elapsed_s"] <= 36
    assert stopped["stored"] is False
    assert list(stopped["levels"]) == ["main"]
    main = stopped["levels"]["main"]
    assert main["lmin"] <= main["ln5"] <= main["ln1"] <= main["lmax"] + 0.1
    assert main["leq"] > 20


async def test_cycles_without_asking_for_a_response(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Nobody has to take the response, and the optional steps can be left out."""
    await let_pass(60)
    before = lines(meter)
    device = device_id(hass, loaded)
    await act(hass, "start_cycle", device_id=device, sleep_off=False, set_clock=False, find_name=False)
    assert measures(meter)
    sent = lines(meter)[len(before) :]
    assert not [line for line in sent if line.startswith(("Sleep Mode", "Clock,", "Store Name,"))]
    await let_pass(15)
    await act(hass, "stop_cycle", device_id=device, store=True)
    assert len(meter.instrument.card.manual_records) == 1


async def test_cycle_is_refused(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The user reads why, in the words of the buttons."""
    await let_pass(60)
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "stop_cycle", device_id=device_id(hass, loaded))
    assert raised.value.translation_key == "refused_not_measuring"


async def test_cycles_need_a_target(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """No meter is started because somebody forgot to say which."""
    for action in ("start_cycle", "stop_cycle"):
        with pytest.raises(probatio.Invalid):
            await act(hass, action)


async def test_two_meters_at_a_time(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    other_meter: EmulatedMeter,
    loaded: MockConfigEntry,
    other: MockConfigEntry,
) -> None:
    """Meters do not wait for one another, and one that fails is named."""
    await let_pass(90)
    devices = [device_id(hass, entry) for entry in (loaded, other)]
    began = hass.loop.time()
    started = await ask(hass, "start_cycle", device_id=devices)
    assert hass.loop.time() - began <= 30
    assert [cycle["name"] for cycle in started["meters"]] == [loaded.title, other.title]
    assert measures(meter)
    assert measures(other_meter)
    await let_pass(20)
    assert other_meter.instrument.press_stop()
    await let_pass(5)
    with pytest.raises(HomeAssistantError, match=f"1 of 2 meters failed. {other.title}: The meter refused: it is not"):
        await act(hass, "stop_cycle", device_id=devices)
    assert not measures(meter)


async def test_different_failures(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    other_meter: EmulatedMeter,
    loaded: MockConfigEntry,
    other: MockConfigEntry,
) -> None:
    """Where not every failure is the user's, the whole is not either."""
    await let_pass(60)
    meter.faults.add(RefuseWith("Measure,Stop", 1))
    with pytest.raises(HomeAssistantError) as raised:
        await act(hass, "stop_cycle", device_id=[device_id(hass, entry) for entry in (loaded, other)])
    assert raised.value.translation_key == "meters_failed"
    assert str(raised.value) == (
        f"2 of 2 meters failed. {loaded.title}: The meter does not know this command: Measure,Stop (R+0001). "
        f"{other.title}: The meter refused: it is not measuring"
    ), "Home Assistant leaves out the last full stop of each"
    assert not isinstance(raised.value, ServiceValidationError)


async def test_commands_while_in_standby(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The connection stays with whom it was given to."""
    device = device_id(hass, loaded)
    await act(hass, "standby", device_id=device)
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "start_cycle", device_id=device)
    assert raised.value.translation_key == "blocked_standby"
    await let_pass(60)
    assert open_connections(meter) == 0
    assert not measures(meter)


async def test_only_for_administrators(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_read_only_user: MockUser
) -> None:
    """Others send no commands, and who may only look changes nothing."""
    before = len(lines(meter))
    user = hass_read_only_user
    device = device_id(hass, loaded)
    with pytest.raises(Unauthorized):
        await act(hass, "send_command", user_id=user.id, meter=device, command="Index Number,1")
    for action in ("standby", "resume", "start_cycle", "stop_cycle"):
        with pytest.raises(Unauthorized):
            await act(hass, action, user_id=user.id, device_id=device)
    with pytest.raises(Unauthorized):
        await act(hass, "release_connection", user_id=user.id, minutes=1, device_id=device)
    await let_pass(5)
    assert open_connections(meter) == 1
    assert not [line for line in lines(meter)[before:] if line.startswith(("Index Number,", "Measure,"))]


async def test_person_who_gives_up(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """An action that is cancelled half way leaves meter and connection as they can be expected."""
    await let_pass(60)
    task = hass.async_create_task(act(hass, "start_cycle", device_id=device_id(hass, loaded)))
    await let_pass(1.5)
    task.cancel()
    await asyncio.wait({task})
    await let_pass(30)
    assert not measures(meter)
    assert value(hass, "run_state") == "stopped"
    assert open_connections(meter) == 1
