"""The blueprints, run: what each does when something happens to the meter."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint import models
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.rion_nl43.alert_automation import BLUEPRINTS as FOR_RULES, FOLDER
from emulator import EmulatedMeter

from .blueprint_helpers import BLUEPRINTS, NAMES, automate, notices, settle, switch_off
from .helpers import MockConfigEntry, device_id, let_pass, lines, measures, press, runtime
from .texts import read

WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]


@pytest.fixture(autouse=True)
async def _off(hass: HomeAssistant) -> AsyncIterator[None]:
    """Let no automation be left at the end."""
    yield
    await switch_off(hass)


def blueprint(name: str) -> models.Blueprint:
    """Return a blueprint as Home Assistant reads it."""
    return models.Blueprint(
        load_yaml_dict(str(BLUEPRINTS / f"{name}.yaml")),
        path=f"{name}.yaml",
        expected_domain="automation",
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )


@pytest.mark.parametrize("name", NAMES)
def test_metadata(name: str) -> None:
    """Each says where it comes from and since when it works, and every input has its words and its selector."""
    found = blueprint(name)
    assert found.validate() is None
    assert found.metadata["source_url"] == f"{read('manifest.json')['documentation']}{FOLDER}{name}.yaml"
    assert found.metadata["author"]
    assert found.metadata["homeassistant"]["min_version"] == "2026.10.0"
    for key, about in found.inputs.items():
        assert about["name"], key
        assert about["selector"], key
    assert ("rules" in found.inputs) is (name in FOR_RULES)


def test_for_rules() -> None:
    """The actions know no other ones."""
    assert set(FOR_RULES) <= set(NAMES)


async def until_clock(hass: HomeAssistant, hour: int, minute: int = 0) -> None:
    """Let time pass until it is so late, today or tomorrow."""
    now = datetime.now().astimezone()
    target = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    await let_pass((target - now).total_seconds() % 86400)
    await settle(hass)


class TestStartStopBySchedule:
    """Measuring by the clock or by a helper."""

    async def begin(self, hass: HomeAssistant, entry: MockConfigEntry, **inputs: Any) -> None:
        """Create the automation."""
        await automate(hass, "start_stop_by_schedule", meters={"device_id": [device_id(hass, entry)]}, **inputs)

    async def test_by_the_clock(self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
        """It measures between the times, with the cycles."""
        await self.begin(hass, loaded, start_at="08:01:00", stop_at="08:03:00", set_clock=False)
        assert not measures(meter)
        await until_clock(hass, 8, 2)
        assert measures(meter)
        assert not any(line.startswith("Clock,") for line in lines(meter))
        await until_clock(hass, 8, 4)
        assert not measures(meter)
        assert [command.name for command in runtime(loaded).monitor.commands.recent] == ["start_cycle", "stop_cycle"]
        assert not notices(hass)

    @pytest.mark.parametrize(("day", "begins"), [("sun", False), ("mon", True)])
    async def test_days(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, day: str, begins: bool
    ) -> None:
        """It begins on its days alone, and ends only what began on one of them, here the day before."""
        # Midnight, and a Monday begins.
        await hass.config.async_set_time_zone("America/Los_Angeles")
        await press(hass, "start")
        await self.begin(hass, loaded, start_at="00:03:00", stop_at="00:01:30", days=[day])
        await let_pass(120)
        assert measures(meter) is begins
        if begins:
            await press(hass, "stop")
        await let_pass(120)
        assert measures(meter) is begins

    async def test_by_a_helper(self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
        """It measures while that is on; times count no more."""
        hass.states.async_set("schedule.site", "off")
        await self.begin(
            hass, loaded, schedule_entity="schedule.site", start_at="08:01:00", stop_at="08:03:00", store=False
        )
        await until_clock(hass, 8, 2)
        assert not measures(meter)
        hass.states.async_set("schedule.site", "on")
        await let_pass(30)
        assert measures(meter)
        await until_clock(hass, 8, 4)
        assert measures(meter)
        hass.states.async_set("schedule.site", "unavailable")
        hass.states.async_set("schedule.site", "on")
        await let_pass(30)
        assert len(runtime(loaded).monitor.commands.recent) == 1
        hass.states.async_set("schedule.site", "off")
        await let_pass(30)
        assert not measures(meter)

    async def test_failure(self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
        """Somebody is told, where that is wanted."""
        await press(hass, "start")
        await self.begin(hass, loaded, start_at="08:01:00", stop_at="08:03:00")
        await until_clock(hass, 8, 2)
        (notice,) = notices(hass).values()
        assert notice["title"] == "Measurement not started"
        assert notice["message"] == (
            "The start cycle of 08:01 failed, for one meter at least. The reason is in the trace of It."
        )

    async def test_failure_told_to_nobody(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
    ) -> None:
        """If nobody wants to know."""
        await self.begin(hass, loaded, start_at="09:00:00", stop_at="08:01:00", tell_failure=False)
        await until_clock(hass, 8, 2)
        assert [command.name for command in runtime(loaded).monitor.commands.recent] == ["stop_cycle"]
        assert not notices(hass)
