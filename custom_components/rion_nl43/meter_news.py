"""What happens to one meter, told to all who want news, and its alerts on Home Assistant's event bus."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .alert_data import alert_data
from .alerts import Transition, TransitionKind
from .const import EVENT_ALERT
from .coordinator import RionConfigEntry, error_word
from .device import async_device_id, async_meter_name
from .monitor import Command, CommandState, Measurement, StartOrigin, StopReason
from .news import News, NewsKind, async_get_news
from .nl43 import NL43Error

STARTS = ("start", "start_cycle")
STOPS = ("stop", "stop_cycle")
NOT_SENT = (CommandState.EXPIRED, CommandState.BLOCKED)


@callback
def async_tell_news(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Tell what happens to a meter, until its entry is unloaded; what began before is no news."""
    news = _MeterNews(hass, entry)
    monitor = entry.runtime_data.monitor
    for end in (
        monitor.alerts.on_transition(news.async_take_transition),
        monitor.on_measurement(news.async_take_measurement),
        monitor.watchdog.on_stop(news.async_take_stop),
        monitor.on_availability(news.async_take_availability),
    ):
        entry.async_on_unload(end)


class _MeterNews:
    """What was told last, from which follows what is new."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Take the bearings."""
        self._hass = hass
        self._entry = entry
        self._monitor = entry.runtime_data.monitor
        self._begun = self._monitor.measurements_begun
        self._was_available = self._monitor.available
        self._missed = False

    @callback
    def async_take_transition(self, transition: Transition) -> None:
        """Tell what happened to an episode."""
        data = alert_data(self._hass, self._entry, transition)
        acknowledged = transition.episode.acknowledged if transition.kind is TransitionKind.ACKNOWLEDGED else None
        # So that the logbook names the person.
        context = Context(user_id=acknowledged.by) if acknowledged else Context()
        at = dt_util.utc_from_timestamp(transition.at)
        news = News(NewsKind.ALERT, self._entry, at, transition.episode.rule_id, transition, data)
        self._tell_when_shown(news, lambda: self._hass.bus.async_fire(EVENT_ALERT, data, context=context))

    @callback
    def async_take_measurement(self, measurement: Measurement) -> None:
        """Tell that a measurement was begun."""
        begun, self._begun = self._begun, self._monitor.measurements_begun
        if self._begun == begun:
            return
        own = measurement.origin is StartOrigin.COMMAND
        started = measurement.started_at
        self._tell(
            NewsKind.MEASUREMENT_STARTED,
            started=dt_util.as_local(started).isoformat() if started else None,
            **self._asked(STARTS, "measure,start", own=own),
        )

    @callback
    def async_take_stop(self, reason: StopReason) -> None:
        """Tell that a measurement ended, and why as far as can be known."""
        self._tell(
            NewsKind.MEASUREMENT_STOPPED if reason.wanted else NewsKind.MEASUREMENT_INTERRUPTED,
            reason=reason.value,
            **self._asked(STOPS, "measure,stop", own=reason is StopReason.COMMAND),
        )

    @callback
    def async_take_availability(self, available: bool, reason: NL43Error | None) -> None:
        """Tell that the meter was lost or is back; when it was not there from the beginning, its coming is told."""
        was, self._was_available = self._was_available, available
        if available:
            missed, self._missed = self._missed, False
            if missed:
                self._tell(NewsKind.METER_BACK)
        elif not self._monitor.standby.active:
            self._missed = True
            if was:
                self._tell(NewsKind.METER_LOST, reason=error_word(type(reason).__name__))

    def _asked(self, names: tuple[str, ...], line: str, *, own: bool) -> Mapping[str, str | None]:
        """Return who gave the last command of these, if it was one."""
        commands = reversed(self._monitor.commands.recent) if own else ()
        for command in commands:
            if _is_one(command, names, line):
                return {"asked_by": command.asked.by, "asked_reason": command.asked.reason}
        return {"asked_by": None, "asked_reason": None}

    @callback
    def _tell(self, kind: NewsKind, **data: Any) -> None:
        about = {
            ATTR_DEVICE_ID: async_device_id(self._hass, self._entry),
            "meter": async_meter_name(self._hass, self._entry),
        }
        self._tell_when_shown(News(kind, self._entry, dt_util.utcnow(), data={**about, **data}))

    @callback
    def _tell_when_shown(self, news: News, fire: Callable[[], None] = lambda: None) -> None:
        """Tell when all entities have been told: who acts on news finds the states that belong to them."""

        def tell() -> None:
            fire()
            async_get_news(self._hass).async_tell(news)

        self._hass.loop.call_soon(tell)


def _is_one(command: Command, names: tuple[str, ...], line: str) -> bool:
    if command.state in NOT_SENT:
        return False
    return command.name in names or (command.name == "send" and command.detail.replace(" ", "").lower() == line)
