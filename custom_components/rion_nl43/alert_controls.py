"""What is done to a rule from its meter's page: switched on and off, and its alert acknowledged."""

from collections.abc import Iterator
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory

from .const import CONF_ENABLED
from .coordinator import RionConfigEntry
from .errors import translate_errors
from .rule_entity import RuleEntity

ENABLED: Final = SwitchEntityDescription(
    key="enabled", translation_key="rule_enabled", entity_category=EntityCategory.CONFIG
)
ACKNOWLEDGE: Final = ButtonEntityDescription(key="acknowledge", translation_key="acknowledge")


def enabled_entities(entry: RionConfigEntry, subentry: ConfigSubentry) -> Iterator[EnabledSwitch]:
    """Return the switch of a rule."""
    yield EnabledSwitch(entry, subentry, ENABLED)


def acknowledge_entities(entry: RionConfigEntry, subentry: ConfigSubentry) -> Iterator[AcknowledgeButton]:
    """Return the button of a rule."""
    yield AcknowledgeButton(entry, subentry, ACKNOWLEDGE)


class EnabledSwitch(RuleEntity, SwitchEntity):
    """Whether the rule is judged; kept with the rule."""

    @property
    @override
    def is_on(self) -> bool:
        """Return what is kept."""
        return bool(self._subentry.data.get(CONF_ENABLED, True))

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Have the rule judged."""
        self._set(enabled=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Have the rule not judged any more; its open episode ends."""
        self._set(enabled=False)

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.is_on

    def _set(self, *, enabled: bool) -> None:
        kept = self._entry.subentries[self._rule_id]
        self.hass.config_entries.async_update_subentry(self._entry, kept, data={**kept.data, CONF_ENABLED: enabled})


class AcknowledgeButton(RuleEntity, ButtonEntity):
    """Says that somebody has taken notice of the rule's alert."""

    @translate_errors
    @override
    async def async_press(self) -> None:
        """Acknowledge the open episode or the latest, in the name of the one who pressed."""
        self._alerts.acknowledge(self._rule_id, by=self._context.user_id if self._context else None)
