"""The files on a meter's card, gone through and fetched by clicking: on the meter's page and in the media browser."""

from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Locator, Page, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from script.demo_home import dashboard, meters as demo
from script.demo_home.home import Home

from .dialogs import click_until
from .test_strategy import section
from .visitor import SETTLING_MS, TIMEOUT_MS, Visitor, address

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERIAL = "00730003"
# The quiet moment that the meter needs is not there at once.
LISTED_MS = SETTLING_MS


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def meter(home: Home) -> AsyncIterator[EmulatedMeter]:
    """A meter for this alone, with a picture of its display on the card, and a dashboard."""
    config = MeterConfig(serial=SERIAL, settings={"FTP": "On"})
    async with EmulatedMeter(config) as found:
        found.ftp.open(found.host, 0)
        assert found.instrument.press_screenshot()
        await demo.add(home.api, address(found))
        await dashboard.save(home.api)
        yield found
        added = (await demo.devices(home.api))[SERIAL]
        await home.api.delete(f"/api/config/config_entries/entry/{added.entry_id}")
    found.referee.assert_clean()


def files_on(meter: EmulatedMeter, folder: str) -> dict[str, bytes]:
    """Give what the meter itself has in a folder."""
    files = meter.instrument.card.files
    return {each.name: files.read(f"{folder}/{each.name}") for each in files.entries(folder) if not each.is_folder}


def picture_of(meter: EmulatedMeter) -> tuple[str, str, bytes]:
    """Give the folder of the first picture on the card, its name and what is in it."""
    card = meter.instrument.card
    for folder in card.files.entries(card.root):
        path = f"{card.root}/{folder.name}"
        if folder.is_folder and (pictures := {n: b for n, b in files_on(meter, path).items() if n.endswith(".bmp")}):
            name = min(pictures)
            return folder.name, name, pictures[name]
    raise AssertionError("no picture")


async def test_a_file_is_downloaded_on_the_page(visitor: Visitor, meter: EmulatedMeter, tmp_path: Path) -> None:
    """Folder by folder; what comes is what is on the card, byte by byte."""
    page, (folder, name, content) = visitor.page, picture_of(meter)
    await visitor.go(f"/{dashboard.URL_PATH}/meter-{meter.config.serial}")
    card = section(page, "Card of the meter").locator("rion-nl43-files")
    await expect(card.get_by_role("button", name="Show files")).to_be_visible(timeout=TIMEOUT_MS)
    await _open(card, "Show files", f"Open {meter.instrument.card.root[1:]}")
    await _open(card, f"Open {meter.instrument.card.root[1:]}", f"Open {folder}")
    file = card.get_by_role("button", name=f"Download {name}")
    await click_until(card.get_by_role("button", name=f"Open {folder}"), file)
    await card.scroll_into_view_if_needed()
    await visitor.pictures("card-files")
    async with page.expect_download(timeout=LISTED_MS) as fetching:
        await file.click()
    download = await fetching.value
    assert download.suggested_filename == name
    path = tmp_path / "downloaded"
    await download.save_as(path)
    assert path.read_bytes() == content


async def _open(card: Locator, key: str, then: str) -> None:
    """Click a key, and wait until another is there: the meter is asked once, however long it takes."""
    await card.get_by_role("button", name=key, exact=True).click()
    await expect(card.get_by_role("button", name=then, exact=True)).to_be_visible(timeout=LISTED_MS)


async def test_a_picture_is_looked_at_in_the_media_browser(visitor: Visitor, meter: EmulatedMeter) -> None:
    """The key on the meter's page leads to its card; a picture of the display opens as one."""
    page, (folder, name, _) = visitor.page, picture_of(meter)
    await visitor.go(f"/{dashboard.URL_PATH}/meter-{meter.config.serial}")
    key = section(page, "Card of the meter").get_by_text("Open in the media browser")
    root = item(page, meter.instrument.card.root[1:])
    await key.click(timeout=TIMEOUT_MS)
    await expect(root).to_be_visible(timeout=LISTED_MS)
    await root.click()
    await expect(item(page, folder)).to_be_visible(timeout=LISTED_MS)
    # The small picture comes from the meter as well, when it has a quiet moment.
    async with page.expect_response(lambda response: name in response.url and response.ok, timeout=LISTED_MS) as small:
        await item(page, folder).click()
    await (await small.value).finished()
    await expect(item(page, name)).to_be_visible(timeout=LISTED_MS)
    await page.mouse.move(0, 0)
    await visitor.pictures("card-media")
    shown = page.locator("hui-dialog-web-browser-play-media img")
    await click_until(item(page, name), shown)
    await page.wait_for_function(
        "image => image.complete && image.naturalWidth > 0", arg=await shown.element_handle(), timeout=LISTED_MS
    )
    await visitor.picture("card-media-picture")


def item(page: Page, title: str) -> Locator:
    """Find a folder or a file in the media browser."""
    return page.locator("ha-media-player-browse").get_by_text(title).filter(visible=True).first
