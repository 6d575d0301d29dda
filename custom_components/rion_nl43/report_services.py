"""The action that makes a report of a meter."""

from datetime import date
from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import CONF_LANGUAGE
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import probatio

from .const import DOMAIN
from .episode_file import BYTE_ORDER_MARK, async_write_text
from .meter_targets import async_targeted_meters
from .report import LANGUAGES, ReportKind, ReportPeriod, language_of
from .report_view import URL_VALID_FOR, NoReport, ReportFormat, async_report_path, async_report_text

SERVICE_CREATE_REPORT: Final = "create_report"

ATTR_PERIOD: Final = "period"
ATTR_DATE: Final = "date"
ATTR_FORMAT: Final = "format"
ATTR_FILE: Final = "file"

CREATE_REPORT_SCHEMA: Final = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_PERIOD, default=ReportKind.DAY.value): probatio.Coerce(ReportKind),
        probatio.Optional(ATTR_DATE): cv.date,
        probatio.Optional(ATTR_FORMAT, default=ReportFormat.HTML.value): probatio.Coerce(ReportFormat),
        probatio.Optional(CONF_LANGUAGE): probatio.In(LANGUAGES),
        probatio.Optional(ATTR_FILE): cv.string,
    }
)


@callback
def async_setup_report_services(hass: HomeAssistant) -> None:
    """Register the action, whether meters are there or not."""
    hass.services.async_register(
        DOMAIN, SERVICE_CREATE_REPORT, _async_create_report, CREATE_REPORT_SCHEMA, SupportsResponse.ONLY
    )


async def _async_create_report(call: ServiceCall) -> ServiceResponse:
    hass, file = call.hass, call.data.get(ATTR_FILE)
    # Who may only look may not write a file.
    entries = await async_targeted_meters(call, POLICY_READ if file is None else POLICY_CONTROL)
    if len(entries) != 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="one_meter_only")
    (entry,) = entries
    form: ReportFormat = call.data[ATTR_FORMAT]
    language = call.data.get(CONF_LANGUAGE, language_of(hass.config.language))
    if file is not None and not file.endswith(f".{form}"):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="report_file_name",
            translation_placeholders={"file": file, "suffix": f".{form}"},
        )
    try:
        period = ReportPeriod.of(call.data[ATTR_PERIOD], call.data.get(ATTR_DATE) or _last(call.data[ATTR_PERIOD]))
        # Made once even if nobody wants a file, so that an address is told only of what there is.
        text = await async_report_text(hass, entry, period, language, form)
    except (NoReport, OverflowError) as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="report_not_begun",
            translation_placeholders={"date": str(call.data.get(ATTR_DATE))},
        ) from error
    written = None
    if file is not None:
        mark = BYTE_ORDER_MARK if form is ReportFormat.CSV else ""
        written = await async_write_text(hass, file, mark + text)
    valid_until = dt_util.now() + URL_VALID_FOR
    return {
        "url": async_report_path(hass, entry, period, language, form),
        "valid_until": valid_until.isoformat(timespec="seconds"),
        ATTR_FILE: written,
        "first_day": period.first.isoformat(),
        "last_day": period.last.isoformat(),
    }


def _last(kind: ReportKind) -> date:
    """Return a day of the last period that is over."""
    today = ReportPeriod.of(kind, dt_util.now().date())
    return date.fromordinal(today.first.toordinal() - 1)
