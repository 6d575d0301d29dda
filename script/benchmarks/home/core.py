"""A real Home Assistant without its web pages: the core, its recorder on a file, its web server, this integration."""

import asyncio
from collections.abc import Iterable, Mapping
import json
import logging
from pathlib import Path
import sys
from types import MappingProxyType
from typing import Any, Self, override

from homeassistant import bootstrap, loader
from homeassistant.auth import auth_manager_from_config
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.components.http import DOMAIN as HTTP_DOMAIN
from homeassistant.components.recorder import DOMAIN as RECORDER_DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntries, ConfigEntry
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import async_initialize_recorder
from homeassistant.setup import async_setup_component

from custom_components.rion_nl43.const import (
    CONF_FIRMWARE,
    CONF_FTP_PASSWORD,
    CONF_FTP_PORT,
    CONF_FTP_USER,
    CONF_SERIAL,
    DEFAULT_FTP_PASSWORD,
    DEFAULT_FTP_PORT,
    DEFAULT_FTP_USER,
    DOMAIN,
)
from custom_components.rion_nl43.coordinator import RionConfigEntry
from custom_components.rion_nl43.migration import MINOR_VERSION, VERSION
from script.demo_home.home import free_port

DATABASE = "home-assistant_v2.db"
ACCESS = "access.json"
CLIENT_ID = "http://127.0.0.1/"


async def prepare(folder: Path) -> HomeAssistant:
    """Make a Home Assistant in this folder, up to where the integrations are set up."""
    hass = HomeAssistant(str(folder))
    # What is required was installed by script/bootstrap.
    hass.config.skip_pip = True
    hass.config_entries = ConfigEntries(hass, {})
    loader.async_setup(hass)
    async_initialize_recorder(hass)
    await bootstrap.async_load_base_functionality(hass)
    hass.auth = await auth_manager_from_config(hass, [], [])
    await _set_up(hass, "homeassistant")
    await _set_up(hass, RECORDER_DOMAIN)
    return hass


async def start(hass: HomeAssistant) -> None:
    """Set up the integration with the meters that there are from before."""
    await _set_up(hass, DOMAIN)
    await hass.async_start()


async def _set_up(hass: HomeAssistant, component: str) -> None:
    # Nobody calls, but the pictures of alerts would be served there.
    server = {"server_host": ["127.0.0.1"], "server_port": free_port(0)}
    if not await async_setup_component(hass, component, {RECORDER_DOMAIN: {}, HTTP_DOMAIN: server}):
        raise RuntimeError(f"{component} cannot be set up")


async def add(hass: HomeAssistant, meters: Iterable[Mapping[str, Any]], options: Mapping[str, Any]) -> None:
    """Add meters that the emulator tells of, all at once, as the config flow makes their entries."""
    await asyncio.gather(*(hass.config_entries.async_add(_entry(meter, options)) for meter in meters))


async def let_in(hass: HomeAssistant) -> None:
    """Open the websocket, and write down where it is and what lets an administrator in."""
    await _set_up(hass, "websocket_api")
    user = await hass.auth.async_create_user("Viewer", group_ids=[GROUP_ID_ADMIN])
    token = await hass.auth.async_create_refresh_token(user, CLIENT_ID)
    access = {
        "url": f"ws://127.0.0.1:{hass.http.server_port}/api/websocket",
        "token": hass.auth.async_create_access_token(token),
        "config_entry_ids": [entry.entry_id for entry in entries(hass)],
    }
    await hass.async_add_executor_job(Path(hass.config.path(ACCESS)).write_text, json.dumps(access))


def entries(hass: HomeAssistant) -> list[RionConfigEntry]:
    """Return the entries of all meters."""
    return hass.config_entries.async_entries(DOMAIN)


def _entry(meter: Mapping[str, Any], options: Mapping[str, Any]) -> ConfigEntry[Any]:
    return ConfigEntry(
        domain=DOMAIN,
        title=f"NL-43 {meter['serial']}",
        unique_id=meter["serial"],
        version=VERSION,
        minor_version=MINOR_VERSION,
        data={
            CONF_HOST: meter["host"],
            CONF_PORT: meter["port"],
            CONF_MODEL: "NL-43",
            CONF_SERIAL: meter["serial"],
            CONF_FIRMWARE: "01.02.0304",
            CONF_FTP_PORT: DEFAULT_FTP_PORT,
            CONF_FTP_USER: DEFAULT_FTP_USER,
            CONF_FTP_PASSWORD: DEFAULT_FTP_PASSWORD,
        },
        options=options,
        source=SOURCE_USER,
        discovery_keys=MappingProxyType({}),
        subentries_data=None,
    )


class LogCounter(logging.Handler):
    """Counts the lines that a log of level INFO of ours, and WARNING of everybody else, would have; prints them too."""

    def __init__(self) -> None:
        """Count from zero."""
        super().__init__()
        self.ours = 0
        self.others = 0
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))

    @classmethod
    def install(cls) -> Self:
        """Begin to count."""
        counter = cls()
        logging.getLogger().addHandler(counter)
        logging.getLogger().setLevel(logging.WARNING)
        logging.getLogger(f"custom_components.{DOMAIN}").setLevel(logging.INFO)
        return counter

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Count a line."""
        if record.name.startswith(f"custom_components.{DOMAIN}"):
            self.ours += 1
        else:
            self.others += 1
        print(self.format(record), file=sys.stderr, flush=True)
