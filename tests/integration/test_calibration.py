"""Calibrations in Home Assistant: the switch, the sensors, the action, the repairs."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.issue_registry import EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED
from homeassistant.util import dt as dt_util
import probatio
import pytest

from custom_components.rion_nl43.acoustics.stretches import Stretch
from custom_components.rion_nl43.monitor import MeterCalibration
from emulator import EmulatedMeter

from .helpers import (
    MockConfigEntry,
    MockUser,
    act,
    ask,
    entity_id,
    let_pass,
    runtime,
    state,
    until,
    until_available,
    value,
)
from .issue_helpers import FixDialog, issue, read_facts, told, until_raised, until_withdrawn

READ: dict[str, Any] = {"level_before": 93.7, "level_after": 94.0, "note": "roof"}


async def switch(hass: HomeAssistant, to: str) -> None:
    """Switch the calibration on or off."""
    target = {"entity_id": entity_id(hass, "calibration", Platform.SWITCH)}
    await hass.services.async_call(Platform.SWITCH, f"turn_{to}", target, blocking=True)


def calibration(entry: MockConfigEntry) -> MeterCalibration:
    """Return what the monitor knows."""
    return runtime(entry).monitor.calibration


async def log(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Call the action for the only meter, and return what it tells of that."""
    response = await ask(hass, "calibration", entity_id=entity_id(hass, "lp"), **data)
    (meter,) = response["meters"]
    assert isinstance(meter, dict)
    return meter


def ago(**span: float) -> str:
    """Return a local time of the past, as a form has it."""
    return f"{dt_util.now() - timedelta(**span):%Y-%m-%d %H:%M:%S}"


async def hear_calibrator(meter: EmulatedMeter) -> None:
    """Put one on for half a minute, and take it off again."""
    meter.change_scene("quiet")
    await asyncio.sleep(20)
    meter.change_scene("calibrator")
    await asyncio.sleep(30)
    meter.change_scene("quiet")


async def test_the_switch(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """On: it begins; off: it ends and is logged; the level is shown all the same."""
    assert value(hass, "calibration", Platform.SWITCH) == STATE_OFF
    assert value(hass, "last_calibration") == STATE_UNKNOWN
    await switch(hass, "on")
    shown = state(hass, "calibration", Platform.SWITCH)
    assert shown.state == STATE_ON
    assert shown.attributes["ends_at"] - shown.attributes["began"] == timedelta(minutes=30)
    meter.change_scene("calibrator")
    await until(hass, lambda: float(value(hass, "lp")) > 93, 30)
    await switch(hass, "off")
    ended = datetime.now(UTC)
    assert value(hass, "calibration", Platform.SWITCH) == STATE_OFF
    last = state(hass, "last_calibration")
    assert abs((datetime.fromisoformat(last.state) - ended).total_seconds()) <= 1
    assert (last.attributes["drift"], last.attributes["ended_by_itself"]) == (None, False)
    # What was read is told afterwards.
    await act(hass, "calibration", entity_id=entity_id(hass, "lp"), **READ)
    assert state(hass, "last_calibration").attributes["drift"] == -0.3
    assert len(calibration(loaded).log) == 1


async def test_nobody_forgets_it(
    hass: HomeAssistant, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """After half an hour it ends by itself, which is written to the log."""
    await act(hass, "standby")
    await switch(hass, "on")
    await until(hass, lambda: value(hass, "calibration", Platform.SWITCH) == STATE_OFF, 1810)
    assert state(hass, "last_calibration").attributes["ended_by_itself"] is True
    assert caplog.text.count("ended by itself: nobody has ended it") == 1
    await log(hass, began=ago(minutes=5))
    assert caplog.text.count("ended by itself: nobody has ended it") == 1


async def test_it_goes_on_over_a_restart(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """And what is known of it is known afterwards, its exclusion from the history too."""
    await log(hass, began=ago(minutes=2), **READ)
    await let_pass(5)
    await switch(hass, "on")
    await hass.config_entries.async_reload(loaded.entry_id)
    await until_available(hass)
    assert value(hass, "calibration", Platform.SWITCH) == STATE_ON
    await switch(hass, "off")
    await let_pass(5)
    first, second = calibration(loaded).log
    assert [exclusion.why for exclusion in runtime(loaded).monitor.history.exclusions] == ["calibration"] * 2
    assert [exclusion.span for exclusion in runtime(loaded).monitor.history.exclusions] == [first.span, second.span]
    assert (first.drift_db, second.drift_db) == (-0.3, None)


async def test_it_counts_nowhere(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Neither what was told of beforehand nor what was told of afterwards is in the history."""
    await until_available(hass)
    monitor = runtime(loaded).monitor
    meter.change_scene("quiet")
    await let_pass(20)
    await switch(hass, "on")
    meter.change_scene("calibrator")
    await let_pass(30)
    meter.change_scene("quiet")
    await let_pass(10)
    await switch(hass, "off")
    await let_pass(60)
    assert loudest(monitor.history.recent) < 80
    await hear_calibrator(meter)
    await let_pass(20)
    assert loudest(monitor.history.recent) > 90
    monitor.calibration.record_heard()
    await let_pass(1)
    assert loudest(monitor.history.recent) < 80


def loudest(stretches: tuple[Stretch, ...]) -> float:
    """Return the highest Lmax."""
    return max(stretch.lmax for stretch in stretches if stretch.lmax is not None)


async def test_the_action(hass: HomeAssistant, loaded: MockConfigEntry, hass_admin_user: MockUser) -> None:
    """It tells what was logged, in local time."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    meter = await log(
        hass, user_id=hass_admin_user.id, began=ago(minutes=10), ended=ago(minutes=5), reference_level=114, **READ
    )
    assert meter["name"] == loaded.title
    assert meter["began"].endswith("+01:00")
    assert datetime.fromisoformat(meter["ended"]) - datetime.fromisoformat(meter["began"]) == timedelta(minutes=5)
    told_levels = {key: meter[key] for key in ("reference_level", "level_before", "level_after", "drift")}
    assert told_levels == {"reference_level": 114.0, "level_before": 93.7, "level_after": 94.0, "drift": -20.3}
    (entry,) = calibration(loaded).log
    assert entry.by == hass_admin_user.id
    # Whoever calls it without a response gets none.
    await act(hass, "calibration", entity_id=entity_id(hass, "lp"))
    assert len(calibration(loaded).log) == 2


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"ended": "2026-03-01 10:00:00"}, "calibration_began_missing"),
        ({"began": "2030-03-01 10:00:00"}, "calibration_ends_too_early"),
        ({"began": "2026-03-01 10:00:00", "ended": "2030-03-01 10:00:00"}, "calibration_in_future"),
        ({"began": "2020-03-01 10:00:00"}, "calibration_too_long"),
    ],
)
async def test_times_that_make_no_sense(
    hass: HomeAssistant, loaded: MockConfigEntry, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await log(hass, **data)
    assert error.value.translation_key == key
    assert calibration(loaded).log == ()


@pytest.mark.parametrize("data", [{"level_before": 5}, {"level_after": "loud"}, {"note": "x" * 501}])
async def test_values_that_make_no_sense(hass: HomeAssistant, loaded: MockConfigEntry, data: dict[str, Any]) -> None:
    with pytest.raises(probatio.Invalid):
        await log(hass, **data)


async def test_due(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A calibration is due by the option, is put off for a week, and is noted in the dialog."""
    assert value(hass, "calibration_due") == STATE_UNKNOWN
    hass.config_entries.async_update_entry(loaded, options={"calibration_interval_days": 30})
    await hass.async_block_till_done()
    assert told(hass, loaded, "calibration_due") == {"last": "\N{EN DASH}"}
    dialog = await FixDialog.open(hass, loaded, "calibration_due")
    assert dialog.options == ["record_calibration", "snooze_calibration", "acknowledge"]
    result = await dialog.choose("snooze_calibration")
    assert (result["type"], result["description"]) == (FlowResultType.CREATE_ENTRY, "snoozed")
    assert issue(hass, loaded, "calibration_due") is None
    calibration(loaded).snooze(datetime.now(UTC))
    await until_raised(hass, loaded, "calibration_due")

    dialog = await FixDialog.open(hass, loaded, "calibration_due")
    await dialog.begin("record_calibration")
    result = await dialog.submit({"at": ago(days=-1), "reference_level": 94.0})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"at": "in_future"})
    result = await dialog.submit({"at": ago(days=29), "reference_level": 94.0, "level_before": 94.2})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert issue(hass, loaded, "calibration_due") is None
    last = calibration(loaded).last
    assert last
    assert (last.drift_db, last.marks) == (0.2, False)
    due_at = datetime.fromisoformat(value(hass, "calibration_due"))
    assert (due_at - last.ended).total_seconds() == pytest.approx(30 * 86_400, abs=1)


async def test_due_again(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """When the time has come, which nothing else tells."""
    await act(hass, "standby")
    await log(hass, began=ago(days=29.99), ended=ago(days=29.99))
    hass.config_entries.async_update_entry(loaded, options={"calibration_interval_days": 30})
    await hass.async_block_till_done()
    assert issue(hass, loaded, "calibration_due") is None
    await until_raised(hass, loaded, "calibration_due", 1000)
    assert told(hass, loaded, "calibration_due")["last"].startswith("2026-0")
    await log(hass)
    assert issue(hass, loaded, "calibration_due") is None


async def test_a_calibrator_was_heard(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Somebody says that it was a calibration: exactly that time is marked."""
    await until_available(hass)
    await hear_calibrator(meter)
    await until_raised(hass, loaded, "calibrator_heard", 30)
    tones = told(hass, loaded, "calibrator_heard")["tones"]
    assert tones.startswith("94.0 dB, 2026-03-02 08:0")
    (tone,) = calibration(loaded).heard
    dialog = await FixDialog.open(hass, loaded, "calibrator_heard")
    assert dialog.options == ["record_heard", "acknowledge"]
    result = await dialog.choose("record_heard")
    assert (result["type"], result["description"]) == (FlowResultType.CREATE_ENTRY, "recorded")
    assert issue(hass, loaded, "calibrator_heard") is None
    (entry,) = calibration(loaded).log
    assert entry.span == tone.span


async def test_no_calibrator_was_heard(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Or that it was none; of the next one he is asked again."""
    await until_available(hass)
    for _ in range(2):
        await hear_calibrator(meter)
        await until_raised(hass, loaded, "calibrator_heard", 30)
        dialog = await FixDialog.open(hass, loaded, "calibrator_heard")
        await dialog.choose("acknowledge")
        assert issue(hass, loaded, "calibrator_heard") is None
        assert (calibration(loaded).heard, calibration(loaded).log) == ((), ())


async def test_it_is_withdrawn_by_the_action(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """What was read belongs to the calibrator that was heard."""
    await until_available(hass)
    await hear_calibrator(meter)
    await until_raised(hass, loaded, "calibrator_heard", 30)
    (tone,) = calibration(loaded).heard
    await log(hass, **READ)
    await until_withdrawn(hass, loaded, "calibrator_heard")
    (entry,) = calibration(loaded).log
    assert entry.span == tone.span


async def test_the_clock_by_the_option(hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry) -> None:
    """It is set by itself where that is wished."""
    hass.config_entries.async_update_entry(entry, options={"auto_clock": True})
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert runtime(entry).monitor.auto_clock.enabled
    hass.config_entries.async_update_entry(entry, options={})
    await hass.async_block_till_done()
    assert not runtime(entry).monitor.auto_clock.enabled


async def test_nobody_is_told_of_a_clock_that_is_about_to_be_set(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry
) -> None:
    """But of one that cannot be set, because a measurement runs."""
    hass.config_entries.async_update_entry(entry, options={"auto_clock": True})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    raised: list[str] = []
    hass.bus.async_listen(EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, lambda event: raised.append(event.data["issue_id"]))
    meter.instrument.clock += timedelta(hours=1)
    await runtime(entry).monitor.refresh_facts()
    await let_pass(120)
    assert raised == []
    assert abs((meter.instrument.clock - datetime.now(UTC).replace(tzinfo=None)).total_seconds()) < 1
    await runtime(entry).monitor.commands.start()
    meter.instrument.clock += timedelta(hours=1)
    await read_facts(hass, entry)
    assert told(hass, entry, "clock_off") == {"offset": "+60 min"}


async def test_entities_stay_while_the_meter_is_away(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """Nothing of this needs the meter."""
    await meter.power_off()
    await until(hass, lambda: value(hass, "lp") == "unavailable", 60)
    await switch(hass, "on")
    assert value(hass, "calibration", Platform.SWITCH) == STATE_ON
    assert er.async_get(hass).async_get(entity_id(hass, "last_calibration"))
