"""The action that fills the history of meters with the records on their cards."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import probatio

from .acoustics.stretches import Span
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .meter_actions import async_each, async_response
from .meter_targets import async_targeted_meters
from .monitor import Imported

SERVICE_IMPORT_HISTORY: Final = "import_history"

ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_ALL: Final = "all"

IMPORT_SCHEMA: Final = cv.make_entity_service_schema(
    {
        probatio.Required(ATTR_START): cv.datetime,
        probatio.Optional(ATTR_END): cv.datetime,
        probatio.Optional(ATTR_ALL, default=False): cv.boolean,
    }
)
# The history is kept for so long.
LONGEST: Final = timedelta(days=400)


@callback
def async_setup_history_import(hass: HomeAssistant) -> None:
    """Register the action, whether meters are there or not."""
    hass.services.async_register(
        DOMAIN, SERVICE_IMPORT_HISTORY, _async_import, IMPORT_SCHEMA, SupportsResponse.OPTIONAL
    )


async def _async_import(call: ServiceCall) -> ServiceResponse:
    span = _span(call)

    async def import_span(entry: RionConfigEntry) -> JsonObjectType:
        backfill = entry.runtime_data.monitor.backfill
        return _told(await backfill.import_span(span, everything=call.data[ATTR_ALL]))

    # Levels of the past become others by it.
    return async_response(call, await async_each(call, await async_targeted_meters(call, POLICY_CONTROL), import_span))


def _span(call: ServiceCall) -> Span:
    now = dt_util.utcnow()
    start, end = _utc(call.data[ATTR_START]), _utc(call.data.get(ATTR_END, now))
    if not now - LONGEST <= start < end <= now + timedelta(minutes=1):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="import_span_invalid",
            translation_placeholders={"days": str(LONGEST.days)},
        )
    return Span(round(1000 * start.timestamp()), round(1000 * min(end, now).timestamp()))


def _utc(at: datetime) -> datetime:
    """Return a time in UTC; one without a zone is of Home Assistant's."""
    return dt_util.as_utc(at)


def _told(imported: Imported) -> JsonObjectType:
    found = imported.found
    return {
        "files": [*found.files],
        "records": found.records,
        "overloaded": found.overloaded,
        "hours_changed": imported.hours_changed,
        "coverage_before": _percent(imported.coverage_before),
        "coverage_after": _percent(imported.coverage_after),
        "left": [{"path": left.path, "reason": left.reason.value, "detail": left.detail} for left in imported.left],
    }


def _percent(share: float) -> float:
    return round(100 * share, 1)
