"""Reports over HTTP, for whoever may read the meter's entities; made anew whenever one is asked for."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from http import HTTPStatus
import re
from typing import Final

from aiohttp import hdrs, web
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView
from homeassistant.components.http.auth import async_sign_path
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import Unauthorized

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .episode_file import BYTE_ORDER_MARK
from .meter_targets import async_may
from .report import Report, ReportKind, ReportPeriod, content_policy, make_report, to_csv, to_html
from .report_sources import async_report_sources

REPORT_URL: Final = f"/api/{DOMAIN}/report/{{config_entry_id}}/{{period}}/{{day}}/{{language}}.{{suffix}}"
# As long as somebody may want to look at a report that was just made; a restart of Home Assistant ends it before.
URL_VALID_FOR: Final = timedelta(days=1)
# Nothing was measured before, and at the ends of the calendar there are no time zones.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 9000


class ReportFormat(StrEnum):
    """What a report is written as, which is the end of its file's name too."""

    HTML = "html"
    CSV = "csv"


class NoReport(ValueError):  # noqa: N818 # the name says what happened
    """The period has not begun, or lies at the end of the calendar."""


# What is looked at has no business with other pages, and must not take anything else for one.
HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    hdrs.CACHE_CONTROL: "private, no-store",
}
CONTENT_TYPES: Final = {ReportFormat.HTML: "text/html", ReportFormat.CSV: "text/csv"}


@callback
def async_setup_report_view(hass: HomeAssistant) -> None:
    """Serve reports."""
    hass.http.register_view(ReportView())


@callback
def async_report_path(
    hass: HomeAssistant, entry: RionConfigEntry, period: ReportPeriod, language: str, form: ReportFormat
) -> str:
    """Return the path of a report, which needs no login for a day."""
    path = REPORT_URL.format(
        config_entry_id=entry.entry_id,
        period=period.kind.value,
        day=period.first.isoformat(),
        language=language,
        suffix=form.value,
    )
    return async_sign_path(hass, path, URL_VALID_FOR, use_content_user=True)


async def async_report_text(
    hass: HomeAssistant, entry: RionConfigEntry, period: ReportPeriod, language: str, form: ReportFormat
) -> str:
    """Return a report of a loaded meter as it is now; NoReport."""
    if not FIRST_YEAR <= period.first.year <= LAST_YEAR:
        raise NoReport(f"no report of the year {period.first.year}")
    write: Callable[[Report], str] = to_csv if form is ReportFormat.CSV else lambda report: to_html(report, language)
    sources = await async_report_sources(hass, entry, period)
    try:
        return await hass.async_add_executor_job(lambda: write(make_report(sources)))
    except ValueError as error:
        raise NoReport(str(error)) from error


def file_name(entry: RionConfigEntry, period: ReportPeriod, form: ReportFormat) -> str:
    """Return what a browser calls a report that is saved; nothing of it is anybody's text."""
    serial = re.sub("[^0-9A-Za-z]", "", entry.runtime_data.identity.serial)
    return f"sound-levels-{serial}-{period.kind}-{period.first.isoformat()}.{form}"


class ReportView(HomeAssistantView):
    """The report of a meter over a period."""

    url = REPORT_URL
    name = f"api:{DOMAIN}:report"

    async def get(self, request: web.Request, config_entry_id: str, **asked: str) -> web.Response:
        """Make it."""
        hass = request.app[KEY_HASS]
        entry: RionConfigEntry | None = hass.config_entries.async_get_entry(config_entry_id)
        if entry is None or entry.domain != DOMAIN or entry.state is not ConfigEntryState.LOADED:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if not async_may(hass, request[KEY_HASS_USER], entry, POLICY_READ):
            raise Unauthorized
        try:
            form = ReportFormat(asked["suffix"])
            period = ReportPeriod.of(ReportKind(asked["period"]), date.fromisoformat(asked["day"]))
            text = await async_report_text(hass, entry, period, asked["language"], form)
        except ValueError, OverflowError:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        name = file_name(entry, period, form)
        if form is ReportFormat.CSV:
            headers = {**HEADERS, hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"'}
            text = BYTE_ORDER_MARK + text
        else:
            headers = {
                **HEADERS,
                hdrs.CONTENT_DISPOSITION: f'inline; filename="{name}"',
                "Content-Security-Policy": f"{content_policy()}; frame-ancestors 'self'",
            }
        return web.Response(
            # Of a name that is no proper text the rest is to be seen.
            body=text.encode("utf-8", "replace"),
            content_type=CONTENT_TYPES[form],
            charset="utf-8",
            headers=headers,
        )
