"""The demo's dashboard: what Home Assistant opens with, on a desk by day and by night, and on a phone."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser, StorageState, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from script.demo_home import dashboard
from script.demo_home.furnish import furnish
from script.demo_home.home import Home
from script.demo_home.meters import SITES, Device, devices

from .test_strategy import expect_trace_to_live
from .visitor import DESKTOP, PHONE, TIMEOUT_MS, Visitor, address

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def names(home: Home, meters: list[EmulatedMeter], device: Device) -> AsyncIterator[list[str]]:
    """All meters in Home Assistant, and the dashboard, as the demo does it; gives the names of the meters."""
    await furnish(home.api, list(SITES[: len(meters)]), [address(meter) for meter in meters])
    for meter in meters:
        meter.instrument.press_start()
    found = await devices(home.api)
    yield [found[meter.config.serial].name for meter in meters]
    for meter in meters:
        meter.instrument.press_stop()


@pytest_asyncio.fixture(
    loop_scope="session",
    params=[("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)],
    ids=["light", "dark", "phone-light", "phone-dark"],
)
async def screen(
    request: pytest.FixtureRequest, browser: Browser, home: Home, session: StorageState
) -> AsyncIterator[Visitor]:
    """Somebody at one kind of screen."""
    color_scheme, viewport = request.param
    async with Visitor.arrive(browser, home.url, session, color_scheme, viewport) as visitor:
        yield visitor


async def test_dashboard_lives(request: pytest.FixtureRequest, screen: Visitor, names: list[str]) -> None:
    """Every meter's level moves, whatever the screen, and those that were given a place are on the map."""
    page = screen.page
    await screen.go("")
    await page.wait_for_url(f"**/{dashboard.URL_PATH}/**")
    for name in names:
        section = page.locator("hui-grid-section").filter(
            has=page.locator("hui-heading-card").filter(has=page.get_by_text(name, exact=True))
        )
        await expect_trace_to_live(section)
    await screen.picture(f"dashboard-{request.node.callspec.id}")
    await expect(page.locator("hui-map-card")).to_be_visible(timeout=TIMEOUT_MS)
    await page.locator("hui-map-card").scroll_into_view_if_needed()
    await screen.picture(f"dashboard-map-{request.node.callspec.id}")
