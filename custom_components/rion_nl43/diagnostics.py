"""Diagnostics of a meter, without what tells where or whose it is."""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant

from .const import CONF_SERIAL
from .coordinator import RionConfigEntry
from .nl43 import LinkStatus

TO_REDACT: Final = {CONF_HOST, CONF_SERIAL}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: RionConfigEntry) -> dict[str, Any]:
    """Return what is known of the meter, its link and its measurement."""
    runtime = entry.runtime_data
    monitor = runtime.monitor
    return async_redact_data(
        {
            "data": dict(entry.data),
            "options": dict(entry.options),
            "publish_interval_s": runtime.levels.interval_s,
            "available": monitor.available,
            "link": {**_status(monitor.status, hass.loop.time()), "statistics": asdict(runtime.link.statistics)},
            "measurement": asdict(monitor.measurement),
            "sample": asdict(monitor.sample) if monitor.sample else None,
            "facts": asdict(monitor.facts),
        },
        TO_REDACT,
    )


def _status(status: LinkStatus, now: float) -> dict[str, Any]:
    """Return the state of the link; of its error the kind only, for the text may name the host."""
    return {
        "state": status.state,
        "for_s": round(now - status.since, 1),
        "error": type(status.error).__name__ if status.error else None,
    }
