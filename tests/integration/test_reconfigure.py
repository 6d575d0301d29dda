"""Giving a meter another address."""

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.rion_nl43.const import CONF_FIRMWARE, CONF_FTP_PASSWORD, CONF_FTP_PORT, CONF_FTP_USER, DOMAIN
from emulator import EmulatedMeter
from emulator.faults import DropAnswer
from tests.fixtures import MeterFactory

from .helpers import SERIAL, MockConfigEntry, open_connections, state, until_available, value

PATIENCE_S = 15
OTHER_SERIAL = "00830002"


@pytest.fixture
async def moved_meter(emulated_meter: MeterFactory) -> EmulatedMeter:
    """The same meter at another address, with a newer firmware."""
    return await emulated_meter(serial=SERIAL, firmware="01.03.0001")


@pytest.fixture
async def other_meter(emulated_meter: MeterFactory) -> EmulatedMeter:
    """Another meter."""
    return await emulated_meter(serial=OTHER_SERIAL)


async def submit(
    hass: HomeAssistant, flow_id: str, meter: EmulatedMeter, **sections: dict[str, object]
) -> ConfigFlowResult:
    """Submit the meter's address; nobody is kept waiting for long."""
    began = hass.loop.time()
    address = {CONF_HOST: meter.host, CONF_PORT: meter.port}
    result = await hass.config_entries.flow.async_configure(flow_id, {**address, **sections})
    assert hass.loop.time() - began <= PATIENCE_S
    return result


async def open_form(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Open the form and return the flow's id."""
    form = await entry.start_reconfigure_flow(hass)
    assert form["step_id"] == "reconfigure"
    return str(form["flow_id"])


async def assert_runs_at(hass: HomeAssistant, entry: MockConfigEntry, meter: EmulatedMeter) -> None:
    """The entry runs with this meter, over one connection."""
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data[CONF_PORT] == meter.port
    await until_available(hass)
    assert open_connections(meter) == 1


async def test_new_address(
    hass: HomeAssistant, meter: EmulatedMeter, moved_meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """The entry goes on at the new address, over the flow's connection, with its entities."""
    entity_id = state(hass, "lp").entity_id
    result = await submit(hass, await open_form(hass, loaded), moved_meter)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    await assert_runs_at(hass, loaded, moved_meter)
    assert loaded.data[CONF_FIRMWARE] == "01.03.0001"
    assert open_connections(meter) == 0
    assert len(moved_meter.referee.connections) == 1
    assert state(hass, "lp").entity_id == entity_id


async def test_same_address(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The entry's own connection makes room, and the meter gets its rest before the next."""
    result = await submit(hass, await open_form(hass, loaded), meter)
    assert result["reason"] == "reconfigure_successful"
    await assert_runs_at(hass, loaded, meter)
    assert len(meter.referee.connections) == 2


async def test_ftp_login(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Port and user are shown, the password is not; left empty it stays as it is."""
    before = dict(loaded.data)
    form = await loaded.start_reconfigure_flow(hass)
    shown = {str(key): key.description for key in form["data_schema"].schema["ftp"].schema.schema}
    assert shown == {
        CONF_FTP_PORT: {"suggested_value": meter.ftp_port},
        CONF_FTP_USER: {"suggested_value": "USER"},
        CONF_FTP_PASSWORD: None,
    }
    result = await submit(hass, form["flow_id"], meter, ftp={CONF_FTP_PORT: 2121.0, CONF_FTP_USER: "site"})
    assert result["reason"] == "reconfigure_successful"
    await assert_runs_at(hass, loaded, meter)
    assert loaded.data == {**before, CONF_FTP_PORT: 2121, CONF_FTP_USER: "site"}


async def test_silent_meter_at_the_same_address(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """The time that the own connection costs is the user's time too."""
    meter.faults.add(DropAnswer("Type?", times=None))
    result = await submit(hass, await open_form(hass, loaded), meter)
    assert result["errors"] == {"base": "silent"}
    meter.faults.clear()
    await assert_runs_at(hass, loaded, meter)


async def test_another_meter(
    hass: HomeAssistant, meter: EmulatedMeter, other_meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Another serial number is another meter: the entry stays with its own."""
    result = await submit(hass, await open_form(hass, loaded), other_meter)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "unique_id_mismatch"
    assert result["description_placeholders"] == {"expected": SERIAL, "found": OTHER_SERIAL}
    await assert_runs_at(hass, loaded, meter)
    assert open_connections(other_meter) == 0


async def test_error_and_recovery(
    hass: HomeAssistant, meter: EmulatedMeter, moved_meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """After an error the old address runs again while the form is still open, and the form still works."""
    await moved_meter.power_off()
    flow_id = await open_form(hass, loaded)
    result = await submit(hass, flow_id, moved_meter)
    assert result["errors"] == {"base": "refused"}
    await assert_runs_at(hass, loaded, meter)
    await moved_meter.power_on()
    result = await submit(hass, flow_id, moved_meter)
    assert result["reason"] == "reconfigure_successful"
    await assert_runs_at(hass, loaded, moved_meter)


async def test_address_of_another_entry(
    hass: HomeAssistant, meter: EmulatedMeter, other_meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """The address of another entry's meter is not tried, and nothing is interrupted."""
    MockConfigEntry(
        domain=DOMAIN, unique_id=OTHER_SERIAL, data={CONF_HOST: other_meter.host, CONF_PORT: other_meter.port}
    ).add_to_hass(hass)
    result = await submit(hass, await open_form(hass, loaded), other_meter)
    assert result["reason"] == "already_configured"
    assert not other_meter.referee.connections
    assert len(meter.referee.connections) == 1
    assert value(hass, "lp") != "unavailable"


async def test_meter_that_is_off(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """An entry whose meter is off can be given an address too."""
    await meter.power_off()
    assert await hass.config_entries.async_setup(entry.entry_id)
    flow_id = await open_form(hass, entry)
    result = await submit(hass, flow_id, meter)
    assert result["errors"] == {"base": "refused"}
    await meter.power_on()
    assert (await submit(hass, flow_id, meter))["reason"] == "reconfigure_successful"
    await assert_runs_at(hass, entry, meter)
