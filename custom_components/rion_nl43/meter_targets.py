"""Which meters an action is meant for, and whether the one who calls it may."""

from collections.abc import Iterable

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import TargetSelection

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .targets import async_meant_by


async def async_targeted_meters(call: ServiceCall, policy: str) -> list[RionConfigEntry]:
    """Return the targeted meters by name; without a target all on which the caller has this right.

    Raises Unauthorized and ServiceValidationError.
    """
    user = await async_calling_user(call)
    entry_ids: Iterable[str]
    if targets := async_named_targets(call):
        entry_ids = async_meant_by(call.hass, TargetSelection(targets)).shares
    else:
        entry_ids = async_permitted_entry_ids(call.hass, user, policy)
    entries = async_loaded_entries(call, user, entry_ids, policy)
    if targets and not entries:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_meter_targeted")
    return entries


async def async_calling_user(call: ServiceCall) -> User | None:
    """Return who calls an action; None for an automation. UnknownUser."""
    if not call.context.user_id:
        return None
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context, user_id=call.context.user_id)
    return user


@callback
def async_named_targets(call: ServiceCall) -> dict[str, object]:
    """Return the targets of a call; none where all is meant."""
    targets = {key: value for key, value in call.data.items() if key in cv.ENTITY_SERVICE_FIELDS}
    return {} if targets == {ATTR_ENTITY_ID: ENTITY_MATCH_ALL} else targets


@callback
def async_may(hass: HomeAssistant, user: User | None, entry: ConfigEntry, policy: str) -> bool:
    """Return whether a user has a right on an entity of the meter; automations have all."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return user is None or any(user.permissions.check_entity(entity.entity_id, policy) for entity in found)


@callback
def async_permitted_entry_ids(hass: HomeAssistant, user: User | None, policy: str) -> list[str]:
    """Return the entries of all meters on which a user has this right."""
    entries = hass.config_entries.async_entries(DOMAIN, include_ignore=False, include_disabled=False)
    return [entry.entry_id for entry in entries if async_may(hass, user, entry, policy)]


@callback
def async_loaded_entries(
    call: ServiceCall, user: User | None, entry_ids: Iterable[str], policy: str
) -> list[RionConfigEntry]:
    """Return the entries by the names of their meters; raises if there is one that cannot or may not be asked."""
    entries: list[RionConfigEntry] = [
        call.hass.config_entries.async_get_known_entry(entry_id) for entry_id in entry_ids
    ]
    for entry in entries:
        if not async_may(call.hass, user, entry, policy):
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
