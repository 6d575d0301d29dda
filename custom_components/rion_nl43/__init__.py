"""Rion NL-43, NL-53 and NL-63 sound level meters."""

import asyncio

from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .alert_runtime import async_follow_rules
from .alert_websocket import async_setup_alert_websocket
from .availability import async_follow_availability
from .blueprint_websocket import async_setup_blueprint_websocket
from .card_login import async_follow_login
from .card_view import async_setup_card_view
from .command_events import async_tell_commands
from .connections import async_get_connections
from .const import CONF_FIRMWARE, CONF_SERIAL, DOMAIN
from .coordinator import (
    FactsCoordinator,
    HistoryCoordinator,
    LevelsCoordinator,
    RionConfigEntry,
    RionRuntimeData,
    StatusCoordinator,
)
from .device import async_register_device
from .early_news import async_keep_early_news
from .episode_store import EpisodeStore
from .episode_view import async_setup_episode_view
from .frontend import async_load_frontend, async_setup_frontend
from .history_file import async_open_history, async_remove_history
from .history_websocket import async_setup_history_websocket
from .issues import async_follow_issues
from .limit_runtime import async_follow_limits
from .live_history import async_forget_history, async_get_history
from .live_websocket import async_setup_live_websocket
from .memory import MemoryStore
from .meter_news import async_tell_news
from .meters_websocket import async_setup_meters_websocket
from .migration import async_migrate_entry
from .monitor import MeterMonitor
from .nl43 import Identity, Meter
from .report_view import async_setup_report_view
from .runner import Runner
from .running_options import async_follow_options
from .services import async_setup_services
from .statistics_writer import async_write_statistics
from .user_names import async_setup_user_names

__all__ = ["async_migrate_entry", "async_remove_entry", "async_setup", "async_setup_entry", "async_unload_entry"]

SETTING_UP: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_setting_up")
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what is there without any meter: the actions, and an ear for what happens before automations begin."""
    async_keep_early_news(hass)
    async_setup_services(hass)
    async_setup_alert_websocket(hass)
    async_setup_live_websocket(hass)
    async_setup_history_websocket(hass)
    async_setup_meters_websocket(hass)
    async_setup_blueprint_websocket(hass)
    async_setup_episode_view(hass)
    async_setup_report_view(hass)
    async_setup_card_view(hass)
    await async_setup_user_names(hass)
    await async_setup_frontend(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: RionConfigEntry) -> bool:
    """Set up a meter from its stored identity, whether it answers now or later."""
    # First of all: who opens a page before it is there would have to open it again.
    async_load_frontend(hass, entry)
    # One after the other: some hundred entities of a hundred meters at once would hold up all of Home Assistant.
    async with hass.data.setdefault(SETTING_UP, asyncio.Lock()):
        await _async_set_up(hass, entry)
    return True


async def _async_set_up(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    memory = MemoryStore(hass, entry.entry_id)
    restored = await memory.async_load()
    episodes = EpisodeStore(hass, entry.entry_id)
    known_episodes = await episodes.async_load()
    link = async_get_connections(hass).async_take(entry.data[CONF_HOST], entry.data[CONF_PORT])
    identity = Identity(entry.data[CONF_MODEL], entry.data[CONF_SERIAL], entry.data[CONF_FIRMWARE])
    monitor = MeterMonitor(
        Meter(link),
        identity,
        restored=restored,
        episodes=known_episodes,
        live=async_get_history(hass, entry.entry_id),
        time_zone=dt_util.get_default_time_zone(),
    )
    runner = Runner(link, monitor, memory, episodes)
    entry.async_on_unload(runner.async_stop)
    await async_open_history(hass, entry, monitor.history)
    entry.runtime_data = RionRuntimeData(
        identity=identity,
        link=link,
        monitor=monitor,
        memory=memory,
        levels=LevelsCoordinator(hass, entry, monitor),
        facts=FactsCoordinator(hass, entry, monitor),
        status=StatusCoordinator(hass, entry, monitor, link),
        history=HistoryCoordinator(hass, entry, monitor),
    )
    async_register_device(hass, entry)
    async_follow_options(hass, entry)
    async_follow_login(hass, entry)
    async_follow_rules(hass, entry)
    async_follow_limits(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_follow_availability(entry)
    async_follow_issues(hass, entry)
    async_tell_commands(hass, entry)
    async_tell_news(hass, entry)
    runner.async_start(hass, entry)
    async_write_statistics(hass, entry)


async def async_unload_entry(hass: HomeAssistant, entry: RionConfigEntry) -> bool:
    """Unload a meter; its link is closed when its entities are gone."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Forget what was kept of the meter."""
    async_forget_history(hass, entry.entry_id)
    await MemoryStore(hass, entry.entry_id).async_remove()
    await EpisodeStore(hass, entry.entry_id).async_remove()
    await async_remove_history(hass, entry)
