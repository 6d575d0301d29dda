"""A person adds a meter by hand, looks at it, and measures with it."""

from playwright.async_api import Locator, Page, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from emulator.instrument.run import State
from script.demo_home import DOMAIN, meters as demo
from script.demo_home.home import Home, free_port
from script.demo_home.meters import Address, Device

from .visitor import LEVEL, TIMEOUT_MS, Visitor, expect_to_live

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def device(home: Home, meters: list[EmulatedMeter]) -> Device:
    """The first meter in Home Assistant, live; added here where no test before has done it."""
    meter = meters[0]
    serial = meter.config.serial
    if serial not in await demo.devices(home.api):
        await demo.add(home.api, Address(serial, meter.host, meter.port))
    found = (await demo.devices(home.api))[serial]
    await demo.set_options(home.api, found, publish="live")
    return found


def device_page(device: Device) -> str:
    """Give the path of the meter's own page."""
    return f"/config/devices/device/{device.id}"


async def open_dialog(page: Page) -> Locator:
    """Go the way through the settings to the form for a new meter."""
    await page.locator("ha-sidebar").get_by_text("Settings").click()
    await page.get_by_text("Devices & services").click()
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_placeholder("Search for a brand name").fill("Rion")
    await page.get_by_text("Rion NL-43", exact=True).click()
    dialog = page.locator("dialog-data-entry-flow")
    await expect(dialog.get_by_text("Connect to a sound level meter")).to_be_visible(timeout=TIMEOUT_MS)
    return dialog


def row(page: Page, name: str) -> Locator:
    """Find the row of one entity on a device page."""
    rows = page.locator("ha-device-entities-card").locator("hui-sensor-entity-row, hui-button-entity-row")
    return rows.filter(has=page.get_by_text(name, exact=True))


def value(page: Page, name: str) -> Locator:
    """Find what a device page says of one entity."""
    return row(page, name).locator("hui-generic-entity-row")


async def test_adding_a_meter_by_hand(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """A wrong port is answered with what to do; the right one leads to the meter."""
    page, meter = visitor.page, meters[0]
    await visitor.go("")
    dialog = await open_dialog(page)
    host, port = dialog.get_by_role("textbox"), dialog.get_by_role("spinbutton")
    await host.fill(meter.host)
    await visitor.picture("add-form")

    await port.fill(str(free_port(0)))
    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog.get_by_text("The connection was refused")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("add-refused")

    await port.fill(str(meter.port))
    await dialog.get_by_role("button", name="Submit").click()
    await dialog.get_by_role("textbox", name="Device name").fill("Building site")
    await visitor.picture("add-success")
    await dialog.get_by_role("button", name="Finish").click()
    await expect(dialog.get_by_role("button", name="Finish")).not_to_be_visible(timeout=TIMEOUT_MS)
    await expect(page.get_by_text("Building site").first).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("added")


async def test_levels_live_on_the_device_page(visitor: Visitor, device: Device) -> None:
    """The level on the meter's own page goes up and down by itself."""
    await visitor.go(device_page(device))
    await expect_to_live(value(visitor.page, "LAF"))
    await visitor.picture("device")


async def test_measuring_from_the_device_page(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """Start makes the meter measure, and its results appear; Stop ends it."""
    page, meter = visitor.page, meters[0]
    await visitor.go(device_page(device))
    await expect(value(page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)

    await row(page, "Start measurement").get_by_role("button", name="Press").click()
    await expect(value(page, "Run state")).to_contain_text("Measuring", timeout=TIMEOUT_MS)
    assert meter.instrument.state is State.MEASURING
    await expect(value(page, "LAeq")).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await value(page, "LAeq").scroll_into_view_if_needed()
    await visitor.picture("device-measuring")

    await row(page, "Stop measurement").get_by_role("button", name="Press").click()
    await expect(value(page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    assert meter.instrument.state is State.STOPPED
    assert [command.line for command in meter.referee.commands].count("Measure,Start") == 1


async def test_refused_command_says_why(visitor: Visitor, device: Device) -> None:
    """A button that can do nothing now tells the meter's reason."""
    await visitor.go(device_page(device))
    await expect(value(visitor.page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    await row(visitor.page, "Stop measurement").get_by_role("button", name="Press").click()
    await expect(visitor.page.get_by_text("it is not measuring")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("refused")


async def test_options(visitor: Visitor, device: Device) -> None:
    """The publish profile is behind the cogwheel."""
    page = visitor.page
    await visitor.go(f"/config/integrations/integration/{DOMAIN}")
    await page.get_by_role("button", name="Configure").first.click()
    dialog = page.locator("dialog-data-entry-flow")
    await expect(dialog.get_by_text("Levels are read about once a second")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("options")
