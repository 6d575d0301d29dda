"""One meter that is watched live: what it tells is written down once, however many clients watch it.

It is there while anybody watches, and outlives the reload of the meter's entry.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.json import json_bytes
from homeassistant.util import dt as dt_util

from .const import CONF_SERIAL, DOMAIN
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .frontend import async_page_version
from .live_data import history_data, labels_data, metrics_data, rules_data, sample_data, sample_time, state_data
from .live_subscription import LiveSubscription
from .monitor import Facts, MeterMonitor, Pace, Sample

# Less than what proxies on the way take for silence.
HEARTBEAT: Final = timedelta(seconds=25)
# What is asked for beside a sample is worked out as often as this.
METRICS_EVERY_S: Final = 1.0


class LiveMeter:
    """Tells all subscriptions of one meter; those that ask for the same metrics are a group and get the same bytes."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Follow a loaded entry."""
        self._hass = hass
        self._entry = entry
        self._groups: dict[tuple[str, ...], list[LiveSubscription]] = {}
        self._pace = Pace()
        self._metrics_at = float("-inf")
        self._unfollow: tuple[CALLBACK_TYPE, ...] = ()
        self._ends = (
            async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._async_take_entry),
            async_track_time_interval(hass, self._async_send_heartbeat, HEARTBEAT, cancel_on_shutdown=True),
            hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._async_take_registry),
        )
        self._async_follow()

    @property
    def watched(self) -> bool:
        """Whether anybody watches."""
        return bool(self._groups)

    @callback
    def async_add(self, subscription: LiveSubscription) -> None:
        """Tell one more."""
        self._groups.setdefault(subscription.keys, []).append(subscription)

    @callback
    def async_remove(self, subscription: LiveSubscription) -> None:
        """Tell one less."""
        group = self._groups[subscription.keys]
        group.remove(subscription)
        if not group:
            del self._groups[subscription.keys]

    @callback
    def async_send_snapshot(self, subscription: LiveSubscription) -> None:
        """Send all that a view begins with."""
        if (monitor := self._monitor) is None or not self._may_read(subscription):
            return
        subscription.async_restart()
        sample = monitor.sample
        told = sample and sample_data(sample) | {"metrics": metrics_data(monitor, sample, subscription.metrics)}
        _send(
            "snapshot",
            [subscription],
            subscription=subscription.number,
            version=async_page_version(self._hass),
            name=async_meter_name(self._hass, self._entry),
            serial=monitor.identity.serial,
            **self._state,
            labels=labels_data(monitor.facts, subscription.metrics),
            rules=_readable(self._rules, subscription),
            sample=told,
            **history_data(monitor, subscription.history_s),
        )

    @callback
    def async_acknowledge(self, subscription: LiveSubscription, t: float) -> None:
        """Take how far a client has come, and send him the latest sample if he has waited for it."""
        if subscription.async_acknowledge(t) and self._monitor and (sample := self._monitor.sample):
            metrics = metrics_data(self._monitor, sample, subscription.metrics)
            self._send_sample(sample, [subscription], _sample(sample, metrics))

    @callback
    def async_close(self) -> None:
        """Follow nothing any more."""
        self._async_unfollow()
        for end in self._ends:
            end()

    @callback
    def _async_follow(self) -> None:
        """Listen to the monitor of the loaded entry."""
        self._monitor: MeterMonitor | None = self._entry.runtime_data.monitor
        monitor = self._monitor
        self._facts = monitor.facts
        self._state = state_data(monitor)
        self._rules = rules_data(self._hass, self._entry)

        @callback
        def changed(*_: object) -> None:
            self._async_look_at_state(monitor)

        self._unfollow = (
            monitor.on_sample(lambda sample: self._async_take_sample(monitor, sample)),
            monitor.on_facts(self._async_take_facts),
            monitor.alerts.on_change(self._async_look_at_rules),
            monitor.on_availability(changed),
            monitor.on_measurement(changed),
            monitor.on_basis(changed),
            monitor.diagnosis.on_change(changed),
            monitor.standby.on_change(changed),
        )

    @callback
    def _async_unfollow(self) -> None:
        self._monitor = None
        for end in self._unfollow:
            end()
        self._unfollow = ()

    @callback
    def _async_take_entry(self, change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        """Follow the entry when it is loaded again, and end when it is removed."""
        if entry.entry_id != self._entry.entry_id:
            return
        loaded = entry.state is ConfigEntryState.LOADED
        if change is ConfigEntryChange.REMOVED:
            subscriptions = list(self._all())
            _send("gone", subscriptions)
            for subscription in subscriptions:
                subscription.async_cancel()
        elif loaded and self._monitor is None:
            self._async_follow()
            for subscription in self._all():
                self.async_send_snapshot(subscription)
        elif not loaded and self._monitor is not None:
            self._async_unfollow()
            _send("reloading", self._all())

    @callback
    def _async_take_registry(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Tell of the entities of rules: they come after their rules, and may get other ids."""
        if self._monitor and event.data["entity_id"].startswith(f"{Platform.EVENT}."):
            self._async_look_at_rules()

    @callback
    def _async_take_sample(self, monitor: MeterMonitor, sample: Sample) -> None:
        if not self._pace.allows(self._hass.loop.time()):
            for subscription in self._all():
                subscription.async_skip()
            return
        at = sample.at.timestamp()
        due = not 0 <= at - self._metrics_at < METRICS_EVERY_S
        if due:
            self._metrics_at = at
        plain = _sample(sample)
        for keys, group in self._groups.items():
            asked_for = due and keys
            event = _sample(sample, metrics_data(monitor, sample, group[0].metrics)) if asked_for else plain
            self._send_sample(sample, group, event)

    def _send_sample(self, sample: Sample, group: Iterable[LiveSubscription], event: bytes) -> None:
        t = sample_time(sample)
        for subscription in self._readers(group):
            subscription.async_send_sample(t, event)

    @callback
    def _async_look_at_state(self, monitor: MeterMonitor) -> None:
        if (state := state_data(monitor)) != self._state:
            self._state = state
            _send("state", self._readers(self._all()), **state)

    @callback
    def _async_look_at_rules(self) -> None:
        if (rules := rules_data(self._hass, self._entry)) == self._rules:
            return
        self._rules = rules
        readers = list(self._readers(self._all()))
        _send("rules", (each for each in readers if each.may_read_all), rules=rules)
        for subscription in readers:
            if not subscription.may_read_all:
                _send("rules", [subscription], rules=_readable(rules, subscription))

    @callback
    def _async_take_facts(self, facts: Facts) -> None:
        """Tell of other symbols: they follow the meter's settings."""
        before, self._facts = self._facts, facts
        for group in self._groups.values():
            if (labels := labels_data(facts, group[0].metrics)) != labels_data(before, group[0].metrics):
                _send("labels", self._readers(group), labels=labels)
        self._async_look_at_rules()

    @callback
    def _async_send_heartbeat(self, _: object) -> None:
        _send("heartbeat", self._all())

    def _all(self) -> Iterator[LiveSubscription]:
        return (subscription for group in self._groups.values() for subscription in group)

    def _readers(self, subscriptions: Iterable[LiveSubscription]) -> Iterator[LiveSubscription]:
        return filter(self._may_read, subscriptions)

    def _may_read(self, subscription: LiveSubscription) -> bool:
        return async_may_read(self._hass, self._entry, subscription.user)


@callback
def async_may_read(hass: HomeAssistant, entry: RionConfigEntry, user: User) -> bool:
    """Return whether a user may read the levels of a meter."""
    if user.permissions.access_all_entities(POLICY_READ):
        return True
    unique_id = f"{entry.data[CONF_SERIAL]}_lp"
    entity_id = er.async_get(hass).async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
    return entity_id is not None and user.permissions.check_entity(entity_id, POLICY_READ)


def _sample(sample: Sample, metrics: Mapping[str, float | None] | None = None) -> bytes:
    told = {"event": "sample", **sample_data(sample)}
    return json_bytes(told if metrics is None else told | {"metrics": metrics})


def _send(event: str, subscriptions: Iterable[LiveSubscription], **data: Any) -> None:
    written = json_bytes({"event": event, "at": round(dt_util.utcnow().timestamp(), 3), **data})
    for subscription in subscriptions:
        subscription.async_send(written)


def _readable(rules: list[dict[str, Any]], subscription: LiveSubscription) -> list[dict[str, Any]]:
    """Return the rules whose entities the client may read."""
    return [rule for rule in rules if subscription.may_read_all or subscription.may_read(rule["entity_id"])]
