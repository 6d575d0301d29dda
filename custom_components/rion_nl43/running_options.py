"""The options of a meter that runs: what has changed takes effect at once, without a new connection."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PORT, STATE_OFF, STATE_ON
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from .acoustics import WindowKind, WindowSpec
from .const import (
    CONF_FTP_PASSWORD,
    CONF_FTP_PORT,
    CONF_FTP_USER,
    CONF_POWER_SWITCH,
    CONF_WATCHDOG_SCHEDULE,
    WatchdogMode,
)
from .coordinator import RionConfigEntry
from .ftp_login import FtpLogin
from .issues import async_refresh_issues
from .monitor import FeedMode, FeedOptions, ProbePorts
from .nl43.ftp import FtpClient
from .options import MeterOptions
from .power import async_switch_power

# Who changes these means another connection.
RELOADING: Final = (CONF_HOST, CONF_PORT, CONF_FTP_PORT, CONF_FTP_USER, CONF_FTP_PASSWORD)
# These name entities of others, which may get another id.
NAMING: Final = (CONF_POWER_SWITCH, CONF_WATCHDOG_SCHEDULE)


@callback
def async_follow_options(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Let the monitor be as the options say, now and whenever they change, until the entry is unloaded."""
    running = _RunningOptions(hass, entry)
    connection = _connection(entry.data)

    async def changed(hass: HomeAssistant, entry: RionConfigEntry) -> None:
        if _connection(entry.data) != connection:
            hass.config_entries.async_schedule_reload(entry.entry_id)
            return
        running.async_apply()
        async_refresh_issues(hass, entry)

    running.async_apply()
    entry.async_on_unload(entry.add_update_listener(changed))
    entry.async_on_unload(hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, running.async_handle_rename))
    entry.async_on_unload(running.async_stop)


def window_specs(options: MeterOptions) -> tuple[WindowSpec, ...]:
    """Return the windows that the options want: each length up to now and by the clock."""
    return tuple(WindowSpec(kind, minutes * 60) for minutes in options.windows for kind in WindowKind)


def _schedule_is_on(state: State | None) -> bool | None:
    """Return whether a schedule of this state is on; None while that is not known."""
    return {STATE_ON: True, STATE_OFF: False}.get(state.state) if state else None


def _connection(data: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(data.get(key) for key in RELOADING)


class _RunningOptions:
    """What was applied last, and the subscription to the entities that the options name."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Apply nothing yet."""
        self._hass = hass
        self._entry = entry
        self._monitor = entry.runtime_data.monitor
        self._ftp: tuple[bool, bool, range | None] | None = None
        self._watchdog: tuple[WatchdogMode, str | None] | None = None
        self._named: tuple[str, ...] = ()
        self._unfollow: CALLBACK_TYPE | None = None

    @callback
    def async_apply(self) -> None:
        """Apply the entry's options, each only where it is another one than before."""
        options, monitor = MeterOptions.from_entry(self._entry), self._monitor
        feed = FeedOptions(FeedMode(options.feed), options.stream_break_min * 60.0 or None)
        if monitor.feed_options != feed:
            monitor.feed_options = feed
        monitor.windows.min_coverage_percent = options.min_coverage
        monitor.windows.configure(window_specs(options))
        monitor.commands.expiry_s = options.command_expiry_s
        monitor.probe_ports = ProbePorts(ftp=FtpLogin.from_data(self._entry.data).port)
        monitor.recovery.power_switch = (
            partial(async_switch_power, self._hass, options.power_switch) if options.power_switch else None
        )
        days = options.calibration_interval_days
        monitor.calibration.interval = timedelta(days=days) if days else None
        monitor.auto_clock.enabled = options.auto_clock
        monitor.history.plan = options.plan
        monitor.history.min_coverage = options.min_coverage / 100
        self._apply_ftp(options)
        monitor.backfill.run_blocking = self._hass.async_add_executor_job
        monitor.backfill.automatic = options.ftp_enabled and options.repair_history
        self._follow(options.named_entities)
        self._apply_watchdog(options.watchdog, options.schedule)

    @callback
    def async_stop(self) -> None:
        """Follow nothing any more."""
        if self._unfollow:
            self._unfollow()
            self._unfollow = None

    @callback
    def async_handle_rename(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Let the options name an entity by its new id; it is still the same, and what a schedule said holds."""
        if event.data["action"] != "update" or (old := event.data.get("old_entity_id")) is None:
            return
        new, options = event.data["entity_id"], self._entry.options
        renamed = {key: new for key in NAMING if options.get(key) == old}
        if not renamed:
            return
        if self._watchdog and self._watchdog[1] == old:
            self._watchdog = self._watchdog[0], new
        self._hass.config_entries.async_update_entry(self._entry, options={**options, **renamed})

    def _follow(self, named: tuple[str, ...]) -> None:
        if named != self._named:
            self.async_stop()
            self._named = named
            if named:
                self._unfollow = async_track_state_change_event(self._hass, named, self._take_state)

    @callback
    def _take_state(self, event: Event[EventStateChangedData]) -> None:
        """Do what the schedule says, and tell it if an entity comes or goes."""
        old, new = event.data["old_state"], event.data["new_state"]
        is_schedule = self._watchdog is not None and event.data["entity_id"] == self._watchdog[1]
        if is_schedule and (is_on := _schedule_is_on(new)) is not None:
            self._expect(is_on)
        if old is None or new is None:
            async_refresh_issues(self._hass, self._entry)

    def _apply_ftp(self, options: MeterOptions) -> None:
        """Have another client where it is another one; one that is in use goes on as it is."""
        wanted = options.ftp_enabled, options.ftp_passive, options.ftp_ports
        if self._ftp == wanted:
            return
        self._ftp = wanted
        data = self._entry.data
        login = FtpLogin.from_data(data)
        self._monitor.card.client = (
            FtpClient(
                data[CONF_HOST],
                login.user,
                login.password,
                port=login.port,
                passive=options.ftp_passive,
                ports=options.ftp_ports,
            )
            if options.ftp_enabled
            else None
        )

    def _apply_watchdog(self, mode: WatchdogMode, schedule: str | None) -> None:
        if self._watchdog == (mode, schedule):
            return
        first = self._watchdog is None
        self._watchdog = mode, schedule
        expected = True if mode is WatchdogMode.ALWAYS else None
        if schedule:
            expected = _schedule_is_on(self._hass.states.get(schedule))
            if first and expected is None:
                # While Home Assistant starts the schedule comes later: what the watchdog remembers still holds.
                return
        self._expect(expected)

    def _expect(self, expected: bool | None) -> None:
        self._monitor.watchdog.expected = expected
