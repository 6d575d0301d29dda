"""The modules of the pages in a browser, without Home Assistant: a server of files, and a page that loads them."""

from collections.abc import AsyncIterator
import contextlib
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Page

from script.demo_home import DOMAIN, ROOT

FRONTEND = ROOT / "custom_components" / DOMAIN / "frontend"
VERSION = "test"
# The names by which scripts of tests know the modules.
PAGE = f"""<!doctype html><html lang="en"><body style="margin: 0"><script type="module">
const folder = "/{DOMAIN}/{VERSION}";
window.load = path => import(`${{folder}}/${{path}}`);
window.fake = await import("/modules/fake_hass.js");
</script></body></html>"""


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
