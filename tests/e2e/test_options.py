"""The options of a meter, and what its form for another address asks."""

import re

from playwright.async_api import expect
import pytest

from emulator import EmulatedMeter
from script.demo_home import DOMAIN
from script.demo_home.meters import Device

from .device_rows import device_page, value
from .dialogs import click_until, dialog_of, entry_row, open_options, submit
from .visitor import SETTLING_MS, TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECTIONS = ("Feed", "Windows", "Keep measuring", "Recovery", "Warnings", "Place")


async def test_options(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """All sections are there, a mistake is told at its section, and what is saved holds without a new connection."""
    page, meter = visitor.page, meters[0]
    connections = len(meter.referee.connections)
    dialog = await open_options(visitor, meter)
    await visitor.pictures("options")
    for name in SECTIONS:
        await dialog.get_by_role("button", name=name, exact=True).click()
        await dialog.get_by_role("button", name=name, exact=True).scroll_into_view_if_needed()
        await visitor.picture(f"options-{name.lower().replace(' ', '-')}")

    await dialog.get_by_text("Streamed: ten samples a second").click()
    await dialog.get_by_text("While a schedule is on").click()
    await submit(dialog)
    await expect(dialog.get_by_text("Choose the schedule that says")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("options-error")
    await dialog.get_by_text("Always", exact=True).click()
    await submit(dialog)
    await expect(dialog.get_by_text("Options successfully saved")).to_be_visible(timeout=TIMEOUT_MS)

    await visitor.go(device_page(device))
    await expect(value(page, "Feed")).to_contain_text("Streamed", timeout=SETTLING_MS)
    # It measures, or respects that a person stopped it before.
    await expect(value(page, "Watchdog")).to_contain_text(re.compile("Measuring|Stop respected"), timeout=TIMEOUT_MS)
    assert len(meter.referee.connections) == connections


async def test_address_and_ftp_login(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """The form for another address shows the present one, and the FTP login without its password."""
    page, meter = visitor.page, meters[0]
    await visitor.go(f"/config/integrations/integration/{DOMAIN}")
    dialog, reconfigure = dialog_of(page), entry_row(page, meter).get_by_role("menuitem", name="Reconfigure")
    await click_until(entry_row(page, meter).get_by_role("button", name="Menu").first, reconfigure)
    await click_until(reconfigure, dialog.get_by_text("The running connection is given up first"))
    await dialog.get_by_role("button", name="FTP login").click()
    await expect(dialog.get_by_role("spinbutton").nth(1)).to_have_value(str(meter.ftp_port))
    await expect(dialog.locator("input[type=password]")).to_have_value("")
    await visitor.pictures("reconfigure")
    await submit(dialog)
    await expect(dialog.get_by_text("Reconfiguration was successful")).to_be_visible(timeout=TIMEOUT_MS)
