"""Commands: cycles, settings, lines of the communication guide, and how all of it is told."""

import json

from playwright.async_api import expect
import pytest

from emulator import EmulatedMeter
from emulator.instrument.run import State
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .device_rows import device_page, press, row, value
from .dialogs import click_until
from .facts import wait_for_logbook
from .visitor import TIMEOUT_MS, Visitor, state_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_cycles_are_told(visitor: Visitor, home: Home, device: Device, meters: list[EmulatedMeter]) -> None:
    """A start cycle and a stop cycle do their work; event entity and logbook tell of both."""
    page, meter = visitor.page, meters[0]
    await visitor.go(device_page(device))
    await expect(value(page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)

    await press(page, "Start cycle")
    await wait_for_logbook(home, meter.config.serial, "start cycle, asked for by a button, completed")
    await expect(value(page, "Run state")).to_contain_text("Measuring", timeout=TIMEOUT_MS)
    assert state_of(meter) is State.MEASURING
    more = page.locator("ha-more-info-dialog")
    await click_until(row(page, "Command"), more.locator("ha-logbook"))
    await expect(more.locator("ha-logbook")).to_contain_text("Completed", timeout=TIMEOUT_MS)
    await visitor.pictures("command-event")
    await page.keyboard.press("Escape")
    await expect(more).to_be_hidden(timeout=TIMEOUT_MS)

    await press(page, "Stop cycle")
    await wait_for_logbook(home, meter.config.serial, "stop cycle, asked for by a button, completed")
    await expect(value(page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    assert state_of(meter) is State.STOPPED
    await visitor.pictures("device-commands")


async def test_setting_while_measuring(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """A setting that the meter refuses while it measures says so; afterwards it is set."""
    # Home Assistant's page shows the refusal, and leaves the rejected promise behind it unhandled.
    visitor.tolerated.add("Object")
    page, meter = visitor.page, meters[0]
    await visitor.go(device_page(device))
    await press(page, "Start measurement")
    await expect(value(page, "Run state")).to_contain_text("Measuring", timeout=TIMEOUT_MS)
    await choose(visitor, "Frequency weighting", "C")
    await expect(page.get_by_text("refuses this while a measurement runs").first).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("setting-refused")
    await press(page, "Stop measurement")
    await expect(value(page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    for chosen in ("C", "A"):
        await choose(visitor, "Frequency weighting", chosen)
        await expect(value(page, f"L{chosen}F")).to_be_visible(timeout=TIMEOUT_MS)
        assert meter.instrument.settings["Frequency Weighting (Main)"] == chosen


async def choose(visitor: Visitor, name: str, option: str) -> None:
    """Choose an option of a select entity."""
    offered = visitor.page.get_by_role("menuitem", name=option, exact=True)
    await click_until(row(visitor.page, name).locator("ha-select"), offered)
    await offered.click()


async def test_send_command(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """A person sends a request in the tools, and reads the answer there."""
    page = visitor.page
    await visitor.go("/config/tools/action?service=rion_nl43.send_command")
    offered = page.get_by_role("option").filter(has_text=device.name)
    await click_until(page.get_by_text("Select a device"), offered)
    await offered.click()
    await expect(page.get_by_role("button", name=device.name)).to_be_visible(timeout=TIMEOUT_MS)
    command = page.locator("ha-service-control").get_by_role("textbox")
    await command.fill("System Version?")
    await expect(command).to_have_value("System Version?")
    await page.get_by_role("button", name="Perform action").click()
    await expect(page.get_by_text(meters[0].config.firmware).first).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("send-command")


async def test_diagnostics(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """The diagnostics of a meter are downloaded from its page; they hold the link's history and no secrets."""
    page, meter = visitor.page, meters[0]
    await visitor.go(device_page(device))
    async with page.expect_download(timeout=TIMEOUT_MS) as started:
        await page.get_by_text("Download diagnostics").click()
    text = (await (await started.value).path()).read_text()
    assert json.loads(text)["data"]["link"]
    assert meter.config.serial not in text
    assert meter.host not in text
