"""The blueprints that escalate, light up and report, run."""

from collections.abc import AsyncIterator
import re
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_START, EVENT_HOMEASSISTANT_STARTED, STATE_OFF, STATE_ON, Platform
from homeassistant.core import CoreState, HomeAssistant
import pytest

from emulator import EmulatedMeter

from .alert_helpers import NAME, SCENE, add_rule, change_rule, rule_value, tone
from .blueprint_helpers import AUTOMATION, automate, mocked, notices, settle, switch_off
from .helpers import MockConfigEntry, act, ask, device_id, entity_id, let_pass, until
from .signals import GREEN, LAMP, PLUG, SIREN, set_up_signals, signals

WARNING_DB, ALARM_DB = 60.0, 90.0
ORANGE, RED = (255, 160, 0), (255, 0, 0)


@pytest.fixture(autouse=True)
async def _off(hass: HomeAssistant) -> AsyncIterator[None]:
    """Let no automation be left at the end."""
    yield
    await switch_off(hass)


@pytest.fixture
async def rule_id(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> str:
    """A rule that the tone breaks at once, of a meter in a quiet place."""
    meter.instrument.change_scene(SCENE)
    await let_pass(5)
    return await add_rule(hass, loaded)


def target(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return the meter as a target."""
    return {"device_id": [device_id(hass, entry)]}


def target_rule(hass: HomeAssistant, rule_id: str) -> dict[str, Any]:
    """Return the rule as a target."""
    return {"entity_id": [entity_id(hass, f"{rule_id}_breach", Platform.BINARY_SENSOR)]}


async def until_breach(hass: HomeAssistant, rule_id: str, wanted: str) -> None:
    """Wait until the rule is breached or not, and the automation has run."""
    await until(hass, lambda: rule_value(hass, rule_id, "breach") == wanted, 10)
    await settle(hass)


class TestEscalate:
    """Alerts that nobody acknowledges."""

    async def begin(self, hass: HomeAssistant, entry: MockConfigEntry, **inputs: Any) -> list[str]:
        """Create the automation; return the messages that somebody else will have got."""
        messages: list[str] = []
        hass.services.async_register("test", "tell", lambda call: messages.append(call.data["text"]))
        then = [{"action": "test.tell", "data": {"text": "{{ count }}: {{ message }} {{ episode.rule }}"}}]
        everything = {"rules": target(hass, entry), "wait_for": {"minutes": 2}, "times": 2, "then_do": then}
        await automate(hass, "escalate_unacknowledged", **everything | inputs)
        return messages

    async def test_nobody_comes(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """It is told after each wait, so often as is wanted and no more."""
        told = await self.begin(hass, loaded, notify_entities=["notify.boss"])
        mail = mocked(hass, "notify.send_message")
        with tone(meter):
            await until_breach(hass, rule_id, STATE_ON)
            await let_pass(110)
            assert not told
            await let_pass(15)
            assert told == [f"1: Alarm since 08:00, and nobody has acknowledged it. Peak 90.0 dB. {NAME}"]
            await let_pass(120)
            assert [message[0] for message in told] == ["1", "2"]
            await let_pass(240)
            assert len(told) == 2
        assert [call.data["title"] for call in mail] == [f"{loaded.title}: {NAME}"] * 2
        assert len(notices(hass)) == 1

    async def test_somebody_comes(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Then nothing is told any more; a warning that becomes an alarm begins anew."""
        told = await self.begin(hass, loaded, in_home_assistant=False)
        with tone(meter, WARNING_DB):
            await until_breach(hass, rule_id, STATE_ON)
            await let_pass(125)
            assert len(told) == 1
            await act(hass, "acknowledge", **target(hass, loaded))
            await let_pass(240)
            assert len(told) == 1
        with tone(meter):
            await let_pass(240)
            assert len(told) == 2
            assert told[1].startswith("1: Alarm since 08:00, ")
        assert not notices(hass)

    async def test_it_ends_by_itself(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """What is over before anybody waited long enough is told to nobody, nor is another grade."""
        told = await self.begin(hass, loaded, grades=["alarm"])
        with tone(meter):
            await until_breach(hass, rule_id, STATE_ON)
            await let_pass(60)
        with tone(meter, WARNING_DB):
            await let_pass(240)
        await until_breach(hass, rule_id, STATE_OFF)
        assert not told

    @pytest.mark.parametrize("times", [1, 3])
    async def test_the_notice_goes_when_somebody_acknowledges(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str, times: int
    ) -> None:
        """It says that nobody has: at once, whether it would have been told again or not."""
        await self.begin(hass, loaded, times=times)
        with tone(meter):
            await until_breach(hass, rule_id, STATE_ON)
            await let_pass(125)
            assert len(notices(hass)) == 1
            await act(hass, "acknowledge", **target(hass, loaded))
            await settle(hass)
            assert not notices(hass)

    async def test_the_notice_goes_when_somebody_acknowledges_meanwhile(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Also while what is to be done otherwise is still being done."""
        await self.begin(hass, loaded, times=1, then_do=[{"delay": {"minutes": 1}}])
        with tone(meter):
            await until_breach(hass, rule_id, STATE_ON)
            await let_pass(125)
            await act(hass, "acknowledge", **target(hass, loaded))
            await let_pass(60)
            await settle(hass)
            assert not notices(hass)

    async def test_the_notice_goes_at_the_end(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Nobody has to take care of what is over."""
        await self.begin(hass, loaded, times=1)
        with tone(meter):
            await until_breach(hass, rule_id, STATE_ON)
            await let_pass(125)
            assert len(notices(hass)) == 1
        await until_breach(hass, rule_id, STATE_OFF)
        assert not notices(hass)

    async def test_what_is_no_alarm_any_more_is_not_told_again(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Who wants alarms only is not told of a warning after all."""
        told = await self.begin(hass, loaded, grades=["alarm"], times=3)
        with tone(meter, WARNING_DB):
            with tone(meter):
                await until_breach(hass, rule_id, STATE_ON)
                await let_pass(125)
                assert len(told) == 1
            await let_pass(240)
            assert rule_value(hass, rule_id, "breach") == STATE_ON
        assert len(told) == 1
        assert not notices(hass)


class TestLight:
    """Signals while an alert is active."""

    @pytest.fixture(autouse=True)
    async def _signals(self, hass: HomeAssistant) -> None:
        """Have a green lamp, a plug that is off, and a silent siren."""
        await set_up_signals(hass)

    async def begin(self, hass: HomeAssistant, entry: MockConfigEntry, **inputs: Any) -> None:
        """Create the automation."""
        everything = {"rules": target(hass, entry), "lights": [LAMP], "plugs": [PLUG], "sirens": [SIREN]}
        await automate(hass, "light_or_siren", **everything | inputs)

    async def test_while_active(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """In the colour of the grade; afterwards all is as before."""
        await self.begin(hass, loaded)
        with tone(meter, WARNING_DB):
            await until_breach(hass, rule_id, STATE_ON)
            assert signals(hass) == (ORANGE, "on", "on")
            with tone(meter):
                await let_pass(5)
                assert signals(hass) == (RED, "on", "on")
            await let_pass(10)
            assert signals(hass) == (ORANGE, "on", "on")
            await act(hass, "acknowledge", **target(hass, loaded))
            await settle(hass)
            assert signals(hass) == (ORANGE, "on", "on")
        await until_breach(hass, rule_id, STATE_OFF)
        assert signals(hass) == (GREEN, "off", "off")
        assert not [scene for scene in hass.states.async_entity_ids("scene") if "rion" in scene]

    async def test_two_rules(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """It is over when all are."""
        slow = await add_rule(hass, loaded, "Slow", duration=30)
        await self.begin(hass, loaded)
        with tone(meter):
            await until(hass, lambda: rule_value(hass, slow, "breach") == STATE_ON, 60)
        await until_breach(hass, rule_id, STATE_OFF)
        assert signals(hass) == (RED, "on", "on")
        await until(hass, lambda: rule_value(hass, slow, "breach") == STATE_OFF, 60)
        await settle(hass)
        assert signals(hass) == (GREEN, "off", "off")

    async def test_until_acknowledged(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Where that is enough, all is as before then, and stays so."""
        await self.begin(hass, loaded, until_acknowledged=True)
        with tone(meter):
            await until_breach(hass, rule_id, STATE_ON)
            await act(hass, "acknowledge", **target(hass, loaded))
            await settle(hass)
            assert signals(hass) == (GREEN, "off", "off")
        await until_breach(hass, rule_id, STATE_OFF)
        assert signals(hass) == (GREEN, "off", "off")

    async def test_other_grades(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """They change nothing, also of what somebody else has switched on."""
        await self.begin(hass, loaded, grades=["alarm"])
        await hass.services.async_call("siren", "turn_on", {"entity_id": SIREN}, blocking=True)
        with tone(meter, WARNING_DB):
            await until_breach(hass, rule_id, STATE_ON)
            assert signals(hass) == (GREEN, "off", "on")
        await until_breach(hass, rule_id, STATE_OFF)
        assert signals(hass) == (GREEN, "off", "on")

    async def test_restart_meanwhile(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """What it was before is not known any more: it is switched off at the end."""
        with tone(meter):
            await until(hass, lambda: rule_value(hass, rule_id, "grade") == "alarm", 10)
            await let_pass(5)
            hass.set_state(CoreState.starting)
            await self.begin(hass, loaded)
            hass.bus.async_fire(EVENT_HOMEASSISTANT_START)
            hass.set_state(CoreState.running)
            hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
            await settle(hass)
            assert signals(hass) == (RED, "on", "on")
        await until_breach(hass, rule_id, STATE_OFF)
        assert signals(hass) == ("off", "off", "off")

    async def test_rule_that_is_removed(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """All is as before, though the target has nothing left."""
        await self.begin(
            hass, loaded, rules={"entity_id": entity_id(hass, f"{rule_id}_breach", Platform.BINARY_SENSOR)}
        )
        with tone(meter):
            await until_breach(hass, rule_id, STATE_ON)
            assert signals(hass) == (RED, "on", "on")
            hass.config_entries.async_remove_subentry(loaded, rule_id)
            await settle(hass)
        assert signals(hass) == (GREEN, "off", "off")


class TestDailyReport:
    """What was within a day."""

    async def begin(self, hass: HomeAssistant, entry: MockConfigEntry, **inputs: Any) -> None:
        """Create the automation, which reports at once when the minute is over."""
        levels = [entity_id(hass, key) for key in ("leq_1min", "ln2")]
        everything = {"meter": device_id(hass, entry), "levels": levels, "report_at": "08:03:00"}
        await automate(hass, "daily_report", **everything | inputs)

    async def test_report(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Levels with their coverage, and alerts with their peaks, the earliest first."""
        await self.begin(hass, loaded, notify_entities=["notify.mail"])
        mail = mocked(hass, "notify.send_message")
        for level in (ALARM_DB, WARNING_DB):
            with tone(meter, level):
                await until_breach(hass, rule_id, STATE_ON)
                await let_pass(8)
            await until_breach(hass, rule_id, STATE_OFF)
            await act(hass, "acknowledge", note="Seen", **target_rule(hass, rule_id))
            await change_rule(hass, loaded, rule_id, "Night")
        await let_pass(170)
        (call,) = mail
        assert call.data["title"] == f"{loaded.title}: report of 02 Mar 2026"
        laeq, l10, count, first, second = call.data["message"].splitlines()
        assert re.fullmatch(rf"{loaded.title} LAeq,1min: [0-9.]+ dB \(coverage [0-9]+ %\)", laeq)
        assert l10 == f"{loaded.title} L10: unknown"
        assert count == "Alerts of the last 24 hours: 2"
        assert re.fullmatch(
            rf"02 Mar 08:00 {NAME}, alarm, 0:00:[0-9]+ h, peak 90\.[0-9] dB, Leq [0-9.]+ dB, acknowledged \(Seen\)",
            first,
        )
        assert second.startswith("02 Mar 08:00 Night, warning, ")
        (notice,) = notices(hass).values()
        assert notice["message"].splitlines()[::2] == call.data["message"].splitlines()

    async def test_quiet_day(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """It says so."""
        await self.begin(hass, loaded, levels=[])
        await let_pass(190)
        (notice,) = notices(hass).values()
        assert notice["message"] == "Alerts of the last 24 hours: none"

    async def test_quiet_day_not_told(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, rule_id: str
    ) -> None:
        """Where nobody wants to know that nothing was; what goes on is told."""
        await self.begin(hass, loaded, levels=[], only_with_alerts=True, report_at="08:01:00")
        await let_pass(60)
        assert not notices(hass)
        with tone(meter):
            await until_breach(hass, rule_id, STATE_ON)
            await hass.services.async_call("automation", "trigger", {"entity_id": AUTOMATION}, blocking=True)
            await settle(hass)
        (notice,) = notices(hass).values()
        assert f"{NAME}, alarm, active, peak " in notice["message"]


async def test_automation_of_an_installed_blueprint(hass: HomeAssistant, loaded: MockConfigEntry, rule_id: str) -> None:
    """What the action returns uses it where it is, and runs."""
    await automate(hass, "notify_on_alert", rules=target(hass, loaded))
    response = await ask(hass, "get_automation", **target_rule(hass, rule_id))
    assert response["blueprint_installed"]
    assert response["automation"]["use_blueprint"]["path"] == "rion_nl43/notify_on_alert.yaml"
