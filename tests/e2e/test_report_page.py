"""The report of a meter: asked for by clicking on its page, read in a tab of its own, printed."""

from collections.abc import AsyncIterator
import re
import time

from playwright.async_api import Browser, Page, StorageState, ViewportSize, expect
import pytest
import pytest_asyncio

from script.demo_home import dashboard
from script.demo_home.home import Home
from script.demo_home.meters import NO_LEVEL

from .facts import wait_for
from .recorded import HOUR_S, Storing, home_that_heard, storing
from .test_strategy import section
from .visitor import PICTURES, TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
of_module = pytest_asyncio.fixture(scope="module", loop_scope="session")

SERIAL = "00730002"
HEARD_H = 9
A4: ViewportSize = {"width": 794, "height": 1123}
LEVEL = re.compile(r"\d\d\.\d")


@of_module
async def stored() -> AsyncIterator[Storing]:
    """A meter that has been storing all the time."""
    async with storing(SERIAL, "traffic") as meter:
        yield meter


@of_module
async def home(tmp_path_factory: pytest.TempPathFactory, stored: Storing) -> AsyncIterator[Home]:
    """A Home Assistant that has heard the meter for hours."""
    now_s = int(time.time()) // HOUR_S * HOUR_S
    heard_s = [(now_s - HEARD_H * HOUR_S, now_s)]
    async with home_that_heard(tmp_path_factory.mktemp("report"), stored, heard_s) as running:
        stored.meter.faults.clear()
        await wait_for(running, ["lp"], lambda state: state not in NO_LEVEL)
        yield running


@of_module
async def session(browser: Browser, home: Home) -> StorageState:
    """What a browser keeps after the login."""
    async with Visitor.arrive(browser, home.url) as visitor:
        await visitor.log_in()
        return await visitor.page.context.storage_state()


async def opened(visitor: Visitor, stored: Storing, form: str) -> None:
    """Open the meter's page, and fill in that a report of the last hours is wanted as this."""
    page = visitor.page
    await visitor.go(f"/{dashboard.URL_PATH}")
    report = section(page, "Report")
    # Of the day in which most of the hours are that were heard.
    heard_s = time.time() - HEARD_H * HOUR_S / 2
    await report.get_by_label("With this day").fill(time.strftime("%Y-%m-%d", time.gmtime(heard_s)), timeout=TIMEOUT_MS)
    await report.get_by_label("As").select_option(form)


async def test_a_report_is_read_and_printed(visitor: Visitor, stored: Storing) -> None:
    """It opens in another tab, with figures and graphs; on paper nothing is cut off."""
    page = visitor.page
    await opened(visitor, stored, "html")
    key = section(page, "Report").get_by_role("button", name="Report")
    await key.scroll_into_view_if_needed()
    await visitor.pictures("report-key")
    async with page.context.expect_page(timeout=TIMEOUT_MS) as opening:
        await key.click()
    report = await opening.value
    complaints: list[str] = []
    report.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    await report.wait_for_url("**/api/rion_nl43/report/**", timeout=TIMEOUT_MS)
    await expect(report.locator("table").first).to_be_visible(timeout=TIMEOUT_MS)
    await expect(report.locator("body")).to_contain_text(SERIAL)
    await expect(report.locator("body")).to_contain_text(LEVEL)
    await expect(report.locator("svg").first).to_be_visible()
    await _keep(report)
    # Nobody has to be logged in: the address is signed.
    again = section(page, "Report").get_by_role("link", name="Open it again")
    address = await again.get_attribute("href", timeout=TIMEOUT_MS)
    assert address
    assert "authSig=" in address
    assert not complaints, complaints


async def _keep(report: Page) -> None:
    """Keep what is seen on the screen and on paper."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await report.screenshot(path=PICTURES / "report-screen.png", full_page=True)
    await report.emulate_media(media="print")
    await report.set_viewport_size(A4)
    # Nothing is cut off at the right.
    assert await report.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await report.screenshot(path=PICTURES / "report-printed.png", full_page=True)
    content = await report.pdf(path=PICTURES / "report-printed.pdf", format="A4", print_background=True)
    assert content.startswith(b"%PDF")


async def test_a_report_as_a_table(visitor: Visitor, stored: Storing) -> None:
    """It is downloaded under a name that tells what it is, with a line for each hour."""
    page = visitor.page
    await opened(visitor, stored, "csv")
    async with page.expect_download(timeout=TIMEOUT_MS) as fetching:
        await section(page, "Report").get_by_role("button", name="Report").click()
    download = await fetching.value
    assert re.fullmatch(rf"sound-levels-{SERIAL}-day-[\d-]+\.csv", download.suggested_filename)
    text = (await download.path()).read_text("utf-8-sig")
    assert SERIAL in text
    assert len(text.splitlines()) > HEARD_H
