"""The limits of a meter that runs: what changes takes effect at once, without a new connection."""

from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback

from .const import LOGGER, SUBENTRY_LEVEL_LIMIT
from .coordinator import RionConfigEntry
from .level_limit import limit_from_subentry
from .monitor import LevelLimit
from .options import MeterOptions


@callback
def async_follow_limits(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Let the history watch the limits of the entry, now and whenever they or the plan of the day change."""
    broken: dict[str, Any] = {}

    @callback
    def limit_of(subentry: ConfigSubentry) -> LevelLimit | None:
        """Return the limit of a subentry; one that makes no sense is logged once, and the others are watched."""
        try:
            limit = limit_from_subentry(subentry, MeterOptions.from_entry(entry).plan)
        except ValueError as error:
            if broken.get(subentry.subentry_id) != subentry.data:
                broken[subentry.subentry_id] = subentry.data
                LOGGER.error("The limit %s of %s is not watched: %s", subentry.title, entry.title, error)
            return None
        broken.pop(subentry.subentry_id, None)
        return limit

    @callback
    def apply() -> None:
        limits = [limit_of(subentry) for subentry in entry.get_subentries_of_type(SUBENTRY_LEVEL_LIMIT)]
        entry.runtime_data.monitor.history.limits.configure(limit for limit in limits if limit)
        entry.runtime_data.history.async_look_again()

    async def changed(_hass: HomeAssistant, _entry: RionConfigEntry) -> None:
        apply()

    apply()
    entry.async_on_unload(entry.add_update_listener(changed))
