"""From box to first alert: the guide in docs/first-alert.md, walked by clicking; it takes the pictures of that page."""

from collections.abc import AsyncIterator, Iterator
import contextlib
from pathlib import Path
import re

from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from emulator.fleet import Fleet
from script.demo_home.home import Home

from .dialogs import click_until, dialog_of, submit, unfold
from .test_adding_a_meter import open_dialog
from .test_alerts import choose
from .visitor import LEVEL, TIMEOUT_MS, Visitor, expect_to_live

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME, RULE = "Building site", "Clap test"
OFFERED, TITLE = "Rion sound level meters", "Noise levels"
LIMIT_DB, CLAP_DB = 85, 95.0


@pytest_asyncio.fixture(loop_scope="session")
async def box() -> AsyncIterator[EmulatedMeter]:
    """A meter that nobody has set up, at a quiet place."""
    fleet = Fleet((MeterConfig(serial="00930003", model="NL-43", seed=3, scene="office"),))
    await fleet.start(ftp_port=0)
    (meter,) = fleet.meters
    meter.instrument.press_start()
    yield meter
    await fleet.stop()
    meter.referee.assert_clean()


@pytest_asyncio.fixture(loop_scope="session")
async def newcomer(browser: Browser, tmp_path: Path) -> AsyncIterator[Visitor]:
    """Somebody whose Home Assistant has neither a meter nor a blueprint yet."""
    async with Home.run(tmp_path) as home:
        async with home.api.websocket() as websocket:
            for path in await websocket.command("blueprint/list", domain="automation"):
                await websocket.command("blueprint/delete", domain="automation", path=path)
        async with Visitor.arrive(browser, home.url) as visitor:
            await visitor.log_in()
            yield visitor


async def test_from_box_to_first_alert(newcomer: Visitor, box: EmulatedMeter) -> None:
    """In the order of the guide, by nothing but what it says."""
    await _add_meter(newcomer, box)
    await _add_dashboard(newcomer)
    await _add_rule(newcomer)
    await _open_dashboard(newcomer)
    await _be_notified(newcomer)
    await _open_dashboard(newcomer)
    with _claps(box):
        alarm = _listed(newcomer.page, "Open").filter(has_text=RULE).first
        await expect(alarm).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await expect(alarm).to_contain_text(re.compile(rf"now {CLAP_DB:.0f}\.\d dB"))
        await alarm.scroll_into_view_if_needed()
        await newcomer.picture("guide-alert")
        await _see_notice(newcomer.page)
        await newcomer.picture("guide-notice")
    # The notices lie over the sidebar.
    await newcomer.page.reload()
    await _open_dashboard(newcomer)
    await _ask_why_not(newcomer)


async def _add_meter(visitor: Visitor, meter: EmulatedMeter) -> None:
    page = visitor.page
    dialog = await open_dialog(page)
    await dialog.get_by_role("textbox").first.fill(meter.host)
    await visitor.picture("guide-meter")
    await dialog.get_by_role("spinbutton").first.fill(str(meter.port))
    await submit(dialog)
    await dialog.get_by_role("textbox", name="Device name").fill(NAME)
    await visitor.picture("guide-name")
    finish = dialog.get_by_role("button", name="finish")
    await finish.click()
    await expect(finish).to_be_hidden(timeout=TIMEOUT_MS)
    await expect(page.locator("ha-device-entities-card").nth(1)).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    # The page was loaded before there was a meter, and without what its dashboards are made of.
    await page.reload()


async def _add_dashboard(visitor: Visitor) -> None:
    page = visitor.page
    dashboards, add = page.get_by_text("Dashboards", exact=True), page.get_by_role("button", name="Add dashboard")
    await click_until(page.locator("ha-sidebar").get_by_text("Settings"), dashboards)
    await click_until(dashboards, add)
    offered = page.locator("dashboard-card").filter(has_text=OFFERED)
    await click_until(add, offered)
    await offered.scroll_into_view_if_needed(timeout=TIMEOUT_MS)
    await visitor.picture("guide-dashboard")
    create = page.locator("dialog-lovelace-dashboard-detail").get_by_role("button", name="Create")
    await click_until(offered, create)
    await create.click()
    await expect(create).to_be_hidden(timeout=TIMEOUT_MS)
    await _open_dashboard(visitor)
    await expect_to_live(page.locator("hui-glance-card:visible, hui-tile-card:visible").first)
    await visitor.picture("guide-page")


async def _open_dashboard(visitor: Visitor) -> None:
    page = visitor.page
    await click_until(
        page.locator("ha-sidebar").get_by_text(TITLE, exact=True), page.locator("rion-nl43-live-trace").first
    )


async def _add_rule(visitor: Visitor) -> None:
    page = visitor.page
    dialog, add = dialog_of(page), page.get_by_role("button", name="Add alert rule", exact=True)
    await click_until(page.get_by_role("button", name="Add an alert rule"), add)
    name = dialog.get_by_role("textbox", name="Name")
    await click_until(add, name)
    await name.fill(RULE)
    await choose(dialog, "Level", "Lp: the sound level now")
    alarm = dialog.get_by_role("spinbutton", name="Alarm")
    await alarm.fill(str(LIMIT_DB))
    await unfold(dialog, "Timing", "For at least")
    await dialog.locator("ha-selector-duration").first.locator("#sec input").fill("0")
    await visitor.picture("guide-rule")
    await submit(dialog)
    save = dialog.get_by_text("Save the rule")
    await expect(save).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("guide-preview")
    finish = dialog.get_by_role("button", name="Finish")
    await click_until(save, finish)
    await finish.click()
    await expect(finish).to_be_hidden(timeout=TIMEOUT_MS)


async def _be_notified(visitor: Visitor) -> None:
    page = visitor.page
    rule = _rule(page)
    make = rule.get_by_role("button", name="Make it", exact=True)
    await click_until(rule.get_by_role("button", name="Notify me", exact=True), make)
    await make.scroll_into_view_if_needed()
    await visitor.picture("guide-notify")
    await make.click()
    await page.wait_for_url("**/config/automation/edit/*", timeout=TIMEOUT_MS)
    await expect(page.get_by_text(f": {RULE}").first).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("guide-automation")


async def _ask_why_not(visitor: Visitor) -> None:
    rule = _rule(visitor.page)
    said = rule.get_by_text("The level is within the limits.")
    await click_until(rule.get_by_role("button", name="Why not?", exact=True), said)
    await said.scroll_into_view_if_needed()
    await visitor.picture("guide-why-not")


async def _see_notice(page: Page) -> None:
    drawer = page.locator("notification-drawer")
    await click_until(page.get_by_text("Notifications", exact=True).first, drawer.get_by_text("Notifications"))
    await expect(drawer).to_contain_text(re.compile(rf"{RULE}.*Alarm since"), timeout=TIMEOUT_MS)
    picture = drawer.locator("img").first
    await expect(picture).to_be_visible(timeout=TIMEOUT_MS)
    await expect(picture).to_have_js_property("complete", True)


def _listed(page: Page, what: str) -> Locator:
    return page.locator("rion-nl43-alert-list").get_by_role("list", name=what, exact=True).get_by_role("listitem")


def _rule(page: Page) -> Locator:
    return _listed(page, "Rules").filter(has_text=RULE).first


@contextlib.contextmanager
def _claps(meter: EmulatedMeter) -> Iterator[None]:
    source = object()
    meter.instrument.add_sound(source, CLAP_DB)
    yield
    meter.instrument.remove_sound(source)
