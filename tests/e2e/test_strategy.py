"""The dashboard of all meters: added by clicking, then looked at on a desk by day and by night, and on a phone."""

from collections.abc import AsyncIterator
import json
import re

from playwright.async_api import Browser, Locator, Page, StorageState, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from emulator.instrument.run import State
from script.demo_home import alerts, meters as demo
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .dialogs import click_until
from .facts import wait_for
from .past import give_past
from .sound import noise
from .visitor import DESKTOP, LEVEL, PHONE, SETTLING_MS, TIMEOUT_MS, Visitor, state_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFERED = "Rion sound level meters"
TITLE = "Noise levels"
STRATEGY = "custom:rion-nl43"
URL_PATH = "rion-noise"
RULE = "Loud on the dashboard"
LOUD_DB = 120.0
FIGURE = re.compile(r"^\d+\.\d$")
GENERATED = """async answer => {
  const hass = { language: "en", connection: {}, callWS: async () => answer };
  return (await customElements.get("ll-strategy-dashboard-rion-nl43").generate({}, hass)).views;
}"""
LANGUAGE = "localStorage.setItem('selectedLanguage', JSON.stringify('de'))"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def names(home: Home, meters: list[EmulatedMeter], device: Device, plugged: Device) -> AsyncIterator[list[str]]:
    """Two meters that measure, without rules, and a dashboard of them; gives the names that tests before gave them."""
    await _save_dashboard(home, {"type": STRATEGY})
    for one, meter in zip((device, plugged), meters, strict=True):
        await demo.set_options(home.api, one, watchdog="off")
        await _remove_rules(home, one)
        meter.instrument.press_start()
    # It is told of a key at the meter within a minute or so.
    await wait_for(home, ["run_state"], "measuring".__eq__)
    found = await demo.devices(home.api)
    yield [found[meter.config.serial].name for meter in meters]
    await _remove_rules(home, plugged)
    for meter in meters:
        meter.instrument.press_stop()


async def _save_dashboard(home: Home, strategy: dict[str, object]) -> None:
    async with home.api.websocket() as websocket:
        known = await websocket.command("lovelace/dashboards/list")
        if not any(dashboard["url_path"] == URL_PATH for dashboard in known):
            await websocket.command("lovelace/dashboards/create", url_path=URL_PATH, title="Meters", icon="mdi:pulse")
        await websocket.command("lovelace/config/save", url_path=URL_PATH, config={"strategy": strategy})


async def _remove_rules(home: Home, device: Device) -> None:
    kind = "config_entries/subentries"
    async with home.api.websocket() as websocket:
        for rule in await websocket.command(f"{kind}/list", entry_id=device.entry_id):
            await websocket.command(f"{kind}/delete", entry_id=device.entry_id, subentry_id=rule["subentry_id"])


def section(page: Page, heading: str) -> Locator:
    """Find a section by what its heading says."""
    title = page.locator("hui-heading-card").filter(has=page.get_by_text(heading, exact=True))
    return page.locator("hui-grid-section").filter(has=title)


def tile(within: Locator, name: str) -> Locator:
    """Find a tile by the name on it."""
    return within.locator("hui-tile-card").filter(has=within.page.get_by_text(name, exact=True))


async def expect_trace_to_live(within: Locator) -> None:
    """Wait until the trace there shows a level, and then until it is another one."""
    level = within.locator("rion-nl43-live-trace .level")
    await expect(level).to_have_text(FIGURE, timeout=TIMEOUT_MS)
    await expect(level).not_to_have_text(await level.inner_text(), timeout=TIMEOUT_MS)


def rule(within: Locator) -> Locator:
    """Find the row of the rule, among rules and not among alerts."""
    return within.locator("rion-nl43-alert-list li[data-rule]").filter(has_text=RULE)


def page_of(meter: EmulatedMeter) -> str:
    """Give the path of a meter's page on the dashboard."""
    return f"/{URL_PATH}/meter-{meter.config.serial}"


async def test_it_is_added_by_clicking(visitor: Visitor, names: list[str]) -> None:
    """It is among the community dashboards, knows a title, and shows every meter without anything to fill in."""
    page = visitor.page
    await visitor.go("/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    offered = page.locator("dashboard-card").filter(has_text=OFFERED)
    await offered.scroll_into_view_if_needed(timeout=TIMEOUT_MS)
    await visitor.picture("strategy-add")
    await offered.click()
    dialog = page.locator("dialog-lovelace-dashboard-detail")
    await expect(dialog.get_by_role("textbox", name="Title")).to_have_value(TITLE, timeout=TIMEOUT_MS)
    await visitor.picture("strategy-add-title")
    url_path = await dialog.get_by_role("textbox", name="URL").input_value()
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_role("textbox", name="Title")).to_be_hidden(timeout=TIMEOUT_MS)
    await visitor.go(f"/{url_path}")
    for name in names:
        await expect(section(page, name)).to_be_visible(timeout=TIMEOUT_MS)


async def test_meters_live_on_the_first_page(visitor: Visitor, meters: list[EmulatedMeter], names: list[str]) -> None:
    """Each with its own level; its name leads to its page."""
    page = visitor.page
    await visitor.go(f"/{URL_PATH}")
    for name in names:
        await expect_trace_to_live(section(page, name))
        await expect(section(page, name)).to_contain_text("Measuring")
        await expect(tile(section(page, name), "Coverage today")).to_contain_text("%", timeout=SETTLING_MS)
    await section(page, names[1]).locator("hui-heading-card").get_by_text(names[1]).click()
    await page.wait_for_url(f"**{page_of(meters[1])}")
    await expect(section(page, "Now").locator("rion-nl43-live-trace")).to_be_visible(timeout=TIMEOUT_MS)


async def test_meters_without_traces(visitor: Visitor, home: Home, names: list[str]) -> None:
    """One row for each: its level now, and its coverage beside its name."""
    page = visitor.page
    await _save_dashboard(home, {"type": STRATEGY, "traces": False})
    try:
        await visitor.go(f"/{URL_PATH}")
        for name in names:
            heading = section(page, name).locator("hui-heading-card")
            await expect(heading).to_contain_text(re.compile(r"Measuring.*%", re.DOTALL), timeout=TIMEOUT_MS)
            # Of two that are there one is seen: alone in the row, or beside LAeq,15min.
            level = section(page, name).locator("hui-tile-card:visible").filter(has_text=re.compile("LAF"))
            await expect(level).to_have_count(1)
            await expect(level).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
        await expect(page.locator("rion-nl43-live-trace")).to_have_count(0)
        await visitor.pictures("strategy-no-traces")
    finally:
        await _save_dashboard(home, {"type": STRATEGY})


async def test_a_measurement_is_ended_and_begun(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """On the meter's page, by the keys that make sense; to end it is asked for once more."""
    page, meter = visitor.page, meters[0]
    await visitor.go(page_of(meter))
    measurement = section(page, "Measurement")
    await expect(measurement).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await expect(tile(measurement, "Start")).to_be_hidden()
    await tile(measurement, "Stop").click()
    await expect(page.get_by_text("End the measurement that is running?")).to_be_visible(timeout=TIMEOUT_MS)
    await page.get_by_role("button", name="OK", exact=True).click()
    await expect(measurement.get_by_text("No measurement is running")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("strategy-stopped")
    await tile(measurement, "Start").click(timeout=TIMEOUT_MS)
    await expect(tile(measurement, "Pause")).to_be_visible(timeout=TIMEOUT_MS)
    assert state_of(meter) is State.MEASURING


async def test_alarms_come_first(
    visitor: Visitor, home: Home, meters: list[EmulatedMeter], plugged: Device, names: list[str]
) -> None:
    """A meter in alarm is counted and stands first; its rule is on its page and on that of the alerts."""
    page, loud = visitor.page, meters[1]
    await alerts.add_rule(home.api, plugged, name=RULE, metric="lp", alarm=110, duration={"seconds": 0})
    await visitor.go(f"/{URL_PATH}")
    counts = page.locator("rion-nl43-conditions")
    await expect(counts).to_contain_text(re.compile(r"OK\s*2"), timeout=TIMEOUT_MS)
    with noise(loud, LOUD_DB):
        await expect(counts.get_by_role("button", name="Alarm 1")).to_be_visible(timeout=TIMEOUT_MS)
        await expect(page.locator("hui-grid-section").first).to_contain_text(names[1], timeout=TIMEOUT_MS)
        await expect(section(page, names[1]).locator("hui-heading-card")).to_contain_text("Alarm")
        await visitor.pictures("strategy-alarm")
        await counts.get_by_role("button", name="Alarm 1").click()
        await page.wait_for_url(f"**/{URL_PATH}/alerts")
        await expect(rule(section(page, "Rules"))).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await expect(section(page, "Open").locator("rion-nl43-alert-list").first).to_contain_text(
            RULE, timeout=TIMEOUT_MS
        )
        await visitor.pictures("strategy-alerts", expect(section(page, "Last alert").locator("img")).to_be_visible)
        await visitor.go(page_of(loud))
        await expect(rule(section(page, "Alerts"))).to_contain_text("Alarm", timeout=TIMEOUT_MS)


async def test_a_lost_meter_says_what_to_do(visitor: Visitor, meters: list[EmulatedMeter], names: list[str]) -> None:
    """In words on its page, which goes away by itself; and a meter without rules says how to add one."""
    page, meter = visitor.page, meters[0]
    await visitor.go(page_of(meter))
    await expect(section(page, "Alerts").get_by_role("button", name="Add an alert rule")).to_be_visible(
        timeout=TIMEOUT_MS
    )
    await meter.power_off()
    try:
        await expect(page.get_by_text("Home Assistant goes on trying")).to_be_visible(timeout=TIMEOUT_MS)
        for there_not in ("Measurement", "Now"):
            await expect(section(page, there_not)).to_be_hidden()
        # Nobody knows that all is well.
        await expect(page.locator("hui-view-badges").get_by_text("OK", exact=True)).to_be_hidden()
        await visitor.pictures("strategy-lost")
        await visitor.go(f"/{URL_PATH}")
        await expect(page.locator("rion-nl43-conditions")).to_contain_text(
            re.compile(r"No link\s*1"), timeout=TIMEOUT_MS
        )
    finally:
        await meter.power_on()


async def test_meters_are_chosen(visitor: Visitor, home: Home, names: list[str]) -> None:
    """Behind the pencil; a dashboard of a single meter begins with its page."""
    page = visitor.page
    await visitor.go(f"/{URL_PATH}")
    await expect(section(page, names[0])).to_be_visible(timeout=TIMEOUT_MS)
    await page.get_by_role("button", name="Edit dashboard").click()
    editor = page.locator("rion-nl43-dashboard-editor")
    await editor.get_by_label(names[1]).check(timeout=TIMEOUT_MS)
    await visitor.picture("strategy-editor")
    await page.get_by_role("button", name="Save").click()
    await expect(section(page, "Now")).to_be_visible(timeout=TIMEOUT_MS)
    await expect(page.get_by_role("tab", name=names[0])).to_have_count(0)
    await _save_dashboard(home, {"type": STRATEGY})


async def test_control_is_taken(visitor: Visitor, home: Home, meters: list[EmulatedMeter], names: list[str]) -> None:
    """All pages become ordinary ones with all their cards, which go on to live."""
    page = visitor.page
    await visitor.go(f"/{URL_PATH}")
    await expect(section(page, names[0])).to_be_visible(timeout=TIMEOUT_MS)
    dialog = page.locator("dialog-dashboard-strategy-editor")
    await click_until(page.get_by_role("button", name="Edit dashboard"), dialog.get_by_label(names[1]))
    take = dialog.get_by_role("menuitem", name="Take control")
    await click_until(dialog.get_by_role("button", name="Menu"), take)
    confirm = page.locator("hui-dialog-save-config").get_by_role("button", name="Take control")
    await click_until(take, confirm)
    await confirm.click()
    await expect(confirm).to_be_hidden(timeout=TIMEOUT_MS)
    async with home.api.websocket() as websocket:
        config = await websocket.command("lovelace/config", url_path=URL_PATH)
    assert "strategy" not in json.dumps(config)
    assert [view["path"] for view in config["views"]] == [
        "meters",
        "alerts",
        *(f"meter-{meter.config.serial}" for meter in sorted(meters, key=lambda meter: names[meters.index(meter)])),
    ]
    await visitor.go(f"/{URL_PATH}")
    await expect_trace_to_live(section(page, names[0]))
    await _save_dashboard(home, {"type": STRATEGY})


async def test_without_a_meter(visitor: Visitor, home: Home) -> None:
    """It says how to add one; and that they are gone if those are that were chosen."""
    page = visitor.page
    await _save_dashboard(home, {"type": STRATEGY, "meters": ["gone"]})
    await visitor.go(f"/{URL_PATH}")
    await expect(page.get_by_text("Nothing of this is there any more")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("strategy-gone")
    await _save_dashboard(home, {"type": STRATEGY})
    for is_admin, buttons in ((True, [["Add a meter"]]), (False, [[]])):
        views = await page.evaluate(GENERATED, {"meters": [], "is_admin": is_admin, "version": ""})
        cards = [card for view in views for card in view["cards"]]
        assert [[button["text"] for button in card.get("buttons", [])] for card in cards] == buttons


@pytest.mark.parametrize(
    ("code", "said"), [("unknown_command", "does not run"), ("timeout", "does not tell its meters")]
)
async def test_without_an_answer(visitor: Visitor, code: str, said: str) -> None:
    """Every page says what is wrong and what to do, and asks anew when the connection is back."""
    await visitor.go(f"/{URL_PATH}")
    await expect(visitor.page.locator("rion-nl43-conditions")).to_be_visible(timeout=TIMEOUT_MS)
    told = await visitor.page.evaluate(
        """async code => {
          const broken = { language: "en", connected: false, connection: {}, devices: {}, entities: {}, states: {} };
          broken.callWS = async () => { throw { code, message: "" }; };
          const again = { ...broken, connected: true };
          const told = [];
          for (const kind of ["dashboard-rion-nl43", "view-rion-nl43-fleet", "view-rion-nl43-meter",
                              "view-rion-nl43-alerts"]) {
            const strategy = customElements.get(`ll-strategy-${kind}`);
            const made = await strategy.generate({ type: kind }, broken);
            const ask = () => strategy.shouldRegenerate({ type: kind }, broken, again);
            told.push([JSON.stringify(made), strategy.shouldRegenerate({ type: kind }, broken, broken), ask()]);
          }
          return told;
        }""",
        code,
    )
    for made, at_once, when_connected in told:
        assert said in made
        assert (at_once, when_connected) == (False, True)


async def test_settled_order(visitor: Visitor) -> None:
    """A meter that gets better keeps its place for a minute, one that gets worse is moved at once."""
    await visitor.go(f"/{URL_PATH}")
    await expect(visitor.page.locator("rion-nl43-conditions")).to_be_visible(timeout=TIMEOUT_MS)
    orders = await visitor.page.evaluate("""async () => {
      const url = performance.getEntriesByType("resource").map(entry => entry.name)
        .find(name => name.endsWith("/strategy/condition.js"));
      const { Order } = await import(url);
      const order = new Order();
      const meter = name => ({
        config_entry_id: name, loaded: true, entities: { link: `${name}.link` },
        rules: [{ entities: { grade: `${name}.grade` } }],
      });
      const at = second => new Date(second * 1000).toISOString();
      const states = (grade, second) => ({
        "a.link": { state: "connected", last_changed: at(0) }, "a.grade": { state: "ok", last_changed: at(0) },
        "b.link": { state: "connected", last_changed: at(0) }, "b.grade": { state: grade, last_changed: at(second) },
      });
      const sort = (grade, second, now) => {
        const ask = () => order.isStale([meter("a"), meter("b")], states(grade, second), now * 1000);
        const stale = [ask(), ask()];
        const sorted = order.sort([meter("a"), meter("b")], states(grade, second), now * 1000);
        return [...stale, sorted.map(each => each.config_entry_id).join("")];
      };
      return [sort("ok", 0, 100), sort("alarm", 101, 101), sort("ok", 102, 161), sort("ok", 102, 162)];
    }""")
    # It is told of once: who is told all the time never comes to draw anything.
    assert orders == [[True, False, "ab"], [True, False, "ba"], [False, False, "ba"], [True, False, "ab"]]


@pytest_asyncio.fixture(
    loop_scope="session",
    params=[("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)],
    ids=["light", "dark", "phone-light", "phone-dark"],
)
async def screen(
    request: pytest.FixtureRequest, browser: Browser, home: Home, session: StorageState, device: Device
) -> AsyncIterator[Visitor]:
    """Somebody at one kind of screen, with a past to draw."""
    await give_past(home, device)
    color_scheme, viewport = request.param
    async with Visitor.arrive(browser, home.url, session, color_scheme, viewport) as visitor:
        yield visitor


async def test_every_page_on_every_screen(
    request: pytest.FixtureRequest, screen: Visitor, meters: list[EmulatedMeter], names: list[str]
) -> None:
    """All that is shown is there, and nothing is wider than the screen."""
    page, kind = screen.page, request.node.callspec.id
    await screen.go(f"/{URL_PATH}")
    await expect_trace_to_live(section(page, names[0]))
    await expect_to_fit(page)
    await screen.picture(f"strategy-fleet-{kind}")
    await screen.go(page_of(meters[0]))
    await expect(tile(section(page, "Now"), "LAeq,1min")).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await expect(section(page, "Last 24 hours").locator("canvas").first).to_be_visible(timeout=TIMEOUT_MS)
    await expect_to_fit(page)
    await screen.picture(f"strategy-meter-{kind}")
    await screen.go(f"/{URL_PATH}/alerts")
    await expect(section(page, "Open").locator("rion-nl43-alert-list")).to_have_count(2, timeout=TIMEOUT_MS)
    await expect(section(page, "Last alert").locator("img")).to_be_visible(timeout=TIMEOUT_MS)
    await expect_to_fit(page)
    await screen.picture(f"strategy-alerts-{kind}")


async def expect_to_fit(page: Page) -> None:
    """Tell that nothing has to be scrolled sideways.

    Raises:
        AssertionError: Something is wider than the screen.
    """
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_it_speaks_german(visitor: Visitor, meters: list[EmulatedMeter], names: list[str]) -> None:
    """As its user does."""
    page = visitor.page
    await page.add_init_script(LANGUAGE)
    await visitor.go(f"/{URL_PATH}")
    await expect(page.get_by_role("tab", name="Messgeräte")).to_be_visible(timeout=TIMEOUT_MS)
    # Names of entities are in the language of Home Assistant itself.
    coverage = tile(section(page, names[0]), "Coverage today")
    await expect(coverage).to_contain_text(re.compile(r"\d,\d"), timeout=TIMEOUT_MS)
    await visitor.pictures("strategy-german")
    await visitor.go(page_of(meters[0]))
    await expect(section(page, "Messung")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("strategy-german-meter")
