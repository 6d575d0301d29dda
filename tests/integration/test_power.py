"""The switch that powers a meter, and how its power cures a wedge."""

from collections.abc import Callable

from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.rion_nl43.const import CONF_POWER_SWITCH, DOMAIN
from custom_components.rion_nl43.errors import translate_errors
from custom_components.rion_nl43.monitor import Asked, Diagnosis
from custom_components.rion_nl43.power import async_switch_power
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, let_pass, runtime, until, until_available

SOCKET = "switch.socket"


class Socket:
    """A socket that powers a meter."""

    def __init__(self, hass: HomeAssistant, meter: EmulatedMeter) -> None:
        """Be on."""
        self._hass = hass
        self._meter = meter
        self.calls: list[tuple[float, str]] = []
        self.broken = False
        hass.states.async_set(SOCKET, STATE_ON)
        for service in ("turn_on", "turn_off"):
            hass.services.async_register(SWITCH_DOMAIN, service, self._switch)

    async def _switch(self, call: ServiceCall) -> None:
        assert call.data["entity_id"] == SOCKET
        self.calls.append((self._hass.loop.time(), call.service))
        if self.broken:
            raise HomeAssistantError("The fuse has blown")
        if call.service == "turn_on":
            await self._meter.power_on()
            self._hass.states.async_set(SOCKET, STATE_ON)
        else:
            await self._meter.power_off()
            self._hass.states.async_set(SOCKET, STATE_OFF)


@pytest.fixture
def socket(hass: HomeAssistant, meter: EmulatedMeter) -> Socket:
    """The meter's socket."""
    return Socket(hass, meter)


@pytest.fixture
def give_switch(hass: HomeAssistant, loaded: MockConfigEntry) -> Callable[[str | None], None]:
    """Let the meter's options name a switch, or none."""

    def give(entity_id: str | None) -> None:
        hass.config_entries.async_update_entry(loaded, options={CONF_POWER_SWITCH: entity_id} if entity_id else {})

    return give


async def test_switch(hass: HomeAssistant, socket: Socket) -> None:
    """It is switched by its own action, and done when that is."""
    await async_switch_power(hass, SOCKET, False)
    assert hass.states.is_state(SOCKET, STATE_OFF)
    await async_switch_power(hass, SOCKET, True)
    assert [service for _, service in socket.calls] == ["turn_off", "turn_on"]


@pytest.mark.parametrize("state", [None, STATE_UNAVAILABLE])
async def test_switch_that_is_not_there(hass: HomeAssistant, socket: Socket, state: str | None) -> None:
    """Home Assistant would pass over it in silence; here it is an error."""
    if state is None:
        hass.states.async_remove(SOCKET)
    else:
        hass.states.async_set(SOCKET, state)
    with pytest.raises(HomeAssistantError) as raised:
        await async_switch_power(hass, SOCKET, True)
    assert raised.value.translation_key == "power_switch_unavailable"
    assert socket.calls == []


async def test_switch_of_the_options(
    hass: HomeAssistant, loaded: MockConfigEntry, give_switch: Callable[[str | None], None]
) -> None:
    """The options give the switch and take it away, without a new connection."""
    recovery = runtime(loaded).monitor.recovery
    assert not recovery.power_switch
    for entity_id in (SOCKET, None):
        give_switch(entity_id)
        await hass.async_block_till_done()
        assert (recovery.power_switch is not None) is (entity_id is not None)
    assert runtime(loaded).link.statistics.connects == 1


async def test_wedged_meter_is_cured(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    loaded: MockConfigEntry,
    socket: Socket,
    give_switch: Callable[[str | None], None],
) -> None:
    """A meter whose control port hangs is switched off and on, and comes back."""
    give_switch(SOCKET)
    await let_pass(60)
    meter.instrument.settings["FTP"] = "On"
    meter.ftp.update()
    meter.faults.switch_on("wedge", connection="reset")
    await until(hass, lambda: not runtime(loaded).monitor.available)
    await let_pass(400)
    assert [service for _, service in socket.calls] == ["turn_off", "turn_on"]
    (off, _), (on, _) = socket.calls
    assert on - off >= 10
    await until_available(hass)
    (command,) = runtime(loaded).monitor.commands.recent
    assert (command.name, command.state) == ("power_cycle", "completed")
    assert runtime(loaded).monitor.diagnosis.current.diagnosis is Diagnosis.CONNECTED


async def test_restart_between_off_and_on(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    loaded: MockConfigEntry,
    socket: Socket,
    give_switch: Callable[[str | None], None],
) -> None:
    """A meter whose power is off is switched on by the next run, as soon as the switch is there."""
    give_switch(SOCKET)
    await let_pass(60)
    meter.instrument.settings["FTP"] = "On"
    meter.ftp.update()
    meter.faults.switch_on("wedge", connection="reset")
    await until(hass, lambda: socket.calls, within_s=300)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await hass.async_block_till_done()
    calls = len(socket.calls)
    hass.states.async_set(SOCKET, STATE_UNAVAILABLE)
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await let_pass(90)
    assert len(socket.calls) == calls
    hass.states.async_set(SOCKET, STATE_OFF)
    await until_available(hass, 120)
    assert [service for _, service in socket.calls] == ["turn_off", "turn_on"]


async def test_power_cycle_by_hand(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    socket: Socket,
    give_switch: Callable[[str | None], None],
) -> None:
    """A person is told that there is no switch, that it failed, or nothing because it worked."""
    power_cycle = translate_errors(runtime(loaded).monitor.recovery.power_cycle)
    with pytest.raises(ServiceValidationError) as blocked:
        await power_cycle(Asked(reason="repair"))
    assert blocked.value.translation_key == "blocked_no_power_switch"
    give_switch(SOCKET)
    await hass.async_block_till_done()
    socket.broken = True
    with pytest.raises(HomeAssistantError, match="The fuse has blown") as failed:
        await power_cycle(Asked(reason="repair"))
    assert (failed.value.translation_domain, failed.value.translation_key) == (DOMAIN, "power_on_failed")
    socket.broken = False
    await power_cycle(Asked(reason="repair"))
    await until_available(hass)
