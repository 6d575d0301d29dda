"""Logging in to the meter's FTP anew."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.rion_nl43.const import (
    CONF_FTP_ENABLED,
    CONF_FTP_PASSWORD,
    CONF_FTP_PORT,
    CONF_FTP_USER,
    DOMAIN,
)
from custom_components.rion_nl43.issues import async_set_ftp_login_failed
from custom_components.rion_nl43.nl43 import FtpLoginFailed
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .helpers import SERIAL, MockConfigEntry, let_pass, open_connections, runtime, until_available
from .strangers import say_nothing, stranger

USER = "site"
PASSWORD = "let me in"  # noqa: S105 # an emulated meter's


@pytest.fixture
async def meter(hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
    """A meter with FTP on and a login of its own."""
    await hass.config.async_set_time_zone("UTC")
    return await emulated_meter(serial=SERIAL, ftp_port=0, ftp_user=USER, ftp_password=PASSWORD, settings={"FTP": "On"})


async def switch_ftp_off(meter: EmulatedMeter) -> None:
    """Switch FTP off at the meter, and give it the time it takes."""
    meter.instrument.settings["FTP"] = "Off"
    meter.ftp.update()
    await let_pass(5)


async def open_form(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Open the form and return the flow's id."""
    form = await entry.start_reauth_flow(hass)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "reauth_confirm"
    assert form["description_placeholders"] == {"name": entry.title}
    return str(form["flow_id"])


async def submit(
    hass: HomeAssistant, flow_id: str, port: int | None, user: str = USER, password: str | None = PASSWORD
) -> ConfigFlowResult:
    """Submit the form; nobody is kept waiting for long."""
    began = hass.loop.time()
    filled = {CONF_FTP_PORT: port, CONF_FTP_USER: user} | ({CONF_FTP_PASSWORD: password} if password else {})
    result = await hass.config_entries.flow.async_configure(flow_id, filled)
    assert hass.loop.time() - began <= 15
    return result


def suggested(result: ConfigFlowResult) -> dict[str, object]:
    """Return what the form suggests."""
    schema = result["data_schema"]
    assert schema
    return {str(key): (key.description or {}).get("suggested_value") for key in schema.schema}


async def test_new_login(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A wrong login is told, a right one kept, and the issue is over."""
    async_set_ftp_login_failed(hass, loaded, True)
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"ftp_login_{loaded.entry_id}")
    flow_id = await open_form(hass, loaded)
    result = await submit(hass, flow_id, meter.ftp_port, password="guessed")  # noqa: S106 # none
    assert result["errors"] == {"base": "ftp_login_failed"}
    assert suggested(result) == {CONF_FTP_PORT: meter.ftp_port, CONF_FTP_USER: USER, CONF_FTP_PASSWORD: None}
    await let_pass(1)
    result = await submit(hass, flow_id, meter.ftp_port)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert loaded.data[CONF_FTP_USER] == USER
    assert loaded.data[CONF_FTP_PASSWORD] == PASSWORD
    assert not ir.async_get(hass).async_get_issue(DOMAIN, f"ftp_login_{loaded.entry_id}")
    await hass.async_block_till_done()
    await until_available(hass)
    assert loaded.state is ConfigEntryState.LOADED
    assert open_connections(meter) == 1


async def test_empty_password(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A password left empty is the one that is kept."""
    hass.config_entries.async_update_entry(loaded, data={**loaded.data, CONF_FTP_PASSWORD: PASSWORD})
    await hass.async_block_till_done()
    result = await submit(hass, await open_form(hass, loaded), meter.ftp_port, password=None)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert loaded.data[CONF_FTP_PASSWORD] == PASSWORD


async def test_ftp_off(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """FTP is switched on to try a login, as for every use of the card, and off again."""
    flow_id = await open_form(hass, loaded)
    await switch_ftp_off(meter)
    result = await submit(hass, flow_id, meter.ftp_port, password="guessed")  # noqa: S106 # none
    assert result["errors"] == {"base": "ftp_login_failed"}
    assert loaded.data[CONF_FTP_USER] == "USER"
    await switch_ftp_off(meter)
    result = await submit(hass, flow_id, meter.ftp_port)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert loaded.data[CONF_FTP_PASSWORD] == PASSWORD
    await until_available(hass)
    await let_pass(30)
    assert meter.instrument.settings["FTP"] == "Off"


async def test_ftp_not_wanted(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Where FTP is not to be used, a login cannot be tried while it is off, and the old one stays."""
    hass.config_entries.async_update_entry(loaded, options={CONF_FTP_ENABLED: False})
    flow_id = await open_form(hass, loaded)
    await switch_ftp_off(meter)
    result = await submit(hass, flow_id, meter.ftp_port)
    assert result["errors"] == {"base": "ftp_refused"}
    assert loaded.data[CONF_FTP_USER] == "USER"


async def test_not_set_up(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The form may outlive the meter's set-up: the login is tried all the same."""
    flow_id = await open_form(hass, loaded)
    await hass.config_entries.async_unload(loaded.entry_id)
    result = await submit(hass, flow_id, meter.ftp_port, password="guessed")  # noqa: S106 # none
    assert result["errors"] == {"base": "ftp_login_failed"}
    await let_pass(1)
    result = await submit(hass, flow_id, meter.ftp_port)
    assert result["reason"] == "reauth_successful"
    assert loaded.data[CONF_FTP_PASSWORD] == PASSWORD
    await hass.async_block_till_done()


async def test_ftp_in_use(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The meter has one session: a login is not tried while a transfer has it, and waits a minute at most."""
    card, flow_id = runtime(loaded).monitor.card, await open_form(hass, loaded)
    filled = {CONF_FTP_PORT: meter.ftp_port, CONF_FTP_USER: USER}
    async with card.alone():
        result = await hass.config_entries.flow.async_configure(flow_id, filled)
    assert result["errors"] == {"base": "ftp_busy"}


async def test_refused_by_the_card(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A login that the card's use finds refused is asked for, once."""
    card = runtime(loaded).monitor.card
    for _ in range(2):
        with pytest.raises(FtpLoginFailed):
            await card.entries("/")
        await hass.async_block_till_done()
        (flow,) = loaded.async_get_active_flows(hass, {SOURCE_REAUTH})
        assert flow["context"]["entry_id"] == loaded.entry_id
    result = await submit(hass, flow["flow_id"], meter.ftp_port)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    await until_available(hass)
    assert [entry.name for entry in await runtime(loaded).monitor.card.entries("/")] == [
        "DCIM",
        "NIKON001.DSC",
        "NL-43",
    ]


async def test_ftp_silent(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A port that accepts and says nothing is waited for no longer than a user would."""
    async with stranger(say_nothing) as (_, port):
        result = await submit(hass, await open_form(hass, loaded), port)
    assert result["errors"] == {"base": "ftp_timed_out"}


async def test_line_break(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Nothing is sent that would be a second FTP command."""
    flow_id = await open_form(hass, loaded)
    began = len(meter.referee.ftp.sessions)
    result = await submit(hass, flow_id, meter.ftp_port, "USER\r\nDELE 1")
    assert result["errors"] == {"base": "invalid_ftp_login"}
    assert len(meter.referee.ftp.sessions) == began
