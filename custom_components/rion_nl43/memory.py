"""What is kept of a meter while Home Assistant does not run."""

from collections.abc import Callable, Mapping
from typing import Any, Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN

STORAGE_VERSION: Final = 1
STORAGE_MINOR_VERSION: Final = 2
SAVE_DELAY_S: Final = 5

MONITOR: Final = "monitor"
MEASUREMENT: Final = "measurement"
ACKNOWLEDGED: Final = "acknowledged"

type Memory = Mapping[str, Any]


class _MemoryFile(Store[dict[str, Any]]):
    """The file; that of version 1.1 held the measurement's part alone."""

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, Any]
    ) -> dict[str, Any]:
        if old_minor_version >= STORAGE_MINOR_VERSION:
            return old_data
        return {MONITOR: {MEASUREMENT: old_data} if old_data else {}}


class MemoryStore:
    """One entry's file: what its monitor keeps over a restart, and the issues that its user has acknowledged.

    Whoever changes `acknowledged` calls `async_note_change` afterwards.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self.acknowledged: set[str] = set()
        self._store = _MemoryFile(hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}", minor_version=STORAGE_MINOR_VERSION)
        self._collect: Callable[[], Memory] = dict
        self._noted = False

    async def async_load(self) -> Memory:
        """Return what the monitor's parts kept; each bears nonsense in its own."""
        stored = await self._store.async_load()
        if not isinstance(stored, dict):
            return {}
        acknowledged, kept = stored.get(ACKNOWLEDGED), stored.get(MONITOR)
        if isinstance(acknowledged, list):
            self.acknowledged.update(issue for issue in acknowledged if isinstance(issue, str))
        return kept if isinstance(kept, dict) else {}

    @callback
    def async_keep(self, collect: Callable[[], Memory]) -> None:
        """Keep from now on what this returns."""
        self._collect = collect

    @callback
    def async_note_change(self) -> None:
        """Write what is to be kept soon, and at the latest when Home Assistant stops."""
        if not self._noted:
            # A change that follows does not put it off.
            self._noted = True
            self._store.async_delay_save(self._data, SAVE_DELAY_S)

    async def async_save(self) -> None:
        """Write what is to be kept now."""
        await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _data(self) -> dict[str, Any]:
        self._noted = False
        return {MONITOR: dict(self._collect()), ACKNOWLEDGED: sorted(self.acknowledged)}
