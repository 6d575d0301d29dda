"""What may happen while a fix dialog is open: its issue ends, it is closed, its meter goes."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.rion_nl43.const import CONF_POWER_SWITCH, CONF_SERIAL
from custom_components.rion_nl43.monitor import ProbePorts
from emulator import EmulatedMeter
from emulator.faults import ReplaceAnswer

from .helpers import MockConfigEntry, let_pass, lines, press, runtime, until_available
from .issue_helpers import FixDialog, issue, issues, read_facts, until_raised, until_withdrawn

PLUG = "switch.plug"


@pytest.fixture
def plug(hass: HomeAssistant, meter: EmulatedMeter) -> list[str]:
    """What the plug that powers the meter was told."""
    calls: list[str] = []
    hass.states.async_set(PLUG, "on")
    for service in ("turn_on", "turn_off"):
        hass.services.async_register("switch", service, lambda call: calls.append(call.service))
    return calls


async def refuse(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """Let the meter refuse connections until that is an issue."""
    hass.config_entries.async_update_entry(entry, options={CONF_POWER_SWITCH: PLUG})
    await hass.async_block_till_done()
    meter.faults.switch_on("usb-in")
    assert meter.ftp_port
    runtime(entry).monitor.diagnosis.probe_ports = ProbePorts(ftp=meter.ftp_port, web=())
    await until_raised(hass, entry, "refused", 300)


async def test_a_meter_that_is_back_is_left_alone(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, plug: list[str]
) -> None:
    """A dialog that was left open for hours switches no healthy meter off."""
    await refuse(hass, meter, loaded)
    dialog = await FixDialog.open(hass, loaded, "refused")
    assert "power_cycle" in dialog.options
    meter.faults.switch_off("usb-in")
    await until_available(hass, 120)
    assert issues(hass) == set()
    result = await dialog.choose("power_cycle")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "ended")
    assert plug == []


async def test_an_issue_that_ended_is_not_acknowledged(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Its return is news."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    dialog = await FixDialog.open(hass, loaded, "sleep_mode")
    meter.instrument.settings["Sleep Mode"] = "Off"
    await read_facts(hass, loaded)
    assert (await dialog.choose("acknowledge"))["reason"] == "ended"
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    assert issue(hass, loaded, "sleep_mode")


async def test_back_to_an_issue_that_ended(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """There is nothing more to choose once somebody else has done it."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    await press(hass, "start")
    dialog = await FixDialog.open(hass, loaded, "sleep_mode")
    assert (await dialog.choose("sleep_off"))["step_id"] == "failed"
    meter.instrument.settings["Sleep Mode"] = "Off"
    await read_facts(hass, loaded)
    await dialog.go_back()
    assert dialog.result["reason"] == "ended"


async def test_dialog_closed_before_the_meter_is_back(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """What did not work is no error in the log, if nobody waits for it any more."""
    meter.faults.switch_on("usb-in")
    assert meter.ftp_port
    runtime(loaded).monitor.diagnosis.probe_ports = ProbePorts(ftp=meter.ftp_port, web=())
    await until_raised(hass, loaded, "refused", 300)
    dialog = await FixDialog.open(hass, loaded, "refused")
    await dialog.begin("retry")
    await let_pass(1)
    dialog.close()
    await let_pass(60)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
    meter.faults.switch_off("usb-in")
    await until_withdrawn(hass, loaded, "refused", 120)
    assert "Measure,Start" not in lines(meter)


async def test_meter_that_cannot_be_loaded_again(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry
) -> None:
    """A reload that fails is told as a meter that is not back, and there is no way on from there."""
    meter.faults.add(ReplaceAnswer("Serial Number?", "00830009", times=None))
    await hass.config_entries.async_setup(entry.entry_id)
    await until_raised(hass, entry, "wrong_meter")
    dialog = await FixDialog.open(hass, entry, "wrong_meter")
    damaged = {key: value for key, value in entry.data.items() if key != CONF_SERIAL}
    hass.config_entries.async_update_entry(entry, data=damaged)
    assert (await dialog.choose("look_again"))["step_id"] == "not_back"
    await dialog.go_back()
    assert dialog.result["reason"] == "not_loaded"
