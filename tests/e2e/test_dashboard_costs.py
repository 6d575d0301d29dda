"""What the dashboard costs: no row in the database, no command to a meter, no growing memory, little of a processor."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
import contextlib
from dataclasses import dataclass
from functools import reduce
import math
from operator import and_, or_
import re
import sqlite3
import time

from playwright.async_api import Browser, CDPSession, Page, StorageState, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from script.demo_home import dashboard, meters as demo
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .facts import wait_for
from .main_thread import MainThread
from .modules import mount, pass_s
from .visitor import PICTURES, TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = f"/{dashboard.URL_PATH}"
DATABASE = "home-assistant_v2.db"
# Never the same for long, and never so loud that a rule of the demo has something to tell.
SCENE = "office"
# By then the windows of a minute tell of this sound alone.
SETTLING_S = 60.0
SPAN_S = 20.0
# Spans are in step neither with the seconds in which levels are published nor with the minutes of windows and facts,
# and a window is written as often as its tenth changes, whoever looks: so many more rows there may be of an entity or
# as large a share, so many more of all, and so much more often may a command be sent.
APART, SHARE_OF_EACH, SHARE_OF_ALL, SHARE_OF_COMMANDS = 5, 0.5, 0.3, 0.15
# What a meter is asked for last after it was added.
LAST_FACTS = ("battery", "card_free", "clock_offset", "power_source")
# By then all buffers of a trace of five minutes are full.
FULL_MIN, LATER_MIN = 6, 10
GROWTH_AT_MOST_B = 256 * 1024
PER_SECOND = 10
FRAMES_AT_MOST = 30
MEASURED_S = 5.0
COUNT_PICTURES = """window.pictures = 0;
const { clearRect } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.clearRect = function (...area) {
  window.pictures += 1;
  return clearRect.apply(this, area);
};"""


@dataclass(frozen=True, slots=True)
class Span:
    """Some time, in seconds since the epoch, and how often each meter got each command in it."""

    began: float
    ended: float
    commands: list[Counter[str]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(
    home: Home, meters: list[EmulatedMeter], device: Device, plugged: Device
) -> AsyncIterator[tuple[str, ...]]:
    """One meter that is streamed and one that is polled, both measuring; gives the pages of their dashboard."""
    await demo.set_options(home.api, device, watchdog="off", feed="streamed")
    await demo.set_options(home.api, plugged, watchdog="off", feed="polled")
    await dashboard.save(home.api)
    for meter in meters:
        meter.instrument.press_start()
        await demo.wait_for_level(home.api, meter.config.serial)
    await wait_for(home, LAST_FACTS, lambda state: state not in demo.NO_LEVEL)
    yield (PATH, f"{PATH}/alerts", *(f"{PATH}/meter-{meter.config.serial}" for meter in meters))
    for meter in meters:
        meter.change_scene(meter.config.scene)
        meter.instrument.press_stop()
    await demo.set_options(home.api, device, feed="polled")


def note(what: str) -> None:
    """Tell a figure, beside the pictures too."""
    print(what)  # noqa: T201 # who runs the tests with -s wants to know
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (PICTURES / "dashboard-costs.txt").open("a") as file:
        file.write(f"{what}\n")


def rows_of(home: Home, span: Span) -> Counter[str]:
    """Count the rows of each entity that tell of a change in this time."""
    query = """SELECT states_meta.entity_id, COUNT(*) FROM states JOIN states_meta USING (metadata_id)
        WHERE last_updated_ts >= ? AND last_updated_ts < ? GROUP BY metadata_id"""
    with contextlib.closing(sqlite3.connect(f"file:{home.folder / DATABASE}?mode=ro", uri=True)) as database:
        return Counter(dict(database.execute(query, (span.began, span.ended))))


async def observe(meters: list[EmulatedMeter]) -> Span:
    """Let the same sound be heard anew for a while."""
    for meter in meters:
        meter.change_scene(SCENE)
    before = [len(meter.referee.commands) for meter in meters]
    began = time.time()
    await asyncio.sleep(SPAN_S)
    after = [len(meter.referee.commands) for meter in meters]
    got = zip(meters, before, after, strict=True)
    lines = [Counter(each.line for each in meter.referee.commands[then:now]) for meter, then, now in got]
    return Span(began, time.time(), lines)


def more_often(
    opened: Sequence[Counter[str]], closed: Sequence[Counter[str]], share: float
) -> dict[str, tuple[int, int]]:
    """Give what there is clearly more of each time the pages are open than at any time when they are closed.

    With how much there is at most with them closed, and at least with them open: what looking causes, it causes each
    time; what only happened then does not happen twice.
    """
    least, most = reduce(and_, opened), reduce(or_, closed)
    return {key: (most[key], n) for key, n in least.items() if n > most[key] + max(APART, share * most[key])}


async def written(home: Home, span: Span) -> None:
    """Wait until the recorder has written what came after a span: it does so some seconds later."""
    async with asyncio.timeout(TIMEOUT_MS / 1000):
        while not rows_of(home, Span(span.ended, math.inf, [])):  # noqa: ASYNC110 # nobody tells of rows
            await asyncio.sleep(0.5)


async def statistic_ids(home: Home) -> set[str]:
    """Tell of which entities there are statistics: each gets one row of them in five minutes."""
    async with home.api.websocket() as websocket:
        found = await websocket.command("recorder/list_statistic_ids")
    # Those of hours have another source, and come when the first hour is over.
    return {each["statistic_id"] for each in found if each["source"] == "recorder"}


async def test_looking_costs_no_row_and_no_command(
    browser: Browser, home: Home, session: StorageState, meters: list[EmulatedMeter], pages: tuple[str, ...]
) -> None:
    """With all pages open no more rows are written, of the same entities, and no more commands are sent."""
    for meter in meters:
        meter.change_scene(SCENE)
    await asyncio.sleep(SETTLING_S)
    before, known = await observe(meters), await statistic_ids(home)
    async with contextlib.AsyncExitStack() as windows:
        for path in pages:
            visitor = await windows.enter_async_context(Visitor.arrive(browser, home.url, session))
            await visitor.go(path)
            card = "rion-nl43-alert-list" if path.endswith("alerts") else "rion-nl43-live-trace"
            await expect(visitor.page.locator(card).first).to_be_visible(timeout=TIMEOUT_MS)
        opened = [await observe(meters), await observe(meters)]
        assert await statistic_ids(home) == known
    closed = [before, await observe(meters)]
    await written(home, closed[1])
    rows, rows_closed = ([rows_of(home, span) for span in spans] for spans in (opened, closed))
    totals, totals_closed = ([count.total() for count in counts] for counts in (rows, rows_closed))
    note(f"rows in {SPAN_S:.0f} s: {totals_closed} closed, {totals} open, of {len(rows[0])} entities")
    assert min(totals_closed) > SPAN_S
    assert min(totals) <= (1 + SHARE_OF_ALL) * max(totals_closed)
    assert not more_often(rows, rows_closed, SHARE_OF_EACH)
    for number, meter in enumerate(meters):
        sent, sent_closed = ([span.commands[number] for span in spans] for spans in (opened, closed))
        totals, totals_closed = ([count.total() for count in counts] for counts in (sent, sent_closed))
        note(f"commands to {meter.config.serial}: {totals_closed} closed, {totals} open")
        assert not more_often(sent, sent_closed, SHARE_OF_COMMANDS)


async def test_a_page_leaves_the_browser_its_time(visitor: Visitor, pages: tuple[str, ...]) -> None:
    """The one of a streamed meter, and the first with all traces: no more pictures than can be seen."""
    page = visitor.page
    await page.add_init_script(COUNT_PICTURES)
    thread = await MainThread.of(page)
    for path in (pages[0], pages[2]):
        await visitor.go(path)
        level = page.locator("rion-nl43-live-trace:visible .level").first
        await expect(level).to_have_text(re.compile(r"\d+\.\d"), timeout=TIMEOUT_MS)
        await page.evaluate("document.fonts.ready.then(() => new Promise(requestIdleCallback))")
        traces = await page.locator("rion-nl43-live-trace:visible").count()
        began, before = time.monotonic(), await page.evaluate("pictures")
        await page.wait_for_timeout(1000 * MEASURED_S)
        drawn = (await page.evaluate("pictures") - before) / (time.monotonic() - began)
        share, allowed = await thread.share(MEASURED_S), await thread.share_allowed()
        note(f"{path}: main thread {100 * share:.1f} %, {100 * allowed:.1f} % allowed")
        note(f"{path}: {drawn:.1f} pictures/s of {traces} traces")
        assert drawn > 0
        assert drawn <= FRAMES_AT_MOST * traces
        assert share < allowed


async def test_memory_does_not_grow(plain: Page) -> None:
    """Ten minutes after all that a trace keeps is full it takes as much, and so does what it is made from."""
    await mount(plain, {"metrics": ["leq"]})
    browser = await plain.context.new_cdp_session(plain)
    await plain.evaluate(f"play(hass, {PER_SECOND})")
    await pass_s(plain, 60 * FULL_MIN)
    full = await used(plain, browser)
    await pass_s(plain, 60 * LATER_MIN)
    later = await used(plain, browser)
    note(f"memory after {FULL_MIN} min: {full / 1e6:.2f} MB, {LATER_MIN} min later: {later / 1e6:.2f} MB")
    assert later - full < GROWTH_AT_MOST_B


async def used(page: Page, browser: CDPSession) -> int:
    """Tell how many bytes are in use without what may be thrown away, and what was sent, which the test alone keeps."""
    await page.evaluate("void (hass.connection.sent.length = 0)")
    # What is thrown away may hold on to something else until the next time.
    for _ in range(3):
        await browser.send("HeapProfiler.collectGarbage")
    return int((await browser.send("Runtime.getHeapUsage"))["usedSize"])
