"""Coordinators of one meter: its levels as often as they are published, its slow facts, its link."""

from abc import abstractmethod
import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import re
from typing import override
import zlib

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .acoustics import Basis, WindowKind, WindowLevels, WindowSpec
from .const import (
    CONF_PUBLISH,
    CONF_SERIAL,
    DOMAIN,
    LOGGER,
    PUBLISH_INTERVAL_S,
    WINDOW_INTERVAL_LIMIT_S,
    PublishProfile,
)
from .errors import error_translation
from .memory import MemoryStore
from .monitor import Diagnosis, Facts, LimitStatus, Measurement, MeterMonitor, Periods, Sample, WatchdogState
from .nl43 import ChannelLevels, Identity, Link, NL43Error
from .nl43.history import LossRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RionRuntimeData:
    """What a loaded entry holds."""

    identity: Identity
    link: Link
    monitor: MeterMonitor
    memory: MemoryStore
    levels: LevelsCoordinator
    facts: FactsCoordinator
    status: StatusCoordinator
    history: HistoryCoordinator


# So much more or less of a window covered is news.
COVERAGE_STEP_PERCENT = 5
PUT_OFF_LIMIT_S = 10.0
HISTORY_INTERVAL = timedelta(minutes=1)

type RionConfigEntry = ConfigEntry[RionRuntimeData]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsData:
    """What is published of the feed; `over` and `under` tell of all samples since the last publication.

    `windows` are those that somebody watches; `round_trip_s` is the time that the last answer took.
    """

    sample: Sample | None
    measurement: Measurement
    windows: Mapping[WindowSpec, WindowLevels] = field(default_factory=dict)
    round_trip_s: float | None = None
    over: bool | None = None
    under: bool | None = None

    def channel(self, number: int) -> ChannelLevels | None:
        """Return the levels of a channel: 0 is the main one, 1 to 3 are the sub channels."""
        if self.sample is None or number >= len(self.sample.levels.channels):
            return None
        return self.sample.levels.channels[number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The end of a connection; `reason` is the error in words of lower case."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusData:
    """What is published of the link and of what looks after it; `reconnects` counts since the entry was set up."""

    diagnosis: Diagnosis
    standby: bool
    reconnects: int
    last_loss: Loss | None
    basis: Basis
    watchdog: WatchdogState
    needs_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryData:
    """What is published of the history: the levels of periods, and what has become of each limit, by their ids."""

    periods: Periods
    limits: Mapping[str, LimitStatus]


class PushCoordinator[T](DataUpdateCoordinator[T]):
    """A coordinator that is told of news; it asks for them only where somebody wants them ahead of time."""

    config_entry: RionConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: RionConfigEntry, monitor: MeterMonitor, name: str, data: T, *, available: bool
    ) -> None:
        """Start with what is known now."""
        super().__init__(hass, LOGGER, config_entry=entry, name=f"{entry.title} {name}")
        self.monitor = monitor
        self.data = data
        self.last_update_success = available

    @callback
    def async_publish(self, data: T) -> None:
        """Let the entities know, whether they are available or not."""
        self.data = data
        self.async_update_listeners()

    @callback
    def async_set_available(self, available: bool) -> None:
        """Let the entities become available or unavailable; whoever decides that also logs it."""
        self.last_update_success = available
        self.async_update_listeners()

    @override
    async def _async_update_data(self) -> T:
        """Return what is known now, because somebody wants it ahead of time."""
        try:
            return await self._async_ask()
        except NL43Error as error:
            key, placeholders = error_translation(error)
            raise UpdateFailed(
                translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
            ) from error

    @abstractmethod
    async def _async_ask(self) -> T: ...


class LevelsCoordinator(PushCoordinator[LevelsData]):
    """Publishes the feed: once per publish interval, and at once when the run state changes."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry, monitor: MeterMonitor) -> None:
        """Follow the monitor's samples."""
        data = LevelsData(sample=monitor.sample, measurement=monitor.measurement)
        super().__init__(hass, entry, monitor, "levels", data, available=monitor.available)
        self._published_at: float | None = None
        self._over: bool | None = None
        self._under: bool | None = None
        self._labels = _labels(monitor.facts)
        self._watched = Counter[WindowSpec]()
        self._windows_at: dict[WindowSpec, float] = {}
        # Meters that come at the same moment, as after a restart, do not publish at the same moment ever after.
        self._share = zlib.crc32(entry.data[CONF_SERIAL].encode()) / 2**32
        entry.async_on_unload(monitor.on_sample(self._async_handle_sample))
        entry.async_on_unload(monitor.on_measurement(self._async_handle_measurement))
        entry.async_on_unload(monitor.on_facts(self._async_handle_facts))

    @property
    def interval_s(self) -> float:
        """Seconds between two publications, by the entry's options."""
        return PUBLISH_INTERVAL_S[PublishProfile(self.config_entry.options.get(CONF_PUBLISH, PublishProfile.NORMAL))]

    @callback
    def async_watch_window(self, spec: WindowSpec) -> Callable[[], None]:
        """Publish what a window tells, from the next time on, until the returned function is called."""
        self._watched[spec] += 1
        return lambda: self._watched.subtract([spec])

    @callback
    def _async_handle_sample(self, sample: Sample) -> None:
        self._note_flags(sample)
        if self._published_at is None or self.hass.loop.time() - self._published_at >= self.interval_s:
            first = self._published_at is None
            self.async_publish(self._collect(regularly=True))
            if first:
                self._put_off()

    @callback
    def _async_handle_measurement(self, measurement: Measurement) -> None:
        if measurement.state is not self.data.measurement.state:
            self.async_publish(self._collect())

    @override
    @callback
    def async_set_available(self, available: bool) -> None:
        """Publish what is known now together with the news."""
        self.data = self._collect()
        self._put_off()
        super().async_set_available(available)

    def _put_off(self) -> None:
        """Let the next publication come later than usual, by this meter's own share of an interval."""
        self._published_at = self.hass.loop.time() + self._share * min(self.interval_s, PUT_OFF_LIMIT_S)

    def _collect(self, *, regularly: bool = False) -> LevelsData:
        """Return what is known now, of windows only what is due if `regularly`; the next is due one interval later."""
        self._published_at = self.hass.loop.time()
        if sample := self.monitor.sample:
            self._note_flags(sample)
        over, self._over = self._over, None
        under, self._under = self._under, None
        return LevelsData(
            sample=sample,
            measurement=self.monitor.measurement,
            windows=self._windows(self._published_at, regularly),
            round_trip_s=self.monitor.statistics.last_answer_s,
            over=over,
            under=under,
        )

    def _windows(self, now: float, regularly: bool) -> dict[WindowSpec, WindowLevels]:
        """Return what the watched windows tell; one that the options do not want any more tells nothing."""
        found = {}
        for spec in +self._watched:
            with suppress(KeyError):
                levels, last = self.monitor.windows.levels(spec), self.data.windows.get(spec)
                if regularly and last and _alike(levels, last) and not self._window_due(spec, now):
                    levels = last
                else:
                    self._windows_at[spec] = now
                found[spec] = levels
        return found

    def _window_due(self, spec: WindowSpec, now: float) -> bool:
        """Whether figures are to be published; what an aligned window tells changes by itself seldom enough."""
        if spec.kind is WindowKind.ALIGNED or self.interval_s <= PUBLISH_INTERVAL_S[PublishProfile.LIVE]:
            return True
        return now - self._windows_at[spec] >= min(spec.length_s, WINDOW_INTERVAL_LIMIT_S)

    def _note_flags(self, sample: Sample) -> None:
        self._over = _latch(self._over, sample.levels.main.over)
        self._under = _latch(self._under, sample.levels.main.under)

    @override
    async def _async_ask(self) -> LevelsData:
        if not self.monitor.available:
            raise UpdateFailed(translation_domain=DOMAIN, translation_key="not_available")
        return self._collect()

    @callback
    def _async_handle_facts(self, facts: Facts) -> None:
        """Let the levels take other names; their values are published when they are due."""
        if (labels := _labels(facts)) != self._labels:
            self._labels = labels
            self.async_update_listeners()


class FactsCoordinator(PushCoordinator[Facts]):
    """Publishes the slow facts as they are read."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry, monitor: MeterMonitor) -> None:
        """Follow the monitor's facts."""
        super().__init__(hass, entry, monitor, "facts", monitor.facts, available=monitor.available)
        entry.async_on_unload(monitor.on_facts(self.async_publish))

    @override
    async def _async_ask(self) -> Facts:
        await self.monitor.refresh_facts()
        return self.monitor.facts


class StatusCoordinator(PushCoordinator[StatusData]):
    """Publishes how the link is and what looks after it, which is known whether the meter is there or not."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry, monitor: MeterMonitor, link: Link) -> None:
        """Follow the link and those who look after it."""
        self._link = link
        self._loss: tuple[LossRecord, Loss] | None = None
        super().__init__(hass, entry, monitor, "link", self._collect(monitor), available=True)
        for subscribe in (
            link.on_status,
            monitor.diagnosis.on_change,
            monitor.standby.on_change,
            monitor.on_basis,
            monitor.watchdog.on_change,
            monitor.recovery.on_change,
        ):
            entry.async_on_unload(subscribe(self._async_handle_change))

    @callback
    def _async_handle_change(self, _news: object) -> None:
        self.async_publish(self._collect(self.monitor))

    @override
    async def _async_ask(self) -> StatusData:
        return self._collect(self.monitor)

    def _collect(self, monitor: MeterMonitor) -> StatusData:
        return StatusData(
            diagnosis=monitor.diagnosis.current.diagnosis,
            standby=monitor.standby.active,
            reconnects=max(monitor.statistics.connects - 1, 0),
            last_loss=self._last_loss(),
            basis=monitor.basis,
            watchdog=monitor.watchdog.state,
            needs_person=monitor.recovery.needs_person,
        )

    def _last_loss(self) -> Loss | None:
        """Return the last loss; its time of day is found out once, so that it does not tremble."""
        if not self._link.history.losses:
            return None
        record = self._link.history.losses[-1]
        if self._loss is None or self._loss[0] is not record:
            ago = timedelta(seconds=asyncio.get_running_loop().time() - record.at)
            at = (dt_util.utcnow() - ago).replace(microsecond=0)
            self._loss = record, Loss(at=at, reason=error_word(record.reason))
        return self._loss[1]


class HistoryCoordinator(PushCoordinator[HistoryData]):
    """Publishes levels of periods and limits, which are known and change whether the meter is there or not."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry, monitor: MeterMonitor) -> None:
        """Look at the history once a minute, and when the past has become another one."""
        super().__init__(hass, entry, monitor, "history", self._collect(monitor), available=True)
        self._weighting = monitor.history.weighting
        entry.async_on_unload(async_track_time_interval(hass, self.async_look_again, HISTORY_INTERVAL))
        entry.async_on_unload(monitor.history.on_hours(self.async_look_again))
        entry.async_on_unload(monitor.on_facts(self._async_handle_facts))

    @callback
    def async_look_again(self, _why: object = None) -> None:
        """Publish what is known now."""
        self.async_publish(self._collect(self.monitor))

    @callback
    def _async_handle_facts(self, _facts: Facts) -> None:
        """Let the levels take other names, and have them under another weighting."""
        if (weighting := self.monitor.history.weighting) != self._weighting:
            self._weighting = weighting
            self.async_look_again()

    @override
    async def _async_ask(self) -> HistoryData:
        return self._collect(self.monitor)

    def _collect(self, monitor: MeterMonitor) -> HistoryData:
        watch = monitor.history.limits
        return HistoryData(
            periods=monitor.history.periods(),
            limits={limit.id: watch.status(limit.id) for limit in watch.limits},
        )


def error_word(class_name: str) -> str:
    """Return the name of an error as a state: `connection_lost`."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", class_name).lower()


def _labels(facts: Facts) -> tuple[object, ...]:
    """Return what the names of levels are made of."""
    return facts.percentiles, facts.frequency_weightings, facts.time_weightings


def _alike(levels: WindowLevels, last: WindowLevels) -> bool:
    """Whether only the figures of a window are new, which can wait."""
    if levels.leq is None or last.leq is None or levels.basis is not last.basis:
        return False
    return abs(levels.coverage_percent - last.coverage_percent) < COVERAGE_STEP_PERCENT


def _latch(known: bool | None, new: bool | None) -> bool | None:
    return new if known is None else known or bool(new)
