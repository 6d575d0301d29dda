"""The action that logs a calibration."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import ATTR_DEVICE_ID, ATTR_NAME, UnitOfSoundPressure
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import NumberSelector, NumberSelectorConfig, NumberSelectorMode
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import probatio

from .calibration_data import calibration_data
from .const import DOMAIN
from .device import async_device_id, async_meter_name
from .meter_targets import async_targeted_meters
from .monitor import NOMINAL_DB, CalibrationReadings, CalibrationRefused

SERVICE_CALIBRATION: Final = "calibration"

ATTR_REFERENCE: Final = "reference_level"
ATTR_BEFORE: Final = "level_before"
ATTR_AFTER: Final = "level_after"
ATTR_BEGAN: Final = "began"
ATTR_ENDED: Final = "ended"
ATTR_NOTE: Final = "note"

LOWEST_DB: Final = 20
HIGHEST_DB: Final = 150
MAX_NOTE: Final = 500
# After so long somebody is reminded again.
SNOOZE: Final = timedelta(days=7)

LEVEL_SELECTOR: Final = NumberSelector(
    NumberSelectorConfig(
        min=LOWEST_DB,
        max=HIGHEST_DB,
        step=0.1,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement=UnitOfSoundPressure.DECIBEL,
    )
)
LEVEL: Final = probatio.All(probatio.Coerce(float), probatio.Range(min=LOWEST_DB, max=HIGHEST_DB))
CALIBRATION_SCHEMA: Final = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_REFERENCE, default=NOMINAL_DB[0]): LEVEL,
        probatio.Optional(ATTR_BEFORE): LEVEL,
        probatio.Optional(ATTR_AFTER): LEVEL,
        probatio.Optional(ATTR_BEGAN): cv.datetime,
        probatio.Optional(ATTR_ENDED): cv.datetime,
        probatio.Optional(ATTR_NOTE, default=""): probatio.All(cv.string, probatio.Length(max=MAX_NOTE)),
    }
)


@callback
def async_setup_calibration_services(hass: HomeAssistant) -> None:
    """Register the action, whether meters are there or not."""
    hass.services.async_register(
        DOMAIN, SERVICE_CALIBRATION, _async_calibration, CALIBRATION_SCHEMA, SupportsResponse.OPTIONAL
    )


def readings_from(told: Mapping[str, Any]) -> CalibrationReadings:
    """Return what a person has read, from the fields of the action or of a form."""
    return CalibrationReadings(
        told[ATTR_REFERENCE], told.get(ATTR_BEFORE), told.get(ATTR_AFTER), told.get(ATTR_NOTE, "")
    )


async def _async_calibration(call: ServiceCall) -> ServiceResponse:
    began, ended = (_utc(call.data.get(name)) for name in (ATTR_BEGAN, ATTR_ENDED))
    meters: list[JsonValueType] = []
    for entry in await async_targeted_meters(call, POLICY_CONTROL):
        try:
            logged = entry.runtime_data.monitor.calibration.record(
                readings_from(call.data), began, ended, by=call.context.user_id
            )
        except CalibrationRefused as refused:
            # It is the times that make no sense, for one meter as for all: nothing has been logged.
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key=f"calibration_{refused.refusal}"
            ) from refused
        meters.append(
            {
                ATTR_DEVICE_ID: async_device_id(call.hass, entry),
                ATTR_NAME: async_meter_name(call.hass, entry),
                **calibration_data(logged),
            }
        )
    return {"meters": meters} if call.return_response else None


def _utc(at: datetime | None) -> datetime | None:
    """Return a time of the call; without a zone it is of Home Assistant's."""
    return None if at is None else dt_util.as_utc(at)
