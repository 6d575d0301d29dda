"""Whether a meter's values can be had, told to the entities, the log and the user."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN, LOGGER
from .coordinator import RionConfigEntry
from .nl43 import NL43Error, WrongMeter


@callback
def async_follow_availability(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Tell of each change once: coordinators, log, and a repair issue where another meter answers."""
    runtime = entry.runtime_data
    issue_id = f"wrong_meter_{entry.entry_id}"
    logged_available = True

    @callback
    def tell(available: bool, reason: NL43Error | None) -> None:
        nonlocal logged_available
        runtime.levels.async_set_available(available)
        runtime.facts.async_set_available(available)
        if isinstance(reason, WrongMeter):
            _async_create_wrong_meter_issue(hass, entry, issue_id, reason)
        elif available:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
        if available is logged_available:
            return
        logged_available = available
        if available:
            LOGGER.info("%s is available again", entry.title)
        else:
            LOGGER.warning("%s is unavailable: %s", entry.title, reason)

    entry.async_on_unload(lambda: ir.async_delete_issue(hass, DOMAIN, issue_id))
    entry.async_on_unload(runtime.monitor.on_availability(tell))


@callback
def _async_create_wrong_meter_issue(
    hass: HomeAssistant, entry: RionConfigEntry, issue_id: str, reason: WrongMeter
) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="wrong_meter",
        translation_placeholders={"name": entry.title, "expected": reason.expected, "found": reason.found},
    )
