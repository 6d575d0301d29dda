"""What is kept of a meter's measurement while Home Assistant does not run."""

from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .monitor import MeasurementMemory, StartOrigin

STORAGE_VERSION: Final = 1
SAVE_DELAY_S: Final = 5

type Stored = dict[str, Any]


class MemoryStore:
    """One entry's file for the start of its measurement."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store = Store[Stored](hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}")
        self._saved: MeasurementMemory | None = None

    async def async_load(self) -> MeasurementMemory | None:
        """Return what was kept, None where there is nothing or nothing that makes sense."""
        self._saved = _from_json(await self._store.async_load() or {})
        return self._saved

    @callback
    def async_schedule_save(self, memory: MeasurementMemory | None) -> None:
        """Write the memory soon, and at the latest when Home Assistant stops."""
        if memory != self._saved:
            self._saved = memory
            self._store.async_delay_save(lambda: _to_json(self._saved), SAVE_DELAY_S)

    async def async_save(self, memory: MeasurementMemory | None) -> None:
        """Write the memory now."""
        self._saved = memory
        await self._store.async_save(_to_json(memory))

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


def _to_json(memory: MeasurementMemory | None) -> Stored:
    if memory is None:
        return {}
    return {
        "started_at": memory.started_at.isoformat(),
        "origin": memory.origin.value,
        "uncertainty_s": memory.uncertainty_s,
        "paused_s": memory.paused_s,
        "paused_since": memory.paused_since.isoformat() if memory.paused_since else None,
    }


def _from_json(stored: Stored) -> MeasurementMemory | None:
    try:
        return MeasurementMemory(
            started_at=_time(stored["started_at"]),
            origin=StartOrigin(stored["origin"]),
            uncertainty_s=float(stored["uncertainty_s"]),
            paused_s=float(stored["paused_s"]),
            paused_since=_time(stored["paused_since"]) if stored["paused_since"] else None,
        )
    except KeyError, TypeError, ValueError:
        return None


def _time(text: str) -> datetime:
    return dt_util.as_utc(dt_util.parse_datetime(text, raise_on_error=True))
