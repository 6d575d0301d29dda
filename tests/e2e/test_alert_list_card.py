"""The list of alerts: an alert is seen as it comes, acknowledged, snoozed, explained, and told of by an automation."""

from collections.abc import AsyncIterator
import re
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from script.demo_home import DOMAIN, alerts
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .sound import noise
from .visitor import PASSWORD, PHONE, TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

URL_PATH = "alert-list"
LIMIT = 2
CARD = "custom:rion-nl43-alert-list"
RULE, OTHER = "Loud on the list", "Much too loud"
ALARM_DB, OTHER_DB = 100.0, 110.0
LOUD_DB, LOUDEST_DB = 104.0, 125.0
ALL_KEYS = {"Acknowledge", "Snooze 1 h", "Why?", "Picture", "Notify me"}
NOTE = "Told the <b>crane</b> driver"
GERMAN = "localStorage.setItem('selectedLanguage', JSON.stringify('de'))"
FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return `${element.className || element.tagName} ${element.value ?? ""}`.trim();
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def cards(home: Home, device: Device) -> AsyncIterator[None]:
    """A meter with two rules, pages with its alerts and its rules, and no blueprints."""
    await _remove_rules(home, device)
    at_once: dict[str, Any] = {"metric": "lp", "duration": {"seconds": 0}, "cooldown": {"seconds": 0}}
    await alerts.add_rule(home.api, device, name=RULE, alarm=ALARM_DB, **at_once)
    await alerts.add_rule(home.api, device, name=OTHER, alarm=OTHER_DB, **at_once)
    views = [_view(show, device.entry_id) for show in ("all", "open", "rules")]
    async with home.api.websocket() as websocket:
        await websocket.command("lovelace/dashboards/create", url_path=URL_PATH, title="Alerts", icon="mdi:bell")
        await websocket.command("lovelace/config/save", url_path=URL_PATH, config={"views": views})
    yield
    await _remove_rules(home, device)


@pytest_asyncio.fixture(loop_scope="session")
async def no_blueprints(home: Home) -> AsyncIterator[None]:
    """Nobody has imported a blueprint yet; afterwards those are there again that were."""
    await _remove_blueprints(home)
    yield
    await _remove_blueprints(home)
    alerts.import_blueprints(home.folder)


async def _remove_blueprints(home: Home) -> None:
    async with home.api.websocket() as websocket:
        for path in await websocket.command("blueprint/list", domain="automation"):
            await websocket.command("blueprint/delete", domain="automation", path=path)


async def _remove_rules(home: Home, device: Device) -> None:
    kind = "config_entries/subentries"
    async with home.api.websocket() as websocket:
        for rule in await websocket.command(f"{kind}/list", entry_id=device.entry_id):
            await websocket.command(f"{kind}/delete", entry_id=device.entry_id, subentry_id=rule["subentry_id"])


def _view(show: str, entry_id: str) -> dict[str, Any]:
    card = {"type": CARD, "config_entry_id": entry_id, "show": show, "limit": LIMIT}
    return {"title": show, "path": show, "type": "sections", "sections": [{"type": "grid", "cards": [card]}]}


def listed(page: Page, what: str) -> Locator:
    """Find a list of the card by its name."""
    return page.locator("rion-nl43-alert-list").get_by_role("list", name=what, exact=True)


def row(page: Page, what: str, rule: str = RULE) -> Locator:
    """Find the first row of a rule in a list."""
    return listed(page, what).get_by_role("listitem").filter(has_text=rule).first


def button(within: Locator, name: str) -> Locator:
    """Find a button by its exact name."""
    return within.get_by_role("button", name=name, exact=True)


async def go(visitor: Visitor, show: str) -> None:
    """Open a page of the dashboard, and wait until its card has been told of everything."""
    await visitor.go(f"/{URL_PATH}/{show}")
    settled = row(visitor.page, "Rules") if show == "rules" else visitor.page.get_by_text("No alert is open.")
    await expect(settled).to_be_visible(timeout=TIMEOUT_MS)


async def test_an_alert_is_acknowledged_with_a_note(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """It is seen and said without a reload; with the keys it is acknowledged, and it keeps the note when it is over."""
    page, meter = visitor.page, meters[0]
    connections = len(meter.referee.connections)
    await go(visitor, "all")
    with noise(meter, LOUD_DB):
        alert = row(page, "Open")
        await expect(alert).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await expect(page.locator("rion-nl43-alert-list [aria-live]")).to_have_text(re.compile(f"New Alarm: .*{RULE}"))
        await expect(alert).to_contain_text(re.compile(r"now .*dB.*peak .*dB.*limit 100\.0 dB"))
        await visitor.pictures("alert-list-open")
        await button(alert, "Acknowledge").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.type(NOTE)
        await visitor.pictures("alert-list-note")
        await page.keyboard.press("Enter")
        await expect(alert).to_contain_text(re.compile(r"Acknowledged \d+:\d\d: Demo"), timeout=TIMEOUT_MS)
        await expect(button(alert, "Acknowledge")).to_be_hidden()
        assert "snooze" in await page.evaluate(FOCUSED)
    past = row(page, "Past")
    await expect(past).to_contain_text("Alarm, over", timeout=TIMEOUT_MS)
    await past.get_by_role("button", name=RULE).click()
    await expect(past).to_contain_text(NOTE)
    await expect(past).to_contain_text("Quiet again")
    await visitor.pictures("alert-list-past")
    assert len(meter.referee.connections) == connections


async def test_its_picture_opens_large(visitor: Visitor) -> None:
    """In a dialog that Escape closes; whoever opened it with a key is where he was."""
    page = visitor.page
    await go(visitor, "all")
    past = row(page, "Past")
    await past.get_by_role("button", name=RULE).click()
    await button(past, "Picture").focus()
    await page.keyboard.press("Enter")
    picture = page.get_by_role("dialog").get_by_role("img")
    await expect(picture).to_have_js_property("complete", True, timeout=TIMEOUT_MS)
    assert await picture.evaluate("image => image.naturalWidth") > PHONE["width"]
    await visitor.pictures("alert-list-picture")
    await page.keyboard.press("Escape")
    await expect(picture).to_be_hidden()
    assert "picture" in await page.evaluate(FOCUSED)


async def test_a_rule_is_snoozed(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """From the menu, by keys; it raises nothing then and says why, and what still holds is raised at the end."""
    page = visitor.page
    await go(visitor, "rules")
    rule = row(page, "Rules")
    await button(rule, "Snooze for another time").focus()
    for key in ("Enter", "ArrowDown", "ArrowDown", "ArrowDown"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("menuitem", name="Until tomorrow, 7:00")).to_be_focused()
    await visitor.pictures("alert-list-snooze")
    await page.keyboard.press("Enter")
    await expect(rule).to_contain_text(re.compile("Snoozed until .*7:00"), timeout=TIMEOUT_MS)
    assert "unsnooze" in await page.evaluate(FOCUSED)
    with noise(meters[0], LOUDEST_DB):
        await expect(row(page, "Rules", OTHER)).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await button(rule, "Why not?").click()
        await expect(rule).to_contain_text(re.compile(r"The rule is snoozed until .*7:00\."), timeout=TIMEOUT_MS)
        await expect(rule).to_contain_text("OK")
        await button(rule, "End snooze").click()
        await expect(rule.locator(".grade")).to_contain_text("Alarm", timeout=TIMEOUT_MS)
    await expect(rule.locator(".grade")).to_contain_text("OK", timeout=TIMEOUT_MS)


async def test_it_says_why_not(visitor: Visitor) -> None:
    """In place, with the figures."""
    page = visitor.page
    await go(visitor, "rules")
    rule = row(page, "Rules", OTHER)
    await button(rule, "Why not?").click()
    await expect(rule).to_contain_text("The level is within the limits.", timeout=TIMEOUT_MS)
    await expect(rule).to_contain_text(re.compile(r"It is \d+\.\d dB\. It takes more than 110\.0 dB for an alarm\."))
    await visitor.pictures("alert-list-why")
    await button(row(page, "Rules", "Unreachable"), "Why not?").click()
    await expect(row(page, "Rules", "Unreachable")).to_contain_text("The meter is reachable.", timeout=TIMEOUT_MS)


async def test_a_rule_is_switched_off(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """And on again; what is loud meanwhile raises nothing."""
    page = visitor.page
    await go(visitor, "rules")
    rule = row(page, "Rules", OTHER)
    switch = rule.get_by_role("switch", name=f"{OTHER} is judged")
    await switch.click()
    await expect(rule.locator(".grade")).to_have_text("Off", timeout=TIMEOUT_MS)
    with noise(meters[0], LOUDEST_DB):
        await expect(row(page, "Rules").locator(".grade")).to_have_text("Alarm", timeout=TIMEOUT_MS)
        await expect(rule.locator(".grade")).to_have_text("Off")
    await switch.click()
    await expect(rule.locator(".grade")).to_have_text("OK", timeout=TIMEOUT_MS)
    await expect(page.get_by_role("link", name="Add a rule")).to_have_attribute(
        "href", re.compile(rf"/config/integrations/integration/{DOMAIN}#config_entry=\w+")
    )


async def test_notify_me(visitor: Visitor, home: Home, meters: list[EmulatedMeter], no_blueprints: None) -> None:
    """Two clicks import the blueprint and make an automation that runs; the next time it is offered to open."""
    page = visitor.page
    await go(visitor, "rules")
    await button(row(page, "Rules"), "Notify me").click()
    await expect(row(page, "Rules")).to_contain_text("An automation is made that tells you", timeout=TIMEOUT_MS)
    await visitor.pictures("alert-list-notify")
    await button(row(page, "Rules"), "Make it").click()
    await page.wait_for_url("**/config/automation/edit/*", timeout=TIMEOUT_MS)
    await expect(page.get_by_text(f": {RULE}").first).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("alert-list-automation")
    address = page.url
    try:
        await go(visitor, "rules")
        with noise(meters[0], LOUD_DB):
            await page.get_by_text("Notifications", exact=True).first.click()
            await expect(page.locator("notification-drawer")).to_contain_text(
                re.compile(rf"{RULE}.*Alarm since"), timeout=TIMEOUT_MS
            )
        await go(visitor, "rules")
        await button(row(page, "Rules"), "Notify me").click()
        await expect(row(page, "Rules")).to_contain_text(re.compile(f"There is an automation .*{RULE}"))
        await button(row(page, "Rules"), "Open it").click()
        await page.wait_for_url(address, timeout=TIMEOUT_MS)
    finally:
        await page.evaluate(
            "id => document.querySelector('home-assistant').hass.callApi('DELETE', `config/automation/config/${id}`)",
            address.rsplit("/", 1)[1],
        )


async def test_nobody_is_disturbed(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """Who writes a note keeps the focus and the row while other alerts come, and when his is over."""
    page = visitor.page
    await go(visitor, "open")
    with noise(meters[0], LOUD_DB):
        await button(row(page, "Open"), "Acknowledge").click(timeout=TIMEOUT_MS)
        await page.keyboard.type("Half a no")
        with noise(meters[0], LOUDEST_DB):
            await expect(row(page, "Open", OTHER)).to_be_visible(timeout=TIMEOUT_MS)
            assert await page.evaluate(FOCUSED) == "note Half a no"
    await expect(row(page, "Open")).to_contain_text("Alarm, over", timeout=TIMEOUT_MS)
    await expect(row(page, "Open", OTHER)).to_be_hidden(timeout=TIMEOUT_MS)
    await page.keyboard.type("te")
    assert await page.evaluate(FOCUSED) == "note Half a note"
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No alert is open.")).to_be_visible(timeout=TIMEOUT_MS)
    await go(visitor, "all")
    await row(page, "Past").get_by_role("button", name=RULE).click()
    await expect(listed(page, "Past")).to_contain_text("Half a note")


async def test_a_lost_connection(visitor: Visitor, home: Home, device: Device, meters: list[EmulatedMeter]) -> None:
    """What comes while the page, or the meter's entry, is away is seen afterwards."""
    page = visitor.page
    await go(visitor, "all")
    connection = "document.querySelector('home-assistant').hass.connection"
    await page.evaluate(f"void {connection}.suspendReconnectUntil(new Promise(on => window.goOn = on))")
    await page.evaluate(f"{connection}.suspend()")
    with noise(meters[0], LOUD_DB):
        await page.evaluate("window.goOn()")
        await expect(row(page, "Open")).to_be_visible(timeout=TIMEOUT_MS)
        await home.api.post(f"/api/config/config_entries/entry/{device.entry_id}/reload", {})
        await expect(row(page, "Open")).to_be_visible()
    await expect(page.get_by_text("No alert is open.")).to_be_visible(timeout=TIMEOUT_MS)
    await expect(row(page, "Past")).to_contain_text("Alarm, over")


async def test_older_ones_are_asked_for(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """The card shows as many as it is told to, and more for who wants them."""
    page = visitor.page
    await go(visitor, "all")
    for _ in range(LIMIT + 1):
        with noise(meters[0], LOUD_DB):
            await expect(row(page, "Open")).to_be_visible(timeout=TIMEOUT_MS)
        await expect(page.get_by_text("No alert is open.")).to_be_visible(timeout=TIMEOUT_MS)
    past = listed(page, "Past").get_by_role("listitem")
    await expect(past).to_have_count(LIMIT)
    await button(page.locator("rion-nl43-alert-list"), "Show older ones").click()
    await expect(past.nth(LIMIT)).to_be_visible(timeout=TIMEOUT_MS)


@pytest.mark.parametrize(
    ("group", "there"),
    [("system-users", {"Acknowledge", "Snooze 1 h", "Why?", "Picture"}), ("system-read-only", {"Why?", "Picture"})],
)
async def test_nobody_sees_what_he_may_not_do(
    browser: Browser, home: Home, meters: list[EmulatedMeter], group: str, there: set[str]
) -> None:
    """Administrators alone make automations, and who may only look sees no key at all."""
    async with home.api.websocket() as websocket:
        user = (await websocket.command("config/auth/create", name=group, group_ids=[group]))["user"]
        login = {"user_id": user["id"], "username": group, "password": PASSWORD}
        await websocket.command("config/auth_provider/homeassistant/create", **login)
    async with Visitor.arrive(browser, home.url) as visitor:
        await visitor.log_in(group)
        await go(visitor, "all")
        with noise(meters[0], LOUD_DB):
            alert = row(visitor.page, "Open")
            for name in there:
                await expect(button(alert, name)).to_be_visible(timeout=TIMEOUT_MS)
            for name in ALL_KEYS - there:
                await expect(button(alert, name)).to_be_hidden()
        await expect(row(visitor.page, "Past")).to_be_visible(timeout=TIMEOUT_MS)
        await visitor.go(f"/{URL_PATH}/rules")
        await expect(row(visitor.page, "Rules")).to_be_visible(timeout=TIMEOUT_MS)
        await expect(visitor.page.get_by_role("link", name="Add a rule")).to_be_hidden()
        assert await visitor.page.get_by_role("switch").count() == (group == "system-users") * 2
    async with home.api.websocket() as websocket:
        await websocket.command("config/auth/delete", user_id=user["id"])


async def test_what_fails_is_said_in_place(visitor: Visitor, home: Home, meters: list[EmulatedMeter]) -> None:
    """In words, where it was asked for; nothing is lost."""
    page = visitor.page
    await go(visitor, "open")
    with noise(meters[0], LOUD_DB):
        alert = row(page, "Open")
        await button(alert, "Acknowledge").click(timeout=TIMEOUT_MS)
        await page.keyboard.type("Kept")
        # Nothing tells the card of it, as if another had been faster by a moment.
        await page.evaluate("""() => {
          const { hass } = document.querySelector("home-assistant");
          const refused = { code: "service_validation_error", translation_domain: "rion_nl43",
            translation_key: "alert_already_acknowledged" };
          hass.callService = async () => { throw refused; };
        }""")
        await page.keyboard.press("Enter")
        await expect(alert.get_by_role("alert")).to_have_text("The alert has been acknowledged already.")
        assert await page.evaluate(FOCUSED) == "note Kept"
        await visitor.pictures("alert-list-error")


async def test_it_speaks_german(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """As its user does, the reasons too."""
    page = visitor.page
    await page.add_init_script(GERMAN)
    await visitor.go(f"/{URL_PATH}/rules")
    rule = row(page, "Regeln")
    await button(rule, "Warum nicht?").click(timeout=TIMEOUT_MS)
    await expect(rule).to_contain_text("Der Pegel liegt innerhalb der Grenzen.", timeout=TIMEOUT_MS)
    await expect(rule).to_contain_text(re.compile(r"Es sind \d+,\d dB\."))
    await visitor.pictures("alert-list-german-rules")
    await visitor.go(f"/{URL_PATH}/all")
    with noise(meters[0], LOUD_DB):
        await expect(row(page, "Offen")).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await row(page, "Vergangen").get_by_role("button", name=RULE).click()
        await visitor.pictures("alert-list-german")


async def test_it_fits_a_phone(visitor: Visitor) -> None:
    """Nothing has to be scrolled sideways, with all rows open."""
    page = visitor.page
    await page.set_viewport_size(PHONE)
    for show in ("all", "rules"):
        await go(visitor, show)
        for head in await listed(page, "Past").get_by_role("button", name=RULE).all():
            await head.click()
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
