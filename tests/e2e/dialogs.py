"""The dialogs of a meter: its options, and what is told under Repairs."""

from playwright.async_api import Error, Locator, Page, expect

from emulator import EmulatedMeter
from script.demo_home import DOMAIN

from .visitor import TIMEOUT_MS, Visitor

UNFOLDED_MS = 5_000
# A page that is still being drawn may let a click fall through.
CLICKS = 4


def dialog_of(page: Page) -> Locator:
    """Find the dialog that asks for something."""
    return page.locator("dialog-data-entry-flow")


def entry_row(page: Page, meter: EmulatedMeter) -> Locator:
    """Find a meter's entry on the integration's page."""
    return page.locator("ha-config-entry-row").filter(has_text=meter.config.serial)


async def open_options(visitor: Visitor, meter: EmulatedMeter) -> Locator:
    """Open a meter's options."""
    await visitor.go(f"/config/integrations/integration/{DOMAIN}")
    configure, dialog = entry_row(visitor.page, meter).get_by_role("button", name="Configure"), dialog_of(visitor.page)
    await click_until(configure, dialog.get_by_text("Changes take effect at once"))
    return dialog


async def click_until(target: Locator, shown: Locator) -> None:
    """Click what opens something, again if need be, until that is there.

    Where the click has opened it but slowly, the next one finds something in its way: that is no error.
    """
    await expect(target).to_be_visible(timeout=TIMEOUT_MS)
    for _ in range(CLICKS):
        try:
            await target.click(timeout=UNFOLDED_MS)
            await expect(shown).to_be_visible(timeout=UNFOLDED_MS)
        except AssertionError, Error:
            continue
        return
    await expect(shown).to_be_visible(timeout=TIMEOUT_MS)


async def unfold(dialog: Locator, section: str, inside: str) -> None:
    """Unfold a section of a form; one that was filled too slowly has no height until unfolded anew."""
    await click_until(dialog.get_by_role("button", name=section, exact=True), dialog.get_by_text(inside))


async def submit(dialog: Locator) -> None:
    """Send a form."""
    await dialog.get_by_role("button", name="Submit").click()


async def open_issue(visitor: Visitor, title: str, timeout_ms: int = TIMEOUT_MS) -> Locator:
    """Wait for an issue, and open it."""
    await visitor.go("/config/repairs")
    await visitor.page.get_by_text(title).first.click(timeout=timeout_ms)
    return dialog_of(visitor.page)
