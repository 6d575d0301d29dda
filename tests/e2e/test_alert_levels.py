"""What the list of alerts says of levels, and in which order, in a browser without Home Assistant."""

from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest

from .modules import START, pass_s

pytestmark = pytest.mark.asyncio(loop_scope="session")

CARD = "rion-nl43-alert-list"
ONSET = "2026-01-05T12:5{minute}:00+00:00"
SENSOR = "sensor.gate_level"
MOUNT = """async ([config, language, sensor]) => {
  const { defineAlertList } = await load("cards/alert-list.js");
  defineAlertList();
  window.hass = fake.fakeHass("test", { language });
  const rule = { rule_id: "a", name: "Loud", enabled: true, metric: "lp", symbol: "LAF", direction: "above",
    warning: 100, alarm: 110, entities: {} };
  const meter = { config_entry_id: "entry", device_id: "device", name: "Gate", loaded: true, may_control: true,
    entities: { lp: sensor }, disabled: {}, rules: [rule] };
  hass.callWS = async () => ({ version: "test", is_admin: true, meters: [meter] });
  hass.states[sensor] = { entity_id: sensor, state: "51.9", attributes: {} };
  window.subscriptions = what => hass.connection.open.filter(({ message }) => message.type === `rion_nl43/${what}`);
  window.tellIt = (what, event) => subscriptions(what).forEach(({ take }) => take(event));
  window.card = document.createElement("rion-nl43-alert-list");
  card.setConfig({ type: "custom:rion-nl43-alert-list", show: "open", ...config });
  card.hass = hass;
  document.body.append(card);
}"""
LIVE, ALERTS = "live/subscribe", "alerts/subscribe"


def episode(name: str, **told: Any) -> dict[str, Any]:
    """Make an open alert of a rule of this name."""
    usual = {"device_id": "device", "entity_id": None, "meter": "Gate", "rule_id": "a", "rule": name}
    grade = {"grade": "alarm", "worst_grade": "alarm", "metric": "lp", "symbol": "LAF", "direction": "above"}
    time = {"began": ONSET.format(minute=0), "onset": ONSET.format(minute=0), "duration": 60.0, "ended": None}
    levels = {"peak": 104.0, "leq": None, "coverage": None, "thresholds": {"alarm": 110.0}, "onset_level": 111.0}
    marks = {"overload": False, "no_data": False, "reopened": 0, "picture": "", "open": True, "end_reason": None}
    by = {"acknowledged": False, "acknowledged_by": None, "acknowledged_by_name": None, "acknowledged_at": None}
    return {**usual, **grade, **time, **levels, **marks, **by, "note": "", "episode_id": name, **told}


async def mount(plain: Page, config: dict[str, Any] | None = None, language: str = "en") -> Locator:
    """Put the list on the page; from now on time stands still but for what the test lets pass."""
    await plain.clock.install(time=START)
    await plain.clock.pause_at(START + 1)
    await plain.evaluate(MOUNT, [config or {}, language, SENSOR])
    return plain.locator(CARD)


async def tell_open(plain: Page, *episodes: dict[str, Any]) -> None:
    """Tell the list which alerts are open."""
    await plain.wait_for_function("what => subscriptions(what).length", arg=ALERTS)
    await plain.evaluate(
        """([what, episodes]) => tellIt(what, { event: "snapshot", at: new Date().toISOString(), episodes })""",
        [ALERTS, list(episodes)],
    )


async def tell_level(plain: Page, level: float) -> None:
    """Tell those who listen to the meter a level."""
    await plain.evaluate(
        "([what, lp]) => tellIt(what, fake.sample(Date.now() / 1000, lp, { metrics: { lp } }))", [LIVE, level]
    )


async def test_now_is_now(plain: Page) -> None:
    """The level beside an open alert is live, and changes once a second; that of a sensor is not said to be now."""
    card = await mount(plain)
    await tell_open(plain, episode("Loud"))
    row = card.get_by_role("listitem")
    await expect(row).to_contain_text("LAF peak 104.0 dB")
    await plain.wait_for_function("what => subscriptions(what).length", arg=LIVE)
    asked = "what => subscriptions(what).map(({ message }) => [message.config_entry_id, message.metrics])"
    assert await plain.evaluate(asked, LIVE) == [["entry", ["lp"]]]
    await plain.evaluate("what => tellIt(what, fake.snapshot(Date.now() / 1000))", LIVE)
    await tell_level(plain, 119.0)
    await pass_s(plain, 1)
    await expect(row).to_contain_text("LAF now 119.0 dB")
    await expect(row).to_contain_text("peak 119.0 dB")
    for level in (117.0, 116.0):
        await tell_level(plain, level)
        await plain.evaluate("card._draw()")
        await expect(row).to_contain_text("LAF now 119.0 dB")
    await pass_s(plain, 1)
    await expect(row).to_contain_text("LAF now 116.0 dB")
    await expect(row).to_contain_text("peak 119.0 dB")
    await pass_s(plain, 6)
    await expect(row).to_contain_text("LAF 51.9 dB")
    await expect(row).not_to_contain_text("LAF now")


async def test_nobody_listens_for_nothing(plain: Page) -> None:
    """A meter is listened to while it has an open alert and the card is on the page, and for no other."""
    await mount(plain)
    listening = "([what, n]) => subscriptions(what).length === n"
    await tell_open(plain)
    await pass_s(plain, 2)
    assert await plain.evaluate(listening, [LIVE, 0])
    await tell_open(plain, episode("Lost", rule_id="unreachable", metric="unreachable"))
    await pass_s(plain, 2)
    assert await plain.evaluate(listening, [LIVE, 0])
    await tell_open(plain, episode("Loud"))
    await plain.wait_for_function(listening, arg=[LIVE, 1])
    await tell_open(plain)
    await plain.wait_for_function(listening, arg=[LIVE, 0])
    await tell_open(plain, episode("Loud"))
    await plain.wait_for_function(listening, arg=[LIVE, 1])
    await plain.evaluate("card.remove()")
    await plain.wait_for_function("!hass.connection.open.length")


async def test_the_worst_are_at_the_top(plain: Page) -> None:
    """Those that somebody has taken care of are below the others of their grade; whoever is at one stays there."""
    card = await mount(plain)
    old, new = (ONSET.format(minute=minute) for minute in (1, 9))
    seen = {"acknowledged": True, "acknowledged_at": new}
    warning = episode("Newest warning", grade="warning", rule_id="b", onset=new)
    older = [
        episode("Acknowledged alarm", rule_id="c", onset=new, **seen),
        episode("Old alarm", rule_id="d", onset=old),
        episode("Oldest warning", grade="warning", rule_id="e"),
        episode("Alarm", rule_id="f", onset=new),
    ]
    await tell_open(plain, warning, *older)
    names = card.locator("li .rule")
    alarms = ["Alarm", "Old alarm", "Acknowledged alarm"]
    await expect(names).to_have_text([*alarms, "Newest warning", "Oldest warning"])
    key = card.get_by_role("listitem").filter(has_text="Newest warning").get_by_role("button", name="Acknowledge")
    await key.click()
    note = card.locator("input.note")
    await expect(note).to_be_focused()
    await tell_open(
        plain, {**warning, "grade": "alarm", "onset": ONSET.format(minute=9).replace(":00+", ":30+")}, *older
    )
    await expect(names).to_have_text(["Newest warning", *alarms, "Oldest warning"])
    await expect(note).to_be_focused()


async def test_an_empty_list_is_not_there(plain: Page) -> None:
    """Nobody hears of a list of nothing."""
    card = await mount(plain)
    await tell_open(plain)
    await expect(card.get_by_text("No alert is open.")).to_be_visible()
    await expect(card.get_by_role("list")).to_have_count(0)
    await tell_open(plain, episode("Loud"))
    await expect(card.get_by_role("list", name="Open")).to_be_visible()
    await card.locator("li .head").focus()
    await tell_open(plain)
    await expect(card.locator("ul")).to_be_focused()
    await plain.evaluate("document.activeElement.shadowRoot.activeElement.blur()")
    await expect(card.get_by_role("list")).to_have_count(0)


@pytest.mark.parametrize(
    ("config", "language", "words"),
    [
        ({"show": "none"}, "en", "What to show is one of open, past, all, rules; it is not none."),
        ({"limit": 0}, "de", "Die Höchstzahl (limit) ist eine ganze Zahl von 1 bis 500."),
        ({"device_id": ["a"]}, "fr", "Le sonomètre est un seul texte"),
        ({"limit": 1.5}, "ja", "最大件数"),
    ],
)
async def test_a_mistake_is_said_in_the_card(plain: Page, config: dict[str, Any], language: str, words: str) -> None:
    """In the user's language; nothing is asked for, and what is set right begins."""
    card = await mount(plain, config, language)
    await expect(card.get_by_role("alert")).to_contain_text(words)
    assert await plain.evaluate("hass.connection.open.length") == 0
    await plain.evaluate("card.setConfig({ type: 'custom:rion-nl43-alert-list', show: 'open' })")
    await tell_open(plain, episode("Loud"))
    await expect(card.get_by_role("listitem")).to_be_visible()
    await expect(card).not_to_contain_text(words)
