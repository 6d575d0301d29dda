"""Which rules an action is meant for, and whether the one who calls it may."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.target import TargetSelection

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .meter_targets import (
    async_calling_user,
    async_loaded_entries,
    async_named_targets,
    async_permitted_entry_ids,
)
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
    user = await async_calling_user(call)
    shares: Mapping[str, Share]
    if targets := async_named_targets(call):
        shares = async_meant_by(call.hass, TargetSelection(targets)).shares
    else:
        shares = {entry_id: Share(whole=True) for entry_id in async_permitted_entry_ids(call.hass, user, policy)}
    rules = [
        TargetedRule(entry, rule_id, not shares[entry.entry_id].whole)
        for entry in async_loaded_entries(call, user, shares, policy)
        for rule_id in (*entry.runtime_data.monitor.alerts.rules, UNREACHABLE)
        if rule_id in shares[entry.entry_id]
    ]
    if targets and not rules:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_rule_targeted")
    return rules
