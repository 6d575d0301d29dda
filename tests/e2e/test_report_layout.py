"""Reports of all kinds in all languages: on a desk, on a phone, by night, and on paper."""

import asyncio
from pathlib import Path
import re
import sys

from playwright.async_api import Browser, Page
import pytest
import pytest_asyncio

from script.demo_home import ROOT

from .visitor import PHONE, PICTURES, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Every part that begins a page of paper, and the first page.
PARTS = "document.querySelectorAll('section.page').length + 1"
# What lies beyond the right edge although it cannot be moved there.
BEYOND = """() => [...document.querySelectorAll("body *")].filter(each =>
  !each.closest(".scroll") && each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.outerHTML.slice(0, 99))"""
# Words that are drawn over each other.
OVERLAPS = """() => [...document.querySelectorAll("svg")].flatMap(drawing => {
  const words = [...drawing.querySelectorAll("text")].map(each => [each.textContent, each.getBoundingClientRect()]);
  return words.flatMap(([one, a], number) => words.slice(number + 1).filter(([, b]) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
    .map(([other]) => `${one} / ${other}`));
})"""
COLORS = "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
A4_POINTS = (595, 842)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with reports, made by another program: this one has no Home Assistant in it."""
    folder = tmp_path_factory.mktemp("reports")
    maker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.report.pages", str(folder), cwd=ROOT)
    assert await maker.wait() == 0
    return folder


@pytest.mark.parametrize("language", ["en", "de", "fr", "ja"])
@pytest.mark.parametrize("kind", ["day", "week", "month"])
async def test_on_screens_and_on_paper(browser: Browser, pages: Path, kind: str, language: str) -> None:
    """Nothing is cut off on a desk or a phone, by day or by night; on paper each part begins a page.

    Nor does the browser complain of anything: the page's own policy lets in all that it needs.
    """
    async with Visitor.arrive(browser, (pages / f"{kind}-{language}.html").as_uri()) as visitor:
        page = visitor.page
        await visitor.go("")
        assert await page.locator("h1").evaluate("element => getComputedStyle(element).marginTop") == "0px"
        assert await page.evaluate(BEYOND) == []
        assert await page.evaluate(OVERLAPS) == []
        await page.set_viewport_size(PHONE)
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert await page.evaluate(BEYOND) == []
        await visitor.pictures(f"report-{kind}-{language}")
        await on_paper(page, PICTURES / f"report-{kind}-{language}.pdf")


async def on_paper(page: Page, path: Path) -> None:
    """Print a page: each of its parts begins a sheet of A4, each table has its head on all sheets; black on white."""
    await page.emulate_media(media="print", color_scheme="dark")
    assert await page.evaluate(COLORS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    heads = await page.evaluate("[...document.querySelectorAll('thead')].map(head => getComputedStyle(head).display)")
    assert set(heads) == {"table-header-group"}
    printed = await page.pdf(path=path, prefer_css_page_size=True)
    sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert len(sheets) >= await page.evaluate(PARTS)
    assert {(round(float(width)), round(float(height))) for width, height in sheets} == {A4_POINTS}
