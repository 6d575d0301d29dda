"""The hours of a meter over Home Assistant's websocket: what pages show, with the hours that were repaired."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
import probatio

from .acoustics import HourLevels, Span
from .const import DOMAIN
from .hour_statistics import statistic_ids
from .live_websocket import async_loaded_entry, async_refuse
from .monitor.history.store import KEPT_MS
from .symbols import leq_symbol, symbol

HOUR_S: Final = 3600
LATEST_S: Final = 1 << 40


@callback
def async_setup_history_websocket(hass: HomeAssistant) -> None:
    """Register the command."""
    websocket_api.async_register_command(hass, _ws_hours)


@websocket_api.websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/history/hours",
        probatio.Required("config_entry_id"): str,
        probatio.Required("start"): probatio.All(probatio.Any(int, float), probatio.Range(min=0, max=LATEST_S)),
        probatio.Required("end"): probatio.All(probatio.Any(int, float), probatio.Range(min=0, max=LATEST_S)),
    }
)
@websocket_api.async_response
async def _ws_hours(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Send what is known of each hour that begins from one time on and before another, the running one as well."""
    try:
        entry = async_loaded_entry(hass, msg["config_entry_id"], connection.user)
    except ServiceValidationError as refusal:
        async_refuse(connection, msg["id"], refusal)
        return
    began, ended = (-(-int(msg[key]) // HOUR_S) * HOUR_S for key in ("start", "end"))
    # There is no more than that.
    began = max(began, ended - KEPT_MS // 1000)
    monitor = entry.runtime_data.monitor
    found: Mapping[int, HourLevels] = (
        await monitor.history.hours(Span(1000 * began, 1000 * ended)) if began < ended else {}
    )
    connection.send_result(
        msg["id"],
        {
            "hours": [hour_data(found[at_ms]) for at_ms in sorted(found) if found[at_ms].leq is not None],
            "symbols": {"leq": leq_symbol(monitor.history.weighting), "lmax": symbol("lmax", monitor.facts)},
            "statistic_ids": statistic_ids(monitor.identity.serial),
        },
    )


def hour_data(hour: HourLevels) -> dict[str, Any]:
    """Return what is told of an hour."""
    return {
        "began": hour.began,
        "coverage": round(hour.coverage, 4),
        "leq": _rounded(hour.leq),
        "lmax": _rounded(hour.lmax),
        "lmin": _rounded(hour.lmin),
        "l10": _rounded(hour.l10),
        "l90": _rounded(hour.l90),
        "exposure": hour.exposure_pa2h,
        "meter_share": round(hour.meter_share, 4),
        "repaired": hour.repaired,
    }


def _rounded(level: float | None) -> float | None:
    return None if level is None else round(level, 2)
