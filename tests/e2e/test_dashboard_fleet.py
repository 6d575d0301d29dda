"""The dashboard of a dozen meters, made by clicking: what is worst is seen first, and all of it without a reload."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import json
import re
from typing import Any

from playwright.async_api import Browser, Locator, Page, StorageState, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from emulator.fleet import Fleet, configs_of
from script.demo_home import DOMAIN, ROOT, alerts, meters as demo
from script.demo_home.home import Home

from .dialogs import click_until
from .sound import noise
from .test_strategy import OFFERED, section
from .visitor import LEVEL, PHONE, TEXT_WITH_SHADOWS, TIMEOUT_MS, Visitor, address

pytestmark = pytest.mark.asyncio(loop_scope="session")
of_module = pytest_asyncio.fixture(scope="module", loop_scope="session")

# In the order of the alphabet; one too long for any heading.
SITES = (
    "Airport fence",
    "Brewery",
    "Church tower",
    "Concert hall",
    "Depot gate",
    "Festival ground",
    "Harbour crane 4",
    "Main road",
    "Office",
    "Railway bridge",
    "School yard",
    "Theatre garden, north side behind the stage door",
)
SCENES = ("construction", "traffic", "office", "concert", "quiet")
# The last ones of the alphabet become the worst.
ALARMED, WARNED, LOST = 11, 10, 9
RULE = "Noise limit"
WARNING_DB, ALARM_DB = 100.0, 110.0
WARNING_NOISE_DB, ALARM_NOISE_DB = 104.0, 120.0
MEASURING = re.compile(r"Measuring|Misst")
TEXTS = ROOT / "custom_components" / DOMAIN / "frontend" / "texts"
# Whatever reloads the page takes this away.
MARK, MARKED = "window.notReloaded = true", "window.notReloaded === true"
# Elements with words or a picture that stick out at the right, those that can be scrolled to left out.
STICKING_OUT = """() => {
  const found = [];
  const look = (root, scrolled) => {
    for (const element of root.children) {
      const style = getComputedStyle(element);
      const inside = scrolled || ["auto", "scroll"].includes(style.overflowX);
      const box = element.getBoundingClientRect();
      if (!scrolled && box.width && style.visibility === "visible" && box.right > innerWidth + 1) {
        found.push(`${element.localName}.${element.className} ${Math.round(box.right)}`);
      }
      look(element, inside);
      if (element.shadowRoot) look(element.shadowRoot, inside);
    }
  };
  const view = document.querySelector("home-assistant").shadowRoot.querySelector("home-assistant-main")
    .shadowRoot.querySelector("ha-panel-lovelace").shadowRoot.querySelector("hui-root").shadowRoot.querySelector("#view");
  look(view, false);
  return found;
}"""


@of_module
async def fleet() -> AsyncIterator[Fleet]:
    """A dozen meters that measure; at the end the referee tells whether they were treated as they must be."""
    base = MeterConfig(serial="00430001", seed=1)
    running = Fleet(
        replace(config, model=("NL-43", "NL-53", "NL-63")[number % 3])
        for number, config in enumerate(configs_of(base, len(SITES), SCENES))
    )
    await running.start(ftp_port=0)
    for meter in running.meters:
        meter.instrument.press_start()
    yield running
    await running.stop()
    for meter in running.meters:
        meter.referee.assert_clean()


@of_module
async def meters(fleet: Fleet) -> list[EmulatedMeter]:
    """Give the dozen."""
    return list(fleet.meters)


@of_module
async def home(tmp_path_factory: pytest.TempPathFactory, meters: list[EmulatedMeter]) -> AsyncIterator[Home]:
    """A Home Assistant of their own; three of them have a rule."""
    async with Home.run(tmp_path_factory.mktemp("fleet")) as running:
        await asyncio.gather(*(demo.add(running.api, address(meter)) for meter in meters))
        found = await demo.devices(running.api)
        devices = [found[meter.config.serial] for meter in meters]
        async with running.api.websocket() as websocket:
            for device, name in zip(devices, SITES, strict=True):
                await websocket.command("config/device_registry/update", device_id=device.id, name_by_user=name)
        rule: dict[str, Any] = {"metric": "lp", "warning": WARNING_DB, "alarm": ALARM_DB, "duration": {"seconds": 0}}
        for number in (ALARMED, WARNED, LOST):
            await alerts.add_rule(running.api, devices[number], name=RULE, **rule)
        for meter in meters:
            await demo.wait_for_level(running.api, meter.config.serial)
        yield running


@of_module
async def session(browser: Browser, home: Home) -> StorageState:
    """What a browser keeps after the login."""
    async with Visitor.arrive(browser, home.url) as visitor:
        await visitor.log_in()
        return await visitor.page.context.storage_state()


@of_module
async def dashboard(browser: Browser, home: Home, session: StorageState) -> str:
    """Add the dashboard by clicking, with nothing filled in; gives its path."""
    async with Visitor.arrive(browser, home.url, session) as visitor:
        page = visitor.page
        await visitor.go("/config/lovelace/dashboards")
        offered = page.locator("dashboard-card").filter(has_text=OFFERED)
        await click_until(page.get_by_role("button", name="Add dashboard"), offered)
        dialog = page.locator("dialog-lovelace-dashboard-detail")
        await click_until(offered, dialog.get_by_role("textbox", name="Title"))
        path = await dialog.get_by_role("textbox", name="URL").input_value()
        await dialog.get_by_role("button", name="Create").click()
        await expect(dialog.get_by_role("textbox", name="Title")).to_be_hidden(timeout=TIMEOUT_MS)
    return f"/{path}"


def headings(page: Page) -> Locator:
    """Find the names of the meters on the first page, in their order."""
    return page.locator("hui-grid-section hui-heading-card")


async def expect_first(page: Page, *numbers: int) -> None:
    """Wait until these meters stand first, in this order."""
    for place, number in enumerate(numbers):
        await expect(headings(page).nth(place)).to_contain_text(SITES[number], timeout=TIMEOUT_MS)


async def test_all_are_on_the_first_page(visitor: Visitor, dashboard: str) -> None:
    """By their names, each with its level; so many have no moving lines, and their pages are no tabs."""
    page = visitor.page
    await visitor.go(dashboard)
    await expect(page.locator("rion-nl43-conditions")).to_have_text(re.compile(r"OK\s*12"), timeout=TIMEOUT_MS)
    await expect(headings(page)).to_have_count(len(SITES))
    for place, name in enumerate(SITES):
        await expect(headings(page).nth(place)).to_contain_text(name)
        await expect(headings(page).nth(place)).to_contain_text(MEASURING, timeout=TIMEOUT_MS)
        await expect(section(page, name).locator("hui-tile-card").first).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await expect(page.locator("rion-nl43-live-trace")).to_have_count(0)
    # Without scrolling.
    await expect(section(page, SITES[-1]).locator("hui-tile-card").first).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("tab")).to_have_text(["Meters", "Alerts"])
    await visitor.pictures("fleet")


async def test_the_worst_come_first(visitor: Visitor, dashboard: str, meters: list[EmulatedMeter]) -> None:
    """Alarm, warning, lost, each as it comes; a lost one says why, and is fine again by itself."""
    page, lost = visitor.page, meters[LOST]
    counts = page.locator("rion-nl43-conditions")
    await visitor.go(dashboard)
    await expect_first(page, 0, 1)
    await page.evaluate(MARK)
    with noise(meters[ALARMED], ALARM_NOISE_DB), noise(meters[WARNED], WARNING_NOISE_DB):
        await expect_first(page, ALARMED, WARNED, 0)
        await expect(headings(page).nth(0)).to_contain_text("Alarm")
        await expect(headings(page).nth(1)).to_contain_text("Warning")
        await lost.power_off()
        try:
            await expect_first(page, ALARMED, WARNED, LOST, 0)
            await expect(section(page, SITES[LOST])).to_contain_text("Refused", timeout=TIMEOUT_MS)
            await expect(section(page, SITES[LOST])).not_to_contain_text(LEVEL)
            for told in ("Alarm 1", "Warning 1"):
                await expect(counts.get_by_role("button", name=told)).to_be_visible()
            await expect(counts).to_contain_text(re.compile(r"No link\s*1\s*OK\s*9"))
            await visitor.pictures("fleet-worst")
        finally:
            await lost.power_on()
            lost.instrument.press_start()
        await expect(section(page, SITES[LOST])).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
        await expect(section(page, SITES[LOST])).not_to_contain_text("Refused")
    await expect(counts).to_have_text(re.compile(r"OK\s*12"), timeout=TIMEOUT_MS)
    assert await page.evaluate(MARKED)


async def test_a_lost_meter_is_fine_again_on_its_page(
    visitor: Visitor, dashboard: str, meters: list[EmulatedMeter]
) -> None:
    """It says in words what to do, and goes on with its levels when there is a link again."""
    page, lost = visitor.page, meters[LOST]
    await visitor.go(f"{dashboard}/meter-{lost.config.serial}")
    await expect(section(page, "Measurement")).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await page.evaluate(MARK)
    await lost.power_off()
    try:
        await expect(page.get_by_text("web app and USB off. Behind a router")).to_be_visible(timeout=TIMEOUT_MS)
        await visitor.pictures("fleet-meter-lost")
    finally:
        await lost.power_on()
        lost.instrument.press_start()
    await expect(page.get_by_text("web app and USB off. Behind a router")).to_be_hidden(timeout=TIMEOUT_MS)
    await expect(section(page, "Measurement")).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    assert await page.evaluate(MARKED)


async def test_alerts_of_all_meters_are_in_one_list(
    visitor: Visitor, home: Home, dashboard: str, meters: list[EmulatedMeter]
) -> None:
    """They come to the open page, say at which meter, and are acknowledged there with a key."""
    page = visitor.page
    await visitor.go(f"{dashboard}/alerts")
    opened = page.locator("rion-nl43-alert-list").first
    await expect(opened.get_by_text("No alert is open.")).to_be_visible(timeout=TIMEOUT_MS)
    await page.evaluate(MARK)
    rows = opened.get_by_role("listitem")
    with noise(meters[ALARMED], ALARM_NOISE_DB), noise(meters[WARNED], WARNING_NOISE_DB):
        alarm, warning = (rows.filter(has_text=SITES[number]) for number in (ALARMED, WARNED))
        await expect(alarm).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await expect(warning).to_contain_text("Warning", timeout=TIMEOUT_MS)
        await visitor.pictures("fleet-alerts", expect(page.locator("hui-picture-entity-card img")).to_be_visible)
        await alarm.get_by_role("button", name="Acknowledge", exact=True).focus()
        for key in ("Enter", "Enter"):
            await page.keyboard.press(key)
        await expect(alarm).to_contain_text(re.compile(r"Acknowledged \d+:\d\d: Demo"), timeout=TIMEOUT_MS)
        await expect(warning.get_by_role("button", name="Acknowledge", exact=True)).to_be_visible()
        assert await page.evaluate(MARKED)
    await expect(opened.get_by_text("No alert is open.")).to_be_visible(timeout=TIMEOUT_MS)


async def test_in_german_on_a_phone_by_night(
    browser: Browser, home: Home, session: StorageState, dashboard: str, meters: list[EmulatedMeter]
) -> None:
    """Every page of it: no English sentence of ours, nothing wider than the phone."""
    async with Visitor.arrive(browser, home.url, session, "dark", PHONE) as visitor:
        page = visitor.page
        await visitor.speak("de")
        with noise(meters[ALARMED], ALARM_NOISE_DB):
            await visitor.go(dashboard)
            await expect(headings(page).nth(0)).to_contain_text(SITES[ALARMED], timeout=TIMEOUT_MS)
            await expect(page.get_by_role("tab", name="Messgeräte")).to_be_visible(timeout=TIMEOUT_MS)
            await expect_german(visitor, "fleet-german")
            await visitor.go(f"{dashboard}/meter-{meters[ALARMED].config.serial}")
            await expect(section(page, "Messung")).to_be_visible(timeout=TIMEOUT_MS)
            await expect(page.locator("rion-nl43-alert-list").first).to_contain_text("Quittieren", timeout=TIMEOUT_MS)
            await expect_german(visitor, "fleet-german-meter")
            await visitor.go(f"{dashboard}/alerts")
            await expect(page.locator("rion-nl43-alert-list").first).to_contain_text(RULE, timeout=TIMEOUT_MS)
            await expect(page.locator("hui-picture-entity-card img")).to_be_visible(timeout=TIMEOUT_MS)
            await expect_german(visitor, "fleet-german-alerts")


async def expect_german(visitor: Visitor, name: str) -> None:
    """Keep a picture of the whole page, and look for English and for what sticks out."""
    await visitor.picture(name, whole=True)
    text = await visitor.page.locator("hui-root").evaluate(TEXT_WITH_SHADOWS)
    english, german = (_sentences(json.loads((TEXTS / f"{language}.json").read_text())) for language in ("en", "de"))
    assert not [sentence for sentence in english - german if sentence in text]
    assert await visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not await visitor.page.evaluate(STICKING_OUT)


def _sentences(texts: dict[str, Any]) -> set[str]:
    """Collect all texts of more than a word, up to their first placeholder."""
    found: set[str] = set()
    for text in texts.values():
        if isinstance(text, dict):
            found |= _sentences(text)
        else:
            words = text.split("{", 1)[0].strip()
            found |= {words} if " " in words else set()
    return found
