"""The demo's dashboard, on a desk by day and by night, and on a phone."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser, Locator, Page, StorageState, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from emulator.instrument.run import State
from script.demo_home import dashboard
from script.demo_home.furnish import furnish
from script.demo_home.home import Home
from script.demo_home.meters import SITES, Device

from .visitor import DESKTOP, LEVEL, PHONE, TIMEOUT_MS, Visitor, address, expect_to_live, state_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def furnished(home: Home, meters: list[EmulatedMeter], device: Device) -> AsyncIterator[None]:
    """All meters in Home Assistant, and the dashboard, as the demo does it."""
    await furnish(home.api, list(SITES[: len(meters)]), [address(meter) for meter in meters])
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


def tile(section: Locator, name: str) -> Locator:
    """Find a tile by the name on it."""
    return section.locator("hui-tile-card").filter(has=section.page.get_by_text(name, exact=True))


async def test_measuring_from_the_dashboard(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """Start on the dashboard makes that meter measure and no other, and Stop ends it."""
    page, meter = await open_dashboard(visitor), meters[1]
    section = page.locator("hui-grid-section").nth(1)
    await tile(section, "Start").click()
    await expect(section.locator("hui-heading-card")).to_contain_text("Measuring", timeout=TIMEOUT_MS)
    assert [state_of(each) for each in meters] == [State.STOPPED, State.MEASURING]
    await expect(tile(section, "LAeq")).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await tile(section, "Stop").click()
    await expect(section.locator("hui-heading-card")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    assert state_of(meter) is State.STOPPED


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


async def test_dashboard_lives(request: pytest.FixtureRequest, screen: Visitor, meters: list[EmulatedMeter]) -> None:
    """Every meter's level moves, whatever the screen."""
    for meter in meters:
        meter.instrument.press_start()
    page = await open_dashboard(screen)
    gauges = page.locator("hui-gauge-card")
    await expect(gauges).to_have_count(len(meters), timeout=TIMEOUT_MS)
    for gauge in await gauges.all():
        await expect_to_live(gauge)
    # The percentiles have got the names that each meter gives them.
    await expect(page.get_by_text("L90", exact=True)).to_have_count(len(meters), timeout=TIMEOUT_MS)
    await screen.picture(f"dashboard-{request.node.callspec.id}")
