"""Home Assistant is restarted while somebody looks at our cards: they wait, and go on by themselves."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import re

from playwright.async_api import Browser, Locator, StorageState, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from emulator.fleet import Fleet
from script.demo_home import alerts, meters as demo
from script.demo_home.home import Home

from .sound import noise
from .visitor import TIMEOUT_MS, Visitor, address

pytestmark = pytest.mark.asyncio(loop_scope="session")
of_module = pytest_asyncio.fixture(scope="module", loop_scope="session")

URL_PATH, RULE = "being-watched", "Loud after the restart"
ALARM_DB, LOUD_DB = 100.0, 104.0
RESTART_MS = 180_000
LEVEL = re.compile(r"\d+\.\d")
MARK, MARKED = "window.notReloaded = true", "window.notReloaded === true"
# The browser itself complains of a server that is gone.
OF_THE_RESTART = re.compile("WebSocket connection to|net::ERR_|Failed to fetch")


@of_module
async def meter() -> AsyncIterator[EmulatedMeter]:
    """A meter for this home alone; at the end the referee tells whether it was treated as it must be."""
    fleet = Fleet((MeterConfig(serial="00430001", seed=1, scene="traffic"),))
    await fleet.start(ftp_port=0)
    (meter,) = fleet.meters
    meter.instrument.press_start()
    yield meter
    await fleet.stop()
    meter.referee.assert_clean()


@of_module
async def home(tmp_path_factory: pytest.TempPathFactory, meter: EmulatedMeter) -> AsyncIterator[Home]:
    """A Home Assistant that starts again when it is asked to, with a page that has both cards."""
    async with Home.run(tmp_path_factory.mktemp("restarted")) as running:
        again = asyncio.create_task(running.wait())
        await demo.add(running.api, address(meter))
        device = (await demo.devices(running.api))[meter.config.serial]
        await alerts.add_rule(
            running.api,
            device,
            name=RULE,
            metric="lp",
            alarm=ALARM_DB,
            duration={"seconds": 0},
            cooldown={"seconds": 0},
        )
        cards = [
            {"type": "custom:rion-nl43-live-trace", "device_id": device.id},
            {"type": "custom:rion-nl43-alert-list", "config_entry_id": device.entry_id},
        ]
        view = {"title": "Watched", "path": "meter", "type": "sections", "sections": [{"type": "grid", "cards": cards}]}
        async with running.api.websocket() as websocket:
            await websocket.command("lovelace/dashboards/create", url_path=URL_PATH, title="Watched", icon="mdi:eye")
            await websocket.command("lovelace/config/save", url_path=URL_PATH, config={"views": [view]})
        yield running
        again.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await again


@of_module
async def session(browser: Browser, home: Home) -> StorageState:
    """What a browser keeps after the login."""
    async with Visitor.arrive(browser, home.url) as visitor:
        await visitor.log_in()
        return await visitor.page.context.storage_state()


async def expect_to_move(level: Locator, timeout_ms: float) -> None:
    """Wait until a level is shown, and then another one."""
    await expect(level).to_have_text(LEVEL, timeout=timeout_ms)
    await expect(level).not_to_have_text(await level.inner_text(), timeout=TIMEOUT_MS)
    await expect(level).to_have_text(LEVEL, timeout=TIMEOUT_MS)


async def test_both_cards_go_on(visitor: Visitor, home: Home, meter: EmulatedMeter) -> None:
    """Without a reload the level moves again, and an alert that comes later is seen."""
    page = visitor.page
    await visitor.go(f"/{URL_PATH}/meter")
    trace, alert_list = page.locator("rion-nl43-live-trace"), page.locator("rion-nl43-alert-list")
    await expect_to_move(trace.locator(".level"), TIMEOUT_MS)
    await expect(alert_list.get_by_text("No alert is open.")).to_be_visible()
    await page.evaluate(MARK)

    await home.api.post("/api/services/homeassistant/restart", {})
    await expect(trace.get_by_text("Waiting for Home Assistant")).to_be_visible(timeout=RESTART_MS)
    await visitor.pictures("waiting-for-home-assistant")
    await expect_to_move(trace.locator(".level"), RESTART_MS)
    with noise(meter, LOUD_DB):
        await expect(alert_list.get_by_role("list", name="Open")).to_contain_text(RULE, timeout=TIMEOUT_MS)
        await visitor.picture("after-the-restart")
    assert await page.evaluate(MARKED)
    visitor.complaints = [text for text in visitor.complaints if not OF_THE_RESTART.search(text)]
