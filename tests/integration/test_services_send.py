"""The action that sends a single command: what it takes, and what it returns."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    MockUser,
)

from custom_components.rion_nl43.const import DOMAIN
from emulator import EmulatedMeter
from emulator.faults import DropAnswer

from .helpers import MockConfigEntry, act, ask, device_id, let_pass, lines, measures, open_connections


async def test_send_command(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_admin_user: MockUser
) -> None:
    """An administrator asks anything and sets what is harmless."""
    device = device_id(hass, loaded)
    answer = await ask(hass, "send_command", user_id=hass_admin_user.id, meter=device, command="Battery Level?")
    assert answer == {"result": "R+0000", "data": "Full"}
    assert await ask(hass, "send_command", meter=device, command="Index Number,0012") == {
        "result": "R+0000",
        "data": None,
    }
    assert meter.instrument.settings["Index Number"] == "0012"
    await act(hass, "send_command", meter=device, command="Type?")
    assert lines(meter).count("Index Number,0012") == 1


@pytest.mark.parametrize(
    "command",
    [
        "Type?\r\nMeasure,Start",
        "Index Number,1\nMeasure,Start",
        "Type?\x1a",
        "DRD?",
        "Measure",
        "\x00",
        "",
        "Index Number,ä",
    ],
)
async def test_nothing_but_one_command(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, command: str
) -> None:
    """No second command rides on the first, and no stream takes the connection."""
    await let_pass(60)
    began = hass.loop.time()
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "send_command", meter=device_id(hass, loaded), command=command)
    assert raised.value.translation_key == "command_invalid"
    await let_pass(5)
    asked = {record.line for record in meter.referee.commands if record.at >= began}
    assert not asked & {"Type?", "Measure,Start", "Measure", ""}
    assert not measures(meter)


@pytest.mark.parametrize("command", ["TCP,Off", "tcp, Off", "Web,On", "Ethernet IP,10.0.0.1", "USB Class,CDC"])
async def test_forbidden_settings(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, command: str
) -> None:
    """What could cut the connection is not sent."""
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "send_command", meter=device_id(hass, loaded), command=command)
    assert raised.value.translation_key in ("blocked_forbidden", "command_invalid")
    await let_pass(5)
    assert command not in lines(meter)
    assert open_connections(meter) == 1


async def test_refused_command(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The meter's refusal is told with its code."""
    meter.referee.expect("no command")
    with pytest.raises(HomeAssistantError, match=r"R\+0001"):
        await ask(hass, "send_command", meter=device_id(hass, loaded), command="No Such Thing?")


async def test_command_without_an_answer(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A lost answer is no answer."""
    await let_pass(60)
    meter.faults.add(DropAnswer("Type?", times=None))
    with pytest.raises(HomeAssistantError) as raised:
        await ask(hass, "send_command", meter=device_id(hass, loaded), command="Type?")
    assert raised.value.translation_domain == DOMAIN
    meter.faults.clear()


async def test_send_command_to_no_meter(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The device must be a meter, and its entry loaded."""
    with pytest.raises(ServiceValidationError):
        await act(hass, "send_command", meter="nobody", command="Type?")
    device = device_id(hass, loaded)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(ServiceValidationError):
        await act(hass, "send_command", meter=device, command="Type?")
