"""A report as a page: one file without scripts, to look at, to print and to keep."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from .days_graphs import days_graph, hours_map
from .event_tables import (
    calibrations_section,
    episodes_section,
    excluded_section,
    gaps_section,
    settings_section,
)
from .hour_table import hours_section
from .hours_graph import hours_graph
from .markup import Markup, element
from .opening import heading, opening, summary, title_of
from .parts import graph, note
from .period import ReportKind
from .period_tables import limits_section, periods_section
from .report import Report
from .symbols import extreme_symbol, leq_symbol
from .words import Words

_STYLE = Path(__file__).parent / "style.css"


@cache
def style() -> str:
    """Read the style of the pages."""
    return _STYLE.read_text(encoding="utf-8").strip()


@cache
def content_policy() -> str:
    """Return what a page may load: nothing at all, but the style that it brings along."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def to_html(report: Report, language: str) -> str:
    """Return a report as HTML; blocking, and some tenths of a second of work for a month."""
    words = Words(language, report.sources.zone)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=content_policy()),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title_of(report, words)),
        element("style", Markup(style())),
    )
    body = element(
        "body",
        heading(report, words),
        element("main", *_sections(report, words)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang=words.language)}\n"


def _sections(report: Report, words: Words) -> list[Markup]:
    hours = [graph(words("graph.hours"), hours_graph(report, words), _graph_note(report, words))]
    days = [graph(words("graph.days"), days_graph(report, words), note(words("notes.days")))]
    match report.sources.period.kind:
        case ReportKind.DAY:
            first, with_periods = hours, []
        case ReportKind.WEEK:
            first, with_periods = hours, days
        case _:
            shades = note(words("notes.map", leq=leq_symbol(report.sources, "1h")))
            first, with_periods = [graph(words("graph.map"), hours_map(report, words), shades)], days
    tables = [
        periods_section(report, words, *with_periods),
        limits_section(report, words),
        hours_section(report, words),
        episodes_section(report, words),
        excluded_section(report, words),
        gaps_section(report, words),
        calibrations_section(report, words),
        settings_section(report, words),
    ]
    if report.sources.period.kind is not ReportKind.DAY:
        # The longest table is an appendix.
        tables.append(tables.pop(2))
    return [opening(report, words), summary(report, words), *first, *tables]


def _graph_note(report: Report, words: Words) -> Markup:
    sources = report.sources
    return note(
        words(
            "notes.graph",
            leq=leq_symbol(sources, "1h"),
            lmax=extreme_symbol(sources, "max"),
            lower="L~90~",
            upper="L~10~",
        ),
    )
