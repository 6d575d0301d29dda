"""How busy the main thread of a page is."""

import time
from typing import Self

from playwright.async_api import CDPSession, Page

# So busy it may be, of one, where the work below takes so long.
BUSY_AT_MOST = 0.2
WORK, WORK_S = "let sum = 0; for (let i = 0; i < 5e7; i += 1) sum += Math.sqrt(i); sum", 0.5


class MainThread:
    """That of one page, by its own time: what else the machine has to do is none of the page's affair."""

    def __init__(self, page: Page, browser: CDPSession) -> None:
        """Take a page, and a session with its browser that tells figures."""
        self._page = page
        self._browser = browser

    @classmethod
    async def of(cls, page: Page) -> Self:
        """Let the browser count from now on."""
        browser = await page.context.new_cdp_session(page)
        await browser.send("Performance.enable", {"timeDomain": "threadTicks"})
        return cls(page, browser)

    async def share(self, seconds: float) -> float:
        """Watch for so long; tell the share of that time in which it worked."""
        began, before = time.monotonic(), await self._worked_s()
        await self._page.wait_for_timeout(1000 * seconds)
        return (await self._worked_s() - before) / (time.monotonic() - began)

    async def share_allowed(self) -> float:
        """Tell how busy it may be here: more on a machine that is slow, and never less."""
        before = await self._worked_s()
        await self._page.evaluate(WORK)
        return BUSY_AT_MOST * max(1.0, (await self._worked_s() - before) / WORK_S)

    async def _worked_s(self) -> float:
        metrics = (await self._browser.send("Performance.getMetrics"))["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))
