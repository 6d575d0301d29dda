"""The alert rules of a meter that runs: what changes takes effect at once, without a new connection."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_state_change_event

from .adding import async_for_each_subentry
from .alert_rule import rule_from_subentry
from .alerts import Helper, Rule
from .const import CONF_SCHEDULE_ENTITY, LOGGER, SUBENTRY_ALERT_RULE
from .coordinator import RionConfigEntry
from .issues import async_refresh_issues
from .symbols import metric_symbol


@callback
def async_follow_rules(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Let the monitor judge the rules of the entry, now and whenever they change, until the entry is unloaded."""
    rules = _RunningRules(hass, entry)

    async def changed(_hass: HomeAssistant, _entry: RionConfigEntry) -> None:
        rules.async_apply()

    rules.async_apply()
    entry.async_on_unload(entry.add_update_listener(changed))
    entry.async_on_unload(hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, rules.async_handle_rename))
    entry.async_on_unload(rules.async_stop)


@callback
def async_for_each_rule(
    entry: RionConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    factory: Callable[[RionConfigEntry, ConfigSubentry], Iterable[Entity]],
) -> None:
    """Add on the meter's device the entities of each rule that there is, and of each that comes."""
    async_for_each_subentry(entry, SUBENTRY_ALERT_RULE, async_add_entities, factory)


def _is_on(state: State | None) -> bool | None:
    """Return whether a helper of this state is on; None while that is not known."""
    return {STATE_ON: True, STATE_OFF: False}.get(state.state) if state else None


class _RunningRules:
    """The rules as the monitor has them, and the subscription to the helpers that they name."""

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Apply nothing yet."""
        self._hass = hass
        self._entry = entry
        monitor = entry.runtime_data.monitor
        self._alerts = monitor.alerts
        self._alerts.symbol_of = lambda metric: metric_symbol(metric, monitor.facts)
        self._broken: dict[str, Any] = {}
        # What the monitor calls a helper, by its entity id. The name does not change with the id: a rule with another
        # helper would be another rule, whose alert ends.
        self._names: dict[str, str] = {}
        self._followed: set[str] = set()
        self._unfollow: CALLBACK_TYPE | None = None

    @callback
    def async_apply(self) -> None:
        """Let the monitor have the rules of the entry, and follow their helpers."""
        found = [self._rule(subentry) for subentry in self._entry.get_subentries_of_type(SUBENTRY_ALERT_RULE)]
        rules = [rule for rule in found if rule is not None]
        self._follow({rule.schedule.name for rule in rules if isinstance(rule.schedule, Helper)})
        self._alerts.configure([self._with_known_helper(rule) for rule in rules])

    @callback
    def async_stop(self) -> None:
        """Follow nothing any more."""
        if self._unfollow:
            self._unfollow()
            self._unfollow = None

    @callback
    def async_handle_rename(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Let the rules name a helper by its new id; it is still the same, and what it said holds."""
        if event.data["action"] != "update" or (old := event.data.get("old_entity_id")) is None:
            return
        new = event.data["entity_id"]
        for subentry in self._entry.get_subentries_of_type(SUBENTRY_ALERT_RULE):
            if subentry.data.get(CONF_SCHEDULE_ENTITY) == old:
                self._hass.config_entries.async_update_subentry(
                    self._entry, subentry, data={**subentry.data, CONF_SCHEDULE_ENTITY: new}
                )

    def _rule(self, subentry: ConfigSubentry) -> Rule | None:
        """Return the rule of a subentry; one that makes no sense is logged once, and the others are judged."""
        try:
            rule = rule_from_subentry(subentry)
        except ValueError as error:
            if self._broken.get(subentry.subentry_id) != subentry.data:
                self._broken[subentry.subentry_id] = subentry.data
                LOGGER.error("The alert rule %s of %s is not judged: %s", subentry.title, self._entry.title, error)
            return None
        self._broken.pop(subentry.subentry_id, None)
        return rule

    def _with_known_helper(self, rule: Rule) -> Rule:
        if not isinstance(rule.schedule, Helper):
            return rule
        return replace(rule, schedule=Helper(self._names[rule.schedule.name]))

    def _follow(self, helpers: set[str]) -> None:
        self._names = {entity_id: name for entity_id, name in self._names.items() if entity_id in helpers}
        for entity_id in sorted(helpers - self._names.keys()):
            registered = er.async_get(self._hass).async_get(entity_id)
            self._names[entity_id] = registered.id if registered else entity_id
        if helpers != self._followed:
            self._followed = helpers
            self._listen()

    def _listen(self) -> None:
        self.async_stop()
        if self._names:
            self._unfollow = async_track_state_change_event(self._hass, self._names, self._take_state)
        for entity_id, name in self._names.items():
            self._alerts.set_schedule(name, _is_on(self._hass.states.get(entity_id)))

    @callback
    def _take_state(self, event: Event[EventStateChangedData]) -> None:
        """Do what the helper says, and tell it if one comes or goes."""
        old, new = event.data["old_state"], event.data["new_state"]
        self._alerts.set_schedule(self._names[event.data["entity_id"]], _is_on(new))
        if old is None or new is None:
            async_refresh_issues(self._hass, self._entry)
