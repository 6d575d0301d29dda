"""Blueprints over Home Assistant's websocket: what a page imports when the user wants an automation made of one.

Nothing is written here: Home Assistant's own commands do that, with the rights of the user.
"""

from pathlib import Path
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
import probatio

from .alert_automation import BLUEPRINTS, async_find_blueprint
from .const import DOMAIN

# Copies of those to import by their address: a page fetches nothing from the internet.
SHIPPED: Final = Path(__file__).parent / "blueprints"


@callback
def async_setup_blueprint_websocket(hass: HomeAssistant) -> None:
    """Register the command."""
    websocket_api.async_register_command(hass, _ws_blueprint)


@websocket_api.require_admin
@websocket_api.websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/blueprint",
        probatio.Required("name"): probatio.In(BLUEPRINTS),
    }
)
@websocket_api.async_response
async def _ws_blueprint(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Send a blueprint, where it comes from, where it is or will be, and whether it is there."""
    source = await async_find_blueprint(hass, msg["name"])
    text = await hass.async_add_executor_job((SHIPPED / f"{msg['name']}.yaml").read_text, "utf-8")
    connection.send_result(
        msg["id"],
        {"path": source.path, "source_url": source.address, "installed": source.installed, "yaml": text},
    )
