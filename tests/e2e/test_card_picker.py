"""Our cards as somebody finds them who builds a dashboard himself."""

from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest
import pytest_asyncio

from script.demo_home.home import Home
from script.demo_home.meters import Device

from .device_rows import device_page, value
from .dialogs import click_until
from .visitor import LEVEL, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

URL_PATH = "own-cards"
TRACE, LIST, HOURS = "rion-nl43-live-trace", "rion-nl43-alert-list", "rion-nl43-hours"


@pytest_asyncio.fixture(loop_scope="session")
async def empty_page(home: Home, device: Device) -> None:
    """A dashboard with a page that has nothing on it."""
    view = {"title": "Own", "path": "own", "type": "sections", "sections": [{"type": "grid", "cards": []}]}
    async with home.api.websocket() as websocket:
        if all(one["url_path"] != URL_PATH for one in await websocket.command("lovelace/dashboards/list")):
            await websocket.command("lovelace/dashboards/create", url_path=URL_PATH, title="Own", icon="mdi:hammer")
        await websocket.command("lovelace/config/save", url_path=URL_PATH, config={"views": [view]})


async def saved(home: Home) -> list[dict[str, Any]]:
    """Give the cards that the dashboard has by now."""
    async with home.api.websocket() as websocket:
        config = await websocket.command("lovelace/config", url_path=URL_PATH)
    return [card for section in config["views"][0]["sections"] for card in section["cards"]]


async def search(page: Page, by: str, text: str) -> Locator:
    """Open the dialog for a new card, and look for one; return the dialog."""
    dialog = page.locator("hui-dialog-create-card")
    tab = dialog.get_by_role("tab", name=by)
    await click_until(page.get_by_role("button", name="Add card").last, tab)
    field = dialog.locator("hui-suggestion-picker, hui-card-picker").get_by_role("textbox")
    await tab.click()
    await expect(field).to_have_count(1)
    await field.fill(text)
    return dialog


@pytest.mark.usefixtures("empty_page")
async def test_the_live_level_is_suggested(visitor: Visitor, device: Device) -> None:
    """Whoever wants to show a level of a meter is offered the live trace of that meter."""
    page = visitor.page
    # Home Assistant looks only among the entities that were there when the dialog was opened.
    await visitor.go(device_page(device))
    await expect(value(page, "LAF")).to_contain_text(LEVEL)
    await visitor.go(f"/{URL_PATH}/own?edit=1")
    dialog = await search(page, "By entity", "LAF")
    suggested = dialog.locator("hui-suggestion-picker").locator(TRACE)
    await click_until(dialog.locator("hui-suggestion-entity-tree").get_by_text("LAF", exact=True).first, suggested)
    await suggested.scroll_into_view_if_needed()
    await expect(suggested.locator("canvas")).to_be_visible()
    await visitor.picture("card-suggestion")


@pytest.mark.usefixtures("empty_page")
async def test_the_live_level_is_found_and_set(visitor: Visitor, home: Home, device: Device) -> None:
    """It is found by its name, shows itself in the preview, and does what its form says."""
    page = visitor.page
    await visitor.go(f"/{URL_PATH}/own?edit=1")
    dialog = await search(page, "By card", "live level")
    offered = dialog.locator(".card").filter(has_text="Rion live level")
    await expect(offered.locator(TRACE).locator("canvas")).to_be_visible()
    await visitor.picture("card-picker")
    editor = page.locator("hui-dialog-edit-card")
    save = editor.get_by_role("button", name="Save")
    await click_until(offered, save)
    preview = editor.locator(TRACE)
    await expect(preview.locator("canvas")).to_be_visible()
    await editor.get_by_role("textbox", name="Title").fill("By the gate")
    await expect(preview).to_contain_text("By the gate")
    five = page.get_by_role("menuitem", name="5 min").or_(page.get_by_role("option", name="5 min")).first
    await click_until(editor.locator("ha-selector-select").first, five)
    await five.click()
    await expect(preview.get_by_role("button", name="5 min")).to_have_attribute("aria-pressed", "true")
    await editor.locator("ha-selector-boolean ha-switch").first.click()
    await visitor.pictures("card-editor")
    await save.click()
    await expect(save).to_be_hidden()
    wanted = {"type": f"custom:{TRACE}", "device_id": device.id, "title": "By the gate", "span": "5min", "rules": False}
    (card,) = await saved(home)
    assert card == wanted


@pytest.mark.usefixtures("empty_page")
async def test_the_hours_are_found_and_set(visitor: Visitor, home: Home, device: Device) -> None:
    """As the live level is; of a meter that was added just now they say when the first will be there."""
    page = visitor.page
    await visitor.go(f"/{URL_PATH}/own?edit=1")
    dialog = await search(page, "By card", "Rion hours")
    offered = dialog.locator(".card").filter(has_text="Rion hours")
    editor = page.locator("hui-dialog-edit-card")
    save = editor.get_by_role("button", name="Save")
    await click_until(offered, save)
    preview = editor.locator(HOURS)
    await expect(preview.get_by_role("status").or_(preview.get_by_role("table"))).to_be_visible()
    await editor.get_by_role("textbox", name="Title").fill("By the hour")
    await expect(preview.get_by_role("heading", name="By the hour")).to_be_visible()
    await save.click()
    await expect(save).to_be_hidden()
    (card,) = await saved(home)
    assert card == {"type": f"custom:{HOURS}", "device_id": device.id, "title": "By the hour"}
