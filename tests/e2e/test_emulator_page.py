"""The emulator's own page: the meter's face, its surroundings, faults and traffic."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import re

from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from emulator.api import ApiServer
from emulator.fleet import Fleet, configs_of
from emulator.instrument.run import State

from .visitor import DESKTOP, PHONE, TIMEOUT_MS, ColorScheme, ViewportSize, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEVEL = re.compile(r"^\d+\.\d$")
FIRST = "00430001"
NAMELESS = """[...document.querySelectorAll("button, select, input")].filter(control =>
  !control.textContent.trim() && !control.labels?.length && !control.hasAttribute("aria-labelledby")).length"""


@pytest_asyncio.fixture(loop_scope="session")
async def served() -> AsyncIterator[tuple[Fleet, str]]:
    """Two meters and their page."""
    fleet = Fleet(configs_of(MeterConfig(serial=FIRST, second_connection="close"), 2, ["construction", "quiet"]))
    await fleet.start()
    api = ApiServer(fleet)
    await api.open()
    yield fleet, api.url
    await api.close()
    await fleet.stop()


@contextlib.asynccontextmanager
async def looking(
    browser: Browser, url: str, color_scheme: ColorScheme = "light", viewport: ViewportSize = DESKTOP
) -> AsyncIterator[Visitor]:
    """Somebody looks at the page, live."""
    async with Visitor.arrive(browser, url, None, color_scheme, viewport) as visitor:
        await visitor.page.goto(url)
        await expect(visitor.page.get_by_text("Live", exact=True)).to_be_visible(timeout=TIMEOUT_MS)
        await expect(visitor.page.locator("#face-title")).to_have_text(f"NL-43 · {FIRST}")
        yield visitor


async def talk(meter: EmulatedMeter, *lines: str) -> None:
    """Be a client of the meter, and not a patient one."""
    reader, writer = await asyncio.open_connection(meter.host, meter.port)
    for line in lines:
        writer.write(line.encode("latin-1") + b"\r\n")
        await reader.readuntil(b"$")
    writer.close()
    await writer.wait_closed()


def key(page: Page, name: str) -> Locator:
    """Find a key of the meter."""
    return page.get_by_role("group", name="Keys of the meter").get_by_role("button", name=name, exact=True)


async def test_a_measurement_by_the_keys(browser: Browser, served: tuple[Fleet, str]) -> None:
    """The keys start, pause, stop and store a measurement, and the face follows."""
    fleet, url = served
    async with looking(browser, url) as visitor:
        page = visitor.page
        state = page.locator("#state")
        await expect(page.locator("#lp")).to_have_text(LEVEL)
        await key(page, "Start").press("Enter")
        await expect(state).to_have_text("Measuring")
        await expect(page.locator("#results dd").first).to_have_text(LEVEL)
        await expect(key(page, "Start")).to_be_focused()
        await key(page, "Pause").click()
        await expect(state).to_have_text("Paused")
        await key(page, "Go on").click()
        await expect(state).to_have_text("Measuring")
        await key(page, "Stop").click()
        await expect(state).to_have_text("Stopped")
        await expect(page.locator("#store")).to_contain_text("not stored yet")
        await key(page, "Store").click()
        await expect(page.locator("#store")).to_contain_text("address 2")
        # It looks disabled and can be pressed all the same, as the real one.
        await key(page, "Store").click(force=True)
        await expect(page.get_by_role("alert")).to_have_text("Store does nothing now.")
    assert fleet.meters[0].instrument.state is State.STOPPED


async def test_surroundings(browser: Browser, served: tuple[Fleet, str]) -> None:
    """Scene, supply, time, power and settings are changed on the page."""
    fleet, url = served
    meter = fleet.meters[0]
    async with looking(browser, url) as visitor:
        page = visitor.page
        await page.get_by_role("combobox", name="Scene", exact=True).select_option("calibrator")
        await expect(page.locator("#lp")).to_have_text("94.0")
        await page.get_by_role("combobox", name="Power source", exact=True).select_option("I")
        await page.get_by_role("combobox", name="Battery", exact=True).select_option("Low")
        await expect(page.locator("#power")).to_have_text("Batteries · Low")
        await page.get_by_role("combobox", name="Time goes", exact=True).select_option("0")
        await expect(page.locator("#speed")).to_have_value("0")
        clock = await page.locator("#face-clock").text_content()
        await page.get_by_role("button", name="+ 1 h").click()
        await expect(page.locator("#face-clock")).not_to_have_text(clock or "")
        await page.get_by_text("Settings of the meter").click()
        await page.get_by_role("combobox", name="Setting", exact=True).select_option("Time Weighting (Main)")
        await expect(page.get_by_role("combobox", name="Value", exact=True)).to_have_value("F")
        await page.get_by_role("combobox", name="Value", exact=True).fill("S")
        await page.get_by_role("button", name="Set", exact=True).click()
        await expect(page.locator("#lp-name")).to_have_text("LAS")
        await page.get_by_role("button", name="Switched on").click()
        await expect(page.locator("#state")).to_have_text("Off")
        await page.get_by_role("button", name="Switched off").click()
        await expect(page.locator("#state")).to_have_text("Stopped")
    assert (meter.scene, meter.instrument.battery, fleet.clock.speed) == ("calibrator", "Low", 0)


async def test_faults(browser: Browser, served: tuple[Fleet, str]) -> None:
    """A fault is found, switched on with a parameter, and off; what the emulator refuses is told."""
    fleet, url = served
    faults = fleet.meters[0].faults
    async with looking(browser, url) as visitor:
        page = visitor.page
        await page.get_by_label("Search faults").fill("busy")
        fault = page.get_by_role("switch", name="Busy", exact=True)
        await expect(page.locator("#faults > li:visible")).to_have_count(1)
        item = page.locator("#faults > li").filter(has=fault)
        await item.locator("summary").click()
        await item.get_by_label("Command, like DOD?").fill("Type?")
        await fault.click()
        await expect(fault).to_be_checked()
        assert [(order.name, order.terms.command) for order in faults.active()] == [("busy", "Type?")]
        await fault.press("Space")
        await expect(fault).not_to_be_checked()
        assert faults.active() == []
        await item.get_by_label("The result code").fill("9")
        visitor.tolerated.update(await complaint_of(page, fault))
        await expect(page.get_by_role("alert")).to_contain_text("code is a whole number from 1 to 4")
        await item.get_by_label("The result code").fill("4")
        await fault.click()
        await expect(fault).to_be_checked()
        await talk(fleet.meters[0], "Type?")
        await expect(item).to_contain_text("struck once")
        await visitor.picture("emulator-fault")
        await page.get_by_role("button", name="Switch all off").click()
        await expect(fault).not_to_be_checked()
        held = page.get_by_role("switch", name="Slot not freed", exact=True)
        await page.get_by_label("Search faults").fill("slot not freed")
        item = page.locator("#faults > li").filter(has=held)
        await item.locator("summary").click()
        await item.get_by_label("For how long, in seconds; empty: for ever").fill("")
        await held.click()
        await expect(held).to_be_checked()
        assert faults.active()[0].parameters == {"hold_s": None, "after_stream_s": 30.0}
        faults.clear()
    assert faults.active() == []


async def complaint_of(page: Page, button: Locator) -> set[str]:
    """Return what the browser's console says of a click that the emulator refuses."""
    async with page.expect_console_message(lambda message: message.type == "error") as told:
        await button.click()
    message = await told.value
    return {f"{message.text} {message.location}"}


async def test_traffic_is_text_whatever_it_says(browser: Browser, served: tuple[Fleet, str]) -> None:
    """What clients send is shown as it is, and never becomes a part of the page."""
    fleet, url = served
    async with looking(browser, url) as visitor:
        page = visitor.page
        log = page.get_by_role("log")
        await talk(fleet.meters[0], "Type?", "<img src=x onerror=alert(1)>\xff")
        await expect(log).to_contain_text("Type?↵")
        await expect(log).to_contain_text("<img src=x onerror=alert(1)>\\xff↵")
        await expect(log).to_contain_text("spacing")
        assert await log.locator("img").count() == 0
        await page.get_by_role("button", name="Clear").click()
        await expect(log.locator("li")).to_have_count(0)
        await page.get_by_role("button", name="Hold").click()
        await talk(fleet.meters[0], "Type?")
        await expect(page.locator("#connections")).to_contain_text("rules broken")
        await expect(log.locator("li")).to_have_count(0)


async def test_meters_are_picked(browser: Browser, served: tuple[Fleet, str]) -> None:
    """The page shows the meter that was picked, also after a reload."""
    fleet, url = served
    async with looking(browser, url) as visitor:
        page, second = visitor.page, fleet.meters[1]
        await page.get_by_role("combobox", name="Meter", exact=True).select_option(second.config.serial)
        await expect(page.locator("#face-title")).to_have_text(f"NL-43 · {second.config.serial}")
        await key(page, "Start").click()
        await expect(page.locator("#state")).to_have_text("Measuring")
        await page.reload()
        await expect(page.locator("#face-title")).to_have_text(f"NL-43 · {second.config.serial}")
        await talk(fleet.meters[0], "Type?")
        await talk(second, "Clock?")
        await expect(page.get_by_role("log")).to_contain_text("Clock?")
        await expect(page.get_by_role("log")).not_to_contain_text("Type?")
    assert [meter.instrument.state for meter in fleet.meters] == [State.STOPPED, State.MEASURING]


@pytest.mark.parametrize(
    ("color_scheme", "viewport"),
    [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)],
    ids=["light", "dark", "phone-light", "phone-dark"],
)
async def test_it_fits_every_screen(
    request: pytest.FixtureRequest,
    browser: Browser,
    served: tuple[Fleet, str],
    color_scheme: ColorScheme,
    viewport: ViewportSize,
) -> None:
    """The page fits its screen, and each control has a name."""
    fleet, url = served
    meter = fleet.meters[0]
    await fleet.step(3600)
    meter.instrument.press_start()
    await fleet.step(900)
    async with looking(browser, url, color_scheme, viewport) as visitor:
        page = visitor.page
        await talk(meter, "Type?", "DOD?", "Measure?")
        meter.faults.switch_on("slow-answer")
        await expect(page.get_by_role("switch", name="Slow answer")).to_be_checked()
        await expect(page.get_by_role("log")).to_contain_text("Measure?")
        wide = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]
        assert await page.evaluate(NAMELESS) == 0
        await visitor.picture(f"emulator-{request.node.callspec.id}")
