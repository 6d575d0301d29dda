"""What the entities of one alert rule have in common, whatever their platform."""

from typing import override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import callback
from homeassistant.helpers.entity import Entity, EntityDescription

from .coordinator import RionConfigEntry
from .monitor import RuleState


class RuleEntity(Entity):
    """An entity of a rule, on the meter's device; it is there whether the meter is or not.

    While the meter is away the state holds: one that came back from `unavailable` would set off none of Home
    Assistant's own triggers.
    """

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: RionConfigEntry, subentry: ConfigSubentry, description: EntityDescription) -> None:
        """Belong to the rule that this subentry keeps."""
        self.entity_description = description
        self._entry = entry
        self._subentry = subentry
        self._rule_id = subentry.subentry_id
        self._alerts = entry.runtime_data.monitor.alerts
        self._attr_unique_id = f"{entry.runtime_data.identity.serial}_{self._rule_id}_{description.key}"
        self._attr_translation_placeholders = {"rule": subentry.title}
        self._written: tuple[object, ...] | None = None

    @property
    @override
    def available(self) -> bool:
        """Return whether the rule is judged: not if what was stored of it makes no sense."""
        # One that goes shows its end before its entities go.
        return self._is_judged or self._rule_id not in self._entry.subentries

    @property
    def rule_state(self) -> RuleState:
        """How the rule is; as if nothing had ever happened where it is not judged."""
        return self._alerts.state(self._rule_id) if self._is_judged else RuleState()

    @property
    def _is_judged(self) -> bool:
        return self._rule_id in self._alerts.rules

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to follow the rule."""
        await super().async_added_to_hass()
        self._written = self._shown()
        self.async_on_remove(self._alerts.on_change(self._async_handle_change))

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Follow a new entity id: nothing here depends on it."""

    def _shown(self) -> tuple[object, ...]:
        """Return what the state is made of."""
        return self.available, self._subentry.title

    @callback
    def _async_handle_change(self) -> None:
        """Write the state only where it says something new."""
        self._subentry = self._entry.subentries.get(self._rule_id, self._subentry)
        if self._subentry.title != self._attr_translation_placeholders["rule"]:
            self._attr_translation_placeholders = {"rule": self._subentry.title}
            # The base class caches the name and does not know that it depends on the placeholders.
            self.__dict__.pop("name", None)
        if (shown := self._shown()) != self._written:
            self._written = shown
            self.async_write_ha_state()
