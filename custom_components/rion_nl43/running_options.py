"""The options of a meter that runs: what has changed takes effect at once, without a new connection."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .acoustics import WindowKind, WindowSpec
from .const import CONF_FTP_PASSWORD, CONF_FTP_PORT, CONF_FTP_USER, WatchdogMode
from .coordinator import RionConfigEntry
from .ftp_login import FtpLogin
from .issues import async_refresh_issues
from .measuring_schedule import async_follow_schedule, async_schedule_is_on
from .monitor import FeedMode, FeedOptions, ProbePorts
from .options import MeterOptions
from .power import async_switch_power

# Who changes these means another connection.
RELOADING: Final = (CONF_HOST, CONF_PORT, CONF_FTP_PORT, CONF_FTP_USER, CONF_FTP_PASSWORD)


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
    entry.async_on_unload(running.async_stop)


def window_specs(options: MeterOptions) -> tuple[WindowSpec, ...]:
    """Return the windows that the options want: each length up to now and by the clock."""
    return tuple(WindowSpec(kind, minutes * 60) for minutes in options.windows for kind in WindowKind)


def _connection(data: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(data.get(key) for key in RELOADING)


class _RunningOptions:
    """What was applied last, and the subscription that it needs."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Apply nothing yet."""
        self._hass = hass
        self._entry = entry
        self._monitor = entry.runtime_data.monitor
        self._watchdog: tuple[WatchdogMode, str | None] | None = None
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
        self._apply_watchdog(options.watchdog, options.watchdog_schedule)

    @callback
    def async_stop(self) -> None:
        """Follow no schedule any more."""
        if self._unfollow:
            self._unfollow()
            self._unfollow = None

    def _apply_watchdog(self, mode: WatchdogMode, schedule: str | None) -> None:
        if self._watchdog == (mode, schedule):
            return
        first = self._watchdog is None
        self._watchdog = mode, schedule
        self.async_stop()
        expected = True if mode is WatchdogMode.ALWAYS else None
        if mode is WatchdogMode.SCHEDULE and schedule:
            self._unfollow = async_follow_schedule(self._hass, schedule, self._expect)
            expected = async_schedule_is_on(self._hass, schedule)
            if first and expected is None:
                # While Home Assistant starts the schedule comes later: what the watchdog remembers still holds.
                return
        self._expect(expected)

    def _expect(self, expected: bool | None) -> None:
        self._monitor.watchdog.expected = expected
