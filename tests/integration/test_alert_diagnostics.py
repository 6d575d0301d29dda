"""Alerts in the diagnostics of a meter."""

import json
from typing import Any

from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from custom_components.rion_nl43.diagnostics import async_get_config_entry_diagnostics
from custom_components.rion_nl43.monitor import UNREACHABLE
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .alert_helpers import LIMITS, SCENE, add_rule, rule_value, tone
from .helpers import SERIAL, MockConfigEntry, let_pass, runtime, until


@pytest.fixture
async def meter(hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
    """A meter in a quiet place."""
    await hass.config.async_set_time_zone("UTC")
    return await emulated_meter(serial=SERIAL, ftp_port=0, scene=SCENE)


async def test_rules_states_and_why(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_admin_user: Any
) -> None:
    """All that says why a rule did or did not alert, and nothing that somebody wrote."""
    alerting = await add_rule(hass, loaded, "Bedroom of Anna")
    waiting = await add_rule(hass, loaded, "Other", duration=600)
    with tone(meter):
        await until(hass, lambda: rule_value(hass, alerting, "breach") == STATE_ON)
        runtime(loaded).monitor.alerts.acknowledge(alerting, by=hass_admin_user.id, note="It was Anna")
        await let_pass(60)
        found = await async_get_config_entry_diagnostics(hass, loaded)
    text = json.dumps(found)
    for private in ("Anna", hass_admin_user.id, SERIAL):
        assert private not in text
    assert found["rules"] == {alerting: LIMITS, waiting: {**LIMITS, "duration": 600}}
    told = found["alerts"]
    assert told["episodes"] == 1
    assert told["rules"].keys() == {alerting, waiting, UNREACHABLE}
    active, pending = told["rules"][alerting], told["rules"][waiting]
    assert (active["grade"], active["acknowledged"], active["episodes"]) == ("alarm", True, 1)
    assert active["since"].endswith("+00:00")
    assert active["explanation"]["verdict"] == "active"
    assert (pending["grade"], pending["pending"], pending["since"]) == ("ok", True, None)
    assert (pending["explanation"]["verdict"], pending["explanation"]["grade"]) == ("pending", "warning")
    assert pending["explanation"]["over_s"] == pytest.approx(60, abs=5)
    # Nothing more of what is pending, and the nearest it came to an alert.
    await let_pass(60)
    nearest = (await async_get_config_entry_diagnostics(hass, loaded))["alerts"]["rules"][waiting]["explanation"][
        "nearest"
    ]
    assert (nearest["grade"], nearest["dropped"]) == ("warning", "quiet")
    assert nearest["at"].endswith("+00:00")
