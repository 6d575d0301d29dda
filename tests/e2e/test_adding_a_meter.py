"""A person adds a meter by hand."""

from playwright.async_api import Locator, Page, expect
import pytest

from emulator import EmulatedMeter
from script.demo_home.home import free_port

from .dialogs import click_until, dialog_of
from .visitor import LEVEL, TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def open_dialog(page: Page) -> Locator:
    """Go the way through the settings to the form for a new meter."""
    services, add = page.get_by_text("Devices & services"), page.get_by_role("button", name="Add integration")
    search, found = page.get_by_placeholder("Search for a brand name"), page.get_by_text("Rion NL-43", exact=True)
    await click_until(page.locator("ha-sidebar").get_by_text("Settings"), services)
    await click_until(services, add)
    await click_until(add, search)
    await search.fill("Rion")
    dialog = dialog_of(page)
    await click_until(found, dialog.get_by_text("Connect to a sound level meter"))
    return dialog


async def test_adding_a_meter_by_hand(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """A wrong port is answered with what to do; the right one leads to the meter."""
    page, meter = visitor.page, meters[0]
    await visitor.go("")
    dialog = await open_dialog(page)
    host, port = dialog.get_by_role("textbox"), dialog.get_by_role("spinbutton")
    await host.fill(meter.host)
    await visitor.picture("add-form")

    await port.fill(str(free_port(0)))
    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog.get_by_text("The connection was refused")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("add-refused")

    await port.fill(str(meter.port))
    await dialog.get_by_role("button", name="Submit").click()
    await dialog.get_by_role("textbox", name="Device name").fill("Building site")
    await visitor.picture("add-name")
    finish = dialog.get_by_role("button", name="finish")
    await finish.click()
    await expect(finish).not_to_be_visible(timeout=TIMEOUT_MS)
    await expect(page.get_by_text("Building site").first).to_be_visible(timeout=TIMEOUT_MS)
    await expect(page.locator("ha-device-entities-card").nth(1)).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await visitor.picture("added")
