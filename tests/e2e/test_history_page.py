"""The hours of a meter on its page: an outage is a hole at first, and none any more when the meter's card has told."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import math
import re
import time
from typing import Any

from playwright.async_api import Browser, Locator, Page, StorageState, expect
import pytest
import pytest_asyncio

from script.demo_home import DOMAIN, dashboard
from script.demo_home.home import Home

from .axe import barriers
from .recorded import HOUR_S, Storing, home_that_heard, storing
from .test_strategy import section
from .visitor import PHONE, PICTURES, SETTLING_MS, TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
# What was repaired stays so: each test, and each try of one, has a home of its own.
of_test = pytest_asyncio.fixture(loop_scope="session")

SERIAL = "00730001"
# By the hours of the clock that are over: those before the outage, its own, and those since.
BEFORE_H, OUTAGE_H, SINCE_H = 2, 6, 1
LEQ_OFF_DB = 0.1
FROM_METER = "from meter"
NO_LEVEL = re.compile("\N{EN DASH}")
# Where the line of a graph is broken: Home Assistant draws it as points without a level between two that have one.
HOLES = """chart => (chart._chartData ?? []).filter(({id}) => id?.endsWith("-mean"))
  .flatMap(({data}) => data.filter(([, level]) => level === null)).length"""
LOOKS = "chart => chart.renderRoot.querySelector('ha-chart-base').renderRoot.querySelector('canvas').toDataURL()"
# With what is above it.
TO_THE_END = "card => card.scrollIntoView({block: 'end'})"
LINES = "chart => (chart._chartData ?? []).filter(({id}) => id?.endsWith('-mean')).flatMap(({data}) => data).length"


@of_test
async def stored() -> AsyncIterator[Storing]:
    """A meter that has been storing all the time."""
    async with storing(SERIAL, "traffic") as meter:
        yield meter


@of_test
async def began_s() -> int:
    """Tell when the outage began; in the first minute of an hour, that hour is none of those that are over."""
    return int(time.time()) // HOUR_S * HOUR_S - (OUTAGE_H + SINCE_H) * HOUR_S


@of_test
async def home(tmp_path_factory: pytest.TempPathFactory, stored: Storing, began_s: int) -> AsyncIterator[Home]:
    """A Home Assistant that was cut off from the meter for hours, and is again."""
    ended_s = began_s + OUTAGE_H * HOUR_S
    heard_s = [(began_s - BEFORE_H * HOUR_S, began_s), (ended_s, ended_s + SINCE_H * HOUR_S)]
    async with home_that_heard(tmp_path_factory.mktemp("history"), stored, heard_s) as running:
        yield running


@of_test
async def session(browser: Browser, home: Home) -> StorageState:
    """What a browser keeps after the login."""
    async with Visitor.arrive(browser, home.url) as visitor:
        await visitor.log_in()
        return await visitor.page.context.storage_state()


def chart(within: Locator) -> Locator:
    """Find the graph of levels there."""
    return within.locator("hui-statistics-graph-card statistics-chart").first


async def expect_drawn(page: Page, *, holes: bool) -> None:
    """Wait until both graphs of levels are drawn, with a hole in each or in none."""
    for heading in ("Hours", "7 days by the hour"):
        drawn = chart(section(page, heading))
        await expect(drawn.locator("canvas").first).to_be_visible(timeout=TIMEOUT_MS)
        seen = ""
        async with asyncio.timeout(TIMEOUT_MS / 1000):
            # It grows, and tells nobody when it is done.
            while not await drawn.evaluate(LINES) or seen != (seen := await drawn.evaluate(LOOKS)):  # noqa: ASYNC110 # as above
                await asyncio.sleep(0.5)
        assert bool(await drawn.evaluate(HOLES)) is holes


async def statistics(home: Home, kind: str, began_s: int) -> dict[int, dict[str, Any]]:
    """Ask for the means of a statistic of the meter since a time, by the hour in seconds since the epoch."""
    statistic = f"{DOMAIN}:m{SERIAL}_{kind}"
    start = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(began_s))}Z"
    async with home.api.websocket() as websocket:
        found = await websocket.command(
            "recorder/statistics_during_period", start_time=start, statistic_ids=[statistic], period="hour"
        )
    return {row["start"] // 1000: row for row in found.get(statistic, [])}


async def test_an_outage_is_repaired(visitor: Visitor, home: Home, stored: Storing, began_s: int) -> None:
    """Its hours have no level until there is a link again; then they come from the card, are marked, and are right."""
    truths = {
        at_s: (await stored.truth(at_s, at_s + HOUR_S)).leq
        for at_s in range(began_s, began_s + OUTAGE_H * HOUR_S, HOUR_S)
    }
    page = visitor.page
    await visitor.go(f"/{dashboard.URL_PATH}")
    hours = page.locator("rion-nl43-hours")
    rows = hours.locator("tbody tr:not(.day)")
    missing = rows.filter(has_text=NO_LEVEL)
    await expect(missing).to_have_count(OUTAGE_H, timeout=TIMEOUT_MS)
    await _pictures(visitor, "history-hole", holes=True)

    stored.meter.faults.clear()
    marked = rows.filter(has_text=FROM_METER)
    await expect(marked).to_have_count(OUTAGE_H, timeout=SETTLING_MS)
    await expect(missing).to_have_count(0)
    await _right(home, truths)
    await page.reload()
    await expect(marked).to_have_count(OUTAGE_H, timeout=TIMEOUT_MS)
    await _pictures(visitor, "history-repaired", holes=False)


async def _off_db(home: Home, truths: dict[int, float]) -> list[float]:
    """Tell how far the statistics of these hours are from what was to hear; infinitely, where there is none."""
    levels = await statistics(home, "laeq", min(truths))
    return [abs(levels[at_s]["mean"] - leq) if at_s in levels else math.inf for at_s, leq in truths.items()]


async def _pictures(visitor: Visitor, name: str, *, holes: bool) -> None:
    """Keep pictures of the hours with the graphs above them, when these are drawn."""

    async def settled() -> None:
        await expect_drawn(visitor.page, holes=holes)
        await visitor.page.locator("rion-nl43-hours").evaluate(TO_THE_END)

    await visitor.pictures(name, settled)


async def _right(home: Home, truths: dict[int, float]) -> None:
    """Wait until the statistics of these hours are written, and right: what comes late from the card corrects them."""
    off_db = [math.inf]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(TIMEOUT_MS / 1000):
            while max(off_db := await _off_db(home, truths)) > LEQ_OFF_DB:  # noqa: ASYNC110 # as above
                await asyncio.sleep(0.5)
    assert max(off_db) <= LEQ_OFF_DB, off_db


async def test_nothing_is_in_the_way(browser: Browser, home: Home, session: StorageState, stored: Storing) -> None:
    """On the page with all that it has, by day and by night, at a desk and on a phone."""
    stored.meter.faults.clear()
    for color_scheme in ("light", "dark"):
        async with Visitor.arrive(browser, home.url, session, color_scheme) as visitor:
            page = visitor.page
            await visitor.go(f"/{dashboard.URL_PATH}")
            await expect(page.locator("rion-nl43-hours tbody tr").first).to_be_visible(timeout=TIMEOUT_MS)
            await expect(page.locator("rion-nl43-periods tbody tr").first).to_be_visible(timeout=TIMEOUT_MS)
            # How it will end is known once most of the time so far is covered, by the feed or by the card.
            gauge = section(page, "Limits of periods").locator("hui-gauge-card")
            await expect(gauge).to_contain_text(re.compile(r"\d\d\.\d"), timeout=SETTLING_MS)
            found = [str(each) for each in await barriers(page) if each.card and each.grave]
            assert not found, "\n".join(found)
            await visitor.picture(f"history-page-{color_scheme}", whole=True)
            await page.set_viewport_size(PHONE)
            await page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
            await visitor.picture(f"history-page-{color_scheme}-phone", whole=True)
    assert (PICTURES / "history-page-dark-phone.png").exists()
