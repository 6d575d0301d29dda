"""What the target of a trigger or a condition means: meters, and which of their alert rules."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import ConfigType
import probatio

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .monitor import UNREACHABLE, MeterMonitor

# All that can change what an area, a floor or a label holds, and which rule an entity belongs to.
REGISTRIES: Final = (er.EVENT_ENTITY_REGISTRY_UPDATED, dr.EVENT_DEVICE_REGISTRY_UPDATED, ar.EVENT_AREA_REGISTRY_UPDATED)


def _not_empty(target: ConfigType) -> ConfigType:
    if not TargetSelection(target).has_any_target:
        raise probatio.Invalid("choose at least one entity, device, area, floor or label")
    return target


TARGET_SCHEMA: Final[Mapping[probatio.Marker, Any]] = {
    probatio.Required(CONF_TARGET, msg="a target is needed: which meters or rules?"): probatio.All(
        cv.TARGET_FIELDS, _not_empty
    )
}


@dataclass(frozen=True, slots=True)
class Share:
    """What is meant of a meter: the `named` rules, or all if the `whole` is meant, and never those to be `without`."""

    whole: bool = False
    named: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def __contains__(self, rule_id: object) -> bool:
        """Whether a rule is meant."""
        return rule_id not in self.without and (self.whole or rule_id in self.named)


@dataclass(frozen=True, slots=True)
class Meant:
    """What is meant of which meters, by the ids of their entries."""

    shares: Mapping[str, Share] = field(default_factory=dict)

    def has_meter(self, entry_id: str) -> bool:
        """Whether a meter is meant, or one of its rules at least."""
        return entry_id in self.shares

    def has_rule(self, entry_id: str, rule_id: str) -> bool:
        """Whether a rule of a meter is meant."""
        return entry_id in self.shares and rule_id in self.shares[entry_id]


class MeterTarget:
    """A target, and what it means: worked out when that is asked for, and kept until a registry changes."""

    def __init__(self, hass: HomeAssistant, target: ConfigType | None) -> None:
        """Take the target of a validated configuration."""
        self._hass = hass
        self._selection = TargetSelection(target or {})
        self._meant: Meant | None = None

    @callback
    def async_follow(self) -> CALLBACK_TYPE:
        """Look at the target anew whenever that is needed, until the returned function is called."""
        ends = [self._hass.bus.async_listen(event_type, self._async_forget) for event_type in REGISTRIES]

        @callback
        def end() -> None:
            for each in ends:
                each()

        return end

    @callback
    def async_meant(self) -> Meant:
        """Return what is meant now; to be asked while it is followed."""
        if self._meant is None:
            self._meant = async_meant_by(self._hass, self._selection)
        return self._meant

    @callback
    def async_monitors(self) -> Iterator[tuple[Share, MeterMonitor | None]]:
        """Yield what is meant of each meter, and its monitor; None while the meter is not set up."""
        for entry_id, share in self.async_meant().shares.items():
            entry: RionConfigEntry | None = self._hass.config_entries.async_get_entry(entry_id)
            loaded = entry is not None and entry.state is ConfigEntryState.LOADED
            yield share, entry.runtime_data.monitor if entry and loaded else None

    @callback
    def _async_forget(self, event: Event[Any]) -> None:
        # Of a rule that has been removed, its end is still to be told.
        if event.event_type != er.EVENT_ENTITY_REGISTRY_UPDATED or event.data["action"] != "remove":
            self._meant = None


@callback
def async_meant_by(hass: HomeAssistant, selection: TargetSelection) -> Meant:
    """Return what a selection means: an entity of a rule is that rule, everything else of a meter is all its rules."""
    # Groups are not opened, as in all triggers of Home Assistant: what is in them changes without anybody's notice.
    selected = async_extract_referenced_entity_ids(hass, selection, expand_group=False)
    whole: set[str] = {
        device.config_entry_id
        for device_id in selected.referenced_devices
        if (device := dr.async_get(hass).async_get(device_id)) and device.config_entry_id
    } & {entry.entry_id for entry in hass.config_entries.async_entries(DOMAIN)}
    named: dict[str, set[str]] = {}
    for entity, entry_id in _async_ours(hass, selected.referenced | selected.indirectly_referenced):
        if rule_id := rule_of(entity):
            named.setdefault(entry_id, set()).add(rule_id)
        else:
            whole.add(entry_id)
    without = _async_excluded(hass, selection)
    shares = {
        entry_id: Share(entry_id in whole, frozenset(named.get(entry_id, ())), frozenset(without.get(entry_id, ())))
        for entry_id in whole | named.keys()
    }
    return Meant(shares)


@callback
def async_refuse_strangers(hass: HomeAssistant, target: ConfigType) -> None:
    """Raise probatio.Invalid for what is known and has nothing to do with a meter: nothing would ever come of it.

    What is not known may come later.
    """
    selection = TargetSelection(target)
    entities, devices = er.async_get(hass), dr.async_get(hass)
    for entity_id in sorted(selection.entity_ids):
        if (entity := entities.async_get(entity_id)) and entity.platform != DOMAIN:
            raise probatio.Invalid(f"{entity_id} is no entity of a Rion meter; groups are not opened")
    for device_id in sorted(selection.device_ids):
        device = devices.async_get(device_id)
        entry = hass.config_entries.async_get_entry(device.config_entry_id or "") if device else None
        if device and entry and entry.domain != DOMAIN:
            raise probatio.Invalid(f"the device {device.name_by_user or device.name} is no Rion meter")


def rule_of(entity: er.RegistryEntry) -> str | None:
    """Return the id of the rule that an entity of a meter belongs to."""
    if entity.config_subentry_id:
        return entity.config_subentry_id
    return UNREACHABLE if entity.unique_id.endswith(f"_{UNREACHABLE}") else None


@callback
def _async_excluded(hass: HomeAssistant, selection: TargetSelection) -> dict[str, set[str]]:
    """Return the rules that are left out by name; whole meters are left out by Home Assistant itself."""
    found: dict[str, set[str]] = {}
    # There is no such thing before Home Assistant 2026.11.
    exclude: TargetSelection | None = getattr(selection, "exclude", None)
    if exclude is None:
        return found
    selected = async_extract_referenced_entity_ids(hass, exclude, expand_group=False, primary_entities_only=False)
    for entity, entry_id in _async_ours(hass, selected.referenced | selected.indirectly_referenced):
        if rule_id := rule_of(entity):
            found.setdefault(entry_id, set()).add(rule_id)
    return found


@callback
def _async_ours(hass: HomeAssistant, entity_ids: Iterable[str]) -> Iterable[tuple[er.RegistryEntry, str]]:
    registry = er.async_get(hass)
    for entity_id in entity_ids:
        entity = registry.async_get(entity_id)
        if entity and entity.platform == DOMAIN and entity.config_entry_id:
            yield entity, entity.config_entry_id
