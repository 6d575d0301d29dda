"""What actions on several meters have in common: one does not wait for the other, and all are told of."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID, ATTR_NAME
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.json import JsonObjectType, JsonValueType

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_device_id, async_meter_name
from .errors import to_home_assistant_error
from .nl43 import NL43Error


async def async_each[R](
    call: ServiceCall, entries: Sequence[RionConfigEntry], act: Callable[[RionConfigEntry], Awaitable[R]]
) -> list[tuple[RionConfigEntry, R]]:
    """Act on all these meters at a time; raises what went wrong when all are done."""
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


def async_response(call: ServiceCall, outcomes: list[tuple[RionConfigEntry, JsonObjectType]]) -> ServiceResponse:
    """Return what is answered, one item for each meter; None if nobody wants an answer."""
    if not call.return_response:
        return None
    meters: list[JsonValueType] = [
        {ATTR_DEVICE_ID: async_device_id(call.hass, entry), ATTR_NAME: async_meter_name(call.hass, entry), **outcome}
        for entry, outcome in outcomes
    ]
    return {"meters": meters}


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
    except HomeAssistantError as error:
        return error


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
