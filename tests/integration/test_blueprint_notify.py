"""The blueprint that tells people of alerts, run: the notice, its updates, its buttons, quiet hours."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    async_mock_service,
)

from emulator import EmulatedMeter

from .alert_helpers import NAME, SCENE, add_rule, change_rule, rule_value, tone
from .blueprint_helpers import AUTOMATION, automate, mocked, notices, settle, switch_off
from .helpers import MockConfigEntry, MockUser, act, device_id, entity_id, let_pass, runtime, until

WARNING_DB, ALARM_DB = 60.0, 90.0
BUTTON = "mobile_app_notification_action"


@dataclass
class Site:
    """A meter with a rule in a quiet place, a phone, and a mail account."""

    hass: HomeAssistant
    meter: EmulatedMeter
    entry: MockConfigEntry
    rule_id: str
    phone_id: str
    phone: list[ServiceCall] = field(default_factory=list)
    mail: list[ServiceCall] = field(default_factory=list)

    async def automate(self, **inputs: Any) -> None:
        """Create the automation, for the whole meter."""
        self.phone = mocked(self.hass, "notify.mobile_app_ann_s_phone")
        everything = {"rules": {"device_id": [device_id(self.hass, self.entry)]}, "phones": [self.phone_id]}
        await automate(self.hass, "notify_on_alert", **everything | inputs)
        self.mail = mocked(self.hass, "notify.send_message")

    async def until(self, state: str) -> None:
        """Wait until the rule is breached or not, and the automation has run."""
        await until(self.hass, lambda: rule_value(self.hass, self.rule_id, "breach") == state, 10)
        await settle(self.hass)

    async def alert(self, level_db: float = ALARM_DB) -> None:
        """Let an alert come and go."""
        with tone(self.meter, level_db):
            await self.until(STATE_ON)
            await let_pass(8)
        await self.until(STATE_OFF)

    async def press(self, number: int, **data: Any) -> None:
        """Press a button of the phone's last notice."""
        data = {"action": self.phone[-1].data["data"]["actions"][number]["action"], **data}
        self.hass.bus.async_fire(BUTTON, data, context=Context(user_id=data.pop("user_id", None)))
        await settle(self.hass)

    @property
    def shown(self) -> list[str]:
        """The messages that Home Assistant's list shows, without their pictures."""
        return [notice["message"].partition("\n\n")[0] for notice in notices(self.hass).values()]

    @property
    def pictures(self) -> list[str]:
        """The pictures that it shows."""
        return [notice["message"].partition("\n\n")[2] for notice in notices(self.hass).values()]

    @property
    def messages(self) -> list[str]:
        """What came to the phone."""
        return [call.data["message"] for call in self.phone]

    @property
    def tags(self) -> set[str]:
        """The tags of all that came to the phone: what has the same one takes the place of the last."""
        return {call.data["data"]["tag"] for call in self.phone}


@pytest.fixture
async def site(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> AsyncIterator[Site]:
    """The meter, the rule and the phone."""
    meter.instrument.change_scene(SCENE)
    await let_pass(5)
    phones = MockConfigEntry(domain="mobile_app")
    phones.add_to_hass(hass)
    phone = dr.async_get(hass).async_get_or_create(
        config_entry_id=phones.entry_id, identifiers={("mobile_app", "1")}, name="Ann's phone"
    )
    yield Site(hass, meter, loaded, await add_rule(hass, loaded), phone.id)
    await switch_off(hass)


async def test_life_of_a_notice(hass: HomeAssistant, site: Site) -> None:
    """It comes, becomes an alarm, is acknowledged and closed: one notice all the time, and one in the list."""
    await site.automate(notify_entities=["notify.mail"])
    with tone(site.meter, WARNING_DB):
        await site.until(STATE_ON)
        (first,) = site.phone
        assert first.data["title"] == f"{site.entry.title}: {NAME}"
        assert first.data["message"] == "Warning since 08:00: LAF is 60.0 dB, threshold 50.0 dB."
        data = first.data["data"]
        assert [button["title"] for button in data["actions"]] == ["Acknowledge", "Snooze", "Look"]
        assert data["url"] == data["clickAction"] == data["actions"][2]["uri"]
        assert data["url"] == f"/history?entity_id={entity_id(hass, f'{site.rule_id}_alert', Platform.EVENT)}"
        assert (data["alert_once"], data["push"]) == (False, {"interruption-level": "time-sensitive"})
        assert data["image"].startswith(f"/api/rion_nl43/episodes/{site.entry.entry_id}/")
        assert site.shown == site.messages
        assert site.pictures == [f"![LAF]({data['image']})"]
    with tone(site.meter):
        await let_pass(3)
        await settle(hass)
        assert site.messages[1:] == ["Alarm since 08:00: LAF is 90.0 dB, threshold 80.0 dB."]
        await act(hass, "acknowledge", entity_id=entity_id(hass, f"{site.rule_id}_grade"), note="Driver told")
        await settle(hass)
        assert site.messages[2].endswith("Acknowledged: Driver told.")
        assert [button["title"] for button in site.phone[2].data["data"]["actions"]] == ["Look"]
        assert site.phone[2].data["data"]["push"] == {"interruption-level": "passive"}
        assert site.phone[2].data["data"]["alert_once"]
        assert site.shown == [site.messages[2]]
    await site.until(STATE_OFF)
    assert len(site.phone) == 4
    assert site.messages[3].startswith("Over after 0:00:")
    assert "Peak 90." in site.messages[3]
    assert len(site.tags) == 1
    assert site.shown == [site.messages[3]]
    assert [call.data["message"] for call in site.mail] == [site.messages[0], site.messages[1], site.messages[3]]
    assert site.mail[0].data["entity_id"] == ["notify.mail"]


async def test_reopened(hass: HomeAssistant, site: Site) -> None:
    """An alert that goes on after a short while is the same notice, aloud."""
    await change_rule(hass, site.entry, site.rule_id, cooldown=60)
    await site.automate()
    await site.alert()
    with tone(site.meter):
        await site.until(STATE_ON)
        assert site.messages[-1].startswith("Alarm since 08:00: LAF is ")
        assert not site.phone[-1].data["data"]["alert_once"]
        assert len(site.tags) == 1


async def test_unreachable(hass: HomeAssistant, site: Site) -> None:
    """That the meter cannot be reached is told in other words."""
    await site.automate(at_end="keep")
    await site.meter.power_off()
    await let_pass(120)
    await settle(hass)
    (message,) = site.messages
    assert message == "The meter cannot be reached since 08:01."
    assert site.phone[0].data["title"] == f"{site.entry.title}: Unreachable"


async def test_acknowledged_on_the_phone(hass: HomeAssistant, site: Site, hass_admin_user: MockUser) -> None:
    """The button acknowledges, and the note says who it was."""
    await site.automate()
    hass.states.async_set("person.ann", "home", {"user_id": hass_admin_user.id, "friendly_name": "Ann"})
    with tone(site.meter):
        await site.until(STATE_ON)
        await site.press(0, user_id=hass_admin_user.id)
        (episode,) = runtime(site.entry).monitor.alerts.open_episodes
        assert episode.acknowledged
        assert episode.acknowledged.note == "Ann, on the notice"
        assert site.messages[-1].endswith("Acknowledged: Ann, on the notice.")


async def test_acknowledged_by_a_person(hass: HomeAssistant, site: Site, hass_admin_user: MockUser) -> None:
    """Who did it in Home Assistant is named."""
    await site.automate()
    hass.states.async_set("person.ann", "home", {"user_id": hass_admin_user.id, "friendly_name": "Ann"})
    with tone(site.meter):
        await site.until(STATE_ON)
        await act(hass, "acknowledge", user_id=hass_admin_user.id, device_id=device_id(hass, site.entry))
        await settle(hass)
        assert site.messages[-1].endswith("Acknowledged by Ann.")


async def test_snoozed_on_the_phone(hass: HomeAssistant, site: Site) -> None:
    """The button keeps the rule silent for as long as is wanted."""
    await site.automate(snooze_for={"minutes": 30})
    await site.alert(WARNING_DB)
    hass.bus.async_fire(BUTTON, {"action": site.phone[0].data["data"]["actions"][1]["action"]})
    await settle(hass)
    until_at = runtime(site.entry).monitor.alerts.state(site.rule_id).snoozed_until
    assert until_at == pytest.approx(dt_util.utcnow().timestamp() + 1800, abs=3)
    count = len(site.phone)
    with tone(site.meter):
        await let_pass(20)
    await settle(hass)
    assert len(site.phone) == count


@pytest.mark.parametrize(
    "action", ["SILENCE", "", None, "RION_NL43/automation.other/acknowledge/{}", "RION_NL43", "RION_NL43/{}"]
)
async def test_buttons_of_others(hass: HomeAssistant, site: Site, action: str | None) -> None:
    """They are not answered."""
    await site.automate()
    with tone(site.meter):
        await site.until(STATE_ON)
        (episode,) = runtime(site.entry).monitor.alerts.open_episodes
        ran = hass.states.get(AUTOMATION)
        await site.press(0, action=action and action.format(episode.id))
        assert not runtime(site.entry).monitor.alerts.open_episodes[0].acknowledged
        assert hass.states.get(AUTOMATION) == ran


async def test_alarms_only(hass: HomeAssistant, site: Site) -> None:
    """Of a warning nothing is heard, not even its end."""
    await site.automate(grades=["alarm"])
    await site.alert(WARNING_DB)
    assert not site.phone
    await site.alert()
    assert [message.split()[0] for message in site.messages] == ["Alarm", "Over"]


async def test_warnings_only(hass: HomeAssistant, site: Site) -> None:
    """Who wants warnings hears of those that become alarms, too, at their end."""
    await site.automate(grades=["warning"])
    await site.alert()
    assert "Alarm" not in site.messages


@pytest.mark.parametrize(
    ("at_end", "last", "shown"), [("remove", "clear_notification", 0), ("keep", None, 1), ("update", "Over", 1)]
)
async def test_at_the_end(hass: HomeAssistant, site: Site, at_end: str, last: str | None, shown: int) -> None:
    """The notice says how it was, or is taken away, or stays."""
    await site.automate(at_end=at_end)
    await site.alert()
    assert [message.split()[0] for message in site.messages[1:]] == ([last] if last else [])
    assert len(site.shown) == shown
    assert len(site.tags) == 1


async def test_quiet_hours(hass: HomeAssistant, site: Site) -> None:
    """What goes on at their end is told then; the list has none, and what is over is not told."""
    await site.automate(
        quiet_from="07:00:00", quiet_until="08:01:30", alarms_always=False, notify_entities=["notify.mail"]
    )
    await site.alert()
    assert site.messages == ["clear_notification"]
    assert site.shown[0].startswith("Over after")
    with tone(site.meter):
        await site.until(STATE_ON)
        assert len(site.phone) == 1
        await let_pass(90)
        await settle(hass)
        assert site.messages[1].startswith("Alarm since 08:00: ")
        assert len(site.phone[1].data["data"]["actions"]) == 3
    assert [call.data["message"] for call in site.mail] == [site.messages[1]]


async def test_alarms_in_quiet_hours(hass: HomeAssistant, site: Site) -> None:
    """They come all the same, if that is wanted, and not a second time when the hours are over."""
    await site.automate(quiet_from="23:00:00", quiet_until="08:01:00")
    await site.alert(WARNING_DB)
    with tone(site.meter):
        await site.until(STATE_ON)
        assert [message.split()[0] for message in site.messages] == ["clear_notification", "Alarm"]
        await let_pass(60)
        await settle(hass)
        assert len(site.phone) == 2


async def test_told_before_the_quiet_hours(hass: HomeAssistant, site: Site) -> None:
    """At their end it is not told again."""
    await site.automate(quiet_from="08:01:00", quiet_until="08:02:00", alarms_always=False)
    with tone(site.meter):
        await site.until(STATE_ON)
        assert len(site.phone) == 1
        await let_pass(120)
        await settle(hass)
        assert len(site.phone) == 1


async def test_no_quiet_hours(hass: HomeAssistant, site: Site) -> None:
    """The same time twice is none at all."""
    await site.automate(quiet_from="08:00:00", quiet_until="08:00:00", alarms_always=False)
    await site.alert(WARNING_DB)
    assert len(site.phone) == 2


async def test_silenced_phones(hass: HomeAssistant, site: Site) -> None:
    """An alarm sounds there, a warning does not."""
    await site.automate(break_silence=True)
    await site.alert(WARNING_DB)
    await site.alert()
    told = [call.data["data"] for call in site.phone if not call.data["data"]["alert_once"]]
    assert [("channel" in data, "sound" in data["push"]) for data in told] == [(False, False), (True, True)]


async def test_own_words(hass: HomeAssistant, site: Site) -> None:
    """Title and message are templates over what is known; a rule's name is data even if it looks like one."""
    await change_rule(hass, site.entry, site.rule_id, "{{ 1 / 0 }}")
    await site.automate(
        title="{{ notice.rule }}",
        message="{{ notice.grade }} {{ headline }}",
        picture=False,
        open_path="/lovelace/noise",
    )
    with tone(site.meter):
        await site.until(STATE_ON)
    (call,) = site.phone[:1]
    assert call.data["title"] == "{{ 1 / 0 }}"
    assert call.data["message"] == f"alarm {site.entry.title}: {{{{ 1 / 0 }}}}"
    assert "image" not in call.data["data"]
    assert call.data["data"]["url"] == "/lovelace/noise"


async def test_several_recipients(hass: HomeAssistant, site: Site) -> None:
    """Actions with or without the domain in their names, each once; one that fails keeps nobody else from it."""
    group = mocked(hass, "notify.all_phones")
    async_mock_service(hass, "notify", "broken", raise_exception=HomeAssistantError("no"))
    await site.automate(notify_actions=["notify.broken", "notify.all_phones", "all_phones"], in_home_assistant=False)
    with tone(site.meter):
        await site.until(STATE_ON)
    assert len(group) == len(site.phone) == 1
    assert not site.shown


async def test_recipients_that_are_gone(hass: HomeAssistant, site: Site) -> None:
    """A phone that was removed, or an action with a wrong name, keeps the others from nothing."""
    dr.async_get(hass).async_remove_device(site.phone_id)
    await site.automate(phones=[site.phone_id, "gone"], notify_actions=["gone"], notify_entities=["notify.mail"])
    with tone(site.meter):
        await site.until(STATE_ON)
    assert len(site.mail) == len(site.shown) == 1


@pytest.mark.parametrize("by_entity", [False, True])
async def test_rule_that_is_removed(hass: HomeAssistant, site: Site, by_entity: bool) -> None:
    """Its notice is closed with the reason, however the rule was chosen."""
    chosen = {"rules": {"entity_id": [entity_id(hass, f"{site.rule_id}_alert", Platform.EVENT)]}} if by_entity else {}
    await site.automate(**chosen)
    with tone(site.meter):
        await site.until(STATE_ON)
        hass.config_entries.async_remove_subentry(site.entry, site.rule_id)
        await settle(hass)
    assert "The rule was removed." in site.messages[-1]
