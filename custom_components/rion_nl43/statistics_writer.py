"""Writes the hours of a meter's history into Home Assistant's long-term statistics, and puts them right later."""

import asyncio
from collections.abc import Callable
from itertools import batched
from typing import Final, cast

from homeassistant.components.recorder import DOMAIN as RECORDER_DOMAIN
from homeassistant.components.recorder.models import StatisticData
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .acoustics import HOUR_MS, Span
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .hour_statistics import HourStatistic, Row, Seconds, metadata, new_rows
from .monitor import Facts
from .monitor.history.store import KEPT_MS
from .monitor.keeping import keep_running
from .recorded_statistics import read_last, read_names, read_rows
from .symbols import leq_symbol

HOUR_S: Final = 3600
DAY_S: Final = 86_400
# About a month: so much is compared after a start, and no more goes into the recorder's queue at once, which all share.
STEP_S: Final = 31 * DAY_S
TEXT: Final = f"component.{DOMAIN}.selector.statistic.options.{{}}"


@callback
def async_write_statistics(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Let the statistics follow the history until the entry is unloaded, if there is a recorder to keep them."""
    if RECORDER_DOMAIN not in hass.config.components:
        return
    writer = StatisticsWriter(hass, entry)
    entry.async_create_background_task(
        hass, keep_running("statistics", writer.async_run), f"{entry.title} hourly statistics"
    )


class StatisticsWriter:
    """Writes what is not written yet, and whatever changes afterwards.

    The recorder is asked each time what is there: its file may be restored, replaced or put right by others.
    """

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Note from now on what changes."""
        self._hass = hass
        self._entry = entry
        self._serial = entry.runtime_data.identity.serial
        self._monitor = entry.runtime_data.monitor
        self._news = asyncio.Event()
        self._changed: list[Span] = []
        self._names: dict[HourStatistic, str] = {}
        entry.async_on_unload(self._monitor.history.on_hours(self._async_note_hours))
        entry.async_on_unload(self._monitor.on_facts(self._async_note_facts))
        entry.async_on_unload(hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._async_note_device))

    async def async_run(self) -> None:
        """Catch up with the history, then follow it until cancelled."""
        await self._async_catch_up()
        while True:
            await self._news.wait()
            self._news.clear()
            while self._changed:
                began_ms, ended_ms = self._changed[0]
                span = Seconds(began_ms // HOUR_MS * HOUR_S, -(-ended_ms // HOUR_MS) * HOUR_S)
                await self._async_write(span)
                # Only now: what breaks down is done again.
                del self._changed[0]
            await self._async_rename()

    @callback
    def _async_note_hours(self, span: Span) -> None:
        self._changed.append(span)
        self._news.set()

    @callback
    def _async_note_facts(self, _facts: Facts) -> None:
        self._news.set()

    @callback
    def _async_note_device(self, event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        device = dr.async_get(self._hass).async_get(event.data["device_id"])
        if device and device.config_entry_id == self._entry.entry_id:
            self._news.set()

    async def _async_catch_up(self) -> None:
        """Write what is not there: hours from while Home Assistant did not run, or all of them into a new database."""
        self._names = await self._async_read(read_names)
        last = await self._async_read(read_last)
        ended = _this_hour()
        began = ended - KEPT_MS // 1000
        if last is not None:
            began = max(began, min(last, ended - STEP_S))
        for step in range(began, ended, STEP_S):
            await self._async_write(Seconds(step, min(step + STEP_S, ended)))

    async def _async_write(self, span: Seconds) -> None:
        """Make the statistics of a span of past hours those of the history."""
        span = Seconds(span.began, min(span.ended, _this_hour()))
        if span.began >= span.ended:
            return
        hours = await self._monitor.history.hours(Span(1000 * span.began, 1000 * span.ended))
        await async_settle(self._hass)
        kept, sum_before = await self._async_read(read_rows, span)
        rows = new_rows(hours.values(), span, kept, sum_before, excluded=self._excluded(span))
        if rows:
            names = await self._async_names()
            for statistic, of_hours in rows.items():
                for some in batched(of_hours.items(), STEP_S // HOUR_S, strict=False):
                    self._async_add(statistic, names[statistic], [_data(at, row) for at, row in some])

    def _excluded(self, span: Seconds) -> set[int]:
        """Return the hours of a span in which anything counts nowhere."""
        return {
            hour
            for began_ms, ended_ms in (exclusion.span for exclusion in self._monitor.history.exclusions)
            for hour in range(
                max(span.began, began_ms // HOUR_MS * HOUR_S), min(span.ended, -(-ended_ms // HOUR_MS) * HOUR_S), HOUR_S
            )
        }

    async def _async_rename(self) -> None:
        """Let the statistics that are there bear the names that are right now."""
        names = await self._async_names()
        for statistic, name in tuple(self._names.items()):
            if names[statistic] != name:
                self._async_add(statistic, names[statistic], [])

    @callback
    def _async_add(self, statistic: HourStatistic, name: str, rows: list[StatisticData]) -> None:
        self._names[statistic] = name
        async_add_external_statistics(self._hass, metadata(self._serial, statistic, name), rows)

    async def _async_names(self) -> dict[HourStatistic, str]:
        """Return what to call the statistics: after the meter, and what it measures."""
        meter = async_meter_name(self._hass, self._entry)
        texts = await async_get_translations(self._hass, self._hass.config.language, "selector", [DOMAIN])
        parts = {statistic: texts.get(TEXT.format(statistic), statistic.value) for statistic in HourStatistic}
        parts[HourStatistic.LAEQ] = f"{leq_symbol(self._monitor.history.weighting)},1h"
        return {statistic: f"{meter}: {part}" for statistic, part in parts.items()}

    async def _async_read[R](self, read: Callable[..., R], *args: object) -> R:
        return await get_instance(self._hass).async_add_executor_job(read, self._hass, self._serial, *args)


async def async_settle(hass: HomeAssistant) -> None:
    """Wait until the recorder has done all that it was given so far.

    Its own `async_block_till_done` does not wait for the task that is being done while no other one is in the queue.
    """
    done: asyncio.Future[None] = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(done))
    await done


def _this_hour() -> int:
    return int(dt_util.utcnow().timestamp()) // HOUR_S * HOUR_S


def _data(at: int, row: Row) -> StatisticData:
    """Return a row as Home Assistant takes it: what it does not tell is left out."""
    told = {key: figure for key, figure in row._asdict().items() if figure is not None}
    return cast("StatisticData", {"start": dt_util.utc_from_timestamp(at), **told})
