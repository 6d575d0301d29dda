"""The meters over Home Assistant's websocket, as dashboards need them: what each is called, where it is, what it has.

What the user may not read is left out; nothing can be done over it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_MODEL, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
import probatio

from .alert_rule import rule_from_subentry
from .const import CONF_SERIAL, DOMAIN, SUBENTRY_ALERT_RULE, SUBENTRY_LEVEL_LIMIT
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .frontend import async_page_version
from .level_limit import limit_from_subentry
from .meter_alert_entities import WORST_GRADE
from .options import MeterOptions
from .symbols import metric_symbol

RULE_KEYS: Final = ("breach", "grade", "alert", "enabled", "acknowledge")


@callback
def async_setup_meters_websocket(hass: HomeAssistant) -> None:
    """Register the command."""
    websocket_api.async_register_command(hass, _ws_meters)


@websocket_api.websocket_command({probatio.Required("type"): f"{DOMAIN}/meters"})
@callback
def _ws_meters(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Send all meters of which the client may read anything, by their names."""
    user, registry = connection.user, er.async_get(hass)
    readable = None if user.permissions.access_all_entities(POLICY_READ) else user.permissions.check_entity
    found = []
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False, include_disabled=False):
        every = er.async_entries_for_config_entry(registry, entry.entry_id)
        entities = [entity for entity in every if readable is None or readable(entity.entity_id, POLICY_READ)]
        if readable is None or entities:
            # As the actions see it.
            may_control = any(user.permissions.check_entity(entity.entity_id, POLICY_CONTROL) for entity in every)
            found.append({**_meter(hass, entry, entities), "may_control": may_control})
    found.sort(key=lambda meter: (meter["name"].casefold(), meter["serial"]))
    connection.send_result(msg["id"], {"version": async_page_version(hass), "is_admin": user.is_admin, "meters": found})


@callback
def _meter(hass: HomeAssistant, entry: RionConfigEntry, entities: Iterable[er.RegistryEntry]) -> dict[str, Any]:
    """Return what is told of a meter to who may read these entities."""
    serial: str = entry.data[CONF_SERIAL]
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, serial), entry.entry_id)
    enabled, disabled = (_of_meter(entities, serial, disabled=disabled) for disabled in (False, True))
    # It is an attribute of this sensor.
    told = WORST_GRADE.key in enabled or WORST_GRADE.key in disabled
    options = MeterOptions.from_entry(entry)
    return {
        "config_entry_id": entry.entry_id,
        "device_id": device.id if device else None,
        "name": async_meter_name(hass, entry),
        "serial": serial,
        "model": entry.data[CONF_MODEL],
        "area_id": device.area_id if device else None,
        "loaded": entry.state is ConfigEntryState.LOADED,
        "files": options.ftp_enabled,
        "position": list(options.shown_position) if told and options.shown_position else None,
        "entities": enabled,
        "disabled": {key: entity_id for key, entity_id in disabled.items() if key not in enabled},
        "rules": _rules(entry, serial, entities),
        "limits": _limits(entry, serial, entities),
    }


def _of_meter(entities: Iterable[er.RegistryEntry], serial: str, *, disabled: bool) -> dict[str, str]:
    """Return the ids of the meter's own entities by their keys.

    A setting and the sensor that tells the same have the same key: the setting does for both.
    """
    sensors_first = sorted(entities, key=lambda entity: entity.domain != Platform.SENSOR)
    return {
        entity.unique_id.removeprefix(f"{serial}_"): entity.entity_id
        for entity in sensors_first
        if entity.config_subentry_id is None and entity.disabled is disabled
    }


def _rules(entry: RionConfigEntry, serial: str, entities: Iterable[er.RegistryEntry]) -> list[dict[str, Any]]:
    """Return the rules of which an entity may be read; those that make no sense are judged by nobody and left out."""
    facts = entry.runtime_data.monitor.facts if entry.state is ConfigEntryState.LOADED else None
    found = []
    for subentry in entry.get_subentries_of_type(SUBENTRY_ALERT_RULE):
        own = _of_subentry(entities, serial, subentry.subentry_id)
        try:
            rule = rule_from_subentry(subentry)
        except ValueError:
            continue
        if own:
            found.append(
                {
                    "rule_id": rule.id,
                    "name": rule.name,
                    "enabled": rule.enabled,
                    "metric": rule.metric.key,
                    "symbol": metric_symbol(rule.metric, facts),
                    "direction": rule.direction.value,
                    "warning": rule.warning_db,
                    "alarm": rule.alarm_db,
                    "entities": {key: own[key].entity_id for key in RULE_KEYS if key in own and not own[key].disabled},
                }
            )
    return found


def _limits(entry: RionConfigEntry, serial: str, entities: Iterable[er.RegistryEntry]) -> list[dict[str, Any]]:
    """Return the limits of which an entity may be read; those that make no sense are left out, as rules are."""
    found = []
    for subentry in entry.get_subentries_of_type(SUBENTRY_LEVEL_LIMIT):
        own = _of_subentry(entities, serial, subentry.subentry_id)
        try:
            limit = limit_from_subentry(subentry, MeterOptions.from_entry(entry).plan)
        except ValueError:
            continue
        if own:
            found.append(
                {
                    "limit_id": limit.id,
                    "name": limit.name,
                    "limit": limit.limit_db,
                    "entities": {key: entity.entity_id for key, entity in own.items() if not entity.disabled},
                }
            )
    return found


def _of_subentry(entities: Iterable[er.RegistryEntry], serial: str, subentry_id: str) -> Mapping[str, er.RegistryEntry]:
    """Return the entities of a rule or a limit by their keys."""
    return {
        entity.unique_id.removeprefix(f"{serial}_{subentry_id}_"): entity
        for entity in entities
        if entity.config_subentry_id == subentry_id
    }
