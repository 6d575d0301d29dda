"""The HTTP server of the emulator: API, events, description and page."""

from pathlib import Path

from aiohttp import web

from emulator.fleet import Fleet

from .events import Broadcast
from .guard import add_headers, guard
from .handlers import Handlers
from .openapi import describe
from .routes import routes

PAGE = Path(__file__).parent / "page"
BODY_LIMIT = 64 * 1024


class ApiServer:
    """Lets people and programs operate the meters of a fleet. `open` and `close` it on a running event loop."""

    def __init__(self, fleet: Fleet) -> None:
        """Make a server that is closed."""
        self._fleet = fleet
        self._runner: web.AppRunner | None = None
        self._url = ""

    @property
    def url(self) -> str:
        """Where it is served, like `http://127.0.0.1:8043`; RuntimeError while closed."""
        if self._runner is None:
            raise RuntimeError("the API is not served")
        return self._url

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve at this address, 0 for a free port; OSError if it cannot be had, OverflowError if there is no such."""
        runner = web.AppRunner(self._app(host), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, OverflowError):
            await runner.cleanup()
            raise
        self._runner = runner
        bound_host, bound_port = runner.addresses[0][:2]
        self._url = f"http://[{bound_host}]:{bound_port}" if ":" in bound_host else f"http://{bound_host}:{bound_port}"

    async def close(self) -> None:
        """Let all listeners go and give the address back."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    def _app(self, host: str) -> web.Application:
        app = web.Application(middlewares=[guard(host)], client_max_size=BODY_LIMIT)
        app.on_response_prepare.append(add_headers)
        broadcast = Broadcast()

        async def let_go(_: web.Application) -> None:
            broadcast.close()

        app.on_shutdown.append(let_go)
        table = routes(Handlers(self._fleet, broadcast))
        description = describe(table)

        async def openapi(_: web.Request) -> web.Response:
            return web.json_response(description)

        for route in table:
            app.router.add_route(route.method, route.path, route.handle)
        app.router.add_get("/openapi.json", openapi)
        app.router.add_get("/", _page)
        app.router.add_get("/page/{file}", _page)
        return app


async def _page(request: web.Request) -> web.FileResponse:
    name = request.match_info.get("file", "index.html")
    if name not in {file.name for file in PAGE.iterdir()}:
        raise web.HTTPNotFound
    return web.FileResponse(PAGE / name)
