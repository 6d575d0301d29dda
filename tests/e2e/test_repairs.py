"""Standby, and what a person is told under Repairs and does about it there."""

import re

from playwright.async_api import Locator, Page, expect
import pytest

from emulator import EmulatedMeter
from script.demo_home import meters as demo
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .device_rows import device_page, press, row, value
from .dialogs import open_issue
from .visitor import TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# A wedge without a power switch is told of after two minutes.
WEDGE_TIMEOUT_MS = 240_000


async def expect_done(dialog: Locator) -> None:
    """Wait until a fix says that it is done, and close it."""
    await expect(dialog.get_by_text("Done.")).to_be_visible(timeout=TIMEOUT_MS)
    await dialog.get_by_role("button", name="Close").last.click()


async def test_standby_and_changed_settings(
    visitor: Visitor, home: Home, device: Device, meters: list[EmulatedMeter]
) -> None:
    """Another program gets the connection, changes settings, and that is told and set back afterwards."""
    page, meter = visitor.page, meters[0]
    settings = meter.instrument.settings
    await demo.set_options(home.api, device, watchdog="off", feed="polled")
    await visitor.go(device_page(device))
    # It may be about to come back from what was done to it before.
    await expect(value(page, "Run state")).to_contain_text(re.compile("Measuring|Stopped"), timeout=TIMEOUT_MS)
    if "Measuring" in await value(page, "Run state").inner_text():
        await press(page, "Stop measurement")
    await expect(value(page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    await switch_connection(page)
    await expect(value(page, "Link")).to_contain_text("Standby", timeout=TIMEOUT_MS)
    assert meter.referee.open_connections == 0
    await visitor.pictures("standby")
    settings["Sleep Mode"], settings["Frequency Weighting (Main)"] = "On", "C"
    await switch_connection(page)
    await expect(value(page, "Link")).to_contain_text("Connected", timeout=TIMEOUT_MS)

    dialog = await open_issue(visitor, "somebody changed the settings")
    await expect(dialog.get_by_text("Frequency Weighting (Main): A → C")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("repair-settings-changed")
    await dialog.get_by_text("Set them back").click()
    await expect_done(dialog)
    assert settings["Frequency Weighting (Main)"] == "A"

    dialog = await open_issue(visitor, "sleep mode is on")
    await expect(dialog.get_by_text("Switch sleep mode off now")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("repair-sleep-mode")
    await dialog.get_by_text("Switch sleep mode off", exact=True).click()
    await expect_done(dialog)
    assert settings["Sleep Mode"] == "Off"


async def switch_connection(page: Page) -> None:
    """Give the connection away, or take it back."""
    await row(page, "Connection").locator("ha-switch").click()


async def test_wedged(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """A control port that hangs is told of, with what to do; once it is done the meter is back with one click."""
    page, meter = visitor.page, meters[0]
    wedge = meter.faults.switch_on("wedge", connection="reset")
    dialog = await open_issue(visitor, "the control port hangs", WEDGE_TIMEOUT_MS)
    await expect(dialog.get_by_text("Switch the meter off and on by its power button")).to_be_visible()
    await visitor.pictures("repair-wedged")
    meter.faults.switch_off(wedge)
    await dialog.get_by_text("Try to connect now").click()
    await expect_done(dialog)
    await visitor.go(device_page(device))
    await expect(value(page, "Link")).to_contain_text("Connected", timeout=TIMEOUT_MS)
