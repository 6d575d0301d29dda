"""The run of a meter's monitor, from the set-up of its entry to the end."""

import asyncio

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .coordinator import RionConfigEntry
from .episode_store import EpisodeStore
from .memory import MemoryStore
from .monitor import MeterMonitor
from .nl43 import Link


class Runner:
    """Lets a monitor run and keeps its memory and its episodes; in the end the connection is closed, all is on disk."""

    def __init__(self, link: Link, monitor: MeterMonitor, memory: MemoryStore, episodes: EpisodeStore) -> None:
        """Own the link, whether the monitor ever runs or not."""
        self._link = link
        self._monitor = monitor
        self._memory = memory
        self._episodes = episodes
        self._task: asyncio.Task[None] | None = None

    @callback
    def async_start(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Let the monitor run until `async_stop`, or until Home Assistant stops."""
        self._memory.async_keep(lambda: self._monitor.memory)
        self._episodes.async_keep(self._monitor.alerts.episodes)
        self._task = entry.async_create_background_task(hass, self._monitor.run(), f"{entry.title} monitor")
        self._task.add_done_callback(report_defect)
        entry.async_on_unload(self._monitor.on_memory(self._memory.async_note_change))
        entry.async_on_unload(self._monitor.alerts.on_episodes(self._episodes.async_note_change))
        entry.async_on_unload(hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._async_home_assistant_stops))
        entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._async_change_time_zone))

    async def async_stop(self) -> None:
        """End the run; the connection is closed only when nobody uses it any more."""
        if self._task is None:
            await self._link.close()
            await self._monitor.history.close()
            return
        await self._monitor.card.close()
        self._task.cancel()
        await asyncio.wait({self._task})
        await self._link.close()
        # What the history has of the young quarter of an hour is on disk before the memory says what it knows.
        await self._monitor.history.close()
        await self._memory.async_save()
        await self._episodes.async_save()

    async def _async_home_assistant_stops(self, _event: Event) -> None:
        await self.async_stop()

    @callback
    def _async_change_time_zone(self, _event: Event) -> None:
        self._monitor.time_zone = dt_util.get_default_time_zone()


def report_defect(task: asyncio.Task[None]) -> None:
    """Raise what should not have ended the task, for the event loop to log it."""
    if not task.cancelled():
        task.result()
