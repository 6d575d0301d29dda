"""The FTP login that somebody has changed at the meter."""

from playwright.async_api import expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .device_rows import device_page, row
from .dialogs import open_issue, submit
from .visitor import SETTLING_MS, TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

ISSUE = "the FTP login is wrong"


@pytest_asyncio.fixture(loop_scope="session")
async def ftp_switch(home: Home, device: Device) -> None:
    """Enable the switch of the FTP server."""
    async with home.api.websocket() as websocket:
        registry = await websocket.command("config/entity_registry/list")
        ours = [entry for entry in registry if entry["device_id"] == device.id]
        (switch,) = [entry["entity_id"] for entry in ours if entry["entity_id"].endswith("_ftp_server")]
        await websocket.command("config/entity_registry/update", entity_id=switch, disabled_by=None)
    await home.api.post(f"/api/config/config_entries/entry/{device.entry_id}/reload", {})


@pytest.mark.usefixtures("ftp_switch")
async def test_another_login(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """A refused login is told of; the form says what is wrong until the right one is entered, and all is well."""
    page, meter = visitor.page, meters[0]
    await visitor.go(device_page(device))
    switch = row(page, "FTP server").locator("ha-switch")
    await expect(switch.get_by_role("switch")).to_be_checked(timeout=SETTLING_MS)
    meter.faults.switch_on("ftp-login-fails", times=1)
    for _ in ("off", "on"):
        await switch.click()

    dialog = await open_issue(visitor, ISSUE)
    await expect(dialog.get_by_text("Levels are not affected")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("repair-ftp-login")
    await dialog.get_by_text("Enter another login").click()
    await expect(dialog.get_by_text("it is tried at once")).to_be_visible(timeout=TIMEOUT_MS)
    password = dialog.locator("input[type=password]")
    await expect(password).to_have_value("")
    await visitor.pictures("ftp-login")

    await password.fill("guessed")
    await submit(dialog)
    await expect(dialog.get_by_text("The meter refuses this user or password")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("ftp-login-refused")
    await dialog.locator("input[type=password]").fill(meter.config.ftp_password)
    await submit(dialog)
    await expect(dialog.get_by_text("Re-authentication was successful")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("ftp-login-done")
    await expect(page.get_by_text(ISSUE)).to_have_count(0, timeout=TIMEOUT_MS)
