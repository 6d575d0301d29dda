"""The pages of the dashboard without barriers, by day and by night: with an alert, open panels, a lost meter."""

from collections.abc import AsyncIterator
import json
from typing import Any

from playwright.async_api import Browser, StorageState, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from script.demo_home import alerts, dashboard
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .axe import Barrier, barriers
from .dialogs import click_until
from .past import give_past
from .sound import noise
from .test_strategy import section
from .visitor import LEVEL, PICTURES, TIMEOUT_MS, ColorScheme, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = f"/{dashboard.URL_PATH}"
RULE = "Loud for everybody"
ALARM_DB, LOUD_DB = 110.0, 120.0


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def alarmed(home: Home, meters: list[EmulatedMeter], device: Device, plugged: Device) -> AsyncIterator[None]:
    """A meter with a rule that has raised an alert before, another one that is lost, and the dashboard."""
    await dashboard.save(home.api)
    meters[0].instrument.press_start()
    rule: dict[str, Any] = {"metric": "lp", "alarm": ALARM_DB, "duration": {"seconds": 0}, "cooldown": {"seconds": 0}}
    await alerts.add_rule(home.api, device, name=RULE, **rule)
    await give_past(home, device)
    await meters[1].power_off()
    yield
    await meters[1].power_on()
    meters[0].instrument.press_stop()
    kind = "config_entries/subentries"
    async with home.api.websocket() as websocket:
        for known in await websocket.command(f"{kind}/list", entry_id=device.entry_id):
            if known["title"] == RULE:
                await websocket.command(f"{kind}/delete", entry_id=device.entry_id, subentry_id=known["subentry_id"])


@pytest_asyncio.fixture(loop_scope="session", params=["light", "dark"])
async def screen(
    request: pytest.FixtureRequest, browser: Browser, home: Home, session: StorageState
) -> AsyncIterator[Visitor]:
    """Somebody by day, or by night."""
    color_scheme: ColorScheme = request.param
    async with Visitor.arrive(browser, home.url, session, color_scheme) as visitor:
        yield visitor


async def test_nothing_is_in_the_way(
    request: pytest.FixtureRequest, screen: Visitor, meters: list[EmulatedMeter]
) -> None:
    """Of nobody, on any page; what Home Assistant's own elements are found to lack is kept beside the pictures."""
    page, kind = screen.page, request.node.callspec.id
    found: dict[str, list[Barrier]] = {}
    with noise(meters[0], LOUD_DB):
        await screen.go(PATH)
        trace = page.locator("rion-nl43-live-trace:visible").first
        await expect(trace.locator(".grade")).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await expect(page.locator("rion-nl43-conditions")).to_contain_text("No link", timeout=TIMEOUT_MS)
        found["fleet"] = await barriers(page)

        await screen.go(f"{PATH}/meter-{meters[0].config.serial}")
        await expect(section(page, "Measurement")).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
        await expect(page.locator("rion-nl43-live-trace .grade")).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await expect(section(page, "Last 24 hours").locator("canvas").first).to_be_visible(timeout=TIMEOUT_MS)
        found["meter"] = await barriers(page)

        await screen.go(f"{PATH}/meter-{meters[1].config.serial}")
        await expect(page.get_by_text("web app and USB off. Behind a router")).to_be_visible(timeout=TIMEOUT_MS)
        found["lost"] = await barriers(page)

        await screen.go(f"{PATH}/alerts")
        row = page.locator("rion-nl43-alert-list").first.get_by_role("listitem").filter(has_text=RULE)
        await click_until(row.get_by_role("button", name="Why?", exact=True), row.locator(".panel").first)
        found["alerts"] = await barriers(page)
        await row.get_by_role("button", name="Acknowledge", exact=True).click()
        await expect(row.get_by_role("textbox")).to_be_focused()
        found["note"] = await barriers(page)
        await page.keyboard.press("Escape")
        await row.get_by_role("button", name="Snooze for another time").click()
        await expect(page.get_by_role("menuitem").first).to_be_visible()
        found["menu"] = await barriers(page)
        await screen.picture(f"accessibility-{kind}")
        await page.keyboard.press("Escape")
    _keep(kind, found)
    ours = [f"{name}: {each}" for name, some in found.items() for each in some if each.card and each.grave]
    assert not ours, "\n".join(ours)


def _keep(kind: str, found: dict[str, list[Barrier]]) -> None:
    """Write down all that was found."""
    told = {name: [str(each).splitlines() for each in some] for name, some in found.items()}
    (PICTURES / f"accessibility-{kind}.json").write_text(json.dumps(told, indent=2))
