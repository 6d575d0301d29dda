"""Binary sensors of the link."""

from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant

from emulator import EmulatedMeter

from .helpers import MockConfigEntry, let_pass, runtime, until, value

BINARY_SENSOR = Platform.BINARY_SENSOR


async def test_connected(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Whether the connection stands, whatever the reason."""
    assert value(hass, "connected", BINARY_SENSOR) == STATE_ON
    await runtime(loaded).monitor.standby.release()
    await until(hass, lambda: value(hass, "connected", BINARY_SENSOR) == STATE_OFF)
    await runtime(loaded).monitor.standby.take_back()
    await until(hass, lambda: value(hass, "connected", BINARY_SENSOR) == STATE_ON)


async def test_nobody_is_needed(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """While the link cures itself no person is called."""
    assert value(hass, "needs_person", BINARY_SENSOR) == STATE_OFF
    for connection in list(meter.referee.connections):
        assert connection.closed_at is None
    await runtime(loaded).monitor.standby.release()
    await let_pass(600)
    assert value(hass, "needs_person", BINARY_SENSOR) == STATE_OFF


async def test_a_person_is_needed(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """When a wedged meter stays so after every power cycle, somebody must go there; it ends with the connection."""
    meter.instrument.settings["FTP"] = "On"
    await let_pass(10)

    async def in_vain(_on: bool) -> None:
        """Switch nothing."""

    runtime(loaded).monitor.recovery.power_switch = in_vain
    meter.faults.switch_on("wedge", connection="reset")
    await until(hass, lambda: value(hass, "needs_person", BINARY_SENSOR) == STATE_ON, 1800)
    assert value(hass, "link") == "wedged"
    assert value(hass, "connected", BINARY_SENSOR) == STATE_OFF
    meter.faults.switch_off("wedge")
    await until(hass, lambda: value(hass, "connected", BINARY_SENSOR) == STATE_ON, 120)
    await until(hass, lambda: value(hass, "needs_person", BINARY_SENSOR) == STATE_OFF)
