"""The connection as a switch, and settings that are on or off."""

import asyncio

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.rion_nl43.const import CONF_FTP_PASSWORD, DOMAIN
from emulator import EmulatedMeter

from .helpers import (
    MockConfigEntry,
    enable,
    entity_id,
    let_pass,
    open_connections,
    press,
    runtime,
    until,
    until_available,
    value,
)

SWITCH = Platform.SWITCH


async def turn(hass: HomeAssistant, key: str, *, on: bool) -> None:
    """Turn a switch on or off."""
    await hass.services.async_call(
        SWITCH, "turn_on" if on else "turn_off", {"entity_id": entity_id(hass, key, SWITCH)}, blocking=True
    )


def login_issues(hass: HomeAssistant) -> list[str]:
    """Return the issues about the FTP login."""
    return [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN and "ftp_login" in issue]


async def test_connection(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Switched off, the meter's slot is free at once and stays so; switched on, values come back."""
    assert value(hass, "connection", SWITCH) == STATE_ON
    await turn(hass, "connection", on=False)
    await let_pass(1)
    assert open_connections(meter) == 0
    assert value(hass, "connection", SWITCH) == STATE_OFF
    await until(hass, lambda: value(hass, "link") == "standby")
    assert value(hass, "lp") == STATE_UNAVAILABLE
    await let_pass(3600)
    assert len(meter.referee.connections) == 1
    await turn(hass, "connection", on=True)
    assert value(hass, "connection", SWITCH) == STATE_ON
    assert await until_available(hass) <= 30
    assert value(hass, "link") == "connected"


async def test_connection_is_kept_over_a_restart(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A meter that was given away is not taken back by loading it again."""
    await turn(hass, "connection", on=False)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await let_pass(300)
    assert value(hass, "connection", SWITCH) == STATE_OFF
    assert open_connections(meter) == 0
    await turn(hass, "connection", on=True)
    await until_available(hass)


async def test_no_button_in_standby(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A button that cannot reach the meter does nothing, also later."""
    await turn(hass, "connection", on=False)
    assert value(hass, "start", Platform.BUTTON) == STATE_UNAVAILABLE
    await press(hass, "start")
    await turn(hass, "connection", on=True)
    await until_available(hass)
    await let_pass(60)
    assert not meter.instrument.run.measuring


async def test_setting(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The state is the meter's word, also after switching."""
    await until(hass, lambda: value(hass, "sleep_mode", SWITCH) == STATE_OFF, 120)
    await turn(hass, "sleep_mode", on=True)
    assert meter.instrument.settings["Sleep Mode"] == "On"
    assert value(hass, "sleep_mode", SWITCH) == STATE_ON
    await turn(hass, "sleep_mode", on=False)
    assert meter.instrument.settings["Sleep Mode"] == "Off"
    assert value(hass, "sleep_mode", SWITCH) == STATE_OFF


async def test_refused_while_measuring(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The user is told to stop the measurement first."""
    await until(hass, lambda: value(hass, "sleep_mode", SWITCH) == STATE_OFF, 120)
    await press(hass, "start")
    with pytest.raises(ServiceValidationError) as raised:
        await turn(hass, "sleep_mode", on=True)
    assert raised.value.translation_key == "refused_while_measuring"
    assert value(hass, "sleep_mode", SWITCH) == STATE_OFF


async def test_allowed_while_measuring(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """What the meter takes at any time is not held back."""
    await enable(hass, entity_id(hass, "backlight", SWITCH))
    await press(hass, "start")
    await turn(hass, "backlight", on=True)
    assert meter.instrument.settings["Backlight"] == "On"


async def test_toggled_twice_at_once(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The second turn waits until the first has been read back: both succeed, and the last word holds."""
    await enable(hass, entity_id(hass, "backlight", SWITCH))
    async with asyncio.TaskGroup() as clicks:
        clicks.create_task(turn(hass, "backlight", on=True))
        clicks.create_task(turn(hass, "backlight", on=False))
    assert meter.instrument.settings["Backlight"] == "Off"
    assert value(hass, "backlight", SWITCH) == STATE_OFF


async def test_ftp_with_a_good_login(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Switched on, the FTP server is tried once."""
    await enable(hass, entity_id(hass, "ftp", SWITCH))
    await turn(hass, "ftp", on=True)
    await let_pass(15)
    assert meter.instrument.settings["FTP"] == "On"
    assert [session.user for session in meter.referee.ftp.sessions] == ["USER"]
    assert not login_issues(hass)


async def test_ftp_with_a_bad_login(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """A login that the meter does not take is told, and forgotten once it does."""
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_FTP_PASSWORD: "1234"})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await enable(hass, entity_id(hass, "ftp", SWITCH))
    await turn(hass, "ftp", on=True)
    await let_pass(15)
    assert value(hass, "ftp", SWITCH) == STATE_ON
    assert len(login_issues(hass)) == 1
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_FTP_PASSWORD: "0000"})
    await let_pass(5)
    await until_available(hass)
    await turn(hass, "ftp", on=True)
    await let_pass(15)
    assert not login_issues(hass)


async def test_ftp_that_cannot_be_reached(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """A port that does not answer says nothing of the login."""
    await enable(hass, entity_id(hass, "ftp", SWITCH))
    await meter.ftp.close()
    await turn(hass, "ftp", on=True)
    await let_pass(30)
    assert not login_issues(hass)
    assert "could not be checked" in caplog.text
    assert runtime(loaded).monitor.available
