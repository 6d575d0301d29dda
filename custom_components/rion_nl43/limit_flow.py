"""Adding and changing limits of LAeq over a period of the day."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, ConfigSubentryFlow, SubentryFlowResult, UnknownSubEntry
from homeassistant.const import CONF_NAME, UnitOfSoundPressure
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)
import probatio

from .alert_checks import HIGHEST_DB, LOWEST_DB
from .const import CONF_BEGIN, CONF_LIMIT, CONF_LIMIT_PERIOD, CONF_UNTIL
from .level_limit import LimitPeriod, limit_from_data, name_in_figures, own_hours
from .monitor import LevelLimit
from .options import MeterOptions

# What most permits ask for.
NEW_LIMIT: Final[Mapping[str, Any]] = {
    CONF_LIMIT: 55.0,
    CONF_LIMIT_PERIOD: LimitPeriod.DAY.value,
    CONF_BEGIN: "22:00:00",
    CONF_UNTIL: "06:00:00",
}
LIMIT_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(CONF_NAME): TextSelector(),
        probatio.Required(CONF_LIMIT): NumberSelector(
            NumberSelectorConfig(
                min=LOWEST_DB,
                max=HIGHEST_DB,
                step=0.1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfSoundPressure.DECIBEL,
            )
        ),
        probatio.Required(CONF_LIMIT_PERIOD): SelectSelector(
            SelectSelectorConfig(
                options=list(LimitPeriod), translation_key=CONF_LIMIT_PERIOD, mode=SelectSelectorMode.LIST
            )
        ),
        probatio.Required(CONF_BEGIN): TimeSelector(),
        probatio.Required(CONF_UNTIL): TimeSelector(),
    }
)
OWN_HOURS: Final = (CONF_BEGIN, CONF_UNTIL)


class LevelLimitFlow(ConfigSubentryFlow):
    """Set a limit over a period of the day, or change one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a new limit."""
        return self._show(NEW_LIMIT) if user_input is None else self._take(user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what to change of a limit."""
        if user_input is not None:
            return self._take(user_input)
        subentry = self._get_reconfigure_subentry()
        shown = {**NEW_LIMIT, **subentry.data}
        try:
            own_name = subentry.title != name_in_figures(self._limit("", subentry.data))
        except ValueError:
            own_name = True
        return self._show(shown | {CONF_NAME: subentry.title} if own_name else shown)

    def _show(self, shown: Mapping[str, Any], error: str | None = None) -> SubentryFlowResult:
        return self.async_show_form(
            step_id="user" if self.source == SOURCE_USER else "reconfigure",
            data_schema=self.add_suggested_values_to_schema(LIMIT_SCHEMA, shown),
            errors={CONF_LIMIT_PERIOD: error} if error else {},
        )

    def _take(self, shown: Mapping[str, Any]) -> SubentryFlowResult:
        """Add the limit, or change it: it takes effect at once."""
        own = shown[CONF_LIMIT_PERIOD] == LimitPeriod.OWN
        left_out = {CONF_NAME, *(() if own else OWN_HOURS)}
        data = {key: value for key, value in shown.items() if key not in left_out}
        name = str(shown.get(CONF_NAME, "")).strip()
        try:
            limit = self._limit(name, data)
        except ValueError:
            # All else that can be wrong the form does not take.
            return self._show(shown, "no_evening")
        if own:
            data |= own_hours(limit)
        title = limit.name or name_in_figures(limit)
        if self.source == SOURCE_USER:
            return self.async_create_entry(title=title, data=data)
        try:
            subentry = self._get_reconfigure_subentry()
        except UnknownSubEntry:
            return self.async_abort(reason="limit_removed")
        return self.async_update_and_abort(self._get_entry(), subentry, title=title, data=data)

    def _limit(self, name: str, data: Mapping[str, Any]) -> LevelLimit:
        return limit_from_data("", name, data, MeterOptions.from_entry(self._get_entry()).plan)
