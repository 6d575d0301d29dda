"""The dashboard of all meters, made as *Add dashboard* makes it, and opened with Home Assistant."""

from typing import Final

from .api import Api, WebSocket

URL_PATH: Final = "noise-levels"
TITLE: Final = "Noise levels"
ICON: Final = "mdi:volume-high"
CONFIG: Final = {"strategy": {"type": "custom:rion-nl43"}}


async def save(api: Api) -> None:
    """Save the dashboard, and make it the one that Home Assistant opens with."""
    async with api.websocket() as websocket:
        if not await _exists(websocket):
            await websocket.command(
                "lovelace/dashboards/create",
                url_path=URL_PATH,
                title=TITLE,
                icon=ICON,
                show_in_sidebar=True,
            )
        await websocket.command("lovelace/config/save", url_path=URL_PATH, config=CONFIG)
        await websocket.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})


async def _exists(websocket: WebSocket) -> bool:
    return any(dashboard["url_path"] == URL_PATH for dashboard in await websocket.command("lovelace/dashboards/list"))
