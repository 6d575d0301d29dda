"""One Home Assistant and two emulated meters for all browser tests."""

from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, Page, StorageState, async_playwright, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from emulator.api import ApiServer
from emulator.fleet import Fleet
from emulator.instrument.run import State
from script.demo_home import meters as demo
from script.demo_home.folder import prepare
from script.demo_home.home import Home
from script.demo_home.meters import Device

from . import modules, plug
from .visitor import DESKTOP, TIMEOUT_MS, Visitor, address, launch, state_of

STATES = pytest.StashKey[list[State | None]]()
FTP_ON = {"FTP": "On"}
shared = pytest_asyncio.fixture(scope="session", loop_scope="session")
expect.set_options(timeout=TIMEOUT_MS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why tests were tried once more."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"first try of {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)


@shared
async def fleet() -> AsyncIterator[Fleet]:
    """Two meters in two places; at the end the referee tells whether they were treated as they must be."""
    configs = (
        MeterConfig(serial="00830001", model="NL-43", seed=1, scene="construction", settings=FTP_ON),
        MeterConfig(serial="00530002", model="NL-53", seed=2, scene="traffic", settings=FTP_ON),
    )
    running = Fleet(configs)
    await running.start(ftp_port=0)
    yield running
    await running.stop()
    for meter in running.meters:
        meter.referee.assert_clean()


@shared
async def meters(fleet: Fleet) -> list[EmulatedMeter]:
    """Give the two meters."""
    return list(fleet.meters)


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def second_try(request: pytest.FixtureRequest, meters: list[EmulatedMeter]) -> None:
    """Let a test that is tried once more find the meters as at the first try: off, measuring or not, without faults."""
    states = [state_of(meter) if meter.instrument.powered else None for meter in meters]
    before = request.node.stash.setdefault(STATES, states)
    if before is states:
        return
    for meter, state in zip(meters, before, strict=True):
        meter.faults.clear()
        if state is None:
            await meter.power_off()
            continue
        if not meter.instrument.powered:
            await meter.power_on()
        if state is not state_of(meter):
            (meter.instrument.press_start if state is State.MEASURING else meter.instrument.press_stop)()


@shared
async def home(tmp_path_factory: pytest.TempPathFactory, fleet: Fleet) -> AsyncIterator[Home]:
    """A Home Assistant that is onboarded and has no meter yet, but a smart plug for the second one."""
    folder: Path = tmp_path_factory.mktemp("home")
    api = ApiServer(fleet)
    await api.open()
    prepare(folder, port=0)
    with (folder / "configuration.yaml").open("a") as file:
        file.write(plug.configuration(api.url, fleet.meters[1].config.serial))
    async with Home.run(folder) as running:
        yield running
    await api.close()


@shared
async def browser() -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    async with async_playwright() as playwright:
        running = await launch(playwright)
        yield running
        await running.close()


@shared
async def session(browser: Browser, home: Home) -> StorageState:
    """What a browser keeps after the login."""
    async with Visitor.arrive(browser, home.url) as visitor:
        await visitor.log_in()
        return await visitor.page.context.storage_state()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, home: Home, session: StorageState) -> AsyncIterator[Visitor]:
    """Somebody at a desktop, logged in."""
    async with Visitor.arrive(browser, home.url, session) as arrived:
        yield arrived


@shared
async def modules_url() -> AsyncIterator[str]:
    """Where the modules of the pages are, without Home Assistant."""
    async with modules.serve() as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def plain(browser: Browser, modules_url: str) -> AsyncIterator[Page]:
    """A page that can load the modules, and at the end has complained of nothing."""
    context = await browser.new_context(viewport=DESKTOP, locale="en-GB", timezone_id="UTC", device_scale_factor=2)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(modules_url)
    await page.wait_for_function("window.fake")
    yield page
    await context.close()
    assert not errors


@shared
async def device(home: Home, meters: list[EmulatedMeter]) -> Device:
    """The first meter in Home Assistant, live; added here where no test before has done it."""
    return await live(home, meters[0])


@shared
async def plugged(home: Home, meters: list[EmulatedMeter]) -> Device:
    """The second meter in Home Assistant, whose power comes from a plug; live as the first."""
    return await live(home, meters[1])


async def live(home: Home, meter: EmulatedMeter) -> Device:
    """Add a meter where no test before has done it, and publish all its levels."""
    serial = meter.config.serial
    if serial not in await demo.devices(home.api):
        await demo.add(home.api, address(meter))
    found = (await demo.devices(home.api))[serial]
    await demo.set_options(home.api, found, publish="live")
    return found
