"""The demo's dashboard, on a desk by day and by night, and on a phone."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser, Page, StorageState, ViewportSize, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from emulator.instrument.run import State
from script.demo_home import dashboard
from script.demo_home.furnish import furnish
from script.demo_home.home import Home
from script.demo_home.meters import SITES, Address

from .visitor import DESKTOP, LEVEL, PHONE, TIMEOUT_MS, ColorScheme, Visitor, expect_to_live

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def furnished(home: Home, meters: list[EmulatedMeter]) -> AsyncIterator[None]:
    """All meters in Home Assistant, and the dashboard, as the demo does it."""
    addresses = [Address(meter.config.serial, meter.host, meter.port) for meter in meters]
    await furnish(home.api, list(SITES[: len(meters)]), addresses)
    yield
    for meter in meters:
        meter.instrument.press_stop()


async def open_dashboard(visitor: Visitor) -> Page:
    """Open the dashboard, and wait until all of it is there."""
    await visitor.go("")
    page = visitor.page
    await page.wait_for_url(f"**/{dashboard.URL_PATH}/**")
    await expect(page.locator("hui-history-graph-card canvas")).to_have_count(2, timeout=TIMEOUT_MS)
    return page


async def test_measuring_from_the_dashboard(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """Start on the dashboard makes that meter measure and no other, and Stop ends it."""
    page, meter = await open_dashboard(visitor), meters[1]
    section = page.locator("hui-grid-section").nth(1)
    await section.get_by_text("Start", exact=True).click()
    await expect(section.locator("hui-heading-card")).to_contain_text("Measuring", timeout=TIMEOUT_MS)
    assert [each.instrument.state for each in meters] == [State.STOPPED, State.MEASURING]
    await expect(section.locator("hui-tile-card").filter(has_text="LAeq")).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await section.get_by_text("Stop", exact=True).click()
    await expect(section.locator("hui-heading-card")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    assert meter.instrument.state is State.STOPPED


@pytest.mark.parametrize(
    ("name", "color_scheme", "viewport"),
    [("light", "light", DESKTOP), ("dark", "dark", DESKTOP), ("phone", "light", PHONE), ("phone-dark", "dark", PHONE)],
)
async def test_dashboard_lives(
    browser: Browser,
    home: Home,
    session: StorageState,
    meters: list[EmulatedMeter],
    name: str,
    color_scheme: ColorScheme,
    viewport: ViewportSize,
) -> None:
    """Every meter's level moves, whatever the screen."""
    for meter in meters:
        meter.instrument.press_start()
    async with Visitor.arrive(browser, home.url, session, color_scheme, viewport) as visitor:
        page = await open_dashboard(visitor)
        gauges = page.locator("hui-gauge-card")
        await expect(gauges).to_have_count(len(meters), timeout=TIMEOUT_MS)
        for gauge in await gauges.all():
            await expect_to_live(gauge)
        await visitor.picture(f"dashboard-{name}")
