"""A meter that hangs is cured by the smart plug that feeds it."""

from playwright.async_api import expect
import pytest

from emulator import EmulatedMeter
from script.demo_home.home import Home
from script.demo_home.meters import Device

from . import plug
from .device_rows import device_page, value
from .dialogs import click_until, open_options, submit, unfold
from .facts import wait_for_logbook
from .visitor import TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Two attempts, a minute apart, must find that the control port hangs.
FOUND_TIMEOUT_MS = 120_000


def powered(meter: EmulatedMeter) -> bool:
    """Tell whether the meter has got its power."""
    return meter.instrument.powered


async def test_power_switch(visitor: Visitor, home: Home, plugged: Device, meters: list[EmulatedMeter]) -> None:
    """The plug is chosen in the options; when the control port hangs it goes off and on, and the meter is back."""
    page, meter = visitor.page, meters[1]
    dialog = await open_options(visitor, meter)
    await unfold(dialog, "Recovery", "Commands wait at most")
    offered = page.get_by_role("option").filter(has_text=plug.NAME)
    await click_until(dialog.locator("ha-selector-entity").last, offered)
    await offered.click()
    await visitor.pictures("options-power-switch")
    await submit(dialog)
    await expect(dialog.get_by_text("Options successfully saved")).to_be_visible(timeout=TIMEOUT_MS)

    await visitor.go(device_page(plugged))
    link = value(page, "Link")
    await expect(link).to_contain_text("Connected", timeout=TIMEOUT_MS)
    meter.faults.switch_on("wedge", connection="reset")
    await expect(link).to_contain_text("Control port hangs", timeout=TIMEOUT_MS)
    await expect(link).to_contain_text("Being switched off and on", timeout=FOUND_TIMEOUT_MS)
    assert not powered(meter)
    await visitor.pictures("power-cycling")
    await expect(link).to_contain_text("Connected", timeout=TIMEOUT_MS)
    assert powered(meter)
    assert not meter.faults.active()
    told = "power cycle, asked for by the recovery of the connection, completed"
    await wait_for_logbook(home, meter.config.serial, told)
    await visitor.pictures("power-cycled")
