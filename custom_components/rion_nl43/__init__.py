"""Rion NL-43, NL-53 and NL-63 sound level meters."""

import asyncio

from homeassistant.const import (
    CONF_HOST,
    CONF_MODEL,
    CONF_PORT,
    EVENT_CORE_CONFIG_UPDATE,
    EVENT_HOMEASSISTANT_STOP,
    Platform,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .availability import async_follow_availability
from .connections import async_get_connections
from .const import CONF_FIRMWARE, CONF_SERIAL
from .coordinator import (
    FactsCoordinator,
    LevelsCoordinator,
    RionConfigEntry,
    RionRuntimeData,
    StatusCoordinator,
)
from .memory import MemoryStore
from .monitor import MeterMonitor
from .nl43 import Identity, Meter

PLATFORMS = [Platform.BINARY_SENSOR, Platform.BUTTON, Platform.SENSOR]


async def async_setup_entry(hass: HomeAssistant, entry: RionConfigEntry) -> bool:
    """Set up a meter from its stored identity, whether it answers now or later."""
    link = async_get_connections(hass).async_take(entry.data[CONF_HOST], entry.data[CONF_PORT])
    entry.async_on_unload(link.close)
    identity = Identity(entry.data[CONF_MODEL], entry.data[CONF_SERIAL], entry.data[CONF_FIRMWARE])
    memory = MemoryStore(hass, entry.entry_id)
    monitor = MeterMonitor(
        Meter(link),
        identity,
        restored=await memory.async_load(),
        time_zone=dt_util.get_default_time_zone(),
    )
    entry.runtime_data = RionRuntimeData(
        identity=identity,
        link=link,
        monitor=monitor,
        memory=memory,
        levels=LevelsCoordinator(hass, entry, monitor),
        facts=FactsCoordinator(hass, entry, monitor),
        status=StatusCoordinator(hass, entry, monitor, link),
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_follow_availability(hass, entry)
    _async_keep_memory(entry)
    _async_run(hass, entry)
    return True


def _async_keep_memory(entry: RionConfigEntry) -> None:
    """Keep the start of the measurement on disk."""
    memory, monitor = entry.runtime_data.memory, entry.runtime_data.monitor
    entry.async_on_unload(lambda: memory.async_save(monitor.memory))
    entry.async_on_unload(monitor.on_measurement(lambda _: memory.async_schedule_save(monitor.memory)))


def _async_run(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Let the monitor run until the entry is unloaded or Home Assistant stops."""
    link, monitor = entry.runtime_data.link, entry.runtime_data.monitor
    task = entry.async_create_background_task(hass, monitor.run(), f"{entry.title} monitor")
    task.add_done_callback(_report_defect)

    async def stop(_event: Event) -> None:
        task.cancel()
        await asyncio.wait({task})
        await link.close()

    @callback
    def change_time_zone(_event: Event) -> None:
        monitor.time_zone = dt_util.get_default_time_zone()

    entry.async_on_unload(hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, stop))
    entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, change_time_zone))


def _report_defect(task: asyncio.Task[None]) -> None:
    """Raise what should not have ended the task, for the event loop to log it."""
    if not task.cancelled():
        task.result()


async def async_unload_entry(hass: HomeAssistant, entry: RionConfigEntry) -> bool:
    """Unload a meter; its link is closed when its entities are gone."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Forget what was kept of the meter's measurement."""
    await MemoryStore(hass, entry.entry_id).async_remove()
