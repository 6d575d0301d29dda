"""Which rules an action is meant for, and whether the one who calls it may."""

from collections.abc import Iterable
from dataclasses import dataclass

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import config_validation as cv, device_registry as dr, entity_registry as er
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .monitor import UNREACHABLE, MeterAlerts


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
    """Return the targeted rules, by meter; an entity of a rule is that rule, everything else is all rules of a meter.

    Without a target all rules are meant on which the caller has this right. Raises Unauthorized and
    ServiceValidationError.
    """
    user = await _async_user(call)
    targets = {key: value for key, value in call.data.items() if key in cv.ENTITY_SERVICE_FIELDS}
    if not targets or targets == {ATTR_ENTITY_ID: ENTITY_MATCH_ALL}:
        entries = call.hass.config_entries.async_entries(DOMAIN, include_ignore=False, include_disabled=False)
        wanted: dict[str, set[str] | None] = {
            entry.entry_id: None for entry in entries if _async_may(call.hass, user, entry, policy)
        }
    else:
        wanted = _async_wanted(call.hass, TargetSelection(targets))
    rules = [
        rule
        for entry in _async_loaded(call.hass, wanted)
        for rule in _async_rules(call, user, entry, wanted[entry.entry_id], policy)
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
def _async_may(hass: HomeAssistant, user: User | None, entry: RionConfigEntry, policy: str) -> bool:
    """Return whether a user has a right on an entity of the meter; automations have all."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return user is None or any(user.permissions.check_entity(entity.entity_id, policy) for entity in found)


@callback
def _async_wanted(hass: HomeAssistant, selection: TargetSelection) -> dict[str, set[str] | None]:
    """Return the ids of the targeted rules by the id of their entry; None means all of them."""
    selected = async_extract_referenced_entity_ids(hass, selection)
    registry = er.async_get(hass)
    entities = [registry.async_get(entity_id) for entity_id in selected.referenced | selected.indirectly_referenced]
    devices = [dr.async_get(hass).async_get(device_id) for device_id in selected.referenced_devices]
    ours = {entry.entry_id for entry in hass.config_entries.async_entries(DOMAIN)}
    wanted: dict[str, set[str] | None] = {}
    for entity in entities:
        if entity is None or entity.platform != DOMAIN or entity.config_entry_id is None:
            continue
        if (rule_id := rule_of(entity)) is None:
            wanted[entity.config_entry_id] = None
        elif (rules := wanted.setdefault(entity.config_entry_id, set())) is not None:
            rules.add(rule_id)
    for device in devices:
        if device and device.config_entry_id in ours:
            wanted[device.config_entry_id] = None
    return wanted


def rule_of(entity: er.RegistryEntry) -> str | None:
    """Return the id of the rule that an entity of a meter belongs to."""
    if entity.config_subentry_id:
        return entity.config_subentry_id
    return UNREACHABLE if entity.unique_id.endswith(f"_{UNREACHABLE}") else None


@callback
def _async_loaded(hass: HomeAssistant, entry_ids: Iterable[str]) -> list[RionConfigEntry]:
    """Return the entries by name; raises ServiceValidationError if one of them is not loaded."""
    entries: list[RionConfigEntry] = [hass.config_entries.async_get_known_entry(entry_id) for entry_id in entry_ids]
    for entry in entries:
        if entry.state is not ConfigEntryState.LOADED:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="meter_not_loaded",
                translation_placeholders={"meter": entry.title},
            )
    return sorted(entries, key=lambda entry: async_meter_name(hass, entry))


@callback
def _async_rules(
    call: ServiceCall, user: User | None, entry: RionConfigEntry, wanted: set[str] | None, policy: str
) -> list[TargetedRule]:
    """Return the wanted rules of a meter in their order, the built-in one last."""
    if not _async_may(call.hass, user, entry, policy):
        raise Unauthorized(
            context=call.context, permission=policy, user_id=call.context.user_id, perm_category=CAT_ENTITIES
        )
    known = (*entry.runtime_data.monitor.alerts.rules, UNREACHABLE)
    return [
        TargetedRule(entry, rule_id, wanted is not None) for rule_id in known if wanted is None or rule_id in wanted
    ]
