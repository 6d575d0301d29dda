"""Reports of a meter's levels over a day, a week or a month. Pure: no Home Assistant, nothing is read or written."""

from .cells import text_cell
from .comma_separated import to_csv
from .figures import ClockChange, DayRow, HourRow, Levels, LimitRow, MeanRow, PeriodRow
from .page import content_policy, to_html
from .period import ReportKind, ReportPeriod
from .report import Report, make_report
from .sources import OWN_PLAN, Calibration, Exclusion, Limit, MeterDescription, ReportSources, main_weighting
from .words import LANGUAGES, language_of

__all__ = [
    "LANGUAGES",
    "OWN_PLAN",
    "Calibration",
    "ClockChange",
    "DayRow",
    "Exclusion",
    "HourRow",
    "Levels",
    "Limit",
    "LimitRow",
    "MeanRow",
    "MeterDescription",
    "PeriodRow",
    "Report",
    "ReportKind",
    "ReportPeriod",
    "ReportSources",
    "content_policy",
    "language_of",
    "main_weighting",
    "make_report",
    "text_cell",
    "to_csv",
    "to_html",
]
