"""The cards of files and reports in a browser without Home Assistant: what they ask, show and say."""

from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest

from .modules import run
from .modules.cards import REFUSED, asked, keep, mount_card
from .visitor import TIMEOUT_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

REPORT, FILES = "cards/report-card.js", "cards/files-card.js"
BROWSE, RESOLVE = "media_source/browse_media", "media_source/resolve_media"
MAKE_REPORT = "rion_nl43.create_report"
ROOT = "media-source://rion_nl43/00830001"
# Notes where a link leads, and under which name, instead of following it.
CATCH_LINKS = """() => {
  HTMLAnchorElement.prototype.click = function () {
    window.fetched = [this.pathname + this.search, this.download];
  };
}"""


async def mount_report(plain: Page, answer: Any) -> Locator:
    """Put the form of reports on the page."""
    await plain.evaluate(
        """() => {
          window.tabs = [];
          window.open = () => {
            const tab = {opener: window, closed: false, close: () => { tab.closed = true; }};
            tab.location = {replace: url => { tab.url = String(url); }};
            tabs.push(tab);
            return tab;
          };
        }"""
    )
    config = {"type": "custom:rion-nl43-report", "device_id": "device"}
    given = {"define": "defineReport", "tag": "rion-nl43-report", "config": config, "answers": {MAKE_REPORT: answer}}
    return await mount_card(plain, REPORT, **given)


async def test_a_report_is_opened(plain: Page) -> None:
    """That of the last day, week or month that is over, or of another; in a tab that was opened by the click itself."""
    card = await mount_report(plain, {"response": {"url": "/api/rion_nl43/report/1?authSig=x"}})
    button, date = card.get_by_role("button", name="Report"), card.get_by_label("With this day")
    await expect(date).to_have_value("2026-01-04", timeout=TIMEOUT_MS)
    for period, day in (("week", "2025-12-29"), ("month", "2025-12-31"), ("day", "2026-01-04")):
        await card.get_by_label("Period").select_option(period)
        await expect(date).to_have_value(day)
    await keep(plain, card, "report-card")
    await card.get_by_label("Period").select_option("week")
    await date.fill("2025-12-10")
    await button.click()
    again = card.get_by_role("link", name="Open it again")
    await expect(again).to_have_attribute("href", "/api/rion_nl43/report/1?authSig=x", timeout=TIMEOUT_MS)
    (question,) = await asked(plain, MAKE_REPORT)
    assert question["data"] == {"period": "week", "date": "2025-12-10", "format": "html", "language": "en"}
    assert question["target"] == {"device_id": "device"}
    (tab,) = await plain.evaluate("tabs.map(({opener, url, closed}) => ({opener, url, closed}))")
    assert tab["url"].endswith("/api/rion_nl43/report/1?authSig=x")
    assert (tab["opener"], tab["closed"]) == (None, False)


async def test_a_table_is_downloaded(plain: Page) -> None:
    """Without a tab, which would stay empty."""
    card = await mount_report(plain, {"response": {"url": "/api/table?authSig=x"}})
    await plain.evaluate(CATCH_LINKS)
    await card.get_by_label("As").select_option("csv", timeout=TIMEOUT_MS)
    await card.get_by_role("button", name="Report").click()
    await expect(card.get_by_role("link", name="Download it again")).to_be_visible(timeout=TIMEOUT_MS)
    assert await plain.evaluate("[fetched, tabs.length]") == [["/api/table?authSig=x", ""], 0]


async def test_a_report_that_fails(plain: Page) -> None:
    """Why is said, and the empty tab is closed."""
    card = await mount_report(plain, REFUSED)
    button = card.get_by_role("button", name="Report")
    await button.click(timeout=TIMEOUT_MS)
    await expect(card.get_by_role("status")).to_contain_text("The meter does not answer.", timeout=TIMEOUT_MS)
    assert await plain.evaluate("tabs.map(({closed}) => closed)") == [True]
    await expect(button).to_be_enabled()


@pytest.mark.parametrize(
    ("period", "today", "day"),
    [
        ("day", "2026-03-01", "2026-02-28"),
        ("day", "2024-03-01", "2024-02-29"),
        ("week", "2026-01-05", "2025-12-29"),
        ("month", "2026-01-01", "2025-12-31"),
        ("month", "2026-03-31", "2026-02-28"),
    ],
)
async def test_the_last_period(plain: Page, period: str, today: str, day: str) -> None:
    """A day in the last one that is over."""
    assert await run(plain, REPORT, "({lastOf}, period, today) => lastOf(period, today)", period, today) == day


def item(title: str, *, folder: bool = False) -> dict[str, Any]:
    """Make an entry of a folder as the media browser has it."""
    kind = "directory" if folder else "app"
    told = title if folder else f"{title} · 12 kB · 2026-01-05 12:00"
    return {"title": told, "media_content_id": f"{ROOT}/{title}", "can_expand": folder, "media_class": kind}


async def mount_files(plain: Page, answers: dict[str, Any]) -> Locator:
    """Put the card of files on the page."""
    config = {"type": "custom:rion-nl43-files", "meter": "00830001"}
    given = {"define": "defineFiles", "tag": "rion-nl43-files", "config": config, "answers": answers}
    return await mount_card(plain, FILES, **given)


async def test_files_are_gone_through(plain: Page) -> None:
    """The meter is asked at a click only; folders open, the way back is there, a file comes under its name."""
    items = [item("NL-43", folder=True), item("0001.rnd")]
    card = await mount_files(plain, {BROWSE: {"children": items}, RESOLVE: {"url": "/api/file?authSig=x"}})
    first = card.get_by_role("button", name="Show files")
    await expect(first).to_be_visible(timeout=TIMEOUT_MS)
    assert await asked(plain, BROWSE) == []
    await first.click()
    folder = card.get_by_role("button", name="Open NL-43")
    await expect(folder).to_be_visible(timeout=TIMEOUT_MS)
    await keep(plain, card, "files-card")
    await folder.click()
    way = card.locator(".way button")
    await expect(way).to_have_text(["Card", "NL-43"], timeout=TIMEOUT_MS)
    await expect(way.last).to_have_attribute("aria-current", "page")
    await plain.evaluate(CATCH_LINKS)
    await card.get_by_role("button", name="Download 0001.rnd").click()
    await plain.wait_for_function("window.fetched")
    assert await plain.evaluate("fetched") == ["/api/file?authSig=x", "0001.rnd"]
    await way.first.click()
    await expect(way).to_have_text(["Card"], timeout=TIMEOUT_MS)
    assert [each["media_content_id"] for each in await asked(plain, BROWSE)] == [ROOT, f"{ROOT}/NL-43", ROOT]


async def test_files_that_do_not_come(plain: Page) -> None:
    """Why is said, where one was stays, and it can be tried again."""
    card = await mount_files(plain, {BROWSE: REFUSED})
    first = card.get_by_role("button", name="Show files")
    await first.click(timeout=TIMEOUT_MS)
    await expect(card.get_by_role("status")).to_contain_text("The meter does not answer.", timeout=TIMEOUT_MS)
    await plain.evaluate("what => { hass.answers[what] = {children: []}; }", BROWSE)
    await first.click()
    await expect(card).to_contain_text("Nothing is in this folder.", timeout=TIMEOUT_MS)
    await expect(card.get_by_role("status")).to_have_text("")


async def test_a_busy_meter_is_asked_once(plain: Page) -> None:
    """Whoever clicks again while nothing has come asks for nothing more, and is told what goes on."""
    card = await mount_files(plain, {})
    await plain.evaluate(
        "what => { hass.answers[what] = () => new Promise(done => { window.answer = done; }); }", BROWSE
    )
    first = card.get_by_role("button", name="Show files")
    for _ in range(3):
        await first.dispatch_event("click", timeout=TIMEOUT_MS)
    await expect(card.get_by_role("status")).to_contain_text("Waiting for a quiet moment of the meter")
    assert len(await asked(plain, BROWSE)) == 1
    await plain.evaluate("answer({children: []})")
    await expect(card).to_contain_text("Nothing is in this folder.", timeout=TIMEOUT_MS)


async def test_names_stay_text(plain: Page) -> None:
    """Whatever a file is called, nothing of it becomes a part of the page."""
    name = "<img src=x onerror=window.broken=1>"
    card = await mount_files(plain, {BROWSE: {"children": [item(name)]}})
    await card.get_by_role("button", name="Show files").click(timeout=TIMEOUT_MS)
    await expect(card.get_by_role("listitem")).to_contain_text(name, timeout=TIMEOUT_MS)
    assert await plain.evaluate("window.broken") is None
