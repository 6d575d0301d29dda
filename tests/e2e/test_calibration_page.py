"""A calibration, told of beforehand, heard, or due: what a person is asked and sees, and what counts afterwards."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import re
import time
from typing import Any

from playwright.async_api import Locator, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from script.demo_home import DOMAIN, alerts, dashboard, meters as demo
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .device_rows import device_page, value
from .dialogs import click_until, open_issue, open_options, submit, unfold
from .sound import noise
from .test_strategy import section, tile
from .visitor import TIMEOUT_MS, Visitor, address

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERIAL = "00730005"
CALIBRATOR_DB, TONE_DB, NEAR_DB = 114.0, 94.0, 0.2
# No calibrator has this level.
ALARM_DB, LOUD_DB = 90.0, 100.0
# A tone is taken for a calibrator when it was steady for 10 s, in the meter's own time, which cannot be hastened here:
# it is also that of a Home Assistant in another process. Each level that is asked for covers a second or so.
SILENT_ROWS, STEADY_ROWS = 3, 12
# It is heard once a second, unless the meter is asked for something else between.
TIMED = timedelta(seconds=5)
HOUR_S = 3600
INTERVAL_DAYS = 365
NOTE = "Calibrator 12345"
AGO = re.compile(r"(second|minute)s? ago|now")
IN_A_YEAR = re.compile(r"next year|in \d+ (days|weeks|months|year)", re.IGNORECASE)
RULE = "Loud at the calibration"
DUE, HEARD = "a calibration is due", "a calibrator was heard"
DUE_KIND, HEARD_KIND = "calibration_due", "calibrator_heard"


@dataclass(frozen=True, slots=True)
class Place:
    """A meter at a quiet place, and what Home Assistant has of it."""

    home: Home
    meter: EmulatedMeter
    device: Device
    entities: dict[str, str]

    async def state(self, key: str) -> dict[str, Any]:
        """Ask Home Assistant for the state of an entity, with its attributes."""
        found: dict[str, Any] = await self.home.api.get(f"/api/states/{self.entities[key]}")
        return found

    async def act(self, action: str, **data: Any) -> dict[str, Any]:
        """Call an action of the integration for this meter, and return what it tells."""
        async with self.home.api.websocket() as websocket:
            result = await websocket.command(
                "call_service",
                domain=DOMAIN,
                service=action,
                service_data=data,
                target={"device_id": self.device.id},
                return_response=True,
            )
        response: dict[str, Any] = result["response"]
        return response

    async def issues(self) -> set[str]:
        """Tell what is under Repairs of this meter, by the kinds of the issues."""
        async with self.home.api.websocket() as websocket:
            found = (await websocket.command("repairs/list_issues"))["issues"]
        return {each["translation_key"] for each in found if each["issue_id"].endswith(self.device.entry_id)}

    async def loudest(self) -> float:
        """Ask for the highest LAFmax of this hour and the one before."""
        now = time.time()
        async with self.home.api.websocket() as websocket:
            told = await websocket.command(
                f"{DOMAIN}/history/hours",
                config_entry_id=self.device.entry_id,
                start=now - 2 * HOUR_S,
                end=now + HOUR_S,
            )
        return max((hour["lmax"] for hour in told["hours"]), default=0.0)

    async def expect_loudest(self, lowest_db: float, highest_db: float) -> None:
        """Wait until the highest LAFmax is between these two.

        Raises:
            AssertionError: It is another one.
        """
        found = await self.loudest()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT_MS / 1000):
                while not lowest_db <= found <= highest_db:
                    await asyncio.sleep(0.5)
                    found = await self.loudest()
        assert lowest_db <= found <= highest_db

    async def wait_for_rows(self, count: int) -> None:
        """Wait until the meter was asked for its levels so many times from now on."""
        before = self._rows()
        async with asyncio.timeout(TIMEOUT_MS / 1000):
            while self._rows() < before + count:  # noqa: ASYNC110 # another process has no Event
                await asyncio.sleep(0.2)

    def _rows(self) -> int:
        return sum(command.line == "DOD?" for command in self.meter.referee.commands)

    async def hear(self, level_db: float) -> tuple[datetime, datetime]:
        """Put a calibrator on the microphone and take it off without telling anybody; return from when to when."""
        await self.wait_for_rows(SILENT_ROWS)
        on = datetime.now(UTC)
        with noise(self.meter, level_db):
            await self.wait_for_rows(STEADY_ROWS)
        return on, datetime.now(UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def place(home: Home) -> AsyncIterator[Place]:
    """A meter for each test alone, so that nothing was ever calibrated there, and a dashboard."""
    async with EmulatedMeter(MeterConfig(serial=SERIAL, scene="quiet", settings={"FTP": "On"})) as meter:
        meter.ftp.open(meter.host, 0)
        await demo.add(home.api, address(meter))
        device = (await demo.devices(home.api))[SERIAL]
        await demo.set_options(home.api, device, watchdog="off")
        await dashboard.save(home.api)
        await demo.wait_for_level(home.api, SERIAL)
        async with home.api.websocket() as websocket:
            known = (await websocket.command(f"{DOMAIN}/meters"))["meters"]
        (entities,) = (each["entities"] for each in known if each["serial"] == SERIAL)
        yield Place(home, meter, device, entities)
        await home.api.delete(f"/api/config/config_entries/entry/{device.entry_id}")
    meter.referee.assert_clean()


async def answer(dialog: Locator, chosen: str, told: str) -> None:
    """Choose an answer, read what becomes of it, and close the dialog."""
    await dialog.get_by_text(chosen, exact=True).click()
    await expect_told(dialog, told)


async def expect_told(dialog: Locator, told: str) -> None:
    """Wait until a dialog says this at its end, and close it."""
    await expect(dialog.get_by_text(told)).to_be_visible(timeout=TIMEOUT_MS)
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(dialog.get_by_text(told)).to_be_hidden(timeout=TIMEOUT_MS)


async def expect_gone(visitor: Visitor, title: str) -> None:
    """See that an issue is not on the list any more."""
    await visitor.go("/config/repairs")
    await expect(visitor.page.get_by_text(re.compile(r"\d+ repairs?|no repairs pending"))).to_be_visible()
    await expect(visitor.page.get_by_text(title)).to_be_hidden()


async def test_a_calibrator_is_heard(visitor: Visitor, place: Place) -> None:
    """One that was none counts like every other sound; of one that was exactly the time is left out and logged."""
    page, title = visitor.page, f"{place.device.name}: {HEARD}"
    await place.hear(TONE_DB)
    dialog = await open_issue(visitor, title)
    await expect(dialog).to_contain_text(f"like that of a calibrator: {TONE_DB} dB, 20")
    await visitor.pictures("calibration-heard")
    await answer(dialog, "It was none", "It counts like every other sound.")
    await expect_gone(visitor, title)
    await place.expect_loudest(TONE_DB - NEAR_DB, TONE_DB + NEAR_DB)
    assert HEARD_KIND not in await place.issues()
    assert (await place.state("last_calibration"))["state"] == "unknown"

    on, off = await place.hear(CALIBRATOR_DB)
    dialog = await open_issue(visitor, title)
    # The one that was none is not asked about again.
    told = await dialog.get_by_text("The meter has heard").inner_text()
    found = re.search(rf"calibrator: {CALIBRATOR_DB} dB, ([\d-]+) ([\d:]+) - ([\d:]+)\.$", told)
    assert found, told
    await place.expect_loudest(CALIBRATOR_DB - NEAR_DB, CALIBRATOR_DB + NEAR_DB)
    await answer(dialog, "It was a calibration", "The time is marked, and the calibration is logged.")
    await expect_gone(visitor, title)
    await place.expect_loudest(0, TONE_DB + NEAR_DB)
    logged = (await place.state("last_calibration"))["attributes"]
    began, ended = (datetime.fromisoformat(logged[key]) for key in ("began", "ended"))
    assert (f"{began:%Y-%m-%d %H:%M:%S}", f"{ended:%H:%M:%S}") == (" ".join(found.groups()[:2]), found[3])
    assert max(abs(began - on), abs(ended - off)) <= TIMED
    assert (logged["reference_level"], logged["level_before"], logged["drift"]) == (CALIBRATOR_DB, CALIBRATOR_DB, 0)

    await visitor.go(device_page(place.device))
    last = value(page, "Last calibration")
    await expect(last).to_contain_text(AGO)
    await expect(value(page, "Next calibration due")).to_contain_text("Unknown")
    await visitor.pictures("calibration-logged", last.scroll_into_view_if_needed)


async def set_interval(visitor: Visitor, place: Place, *, pictures: bool = False) -> None:
    """Choose in the options after how many days a calibration is due."""
    dialog = await open_options(visitor, place.meter)
    await unfold(dialog, "Calibration and clock", "When it is time, you are told under Repairs")
    days = dialog.get_by_role("spinbutton", name="Calibrate every")
    await expect(days).to_have_value("0")
    await days.fill(str(INTERVAL_DAYS))
    if pictures:
        await visitor.pictures("calibration-options", days.scroll_into_view_if_needed)
    await submit(dialog)
    await expect(dialog.get_by_text("Options successfully saved")).to_be_visible(timeout=TIMEOUT_MS)


async def test_a_calibration_is_due(visitor: Visitor, place: Place) -> None:
    """The last one is too long ago: it is told, noted with what was read, and the next is due after the interval."""
    page, title = visitor.page, f"{place.device.name}: {DUE}"
    long_ago = datetime.now(UTC) - timedelta(days=INTERVAL_DAYS + 10)
    await place.act("calibration", began=long_ago.isoformat(), ended=long_ago.isoformat())
    await set_interval(visitor, place, pictures=True)
    dialog = await open_issue(visitor, title)
    await expect(dialog).to_contain_text(f"The last one that is noted: {long_ago:%Y-%m-%d}.")
    await visitor.pictures("calibration-due")
    before = dialog.get_by_role("spinbutton", name="Level before the adjustment")
    await click_until(dialog.get_by_text("Note a calibration", exact=True), before)
    await before.fill("94.3")
    await dialog.get_by_role("spinbutton", name="Level after the adjustment").fill("94.0")
    await dialog.get_by_role("textbox", name="Note").fill(NOTE)
    await visitor.pictures("calibration-note")
    noted_at = datetime.now(UTC)
    await submit(dialog)
    await expect_told(dialog, "Done.")
    await expect_gone(visitor, title)
    last = await place.state("last_calibration")
    assert abs(datetime.fromisoformat(last["state"]) - noted_at) <= timedelta(minutes=5)
    read = ("reference_level", "level_before", "level_after", "drift", "note")
    assert [last["attributes"][key] for key in read] == [94.0, 94.3, 94.0, 0.3, NOTE]
    due_at = datetime.fromisoformat((await place.state("calibration_due"))["state"])
    assert due_at - datetime.fromisoformat(last["state"]) == timedelta(days=INTERVAL_DAYS)

    await visitor.go(device_page(place.device))
    due = value(page, "Next calibration due")
    await expect(due).to_contain_text(IN_A_YEAR)
    await expect(value(page, "Last calibration")).to_contain_text(AGO)
    await visitor.pictures("calibration-noted", due.scroll_into_view_if_needed)
    await visitor.go(f"/{dashboard.URL_PATH}/meter-{SERIAL}")
    calibration = section(page, "Calibration")
    await expect(tile(calibration, "Last calibration")).to_contain_text(AGO)
    await expect(tile(calibration, "Next calibration due")).to_contain_text(IN_A_YEAR)
    await visitor.pictures("calibration-section", calibration.scroll_into_view_if_needed)


async def test_a_calibration_is_put_off(visitor: Visitor, place: Place) -> None:
    """Where none is known one is due at once; it is told until somebody does not want to hear of it, or not now."""
    title = f"{place.device.name}: {DUE}"
    await set_interval(visitor, place)
    dialog = await open_issue(visitor, title)
    await expect(dialog).to_contain_text("The last one that is noted: \N{EN DASH}.")
    await visitor.pictures("calibration-due-first")
    await answer(dialog, "Remind me only if it happens again", "You will hear of it again only if it ends")
    await expect_gone(visitor, title)
    assert DUE_KIND not in await place.issues()

    for days in (0, INTERVAL_DAYS):
        await demo.set_options(place.home.api, place.device, calibration_interval_days=days)
    dialog = await open_issue(visitor, title)
    await answer(dialog, "Remind me in a week", "You will be reminded in a week.")
    await expect_gone(visitor, title)
    # Not even then.
    for days in (0, INTERVAL_DAYS):
        await demo.set_options(place.home.api, place.device, calibration_interval_days=days)
    await expect_gone(visitor, title)
    assert DUE_KIND not in await place.issues()
    assert (await place.state("last_calibration"))["state"] == "unknown"


async def test_the_switch(visitor: Visitor, place: Place) -> None:
    """What is heard while it is on is seen, but alarms nobody and counts nowhere; what was read is seen on the page."""
    page = visitor.page
    await alerts.add_rule(place.home.api, place.device, name=RULE, metric="lp", alarm=ALARM_DB, duration={"seconds": 0})
    await visitor.go(f"/{dashboard.URL_PATH}/meter-{SERIAL}")
    calibration, now = section(page, "Calibration"), section(page, "Now").locator("rion-nl43-live-trace .level")
    under_way = calibration.get_by_text("Levels count nowhere and alert nobody")
    switch = calibration.get_by_role("switch")
    await expect(switch).to_be_visible(timeout=TIMEOUT_MS)
    await expect(under_way).to_be_hidden()
    await expect(tile(calibration, "Last calibration")).to_be_hidden()
    await switch.click()
    await expect(under_way).to_be_visible()
    assert (await place.state("calibration"))["state"] == "on"
    with noise(place.meter, CALIBRATOR_DB):
        await expect(now).to_have_text(re.compile(rf"{CALIBRATOR_DB:.1f}"))
        await visitor.pictures("calibration-under-way", under_way.scroll_into_view_if_needed)
        await place.wait_for_rows(STEADY_ROWS)
    await place.wait_for_rows(SILENT_ROWS)
    await switch.click()
    await expect(under_way).to_be_hidden()
    last = tile(calibration, "Last calibration")
    await expect(last).to_contain_text(AGO)
    assert (await place.state("calibration"))["state"] == "off"
    assert (await place.state("last_calibration"))["attributes"]["drift"] is None

    # A rule that is silent only because nothing is judged is told from one that cannot hear by a sound that counts.
    assert (await place.act("get_episodes"))["episodes"] == []
    with noise(place.meter, LOUD_DB):
        alert = section(page, "Alerts").locator("rion-nl43-alert-list").get_by_role("list", name="Open")
        await expect(alert).to_contain_text(RULE)
    assert len((await place.act("get_episodes"))["episodes"]) == 1
    # Whoever judges samples and whoever keeps them get each at the same time.
    await place.expect_loudest(0, LOUD_DB + NEAR_DB)
    assert HEARD_KIND not in await place.issues()

    # What was read is noted afterwards, and is told on the page behind a tap on the last calibration.
    (noted,) = (
        await place.act("calibration", level_before=113.7, level_after=114.0, reference_level=114.0, note=NOTE)
    )["meters"]
    assert noted["drift"] == -0.3
    more = page.locator("ha-more-info-dialog")
    details = page.get_by_role("menuitem", name="Details")
    await click_until(last, more.get_by_role("button", name="Menu"))
    await click_until(more.get_by_role("button", name="Menu"), details)
    await click_until(details, more.get_by_text("Drift"))
    for name, read in (("Level before", "113.7"), ("Level after", "114"), ("Drift", "-0.3"), ("Note", NOTE)):
        await expect(more.get_by_role("listitem").filter(has_text=name)).to_contain_text(read)
    await visitor.pictures("calibration-read")
