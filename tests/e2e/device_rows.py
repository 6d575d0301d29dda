"""The rows of a meter's own page."""

from playwright.async_api import Locator, Page

from script.demo_home.meters import Device

ROWS = ", ".join(f"hui-{kind}-entity-row" for kind in ("sensor", "button", "event", "toggle", "select"))


def device_page(device: Device) -> str:
    """Give the path of the meter's own page."""
    return f"/config/devices/device/{device.id}"


def row(page: Page, name: str) -> Locator:
    """Find the row of one entity on a device page."""
    return page.locator("ha-device-entities-card").locator(ROWS).filter(has=page.get_by_text(name, exact=True))


def value(page: Page, name: str) -> Locator:
    """Find what a device page says of one entity."""
    return row(page, name).locator("hui-generic-entity-row")


async def press(page: Page, name: str) -> None:
    """Press the button of a button entity."""
    await row(page, name).get_by_role("button", name="Press").click()
