"""A raised alert that waits for somebody to acknowledge it: set off by a real meter, over restarts and reloads."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.rion_nl43.raised_alerts import Missed
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .alert_helpers import SCENE, add_rule, tone
from .automations import Fired, Stage, trigger
from .helpers import (
    SERIAL,
    MockConfigEntry,
    let_pass,
    press,
    runtime,
)

# A sample a second, and the second until what covers it is told.
NOTICED_S = 3.0
WARNING_DB, ALARM_DB = 60.0, 90.0


WAIT_S = 180
WAITING = {"unacknowledged_for": {"minutes": 3}}


@pytest.fixture
async def meter(hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
    """A meter in a quiet place."""
    await hass.config.async_set_time_zone("UTC")
    return await emulated_meter(serial=SERIAL, ftp_port=0, scene=SCENE)


@pytest.fixture
async def stage(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_ws_client: Any) -> Stage:
    """A rule that warns above 50 dB and alarms above 80 dB."""
    rule_id = await add_rule(hass, loaded, cooldown=60)
    fired = Fired(hass)
    return Stage(hass=hass, meter=meter, entry=loaded, rule_id=rule_id, fired=fired, open_browser=hass_ws_client)


async def test_nobody_acknowledges(stage: Stage) -> None:
    """It fires once, when the time is over, and tells how the alert is then."""
    await stage.automate("alert_raised", **WAITING)
    began = stage.hass.loop.time()
    with tone(stage.meter):
        await let_pass(WAIT_S - 10)
        assert stage.fired.ids == []
        assert await stage.reasons() == [Missed.WAITING]
        await let_pass(2 * WAIT_S)
    assert len(stage.fired.ids) == 1
    assert WAIT_S <= stage.fired.at[0] - began <= WAIT_S + NOTICED_S
    told = stage.fired.triggers[0]
    assert (told["kind"], told["previous_grade"], told["grade"]) == ("onset", "ok", "alarm")
    assert told["duration"] == pytest.approx(WAIT_S, abs=1)
    assert told["level"] == pytest.approx(90, abs=1)


async def test_somebody_acknowledges(stage: Stage) -> None:
    """Then it does not fire, and the trace says so."""
    await stage.automate("alert_raised", **WAITING)
    with tone(stage.meter):
        await let_pass(60)
        await press(stage.hass, f"{stage.rule_id}_acknowledge")
        await let_pass(2 * WAIT_S)
    assert stage.fired.ids == []
    assert await stage.reasons() == [Missed.WAITING, Missed.ACKNOWLEDGED]


async def test_somebody_snoozes_the_rule(stage: Stage) -> None:
    """Then it waits until the snooze is over."""
    await stage.automate("alert_raised", **WAITING)
    began = stage.hass.loop.time()
    alerts = runtime(stage.entry).monitor.alerts
    with tone(stage.meter):
        await let_pass(60)
        alerts.snooze(stage.rule_id, dt_util.utcnow().timestamp() + 600)
        await let_pass(590)
        assert stage.fired.ids == []
        await let_pass(60)
    assert len(stage.fired.ids) == 1
    assert stage.fired.at[0] - began == pytest.approx(660, abs=5)


async def test_it_is_over_in_time(stage: Stage) -> None:
    """Then it does not fire either."""
    await stage.automate("alert_raised", **WAITING)
    with tone(stage.meter):
        await let_pass(60)
    await let_pass(2 * WAIT_S)
    assert stage.fired.ids == []
    assert await stage.reasons() == [Missed.WAITING, Missed.ENDED]


async def test_it_is_an_alarm_no_more(stage: Stage) -> None:
    """Whoever wants alarms only is not told of what is a warning when the time is over."""
    await stage.automate("alert_raised", grades="alarm", **WAITING)
    with tone(stage.meter, WARNING_DB):
        await let_pass(NOTICED_S)
        with tone(stage.meter, ALARM_DB):
            await let_pass(60)
        await let_pass(2 * WAIT_S)
    assert stage.fired.ids == []
    assert await stage.reasons() == [Missed.GRADE, Missed.WAITING, Missed.RELAXED]


async def test_acknowledged_and_then_an_alarm(stage: Stage) -> None:
    """The acknowledgement was for a warning: the time begins anew."""
    await stage.automate("alert_raised", **WAITING)
    with tone(stage.meter, WARNING_DB):
        await let_pass(60)
        await press(stage.hass, f"{stage.rule_id}_acknowledge")
        await let_pass(2 * WAIT_S)
        assert stage.fired.ids == []
        with tone(stage.meter, ALARM_DB):
            began = stage.hass.loop.time()
            await let_pass(2 * WAIT_S)
    assert [told["grade"] for told in stage.fired.triggers] == ["alarm"]
    assert WAIT_S <= stage.fired.at[0] - began <= WAIT_S + NOTICED_S


async def test_an_alarm_while_it_waits(stage: Stage) -> None:
    """Nobody has acknowledged the warning: the time goes on, and it fires once."""
    await stage.automate("alert_raised", **WAITING)
    began = stage.hass.loop.time()
    with tone(stage.meter, WARNING_DB):
        await let_pass(WAIT_S - 60)
        with tone(stage.meter, ALARM_DB):
            await let_pass(2 * WAIT_S)
    assert [told["grade"] for told in stage.fired.triggers] == ["alarm"]
    assert WAIT_S <= stage.fired.at[0] - began <= WAIT_S + NOTICED_S


async def test_comes_and_goes(stage: Stage) -> None:
    """What re-opens waits again if nobody has acknowledged it, and does not if somebody has."""
    await stage.automate("alert_raised", **WAITING)
    with tone(stage.meter):
        await let_pass(60)
    await let_pass(30)
    with tone(stage.meter):
        await let_pass(WAIT_S + 10)
        assert len(stage.fired.ids) == 1
        await press(stage.hass, f"{stage.rule_id}_acknowledge")
    await let_pass(30)
    with tone(stage.meter):
        await let_pass(WAIT_S + 30)
    assert len(stage.fired.ids) == 1
    assert await stage.reasons() == [Missed.WAITING, Missed.ENDED, Missed.WAITING, Missed.ACKNOWLEDGED]


@pytest.fixture
async def raised_at(stage: Stage) -> AsyncIterator[float]:
    """When an alert was raised that is open."""
    with tone(stage.meter):
        await let_pass(NOTICED_S)
        (episode,) = runtime(stage.entry).monitor.alerts.open_episodes
        yield stage.hass.loop.time() - (dt_util.utcnow().timestamp() - episode.onset)


@pytest.mark.parametrize("meter_first", [True, False])
@pytest.mark.parametrize("away_s", [30, 3600])
async def test_a_restart_loses_no_escalation(stage: Stage, raised_at: float, away_s: float, meter_first: bool) -> None:
    """The time counts from when the alert was raised; if it was over meanwhile, it fires at once."""
    target, entries = stage.target, stage.hass.config_entries
    await let_pass(60)
    await entries.async_unload(stage.entry.entry_id)
    await let_pass(away_s)
    if meter_first:
        assert await entries.async_setup(stage.entry.entry_id)
    await stage.start(trigger("alert_raised", target, **WAITING))
    if not meter_first:
        assert await entries.async_setup(stage.entry.entry_id)
    due = max(stage.hass.loop.time(), raised_at + WAIT_S)
    await let_pass(2 * WAIT_S)
    assert len(stage.fired.ids) == 1
    assert due - NOTICED_S <= stage.fired.at[0] <= due + NOTICED_S


async def test_a_reload_changes_nothing(stage: Stage, raised_at: float) -> None:
    """Neither before the time is over, nor while it is, nor after."""
    entries, entry_id = stage.hass.config_entries, stage.entry.entry_id
    await stage.automate("alert_raised", **WAITING)
    await entries.async_reload(entry_id)
    await let_pass(WAIT_S - 60)
    assert stage.fired.ids == []
    await entries.async_unload(entry_id)
    await let_pass(120)
    assert stage.fired.ids == []
    assert await entries.async_setup(entry_id)
    await let_pass(NOTICED_S)
    assert len(stage.fired.ids) == 1
    await entries.async_reload(entry_id)
    await let_pass(WAIT_S)
    assert len(stage.fired.ids) == 1


async def test_an_automation_that_is_switched_on_later(stage: Stage, raised_at: float) -> None:
    """What is not over yet is waited for; what is overdue is no news any more, and the trace says so."""
    await stage.automate("alert_raised", **WAITING)
    for _ in range(2):
        for action in ("turn_off", "turn_on"):
            await stage.hass.services.async_call("automation", action, {"entity_id": "all"}, blocking=True)
        await let_pass(WAIT_S)
        assert len(stage.fired.ids) == 1
    assert await stage.reasons() == [Missed.OVERDUE]


async def test_what_does_not_wait_after_a_restart(stage: Stage, raised_at: float) -> None:
    """What is of a grade or a meter that nobody asked for."""
    elsewhere = {**trigger("alert_raised", {"area_id": ["elsewhere"]}, **WAITING), "id": "elsewhere"}
    warnings = {**trigger("alert_raised", stage.target, grades="warning", **WAITING), "id": "warnings"}
    await stage.hass.config_entries.async_reload(stage.entry.entry_id)
    await stage.start(elsewhere, warnings)
    await let_pass(2 * WAIT_S)
    assert stage.fired.ids == []


async def test_what_was_acknowledged_before_a_restart(stage: Stage, raised_at: float) -> None:
    """Somebody took care: nothing waits any more."""
    await press(stage.hass, f"{stage.rule_id}_acknowledge")
    await stage.hass.config_entries.async_reload(stage.entry.entry_id)
    await stage.start(trigger("alert_raised", stage.target, **WAITING))
    await let_pass(2 * WAIT_S)
    assert stage.fired.ids == []
    assert await stage.reasons() == []
