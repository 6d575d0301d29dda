"""Which rules an action is meant for, and whether the one who calls it may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import TargetSelection

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .monitor import UNREACHABLE, MeterAlerts
from .targets import Share, async_meant_by


@dataclass(frozen=True, slots=True)
class TargetedRule:
    """A rule that an action is meant for; `named` if it was itself, not as one of its meter's."""

    entry: RionConfigEntry
    rule_id: str
    named: bool

    @property
    def alerts(self) -> MeterAlerts:
        """The alerts of its meter."""
        return self.entry.runtime_data.monitor.alerts


async def async_targeted_rules(call: ServiceCall, policy: str) -> list[TargetedRule]:
    """Return the targeted rules, by meter; without a target all rules on which the caller has this right.

    Raises Unauthorized and ServiceValidationError.
    """
    user = await _async_user(call)
    targets = {key: value for key, value in call.data.items() if key in cv.ENTITY_SERVICE_FIELDS}
    shares: Mapping[str, Share]
    if targets and targets != {ATTR_ENTITY_ID: ENTITY_MATCH_ALL}:
        shares = async_meant_by(call.hass, TargetSelection(targets)).shares
    else:
        entries = call.hass.config_entries.async_entries(DOMAIN, include_ignore=False, include_disabled=False)
        shares = {entry.entry_id: Share(whole=True) for entry in entries if _may(call.hass, user, entry, policy)}
    rules = [
        TargetedRule(entry, rule_id, not shares[entry.entry_id].whole)
        for entry in _async_loaded(call, user, shares, policy)
        for rule_id in (*entry.runtime_data.monitor.alerts.rules, UNREACHABLE)
        if rule_id in shares[entry.entry_id]
    ]
    if targets and not rules:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_rule_targeted")
    return rules


async def _async_user(call: ServiceCall) -> User | None:
    if not call.context.user_id:
        return None
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context, user_id=call.context.user_id)
    return user


@callback
def _may(hass: HomeAssistant, user: User | None, entry: RionConfigEntry, policy: str) -> bool:
    """Return whether a user has a right on an entity of the meter; automations have all."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return user is None or any(user.permissions.check_entity(entity.entity_id, policy) for entity in found)


@callback
def _async_loaded(call: ServiceCall, user: User | None, entry_ids: Iterable[str], policy: str) -> list[RionConfigEntry]:
    """Return the entries by the names of their meters; raises if there is one that cannot or may not be asked."""
    entries: list[RionConfigEntry] = [
        call.hass.config_entries.async_get_known_entry(entry_id) for entry_id in entry_ids
    ]
    for entry in entries:
        if not _may(call.hass, user, entry, policy):
            raise Unauthorized(
                context=call.context, permission=policy, user_id=call.context.user_id, perm_category=CAT_ENTITIES
            )
        if entry.state is not ConfigEntryState.LOADED:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="meter_not_loaded",
                translation_placeholders={"meter": entry.title},
            )
    return sorted(entries, key=lambda entry: async_meter_name(call.hass, entry))
