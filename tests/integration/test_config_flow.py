"""Adding a meter."""

import asyncio
from collections.abc import AsyncIterator
import socket

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownFlow
import pytest

from custom_components.rion_nl43.config_flow import FTP
from custom_components.rion_nl43.connections import HANDOVER_S
from custom_components.rion_nl43.const import (
    CONF_FIRMWARE,
    CONF_FTP_PASSWORD,
    CONF_FTP_PORT,
    CONF_FTP_USER,
    CONF_SERIAL,
    DOMAIN,
)
from emulator import EmulatedMeter
from emulator.faults import CutAnswer, DelayAnswer, DropAnswer, RefuseWith, ReplaceAnswer
from tests.fixtures import MeterFactory

from .helpers import SERIAL, MockConfigEntry, let_pass, open_connections, until_available
from .strangers import Talk, hang_up, say_nothing, serve_mail, serve_web, stranger

# What a user accepts to wait for.
PATIENCE_S = 15


@pytest.fixture(autouse=True)
async def _unloaded(hass: HomeAssistant, emulated_meter: MeterFactory) -> AsyncIterator[None]:
    """Unload whatever was added before the meter goes."""
    yield
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)


async def open_form(hass: HomeAssistant) -> str:
    """Open the form and return the flow's id."""
    form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    return form["flow_id"]


async def submit(
    hass: HomeAssistant, flow_id: str, host: str, port: float, **sections: dict[str, object]
) -> ConfigFlowResult:
    """Submit the form; nobody is kept waiting for long."""
    began = hass.loop.time()
    result = await hass.config_entries.flow.async_configure(flow_id, {CONF_HOST: host, CONF_PORT: port, **sections})
    assert hass.loop.time() - began <= PATIENCE_S
    return result


async def assert_recovers(hass: HomeAssistant, result: ConfigFlowResult, meter: EmulatedMeter) -> None:
    """The same form leads to the meter after an error."""
    result = await submit(hass, result["flow_id"], meter.host, meter.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await until_available(hass)


def suggested(result: ConfigFlowResult) -> dict[str, object]:
    """Return what the form suggests."""
    schema = result["data_schema"]
    assert schema
    return {str(key): (key.description or {}).get("suggested_value") for key in schema.schema if key != FTP}


async def test_meter_is_added(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """The meter's own words make the entry, and the flow's connection becomes the entry's."""
    result = await submit(hass, await open_form(hass), f"  {meter.host} ", float(meter.port))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"NL-43 {SERIAL}"
    assert result["result"].unique_id == SERIAL
    assert result["data"] == {
        CONF_HOST: meter.host,
        CONF_PORT: meter.port,
        CONF_MODEL: "NL-43",
        CONF_SERIAL: SERIAL,
        CONF_FIRMWARE: "01.02.0304",
        CONF_FTP_PORT: 21,
        CONF_FTP_USER: "USER",
        CONF_FTP_PASSWORD: "0000",
    }
    assert await until_available(hass) < 5
    await let_pass(2 * HANDOVER_S)
    assert len(meter.referee.connections) == 1
    assert open_connections(meter) == 1
    assert await hass.config_entries.async_unload(result["result"].entry_id)
    await let_pass(1)
    assert open_connections(meter) == 0


async def test_ftp_login_is_kept(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """Whoever opens the section can give another login; it is not tried, for FTP is off as a rule."""
    login = {CONF_FTP_PORT: 2121.0, CONF_FTP_USER: "site", CONF_FTP_PASSWORD: "x y%z"}
    result = await submit(hass, await open_form(hass), meter.host, meter.port, ftp=login)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert {key: result["data"][key] for key in login} == login
    assert isinstance(result["data"][CONF_FTP_PORT], int)


@pytest.mark.parametrize(
    "login", [{CONF_FTP_USER: "USER\r\nDELE 1"}, {CONF_FTP_PASSWORD: "0000\nQUIT"}, {CONF_FTP_PASSWORD: "пароль"}]
)
async def test_ftp_login_that_cannot_be_sent(
    hass: HomeAssistant, meter: EmulatedMeter, login: dict[str, object]
) -> None:
    """A line break or what is no ASCII is told at its section, and nobody is asked."""
    result = await submit(hass, await open_form(hass), meter.host, meter.port, ftp={CONF_FTP_PORT: 21, **login})
    assert result["errors"] == {FTP: "invalid_ftp_login"}
    assert not meter.referee.connections
    await assert_recovers(hass, result, meter)


@pytest.mark.parametrize(("talk", "error"), [(say_nothing, "silent"), (hang_up, "lost")])
async def test_nobody_to_talk_with(hass: HomeAssistant, meter: EmulatedMeter, talk: Talk, error: str) -> None:
    """A port that is silent and one that hangs up are told apart."""
    async with stranger(talk) as (host, port):
        result = await submit(hass, await open_form(hass), host, port)
        assert result["errors"] == {"base": error}
        assert suggested(result) == {CONF_HOST: host, CONF_PORT: port}
    await assert_recovers(hass, result, meter)


@pytest.mark.parametrize("talk", [serve_web, serve_mail])
async def test_not_a_meter(hass: HomeAssistant, meter: EmulatedMeter, talk: Talk) -> None:
    """Who answers otherwise than a meter is none."""
    async with stranger(talk) as (host, port):
        result = await submit(hass, await open_form(hass), host, port)
        assert result["errors"] == {"base": "not_a_meter"}
    await assert_recovers(hass, result, meter)


async def test_another_instrument(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """A sister model that speaks the same language is no NL-43 either."""
    meter.faults.add(ReplaceAnswer("Type?", "NA-28", times=None))
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["errors"] == {"base": "not_a_meter"}
    meter.faults.clear()
    await assert_recovers(hass, result, meter)


async def test_refused(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """A meter without an open port refuses."""
    await meter.power_off()
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["errors"] == {"base": "refused"}
    await meter.power_on()
    await assert_recovers(hass, result, meter)


@pytest.mark.parametrize(("fate", "error"), [("timeout", "timeout"), ("silent", "silent"), ("close", "lost")])
async def test_taken(hass: HomeAssistant, emulated_meter: MeterFactory, fate: str, error: str) -> None:
    """While another client has the meter's only connection, nobody answers."""
    meter = await emulated_meter(serial=SERIAL, second_connection=fate)
    meter.referee.expect("second connection")
    meter.referee.expect("reconnect")
    _, writer = await asyncio.open_connection(meter.host, meter.port)
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["errors"] == {"base": error}
    writer.close()
    await writer.wait_closed()
    await let_pass(5)
    await assert_recovers(hass, result, meter)


async def test_unknown_host(hass: HomeAssistant, meter: EmulatedMeter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that does not resolve is told at its field."""

    def resolve_nothing(*_args: object, **_kwargs: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve_nothing)
        result = await submit(hass, await open_form(hass), "nl43.invalid", 2255)
    assert result["errors"] == {CONF_HOST: "unknown_host"}
    await assert_recovers(hass, result, meter)


@pytest.mark.parametrize(
    "host", ["", "  ", "http://192.168.1.43", "192.168.1.43:2255", "192.168.1", "a b", "meter/", "-meter"]
)
async def test_no_host(hass: HomeAssistant, meter: EmulatedMeter, host: str) -> None:
    """What cannot be a host is told at its field, and nobody is asked."""
    result = await submit(hass, await open_form(hass), host, meter.port)
    assert result["errors"] == {CONF_HOST: "invalid_host"}
    assert suggested(result)[CONF_HOST] == host
    assert not meter.referee.connections
    await assert_recovers(hass, result, meter)


@pytest.mark.parametrize("command", ["Type?", "Serial Number?", "System Version?"])
async def test_meter_that_answers_for_a_while(hass: HomeAssistant, meter: EmulatedMeter, command: str) -> None:
    """A connection that breaks in the middle is lost, and the next one may follow."""
    meter.faults.add(CutAnswer(command, 3, "close"))
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["errors"] == {"base": "lost"}
    await assert_recovers(hass, result, meter)


async def test_meter_that_falls_silent(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """The user need not wait for a meter that answers nothing any more."""
    meter.faults.add(DropAnswer("Serial Number?", times=None))
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["errors"] == {"base": "silent"}
    meter.faults.clear()
    await assert_recovers(hass, result, meter)


async def test_slow_meter(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """A meter may take 3 s for each answer."""
    for command in ("Type?", "Serial Number?"):
        meter.faults.add(DelayAnswer(command, 2.9))
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_no_version(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """A meter that does not tell its firmware is a meter."""
    meter.faults.add(RefuseWith("System Version?", 1, times=None))
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_FIRMWARE] is None


async def test_address_in_use(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The only connection of a meter that is set up is left alone."""
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert len(meter.referee.connections) == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_same_meter_elsewhere(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """A meter is known by its serial number, whatever its address."""
    MockConfigEntry(domain=DOMAIN, unique_id=SERIAL, data={CONF_HOST: "nl43.example", CONF_PORT: 2255}).add_to_hass(
        hass
    )
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    await let_pass(1)
    assert open_connections(meter) == 0


async def close_dialog_while_meeting(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """Submit the form and close the dialog before the answer is there."""
    flow_id = await open_form(hass)
    meter.faults.add(DelayAnswer("System Version?", 2))
    submitted = hass.async_create_task(submit(hass, flow_id, meter.host, meter.port))
    while not any(command.line == "System Version?" for command in meter.referee.commands):
        await let_pass(0.1)
    hass.config_entries.flow.async_abort(flow_id)
    with pytest.raises(UnknownFlow):
        await submitted
    assert open_connections(meter) == 1


async def test_dialog_closed_meanwhile(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """A connection that no entry takes over is closed."""
    await close_dialog_while_meeting(hass, meter)
    await let_pass(HANDOVER_S + 1)
    assert open_connections(meter) == 0


async def test_dialog_opened_again(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """Whoever starts over at once gets the connection that was left open."""
    await close_dialog_while_meeting(hass, meter)
    result = await submit(hass, await open_form(hass), meter.host, meter.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(meter.referee.connections) == 1
