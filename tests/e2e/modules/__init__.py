"""The modules of the pages in a browser, without Home Assistant: a server of files, and a page that loads them."""

from collections.abc import AsyncIterator
import contextlib
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Locator, Page

from script.demo_home import DOMAIN, ROOT

FRONTEND = ROOT / "custom_components" / DOMAIN / "frontend"
VERSION = "test"
MOUNT = "/modules/mount.js"
# When time stands still for tests: 2026-01-05, 13:00:00 UTC.
START = 1_767_618_000
# The names by which scripts of tests know the modules.
PAGE = f"""<!doctype html><html lang="en"><body style="margin: 0"><script type="module">
const folder = "/{DOMAIN}/{VERSION}";
window.load = path => import(`${{folder}}/${{path}}`);
window.fake = await import("/modules/fake_hass.js");
</script></body></html>"""
WATCH = """element => {
  window.changes = 0;
  new MutationObserver(() => { window.changes += 1; }).observe(element, {childList: true, subtree: true,
    characterData: true, attributes: true});
}"""
STICKING_OUT = """card => {
  const box = card.shadowRoot.querySelector("ha-card");
  const { right, bottom } = box.getBoundingClientRect();
  const seen = [...box.querySelectorAll("*")].filter(element => element.getClientRects().length);
  return [box, ...seen].filter(element => {
    const its = element.getBoundingClientRect();
    return its.right > right + 0.5 || its.bottom > bottom + 0.5 || element.scrollHeight > element.clientHeight + 2 &&
      element.matches("ha-card, .message");
  }).map(element => `${element.className || element.tagName}: ${element.textContent}`);
}"""


@contextlib.asynccontextmanager
async def serve() -> AsyncIterator[str]:
    """Serve the modules on loopback; gives the address of the page."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def no_icon(_: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/favicon.ico", no_icon)
    app.router.add_static(f"/{DOMAIN}/{VERSION}", FRONTEND)
    app.router.add_static("/modules", Path(__file__).parent)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def run(page: Page, module: str, script: str, *arguments: Any) -> Any:
    """Run a function in the page that takes a module, by its path, and these arguments; returns what it returns."""
    return await page.evaluate(
        f"async ([path, given]) => ({script})(await window.load(path), ...given)", [module, list(arguments)]
    )


async def mount(plain: Page, config: dict[str, object] | None = None, language: str = "en") -> Locator:
    """Put a live trace on the page; from now on time stands still but for what the test lets pass."""
    await plain.clock.install(time=START)
    await plain.clock.pause_at(START + 1)
    await plain.evaluate(
        f"""async ([config, locale]) => {{
          Object.assign(window, await import("{MOUNT}"));
          Object.assign(window, await window.mount(load, config, locale));
        }}""",
        [config or {}, {"language": language}],
    )
    await plain.wait_for_function(
        "hass.connection.open.length && card._plot.seen || card.shadowRoot.querySelector('.message:not([hidden])')"
    )
    return plain.locator("rion-nl43-live-trace")


async def pass_s(plain: Page, seconds: float) -> None:
    """Let time pass."""
    await plain.clock.run_for(round(1000 * seconds))


async def tell(plain: Page, told: dict[str, object] | None = None) -> None:
    """Tell the card all of its meter anew, and a level."""
    await plain.evaluate(
        """told => (hass.connection.tell(fake.snapshot(Date.now() / 1000, told)),
                    hass.connection.tell(fake.sample(Date.now() / 1000, 60)))""",
        told or {},
    )
    await pass_s(plain, 0.3)


async def watch(element: Locator) -> None:
    """Count from now on, in `changes`, how often something in an element changes."""
    await element.evaluate(WATCH)


async def sticking_out(card: Locator) -> Any:
    """List what is not wholly inside of a card."""
    return await card.evaluate(STICKING_OUT)
