"""A limit, from the click that sets it to the click that takes notice of its breach."""

from functools import partial
import re

from playwright.async_api import Locator, Page, expect
import pytest

from emulator import EmulatedMeter
from script.demo_home import DOMAIN, alerts
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .device_rows import device_page, press, row, value
from .dialogs import click_until, dialog_of, submit
from .sound import noise
from .visitor import TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULE = "Too loud for a test"
LOUD_DB = 125.0


async def test_a_rule_is_added_fires_and_is_acknowledged(
    visitor: Visitor, home: Home, device: Device, meters: list[EmulatedMeter]
) -> None:
    """In a minute, and by clicking alone; a notice with a picture comes from an automation made of the blueprint."""
    page, meter = visitor.page, meters[0]
    connections = len(meter.referee.connections)
    await alerts.tell_of_alerts(home.api, [device])
    dialog = await add_rule(visitor, meter)
    await visitor.pictures("alert-rule")
    await dialog.get_by_role("textbox", name="Name").fill(RULE)
    await choose(dialog, "Level", "Lp: the sound level now")
    await dialog.get_by_role("spinbutton", name="Warning").fill("80")
    await submit(dialog)
    await expect(dialog.get_by_text("The alarm has to be beyond the warning")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("alert-rule-error")
    await dialog.get_by_role("spinbutton", name="Alarm").fill("110")
    await submit(dialog)
    await expect(dialog.get_by_text("Save the rule")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("alert-rule-preview")
    await dialog.get_by_text("Save the rule").click()
    await expect(dialog.get_by_text("Save the rule")).to_be_hidden(timeout=TIMEOUT_MS)

    with noise(meter, LOUD_DB):
        await visitor.go(device_page(device))
        await expect(value(page, f"{RULE} grade")).to_contain_text("Alarm", timeout=TIMEOUT_MS)
        await press(page, f"Acknowledge {RULE}")
        await expect(value(page, f"{RULE} alert")).to_contain_text(re.compile("Acknowledged"), timeout=TIMEOUT_MS)
        await visitor.pictures("alert-device")
        picture = page.locator("notification-drawer img").first
        await click_until(page.get_by_text("Notifications", exact=True).first, picture)
        await expect(page.get_by_text(RULE).first).to_be_visible(timeout=TIMEOUT_MS)
        await visitor.pictures("alert-notice", partial(expect(picture).to_have_js_property, "complete", True))
    assert len(meter.referee.connections) == connections


async def test_a_rule_is_changed_and_removed(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """What was set comes back in the form; with the rule go its entities, and the connection stays."""
    page, meter = visitor.page, meters[0]
    connections = len(meter.referee.connections)
    await visitor.go(f"/config/integrations/integration/{DOMAIN}")
    dialog = dialog_of(page)
    alarm = dialog.get_by_role("spinbutton", name="Alarm")
    await click_until(rule_row(page).get_by_role("button", name="Edit alert rule"), alarm)
    await expect(alarm).to_have_value("110", timeout=TIMEOUT_MS)
    await expect(dialog.get_by_role("textbox", name="Name")).to_have_value(RULE)
    await alarm.fill("120")
    await submit(dialog)
    await dialog.get_by_text("Save the rule").click()
    await expect(dialog.get_by_text("Save the rule")).to_be_hidden(timeout=TIMEOUT_MS)
    await visitor.pictures("alert-rule-changed")
    await visitor.go(device_page(device))
    await expect(row(page, f"{RULE} grade")).to_be_visible(timeout=TIMEOUT_MS)

    await visitor.go(f"/config/integrations/integration/{DOMAIN}")
    delete = rule_row(page).get_by_role("menuitem", name="Delete")
    await click_until(rule_row(page).get_by_role("button", name="Menu"), delete)
    sure = page.get_by_role("button", name="Delete").last
    await click_until(delete, sure)
    await sure.click()
    await expect(rule_row(page)).to_have_count(0, timeout=TIMEOUT_MS)
    await visitor.go(device_page(device))
    await expect(row(page, "Active alerts")).to_be_visible(timeout=TIMEOUT_MS)
    await expect(row(page, f"{RULE} grade")).to_have_count(0)
    assert len(meter.referee.connections) == connections


def rule_row(page: Page) -> Locator:
    """Find the rule on the integration's page."""
    return page.locator("ha-config-sub-entry-row").filter(has_text=RULE)


async def add_rule(visitor: Visitor, meter: EmulatedMeter) -> Locator:
    """Open the form for a new rule of a meter."""
    page = visitor.page
    await visitor.go(f"/config/integrations/integration/{DOMAIN}")
    name, meters = (
        dialog_of(page).get_by_role("textbox", name="Name"),
        page.get_by_role("dialog").get_by_text(meter.config.serial),
    )
    # Which meter is asked for where there are several.
    await click_until(page.get_by_role("button", name="Add alert rule"), name.or_(meters).first)
    if not await name.count():
        await meters.click()
    await expect(name).to_be_visible(timeout=TIMEOUT_MS)
    return dialog_of(page)


async def choose(dialog: Locator, field: str, option: str) -> None:
    """Choose from a list."""
    offered = dialog.page.get_by_text(option, exact=True).last
    await click_until(dialog.locator("ha-selector-select").filter(has_text=field).first, offered)
    await offered.click()
