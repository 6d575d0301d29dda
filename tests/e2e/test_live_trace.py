"""The live trace: it moves, is read with the keys, shows limits and what is wrong, and is light on the browser."""

from collections.abc import AsyncIterator
import re

from playwright.async_api import Locator, Page, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter
from script.demo_home import alerts, meters as demo
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .main_thread import MainThread
from .visitor import TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

URL_PATH = "live-trace"
PAGE = f"/{URL_PATH}/trace"
CARD = "custom:rion-nl43-live-trace"
RULE = "Loud on the trace"
WARNING_DB, ALARM_DB, LOUD_DB = 90.0, 100.0, 120.0
MEASURED_S = 5
PHONE_WIDTH = 390

# How many pixels at the top of the canvas, above all limits, have about this colour of the theme.
PIXELS = """(canvas, name) => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(canvas).getPropertyValue(name).trim();
  probe.fillRect(0, 0, 1, 1);
  const wanted = probe.getImageData(0, 0, 1, 1).data;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, Math.floor(0.2 * canvas.height));
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    count += [0, 1, 2, 3].every(j => Math.abs(data[i + j] - wanted[j]) < 64);
  }
  return count;
}"""
PICTURE = "canvas => canvas.toDataURL()"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def measuring(home: Home, meters: list[EmulatedMeter], device: Device) -> AsyncIterator[None]:
    """A meter that measures and streams, with one rule of its own, and a dashboard with its trace."""
    await demo.set_options(home.api, device, watchdog="off", feed="streamed")
    await alerts.add_rule(
        home.api, device, name=RULE, metric="lp", warning=WARNING_DB, alarm=ALARM_DB, duration={"seconds": 0}
    )
    await _save_dashboard(home, {"title": "Gate", "device_id": device.id, "metrics": ["leq"], "range": [30, 130]})
    meters[0].instrument.press_start()
    yield
    meters[0].instrument.press_stop()
    await _remove_rule(home, device)
    await demo.set_options(home.api, device, feed="polled")


async def _save_dashboard(home: Home, card: dict[str, object]) -> None:
    cards = [{"type": CARD, "grid_options": {"columns": "full", "rows": 6}, **card}]
    view = {"title": "Trace", "path": "trace", "type": "sections", "sections": [{"type": "grid", "cards": cards}]}
    async with home.api.websocket() as websocket:
        known = await websocket.command("lovelace/dashboards/list")
        if not any(dashboard["url_path"] == URL_PATH for dashboard in known):
            await websocket.command("lovelace/dashboards/create", url_path=URL_PATH, title="Trace", icon="mdi:pulse")
        await websocket.command("lovelace/config/save", url_path=URL_PATH, config={"views": [view]})


async def _remove_rule(home: Home, device: Device) -> None:
    kind = "config_entries/subentries"
    async with home.api.websocket() as websocket:
        for rule in await websocket.command(f"{kind}/list", entry_id=device.entry_id):
            if rule["title"] == RULE:
                await websocket.command(f"{kind}/delete", entry_id=device.entry_id, subentry_id=rule["subentry_id"])


async def _open(visitor: Visitor) -> Locator:
    """Open the page with the trace, and wait until there is a level."""
    await visitor.go(PAGE)
    card = visitor.page.locator("rion-nl43-live-trace")
    await expect(card.locator(".level")).to_have_text(re.compile(r"\d+\.\d"), timeout=TIMEOUT_MS)
    await expect(card.locator("canvas")).to_have_attribute("aria-label", re.compile("Gate: "), timeout=TIMEOUT_MS)
    return card


async def _wait_for_change(page: Page, canvas: Locator) -> None:
    before = await canvas.evaluate(PICTURE)
    handle = await canvas.element_handle()
    await page.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[handle, before])


async def test_it_moves_over_every_span(visitor: Visitor) -> None:
    """Its pixels change, and a button shows more of the past; what it shows is told in words."""
    page = visitor.page
    card = await _open(visitor)
    canvas = card.locator("canvas")
    await _wait_for_change(page, canvas)
    await expect(card.get_by_role("button", name="1 min")).to_have_attribute("aria-pressed", "true")
    for span in ("5 min", "1 h", "1 min"):
        button = card.get_by_role("button", name=span, exact=True)
        await button.click()
        await expect(button).to_have_attribute("aria-pressed", "true")
        await expect(canvas).to_have_attribute("aria-label", re.compile(rf"in the last {span}\."))
        await _wait_for_change(page, canvas)
        await visitor.pictures(f"live-trace-{span.replace(' ', '')}")
    await expect(card.locator(".legend")).to_contain_text(re.compile(r"LAeq \d+\.\d dB"), timeout=TIMEOUT_MS)
    await expect(card.locator(".facts")).to_contain_text("Measuring")


async def test_it_is_read_with_the_keys(visitor: Visitor) -> None:
    """The arrows move a cursor whose time and level are read aloud; Escape takes it away."""
    card = await _open(visitor)
    reading = card.locator(".reading")
    await card.locator(".plot").focus()
    await visitor.page.keyboard.press("ArrowLeft")
    await expect(reading).to_have_text(re.compile(r"\d+:\d\d:\d\d.*: (\d+\.\d dB|no level)"))
    await expect(reading).to_have_attribute("aria-live", "polite")
    first = await reading.inner_text()
    await visitor.page.keyboard.press("ArrowLeft")
    await expect(reading).not_to_have_text(first)
    await visitor.page.keyboard.press("Escape")
    await expect(reading).to_be_empty()


async def test_loud_is_red(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """Above its limits the trace has their colours, and the worst grade is told with its rule."""
    card = await _open(visitor)
    canvas = card.locator("canvas")
    await expect(card.locator(".grade")).to_have_text("OK")
    assert await canvas.evaluate(PIXELS, "--error-color") == 0
    source = object()
    meters[0].instrument.add_sound(source, LOUD_DB)
    try:
        await expect(card.locator(".grade")).to_have_text(f"Alarm: {RULE}", timeout=TIMEOUT_MS)
        handle = await canvas.element_handle()
        await visitor.page.wait_for_function(f"canvas => ({PIXELS})(canvas, '--error-color') > 20", arg=handle)
        await visitor.pictures("live-trace-loud")
    finally:
        meters[0].instrument.remove_sound(source)


async def test_it_fits_a_phone_and_is_light(visitor: Visitor) -> None:
    """Nothing sticks out at 390 pixels, and a streamed trace leaves the main thread nearly all its time."""
    page = visitor.page
    card = await _open(visitor)
    await expect(card.locator(".facts")).to_contain_text("Streamed", timeout=TIMEOUT_MS)
    thread = await MainThread.of(page)
    assert await thread.share(MEASURED_S) < await thread.share_allowed()
    await page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    assert await card.evaluate(
        "card => [...card.shadowRoot.querySelectorAll('*')].every(e => e.getBoundingClientRect().right <= innerWidth)"
    )


async def test_a_lost_meter_says_what_to_do(visitor: Visitor, meters: list[EmulatedMeter]) -> None:
    """In words in place of the level, which go away by themselves."""
    card = await _open(visitor)
    message = card.locator(".message")
    await expect(message).to_be_hidden()
    await meters[0].power_off()
    try:
        await expect(message).to_be_visible(timeout=TIMEOUT_MS)
        await expect(card.locator(".level")).to_have_text("\N{EN DASH}")
        await visitor.pictures("live-trace-lost")
    finally:
        await meters[0].power_on()
    meters[0].instrument.press_start()
    await expect(message).to_be_hidden(timeout=TIMEOUT_MS)


async def test_what_it_cannot_do_is_said(visitor: Visitor, home: Home, device: Device) -> None:
    """A meter that is not there, and a configuration that makes no sense."""
    await _save_dashboard(home, {"device_id": "nowhere"})
    await visitor.go(PAGE)
    await expect(visitor.page.locator("rion-nl43-live-trace .message")).to_contain_text(
        "There is no such meter", timeout=TIMEOUT_MS
    )
    await _save_dashboard(home, {"device_id": device.id, "span": "1d"})
    await visitor.go(PAGE)
    await expect(visitor.page.locator("rion-nl43-live-trace .message")).to_contain_text(
        "it is not 1d", timeout=TIMEOUT_MS
    )
