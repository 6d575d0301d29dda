"""Fixing an issue from the UI."""

from http import HTTPStatus
from typing import Any

from homeassistant.components.repairs import FlowType
from homeassistant.components.repairs.const import DOMAIN as REPAIRS
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import (  # type: ignore[import-untyped] # it has no types
    ClientSessionGenerator,
)

from custom_components.rion_nl43.const import CONF_FTP_PASSWORD, CONF_FTP_PORT, CONF_FTP_USER, DOMAIN
from custom_components.rion_nl43.issues import async_set_ftp_login_failed
from custom_components.rion_nl43.monitor import ProbePorts
from emulator import EmulatedMeter
from emulator.faults import RefuseWith, ReplaceAnswer
from emulator.instrument.run import State

from .helpers import MockConfigEntry, let_pass, open_connections, press, runtime, until_available
from .issue_helpers import FixDialog, issue, issue_id, issues, read_facts, told, until_raised, until_withdrawn

PLUG = "switch.plug"


@pytest.fixture
def plug(hass: HomeAssistant, meter: EmulatedMeter) -> list[str]:
    """A switch that powers the meter; the list tells what it was asked for."""
    asked: list[str] = []

    async def switch(call: ServiceCall) -> None:
        asked.append(call.service)
        await (meter.power_on() if call.service == "turn_on" else meter.power_off())

    for service in ("turn_on", "turn_off"):
        hass.services.async_register("switch", service, switch)
    hass.states.async_set(PLUG, STATE_ON)
    return asked


def choose(hass: HomeAssistant, entry: MockConfigEntry, **options: object) -> None:
    """Choose options."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})


async def wedge(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """Let the control port hang while FTP answers."""
    assert meter.ftp_port
    meter.instrument.settings["FTP"] = "On"
    meter.ftp.update()
    await let_pass(10)
    runtime(entry).monitor.diagnosis.probe_ports = ProbePorts(ftp=meter.ftp_port, web=())
    meter.faults.switch_on("wedge", connection="reset")


async def test_clock_is_set(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """One choice sets the clock, and the issue is over."""
    meter.faults.switch_on("clock-off", ahead_s=600)
    await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await until_raised(hass, entry, "clock_off", 300)
    dialog = await FixDialog.open(hass, entry, "clock_off")
    assert dialog.options == ["set_clock", "acknowledge"]
    assert dialog.result["description_placeholders"] == {
        "name": entry.title,
        "offset": "+10 min",
    }
    assert (await dialog.choose("set_clock"))["type"] is FlowResultType.CREATE_ENTRY
    assert not issue(hass, entry, "clock_off")
    await read_facts(hass, entry)
    assert issues(hass) == set()
    assert abs(runtime(entry).monitor.facts.clock_offset_s or 0) < 2


async def test_refused_while_measuring(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The dialog says so, the issue stays, and after a stop the same dialog works."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    await press(hass, "start")
    dialog = await FixDialog.open(hass, loaded, "sleep_mode")
    assert dialog.options == ["sleep_off", "acknowledge"]
    result = await dialog.choose("sleep_off")
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "failed"
    assert "while a measurement runs" in (result["description_placeholders"] or {})["error"]
    assert issue(hass, loaded, "sleep_mode")
    await dialog.go_back()
    assert dialog.options == ["sleep_off", "acknowledge"]
    await press(hass, "stop")
    assert (await dialog.choose("sleep_off"))["type"] is FlowResultType.CREATE_ENTRY
    assert meter.instrument.settings["Sleep Mode"] == "Off"
    await read_facts(hass, loaded)
    assert issues(hass) == set()


async def test_percentiles_are_set(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """LN1 becomes L1 and LN2 L10; that this was Home Assistant is no change by somebody else."""
    await read_facts(hass, loaded)
    choose(hass, loaded, want_l1_l10=True)
    await hass.async_block_till_done()
    dialog = await FixDialog.open(hass, loaded, "percentiles")
    assert (await dialog.choose("set_percentiles"))["type"] is FlowResultType.CREATE_ENTRY
    assert [meter.instrument.settings[f"Percentile {number}"] for number in (1, 2, 3)] == ["1", "10", "50"]
    await read_facts(hass, loaded)
    assert issues(hass) == set()


async def test_settings_are_set_back(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """All that somebody changed is as it was, the clock included."""
    await read_facts(hass, loaded)
    choose(hass, loaded, clock_limit_s=0)
    meter.instrument.settings["Frequency Weighting (Main)"] = "Z"
    meter.instrument.settings["Percentile 2"] = "33"
    meter.faults.switch_on("clock-off", ahead_s=120)
    await let_pass(60)
    await read_facts(hass, loaded)
    changes = told(hass, loaded, "settings_changed")["changes"].split("; ")
    assert changes[:-1] == ["Frequency Weighting (Main): A → Z", "Percentile 2: 10 → 33"]
    assert changes[-1] in ("Clock: +119 s", "Clock: +120 s", "Clock: +121 s")
    dialog = await FixDialog.open(hass, loaded, "settings_changed")
    assert dialog.options == ["set_back", "acknowledge"]
    assert (await dialog.choose("set_back"))["type"] is FlowResultType.CREATE_ENTRY
    assert meter.instrument.settings["Frequency Weighting (Main)"] == "A"
    assert meter.instrument.settings["Percentile 2"] == "10"
    await read_facts(hass, loaded)
    assert issues(hass) == set()


async def test_settings_are_accepted(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """What was meant is the meter's state from now on; the next change is told again."""
    await read_facts(hass, loaded)
    meter.instrument.settings["Frequency Weighting (Main)"] = "C"
    await read_facts(hass, loaded)
    dialog = await FixDialog.open(hass, loaded, "settings_changed")
    assert (await dialog.choose("acknowledge"))["type"] is FlowResultType.CREATE_ENTRY
    await read_facts(hass, loaded)
    assert issues(hass) == set()
    meter.instrument.settings["Frequency Weighting (Main)"] = "Z"
    await read_facts(hass, loaded)
    assert told(hass, loaded, "settings_changed")["changes"] == "Frequency Weighting (Main): C → Z"


async def test_card_can_be_acknowledged_only(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Nobody can make room on a card from afar."""
    meter.faults.add(ReplaceAnswer("SD Card Percentage?", "3", times=None))
    await read_facts(hass, loaded)
    dialog = await FixDialog.open(hass, loaded, "card_low")
    assert dialog.options == ["acknowledge"]
    result = await dialog.choose("acknowledge")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == "acknowledged"
    await read_facts(hass, loaded)
    assert issues(hass) == set()
    assert runtime(loaded).memory.acknowledged == {"card_low"}


async def test_new_ftp_login(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The dialog hands over to the one that tries the login; opened twice, it is the same."""
    meter.instrument.settings["FTP"] = "On"
    meter.ftp.update()
    await let_pass(10)
    async_set_ftp_login_failed(hass, loaded, True)
    flows = []
    for _ in range(2):
        dialog = await FixDialog.open(hass, loaded, "ftp_login")
        assert dialog.options == ["new_login", "acknowledge"]
        result = await dialog.choose("new_login")
        assert result["type"] is FlowResultType.ABORT
        assert issue(hass, loaded, "ftp_login")
        flows.append(result["next_flow"])
    assert flows[0] == flows[1]
    kind, flow_id = flows[0]
    assert kind == FlowType.CONFIG_FLOW
    assert hass.config_entries.flow.async_get(flow_id)["context"]["source"] == SOURCE_REAUTH
    done = await hass.config_entries.flow.async_configure(
        flow_id, {CONF_FTP_PORT: meter.ftp_port, CONF_FTP_USER: "USER", CONF_FTP_PASSWORD: "0000"}
    )
    assert done["reason"] == "reauth_successful"
    assert issues(hass) == set()
    await hass.async_block_till_done()


async def test_start_again(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A measurement that keeps stopping is started by the person who has looked after it."""
    choose(hass, loaded, watchdog="always")
    meter.instrument.settings["Measurement Time Preset Manual"] = "10s"
    await until_raised(hass, loaded, "watchdog_gave_up", 900)
    meter.instrument.settings["Measurement Time Preset Manual"] = "24h"
    dialog = await FixDialog.open(hass, loaded, "watchdog_gave_up")
    assert dialog.options == ["start_again", "acknowledge"]
    assert (await dialog.choose("start_again"))["type"] is FlowResultType.CREATE_ENTRY
    assert meter.instrument.state is State.MEASURING
    await let_pass(1200)
    assert issues(hass) == set()


async def test_retry(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Whoever went to the meter sees at once whether that helped."""
    await wedge(hass, meter, loaded)
    await until_raised(hass, loaded, "wedged", 300)
    dialog = await FixDialog.open(hass, loaded, "wedged")
    assert dialog.options == ["retry", "acknowledge"]
    assert (await dialog.choose("retry"))["step_id"] == "not_back"
    await dialog.go_back()
    await meter.power_cycle()
    began = hass.loop.time()
    assert (await dialog.choose("retry"))["type"] is FlowResultType.CREATE_ENTRY
    assert hass.loop.time() - began < 15
    assert issues(hass) == set()
    assert open_connections(meter) == 1


async def test_power_cycle(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, plug: list[str]) -> None:
    """With a switch there is more to offer; while that works by itself nobody is told."""
    choose(hass, loaded, power_switch=PLUG)
    meter.faults.switch_on("usb-in")
    assert meter.ftp_port
    runtime(loaded).monitor.diagnosis.probe_ports = ProbePorts(ftp=meter.ftp_port, web=())
    await until_raised(hass, loaded, "refused", 300)
    dialog = await FixDialog.open(hass, loaded, "refused")
    assert dialog.options == ["power_cycle", "retry", "acknowledge"]
    meter.faults.switch_off("usb-in")
    assert (await dialog.choose("power_cycle"))["type"] is FlowResultType.CREATE_ENTRY
    assert plug == ["turn_off", "turn_on"]
    await until_available(hass)
    assert issues(hass) == set()


async def test_dialog_closed_while_the_power_is_off(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, plug: list[str]
) -> None:
    """What was begun is brought to its end, watched or not."""
    choose(hass, loaded, power_switch=PLUG)
    meter.faults.switch_on("usb-in")
    assert meter.ftp_port
    runtime(loaded).monitor.diagnosis.probe_ports = ProbePorts(ftp=meter.ftp_port, web=())
    await until_raised(hass, loaded, "refused", 300)
    meter.faults.switch_off("usb-in")
    dialog = await FixDialog.open(hass, loaded, "refused")
    await dialog.begin("power_cycle")
    await let_pass(5)
    assert plug == ["turn_off"]
    dialog.close()
    await until_available(hass, 120)
    assert plug == ["turn_off", "turn_on"]


async def test_power_switch_that_fails(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, plug: list[str]
) -> None:
    """Said in the dialog, and the issue stays."""
    choose(hass, loaded, power_switch=PLUG)
    meter.faults.switch_on("usb-in")
    assert meter.ftp_port
    runtime(loaded).monitor.diagnosis.probe_ports = ProbePorts(ftp=meter.ftp_port, web=())
    await until_raised(hass, loaded, "refused", 300)
    hass.states.async_set(PLUG, "unavailable")
    dialog = await FixDialog.open(hass, loaded, "refused")
    result = await dialog.choose("power_cycle")
    assert result["step_id"] == "failed"
    assert (result["description_placeholders"] or {})["error"]
    assert issue(hass, loaded, "refused")
    assert plug == []


async def test_needs_a_person(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, plug: list[str]
) -> None:
    """When three power cycles were in vain somebody must go; acknowledged, it is told again only after a connection."""
    choose(hass, loaded, power_switch=PLUG)
    await hass.async_block_till_done()
    await meter.power_off()
    await wedge(hass, meter, loaded)
    for service in ("turn_on", "turn_off"):
        hass.services.async_register("switch", service, lambda call: plug.append(call.service))
    await meter.power_on()
    meter.faults.switch_on("wedge")
    await until_raised(hass, loaded, "needs_person", 1800)
    assert issues(hass) == {"needs_person"}
    assert plug == ["turn_off", "turn_on"] * 3
    dialog = await FixDialog.open(hass, loaded, "needs_person")
    assert dialog.options == ["power_cycle", "retry", "acknowledge"]
    assert (await dialog.choose("acknowledge"))["type"] is FlowResultType.CREATE_ENTRY
    await let_pass(3600)
    assert issues(hass) == set()


async def test_look_again(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """Another meter is told at once when it answers again; the right one ends the issue."""
    wrong = ReplaceAnswer("Serial Number?", "00830009", times=None)
    meter.faults.add(wrong)
    await hass.config_entries.async_setup(entry.entry_id)
    await until_raised(hass, entry, "wrong_meter")
    assert told(hass, entry, "wrong_meter")["found"] == "00830009"
    dialog = await FixDialog.open(hass, entry, "wrong_meter")
    assert dialog.options == ["look_again", "acknowledge"]
    result = await dialog.choose("look_again")
    assert result["step_id"] == "failed"
    await until_raised(hass, entry, "wrong_meter")
    meter.faults.remove(wrong)
    await dialog.go_back()
    assert (await dialog.choose("look_again"))["type"] is FlowResultType.CREATE_ENTRY
    assert issues(hass) == set()
    assert open_connections(meter) == 1


@pytest.mark.parametrize("option", ["new_login", "acknowledge"])
async def test_entry_unloaded_meanwhile(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, option: str
) -> None:
    """A dialog whose meter does not run any more says so."""
    async_set_ftp_login_failed(hass, loaded, True)
    dialog = await FixDialog.open(hass, loaded, "ftp_login")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    result = await dialog.choose(option)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_loaded"


async def test_back_to_an_entry_unloaded_meanwhile(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """There is nothing to choose for a meter that does not run."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    meter.faults.add(RefuseWith("Sleep Mode,Off", 1, times=None))
    dialog = await FixDialog.open(hass, loaded, "sleep_mode")
    assert (await dialog.choose("sleep_off"))["step_id"] == "failed"
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await dialog.go_back()
    assert dialog.result["reason"] == "not_loaded"


async def test_fix_of_an_entry_unloaded_meanwhile(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Nothing is done to a meter that does not run."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    dialog = await FixDialog.open(hass, loaded, "sleep_mode")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert (await dialog.choose("sleep_off"))["reason"] == "not_loaded"
    assert meter.instrument.settings["Sleep Mode"] == "On"


async def test_over_http(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """As the frontend does it."""
    meter.instrument.settings["Sleep Mode"] = "On"
    await read_facts(hass, loaded)
    assert await async_setup_component(hass, REPAIRS, {})
    client = await hass_client()

    async def post(path: str, data: dict[str, Any]) -> dict[str, Any]:
        response = await client.post(f"/api/repairs/issues/fix{path}", json=data)
        assert response.status == HTTPStatus.OK
        answer: dict[str, Any] = await response.json()
        return answer

    form = await post("", {"handler": DOMAIN, "issue_id": issue_id(loaded, "sleep_mode")})
    assert form["menu_options"] == ["sleep_off", "acknowledge"]
    result = await post(f"/{form['flow_id']}", {"next_step_id": "sleep_off"})
    assert result["progress_action"] == "sleep_off"
    await until_withdrawn(hass, loaded, "sleep_mode")
    await hass.async_block_till_done()
    assert meter.instrument.settings["Sleep Mode"] == "Off"
    assert (await post(f"/{form['flow_id']}", {}))["type"] == "create_entry"
