"""The options of a meter, asked for in sections; the running entry takes them up without losing its connection."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.components.schedule import DOMAIN as SCHEDULE_DOMAIN
from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import PERCENTAGE, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    LocationSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TimeSelector,
)
import probatio

from .const import (
    CONF_AUTO_CLOCK,
    CONF_CALIBRATION_INTERVAL_DAYS,
    CONF_CARD_LIMIT,
    CONF_CLOCK_LIMIT_S,
    CONF_COMMAND_EXPIRY_S,
    CONF_DAY_FROM,
    CONF_DAY_PLAN,
    CONF_EVENING_FROM,
    CONF_FEED,
    CONF_FTP_ENABLED,
    CONF_FTP_FIRST_PORT,
    CONF_FTP_LAST_PORT,
    CONF_FTP_PASSIVE,
    CONF_MIN_COVERAGE,
    CONF_NIGHT_FROM,
    CONF_ON_MAP,
    CONF_POSITION,
    CONF_POWER_SWITCH,
    CONF_PUBLISH,
    CONF_REPAIR_HISTORY,
    CONF_STREAM_BREAK_MIN,
    CONF_WANT_L1_L10,
    CONF_WATCHDOG,
    CONF_WATCHDOG_SCHEDULE,
    CONF_WINDOWS,
    PublishProfile,
    WatchdogMode,
)
from .options import DAY_PLANS, FEEDS, WINDOW_CHOICES_MIN, MeterOptions, Position

DEFAULT: Final = MeterOptions()

PUBLISHING: Final = "publishing"
FEED: Final = "feed"
WINDOWS: Final = "windows"
KEEP_MEASURING: Final = "keep_measuring"
RECOVERY: Final = "recovery"
WARNINGS: Final = "warnings"
CALIBRATION: Final = "calibration"
PLACE: Final = "place"
FTP: Final = "ftp"
PERIODS: Final = "periods"

# Ports below belong to services that only an administrator of the machine may open.
PORT_SELECTOR: Final = NumberSelector(NumberSelectorConfig(min=1024, max=65535, step=1, mode=NumberSelectorMode.BOX))


def _choice(options: list[str], translation_key: str, *, multiple: bool = False) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=options, translation_key=translation_key, multiple=multiple, mode=SelectSelectorMode.LIST
        )
    )


def _number(minimum: int, maximum: int, unit: str) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(min=minimum, max=maximum, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement=unit)
    )


def _entity(domain: str) -> EntitySelector:
    return EntitySelector(EntitySelectorConfig(domain=domain))


SECTIONS: Final[Mapping[str, probatio.Schema]] = {
    PUBLISHING: probatio.Schema(
        {probatio.Required(CONF_PUBLISH, default=DEFAULT.publish): _choice(list(PublishProfile), CONF_PUBLISH)}
    ),
    FEED: probatio.Schema(
        {
            probatio.Required(CONF_FEED, default=DEFAULT.feed): _choice(list(FEEDS), CONF_FEED),
            probatio.Required(CONF_STREAM_BREAK_MIN, default=DEFAULT.stream_break_min): _number(
                0, 60, UnitOfTime.MINUTES
            ),
        }
    ),
    WINDOWS: probatio.Schema(
        {
            probatio.Required(CONF_WINDOWS, default=[str(minutes) for minutes in DEFAULT.windows]): _choice(
                [str(minutes) for minutes in WINDOW_CHOICES_MIN], CONF_WINDOWS, multiple=True
            ),
            probatio.Required(CONF_MIN_COVERAGE, default=DEFAULT.min_coverage): _number(0, 100, PERCENTAGE),
        }
    ),
    KEEP_MEASURING: probatio.Schema(
        {
            probatio.Required(CONF_WATCHDOG, default=DEFAULT.watchdog): _choice(list(WatchdogMode), CONF_WATCHDOG),
            probatio.Optional(CONF_WATCHDOG_SCHEDULE): _entity(SCHEDULE_DOMAIN),
        }
    ),
    RECOVERY: probatio.Schema(
        {
            probatio.Optional(CONF_POWER_SWITCH): _entity(SWITCH_DOMAIN),
            probatio.Required(CONF_COMMAND_EXPIRY_S, default=DEFAULT.command_expiry_s): _number(
                3, 60, UnitOfTime.SECONDS
            ),
        }
    ),
    WARNINGS: probatio.Schema(
        {
            probatio.Required(CONF_CLOCK_LIMIT_S, default=DEFAULT.clock_limit_s): _number(0, 3600, UnitOfTime.SECONDS),
            probatio.Required(CONF_CARD_LIMIT, default=DEFAULT.card_limit): _number(0, 99, PERCENTAGE),
            probatio.Required(CONF_WANT_L1_L10, default=DEFAULT.want_l1_l10): BooleanSelector(),
        }
    ),
    CALIBRATION: probatio.Schema(
        {
            probatio.Required(CONF_CALIBRATION_INTERVAL_DAYS, default=DEFAULT.calibration_interval_days): _number(
                0, 3650, UnitOfTime.DAYS
            ),
            probatio.Required(CONF_AUTO_CLOCK, default=DEFAULT.auto_clock): BooleanSelector(),
        }
    ),
    PLACE: probatio.Schema(
        {
            # The selector of a place cannot be emptied.
            probatio.Required(CONF_ON_MAP, default=DEFAULT.on_map): BooleanSelector(),
            probatio.Optional(CONF_POSITION): LocationSelector(),
        }
    ),
    FTP: probatio.Schema(
        {
            probatio.Required(CONF_FTP_ENABLED, default=DEFAULT.ftp_enabled): BooleanSelector(),
            probatio.Required(CONF_REPAIR_HISTORY, default=DEFAULT.repair_history): BooleanSelector(),
            probatio.Required(CONF_FTP_PASSIVE, default=DEFAULT.ftp_passive): BooleanSelector(),
            probatio.Optional(CONF_FTP_FIRST_PORT): PORT_SELECTOR,
            probatio.Optional(CONF_FTP_LAST_PORT): PORT_SELECTOR,
        }
    ),
    PERIODS: probatio.Schema(
        {
            probatio.Required(CONF_DAY_PLAN, default=DEFAULT.day_plan): _choice(list(DAY_PLANS), CONF_DAY_PLAN),
            probatio.Required(CONF_DAY_FROM, default=DEFAULT.day_from.isoformat()): TimeSelector(),
            probatio.Optional(CONF_EVENING_FROM): TimeSelector(),
            probatio.Required(CONF_NIGHT_FROM, default=DEFAULT.night_from.isoformat()): TimeSelector(),
        }
    ),
}


def options_schema(expanded: Collection[str] = (PUBLISHING,)) -> probatio.Schema:
    """Return the form with these sections open and the others folded."""
    return probatio.Schema(
        {
            probatio.Required(name): section(schema, {"collapsed": name not in expanded})
            for name, schema in SECTIONS.items()
        }
    )


class RionOptionsFlow(OptionsFlow):
    """Choose how a meter is read, watched and helped."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options."""
        errors: dict[str, str] = {}
        suggested: Mapping[str, Any] = _suggested(MeterOptions.from_entry(self.config_entry))
        if user_input is not None:
            suggested = user_input
            options = MeterOptions.from_mapping(
                {key: value for part in user_input.values() for key, value in part.items()}
            )
            if not (errors := self._errors(options)):
                return self.async_create_entry(data=self._placed(options).as_mapping())
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(options_schema(errors or (PUBLISHING,)), suggested),
            errors=errors,
        )

    def _errors(self, options: MeterOptions) -> dict[str, str]:
        """Return what is wrong, told at its section."""
        errors: dict[str, str] = {}
        if options.watchdog is WatchdogMode.SCHEDULE and not options.watchdog_schedule:
            errors[KEEP_MEASURING] = "schedule_missing"
        if options.power_switch and self._is_own(options.power_switch):
            errors[RECOVERY] = "own_switch"
        if options.ftp_ports is not None and not options.ftp_ports:
            errors[FTP] = "ports_order"
        try:
            _ = options.plan
        except ValueError:
            errors[PERIODS] = "no_day_plan"
        return errors

    def _placed(self, options: MeterOptions) -> MeterOptions:
        """Return the options with the position that the form shows while none is chosen."""
        if not options.on_map or options.position:
            return options
        return replace(options, position=Position(self.hass.config.latitude, self.hass.config.longitude))

    def _is_own(self, entity_id: str) -> bool:
        found = er.async_get(self.hass).async_get(entity_id)
        return found is not None and found.config_entry_id == self.config_entry.entry_id


def _suggested(options: MeterOptions) -> dict[str, Any]:
    """Return the options as the form shows them."""
    kept = options.as_mapping() | {CONF_WINDOWS: [str(minutes) for minutes in options.windows]}
    return {
        name: {str(key): kept[str(key)] for key in schema.schema if str(key) in kept}
        for name, schema in SECTIONS.items()
    }
