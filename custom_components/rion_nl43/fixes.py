"""What the integration itself can do about an issue."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .coordinator import RionConfigEntry
from .monitor import Asked, MeterMonitor
from .monitor.control.baseline import CLOCK
from .nl43 import WrongMeter

ASKED: Final = Asked(reason="repair")
# A connection is tried at once, but the meter's slot may have to rest, and a first row has to come.
BACK_WITHIN_S: Final = 30.0
PERCENTILES_WANTED: Final = {"Percentile 1": "1", "Percentile 2": "10"}


class NotBackError(Exception):
    """The meter did not come back in the time that a person waits."""


async def _async_retry(_hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Connect now, and wait until the meter is there."""
    entry.runtime_data.link.retry()
    await _async_until_back(entry.runtime_data.monitor)


async def _async_look_again(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Begin anew: the link was closed for good when another meter answered."""
    await hass.config_entries.async_reload(entry.entry_id)
    if entry.state is not ConfigEntryState.LOADED:
        raise NotBackError
    await _async_until_back(entry.runtime_data.monitor)


async def _async_until_back(monitor: MeterMonitor) -> None:
    """Raises NotBackError in time, WrongMeter as soon as another one answers."""
    told = asyncio.Event()
    unsubscribe = monitor.on_availability(lambda *_: told.set())
    try:
        async with asyncio.timeout(BACK_WITHIN_S):
            while not monitor.available:
                if isinstance(monitor.reason, WrongMeter):
                    raise monitor.reason
                told.clear()
                await told.wait()
    except TimeoutError as error:
        raise NotBackError from error
    finally:
        unsubscribe()


async def _async_power_cycle(_hass: HomeAssistant, entry: RionConfigEntry) -> None:
    await entry.runtime_data.monitor.recovery.power_cycle(ASKED)


async def _async_set_clock(_hass: HomeAssistant, entry: RionConfigEntry) -> None:
    await entry.runtime_data.monitor.commands.sync_clock(ASKED)


async def _async_set_percentiles(_hass: HomeAssistant, entry: RionConfigEntry) -> None:
    for name, value in PERCENTILES_WANTED.items():
        await entry.runtime_data.monitor.commands.set_setting(name, value, ASKED)


async def _async_sleep_off(_hass: HomeAssistant, entry: RionConfigEntry) -> None:
    await entry.runtime_data.monitor.commands.set_setting("Sleep Mode", "Off", ASKED)


async def _async_start_again(_hass: HomeAssistant, entry: RionConfigEntry) -> None:
    await entry.runtime_data.monitor.commands.start_cycle(ASKED)


async def _async_set_back(_hass: HomeAssistant, entry: RionConfigEntry) -> None:
    commands, baseline = entry.runtime_data.monitor.commands, entry.runtime_data.monitor.baseline
    for drift in baseline.drifts:
        if drift.name == CLOCK:
            await commands.sync_clock(ASKED)
        else:
            await commands.set_setting(drift.name, drift.expected, ASKED)


type Fix = Callable[[HomeAssistant, RionConfigEntry], Coroutine[Any, Any, None]]

FIXES: Final[Mapping[str, Fix]] = {
    "retry": _async_retry,
    "look_again": _async_look_again,
    "power_cycle": _async_power_cycle,
    "set_clock": _async_set_clock,
    "set_percentiles": _async_set_percentiles,
    "sleep_off": _async_sleep_off,
    "start_again": _async_start_again,
    "set_back": _async_set_back,
}
