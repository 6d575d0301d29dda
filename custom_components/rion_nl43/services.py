"""Actions: give connections away and take them back, measure safely, and send single commands."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_COMMAND, ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_NAME, ENTITY_MATCH_ALL
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
from homeassistant.util.json import JsonObjectType, JsonValueType
import probatio

from .alert_backtest import async_setup_backtest
from .alert_services import async_setup_alert_services
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_device_id, async_meter_name
from .errors import to_home_assistant_error
from .monitor import Asked, StartedCycle, StoppedCycle
from .nl43 import ChannelLevels, Levels, NL43Error

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
STOP_CYCLE_SCHEMA: Final = cv.make_entity_service_schema({probatio.Optional(ATTR_STORE, default=False): cv.boolean})
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
    async_setup_backtest(hass)


async def _async_standby(call: ServiceCall) -> None:
    await _async_each(call, lambda entry: entry.runtime_data.monitor.standby.release())


async def _async_resume(call: ServiceCall) -> None:
    await _async_each(call, lambda entry: entry.runtime_data.monitor.standby.take_back())


async def _async_release_connection(call: ServiceCall) -> None:
    until = dt_util.utcnow() + timedelta(minutes=call.data[ATTR_MINUTES])
    await _async_each(call, lambda entry: entry.runtime_data.monitor.standby.release(until))


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

    return _response(call, await _async_each(call, start))


async def _async_stop_cycle(call: ServiceCall) -> ServiceResponse:
    async def stop(entry: RionConfigEntry) -> JsonObjectType:
        return _stopped(await entry.runtime_data.monitor.commands.stop_cycle(_asked(call), store=call.data[ATTR_STORE]))

    return _response(call, await _async_each(call, stop))


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


async def _async_each[R](
    call: ServiceCall, act: Callable[[RionConfigEntry], Awaitable[R]]
) -> list[tuple[RionConfigEntry, R]]:
    """Act on all targeted meters at a time; raises what went wrong when all are done."""
    entries = await _async_targeted(call)
    outcomes = await asyncio.gather(*(_async_try(entry, act) for entry in entries))
    failed = [
        (async_meter_name(call.hass, entry), outcome)
        for entry, outcome in zip(entries, outcomes, strict=True)
        if isinstance(outcome, HomeAssistantError)
    ]
    if failed:
        raise _summary(failed, len(entries))
    return [
        (entry, outcome)
        for entry, outcome in zip(entries, outcomes, strict=True)
        if not isinstance(outcome, HomeAssistantError)
    ]


async def _async_try[R](
    entry: RionConfigEntry, act: Callable[[RionConfigEntry], Awaitable[R]]
) -> R | HomeAssistantError:
    if entry.state is not ConfigEntryState.LOADED:
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="meter_not_loaded",
            translation_placeholders={"meter": entry.title},
        )
    try:
        return await act(entry)
    except NL43Error as error:
        return to_home_assistant_error(error)


def _summary(failed: list[tuple[str, HomeAssistantError]], count: int) -> HomeAssistantError:
    """Return one error for all: the only one itself where there was only one meter."""
    if count == 1:
        return failed[0][1]
    validation = all(isinstance(error, ServiceValidationError) for _, error in failed)
    return (ServiceValidationError if validation else HomeAssistantError)(
        translation_domain=DOMAIN,
        translation_key="meters_failed",
        translation_placeholders={
            "failed": str(len(failed)),
            "count": str(count),
            "errors": ". ".join(f"{title}: {error}" for title, error in failed),
        },
    )


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


def _response(call: ServiceCall, outcomes: list[tuple[RionConfigEntry, JsonObjectType]]) -> ServiceResponse:
    if not call.return_response:
        return None
    meters: list[JsonValueType] = [
        {ATTR_DEVICE_ID: async_device_id(call.hass, entry), ATTR_NAME: async_meter_name(call.hass, entry), **outcome}
        for entry, outcome in outcomes
    ]
    return {"meters": meters}


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
