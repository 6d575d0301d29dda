"""Actions: give connections away and take them back, measure safely, and send single commands."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from homeassistant.const import ATTR_COMMAND, ATTR_ENTITY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import (
    async_extract_config_entry_ids,
    async_get_device_and_config_entry,
    async_register_admin_service,
    verify_domain_control,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import probatio

from .alert_backtest import async_setup_backtest
from .alert_services import async_setup_alert_services
from .calibration_services import async_setup_calibration_services
from .card_services import async_downloaded, async_setup_card_services, stored_names
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .errors import async_in_words, to_home_assistant_error
from .history_import import async_setup_history_import
from .meter_actions import async_each, async_response
from .monitor import Asked, StartedCycle, StoppedCycle
from .nl43 import ChannelLevels, Levels, NL43Error
from .report_services import async_setup_report_services

SERVICE_STANDBY: Final = "standby"
SERVICE_RESUME: Final = "resume"
SERVICE_RELEASE_CONNECTION: Final = "release_connection"
SERVICE_START_CYCLE: Final = "start_cycle"
SERVICE_STOP_CYCLE: Final = "stop_cycle"
SERVICE_SEND_COMMAND: Final = "send_command"

ATTR_MINUTES: Final = "minutes"
ATTR_SLEEP_OFF: Final = "sleep_off"
ATTR_SET_CLOCK: Final = "set_clock"
ATTR_FIND_NAME: Final = "find_name"
ATTR_STORE: Final = "store"
ATTR_DOWNLOAD: Final = "download"
ATTR_METER: Final = "meter"

MAX_RELEASE_MIN: Final = 7 * 24 * 60
CHANNELS: Final = ("main", "sub1", "sub2", "sub3")

# Who left the target out means every meter, where that can do no harm.
CONNECTION_SCHEMA: Final = probatio.Schema({**cv.ENTITY_SERVICE_FIELDS})
RELEASE_SCHEMA: Final = CONNECTION_SCHEMA.extend(
    {probatio.Required(ATTR_MINUTES): probatio.All(probatio.Coerce(float), probatio.Range(min=1, max=MAX_RELEASE_MIN))}
)
START_CYCLE_SCHEMA: Final = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_SLEEP_OFF, default=True): cv.boolean,
        probatio.Optional(ATTR_SET_CLOCK, default=True): cv.boolean,
        probatio.Optional(ATTR_FIND_NAME, default=True): cv.boolean,
    }
)
STOP_CYCLE_SCHEMA: Final = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_STORE, default=False): cv.boolean,
        probatio.Optional(ATTR_DOWNLOAD, default=False): cv.boolean,
    }
)
SEND_COMMAND_SCHEMA: Final = probatio.Schema(
    {probatio.Required(ATTR_METER): cv.string, probatio.Required(ATTR_COMMAND): cv.string}
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, whether meters are there or not."""
    guarded = verify_domain_control(DOMAIN)
    for name, action, schema, response in (
        (SERVICE_STANDBY, _async_standby, CONNECTION_SCHEMA, SupportsResponse.NONE),
        (SERVICE_RESUME, _async_resume, CONNECTION_SCHEMA, SupportsResponse.NONE),
        (SERVICE_RELEASE_CONNECTION, _async_release_connection, RELEASE_SCHEMA, SupportsResponse.NONE),
        (SERVICE_START_CYCLE, _async_start_cycle, START_CYCLE_SCHEMA, SupportsResponse.OPTIONAL),
        (SERVICE_STOP_CYCLE, _async_stop_cycle, STOP_CYCLE_SCHEMA, SupportsResponse.OPTIONAL),
    ):
        hass.services.async_register(DOMAIN, name, guarded(action), schema, response)
    async_register_admin_service(
        hass, DOMAIN, SERVICE_SEND_COMMAND, _async_send_command, SEND_COMMAND_SCHEMA, SupportsResponse.OPTIONAL
    )
    async_setup_alert_services(hass)
    async_setup_card_services(hass)
    async_setup_history_import(hass)
    async_setup_backtest(hass)
    async_setup_calibration_services(hass)
    async_setup_report_services(hass)


async def _async_standby(call: ServiceCall) -> None:
    await async_each(call, await _async_targeted(call), lambda entry: entry.runtime_data.monitor.standby.release())


async def _async_resume(call: ServiceCall) -> None:
    await async_each(call, await _async_targeted(call), lambda entry: entry.runtime_data.monitor.standby.take_back())


async def _async_release_connection(call: ServiceCall) -> None:
    until = dt_util.utcnow() + timedelta(minutes=call.data[ATTR_MINUTES])
    await async_each(call, await _async_targeted(call), lambda entry: entry.runtime_data.monitor.standby.release(until))


async def _async_start_cycle(call: ServiceCall) -> ServiceResponse:
    async def start(entry: RionConfigEntry) -> JsonObjectType:
        return _started(
            await entry.runtime_data.monitor.commands.start_cycle(
                _asked(call),
                sleep_off=call.data[ATTR_SLEEP_OFF],
                set_clock=call.data[ATTR_SET_CLOCK],
                find_name=call.data[ATTR_FIND_NAME],
            )
        )

    return async_response(call, await async_each(call, await _async_targeted(call), start))


async def _async_stop_cycle(call: ServiceCall) -> ServiceResponse:
    async def stop(entry: RionConfigEntry) -> JsonObjectType:
        monitor = entry.runtime_data.monitor
        # Afterwards the meter may have gone on to the next name.
        facts = monitor.facts
        cycle = await monitor.commands.stop_cycle(_asked(call), store=call.data[ATTR_STORE])
        told = _stopped(cycle)
        if call.data[ATTR_DOWNLOAD]:
            told |= {ATTR_DOWNLOAD: await _downloaded(call, entry, stored_names(entry, facts, stored=cycle.stored))}
        return told

    return async_response(call, await async_each(call, await _async_targeted(call), stop))


async def _downloaded(call: ServiceCall, entry: RionConfigEntry, names: tuple[str, ...] | None) -> JsonObjectType:
    """Return what was downloaded; what went wrong is told there, for the measurement has been stopped all the same."""
    try:
        return {"error": None, **await async_downloaded(call.hass, entry, names)}
    except (NL43Error, HomeAssistantError) as error:
        explained = to_home_assistant_error(error) if isinstance(error, NL43Error) else error
        if not call.return_response:
            raise explained from error
        return {"error": await async_in_words(call.hass, explained)}


async def _async_send_command(call: ServiceCall) -> ServiceResponse:
    entry: RionConfigEntry
    _, entry = async_get_device_and_config_entry(call.hass, DOMAIN, call.data[ATTR_METER])
    try:
        data = await entry.runtime_data.monitor.commands.send(call.data[ATTR_COMMAND], _asked(call))
    except NL43Error as error:
        raise to_home_assistant_error(error) from error
    # Every other result code is an error, and raised.
    return {"result": "R+0000", "data": data} if call.return_response else None


def _asked(call: ServiceCall) -> Asked:
    return Asked(by=call.context.user_id, reason="action")


async def _async_targeted(call: ServiceCall) -> list[RionConfigEntry]:
    """Return the entries of the targeted meters, of all meters where no target was given; by name."""
    entries: list[RionConfigEntry] = call.hass.config_entries.async_entries(
        DOMAIN, include_ignore=False, include_disabled=False
    )
    targets = {key: value for key, value in call.data.items() if key in cv.ENTITY_SERVICE_FIELDS}
    if targets and targets != {ATTR_ENTITY_ID: ENTITY_MATCH_ALL}:
        targeted = await async_extract_config_entry_ids(call)
        entries = [entry for entry in entries if entry.entry_id in targeted]
        if not entries:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_meter_targeted")
    return sorted(entries, key=lambda entry: entry.title)


def _started(cycle: StartedCycle) -> JsonObjectType:
    return {
        "store_name": cycle.store_name,
        "started_at": cycle.started_at.isoformat() if cycle.started_at else None,
    }


def _stopped(cycle: StoppedCycle) -> JsonObjectType:
    return {
        "started_at": cycle.started_at.isoformat() if cycle.started_at else None,
        "elapsed_s": cycle.elapsed_s,
        "levels": _levels(cycle.results) if cycle.results else None,
        "stored": cycle.stored,
    }


def _levels(results: Levels) -> JsonObjectType:
    """Return the results of the channels that have any."""
    return {
        name: _channel(levels)
        for name, levels in zip(CHANNELS, results.channels, strict=False)
        if levels.leq is not None or name == CHANNELS[0]
    }


def _channel(levels: ChannelLevels) -> JsonObjectType:
    fields: dict[str, Any] = asdict(levels)
    percentiles = fields.pop("ln")
    return {**fields, **{f"ln{number}": value for number, value in enumerate(percentiles, 1)}}
