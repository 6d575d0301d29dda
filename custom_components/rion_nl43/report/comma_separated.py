"""A report as one table of comma-separated values (RFC 4180), a kind of thing in each row.

Words and figures are those of programs in every language: decimal points, times in ISO 8601 with their offset from UTC.
What is unknown is empty.
"""

from collections.abc import Iterator
import csv
from datetime import datetime
import io
from typing import Final

from ..acoustics.stretches import Span
from .cells import text_cell
from .event_tables import threshold_of
from .figures import Levels, LimitRow, PeriodRow
from .markup import plain
from .opening import clock_range
from .report import Report
from .symbols import leq_symbol, part_symbol, rating_symbol

COLUMNS: Final = (
    "kind",
    "name",
    "begin",
    "end",
    "duration_s",
    "coverage_percent",
    "from_meter_percent",
    "excluded_s",
    "symbol",
    "leq_db",
    "lmax_db",
    "lmin_db",
    "l1_db",
    "l5_db",
    "l10_db",
    "l50_db",
    "l90_db",
    "l95_db",
    "exposure_pa2h",
    "limit_db",
    "difference_db",
    "above_s",
    "exceedances",
    "outcome",
    "peak_db",
    "peak_time",
    "acknowledged_time",
    "acknowledged_by",
    "reference_db",
    "before_db",
    "after_db",
    "drift_db",
    "value",
)
_PERCENTAGES = (1, 5, 10, 50, 90, 95)


def to_csv(report: Report) -> str:
    """Return a report as text for spreadsheets and programs; lines end with CR and LF."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(_rows(report))
    return file.getvalue()


type _Row = dict[str, str]


def _rows(report: Report) -> Iterator[_Row]:
    symbol = plain(leq_symbol(report.sources))
    yield from _facts(report)
    yield _levels(report, "whole", report.whole, symbol)
    yield from _means(report)
    for day in report.days:
        for part, row in day.periods.items():
            name, period = day.date.isoformat(), plain(part_symbol(report.sources, part))
            yield {**_period(report, f"period_{part}", row, period), "name": name}
        if report.sources.plan.rating:
            yield {
                "kind": "rating",
                "name": day.date.isoformat(),
                "symbol": plain(rating_symbol(report.sources)),
                "leq_db": _figure(day.rating),
            }
        whole = _period(report, "day", day.whole, symbol)
        yield {**whole, "name": day.date.isoformat(), "lmax_db": _figure(day.lmax)}
    for hour in report.hours:
        own = plain(leq_symbol(report.sources, weighting=hour.weighting[:1])) if hour.weighting else symbol
        yield {**_levels(report, "hour", hour.levels, own), "excluded_s": _seconds(hour.excluded_ms)}
    yield from (_limit(report, each) for each in report.limits)
    yield from _episodes(report)
    for exclusion in report.exclusions:
        yield {"kind": "exclusion", "name": text_cell(exclusion.why), **_span(report, exclusion.span)}
    for gap in report.gaps:
        yield {"kind": "gap", **_span(report, gap)}
    yield from _calibrations(report)
    yield from (_value("setting", name, value) for name, value in report.sources.settings)


def _facts(report: Report) -> Iterator[_Row]:
    sources, meter = report.sources, report.sources.meter
    plan = " ".join(f"{part} {clock_range(*sources.plan.bounds_min(part))}" for part in sources.plan.parts)
    yield {"kind": "report", "name": sources.period.kind.value, **_span(report, report.span)}
    told = (
        ("made", _time(report, 1000 * sources.now)),
        ("told_until", _time(report, report.told.ended_ms)),
        ("meter", meter.name),
        ("instrument", f"{meter.manufacturer} {meter.model}"),
        ("serial_number", meter.serial),
        ("firmware", meter.firmware),
        ("frequency_weighting", sources.frequency_weighting or ""),
        ("time_weighting", sources.time_weighting or ""),
        ("time_zone", sources.zone_name),
        ("day_plan", sources.plan_key),
        ("day_plan_hours", plan),
        ("least_coverage_percent", f"{100 * sources.min_coverage:g}"),
        ("integration", sources.version),
    )
    yield from (_value("fact", name, value) for name, value in told)


def _means(report: Report) -> Iterator[_Row]:
    if len(report.days) == 1:
        return
    levels = [
        (f"period_{part}", part_symbol(report.sources, part), report.mean.periods.get(part))
        for part in report.sources.plan.parts
    ]
    for kind, symbol, level in (*levels, ("day", leq_symbol(report.sources), report.mean.whole)):
        if level is not None:
            yield {
                "kind": f"mean_{kind}",
                **_span(report, level.span),
                "coverage_percent": _percent(level.coverage),
                "symbol": plain(symbol),
                "leq_db": _figure(level.leq),
            }
    if report.sources.plan.rating:
        symbol = plain(rating_symbol(report.sources))
        yield {"kind": "mean_rating", "symbol": symbol, "leq_db": _figure(report.mean.rating)}


def _levels(report: Report, kind: str, levels: Levels, symbol: str) -> _Row:
    return {
        "kind": kind,
        **_span(report, levels.span),
        "coverage_percent": _percent(levels.coverage),
        "from_meter_percent": _percent(levels.meter_share),
        "symbol": symbol,
        "leq_db": _figure(levels.leq),
        "lmax_db": _figure(levels.lmax),
        "lmin_db": _figure(levels.lmin),
        **{f"l{each}_db": _figure(levels.percentiles.get(each)) for each in _PERCENTAGES},
        "exposure_pa2h": f"{levels.exposure_pa2h:.6g}",
    }


def _period(report: Report, kind: str, row: PeriodRow, symbol: str) -> _Row:
    return {
        "kind": kind,
        **_span(report, row.level.span),
        "coverage_percent": _percent(row.level.coverage),
        "symbol": symbol,
        "leq_db": _figure(row.level.leq),
        "outcome": "running" if row.running else "",
    }


def _limit(report: Report, each: LimitRow) -> _Row:
    outcome = "running" if each.row.running else "unknown"
    if each.exceeded:
        outcome = "exceeded"
    elif each.exceeded is False:
        outcome = "kept"
    return {
        **_period(report, "limit", each.row, plain(leq_symbol(report.sources))),
        "name": text_cell(each.limit.name),
        "limit_db": _figure(each.limit.limit_db),
        "difference_db": _figure(each.over_db),
        "above_s": "" if each.above_ms is None else _seconds(each.above_ms),
        "exceedances": "" if each.exceedances is None else str(each.exceedances),
        "outcome": outcome,
    }


def _episodes(report: Report) -> Iterator[_Row]:
    for episode in report.episodes:
        acknowledged = episode.acknowledged
        by = "" if acknowledged is None or acknowledged.by is None else acknowledged.by
        until = report.sources.now if episode.ended is None else episode.ended
        yield {
            "kind": "alert",
            "name": text_cell(episode.rule_name or episode.rule_id),
            "begin": _time(report, 1000 * episode.onset),
            "end": "" if episode.ended is None else _time(report, 1000 * episode.ended),
            "duration_s": _seconds(1000 * max(0.0, until - episode.onset)),
            "coverage_percent": _percent(episode.coverage_percent / 100),
            "symbol": text_cell(episode.symbol),
            "leq_db": _figure(episode.leq_db),
            "limit_db": _figure(threshold_of(episode)),
            "outcome": episode.worst.word,
            "peak_db": _figure(episode.peak_db),
            "peak_time": "" if episode.peak_at is None else _time(report, 1000 * episode.peak_at),
            "acknowledged_time": _time(report, 1000 * acknowledged.at) if acknowledged else "",
            "acknowledged_by": text_cell(report.sources.users.get(by, by)),
            "value": text_cell(acknowledged.note if acknowledged else ""),
        }


def _calibrations(report: Report) -> Iterator[_Row]:
    for each in report.calibrations:
        yield {
            "kind": "calibration",
            "name": text_cell(report.sources.users.get(each.by, each.by)),
            **_span(report, Span(round(1000 * each.began), round(1000 * each.ended))),
            "reference_db": _figure(each.reference_db),
            "before_db": _figure(each.before_db),
            "after_db": _figure(each.after_db),
            "drift_db": _figure(each.drift_db),
            "value": text_cell(each.note),
        }


def _value(kind: str, name: str, value: str) -> _Row:
    return {"kind": kind, "name": text_cell(name), "value": text_cell(value)}


def _span(report: Report, span: Span) -> _Row:
    return {
        "begin": _time(report, span.began_ms),
        "end": _time(report, span.ended_ms),
        "duration_s": _seconds(span.ended_ms - span.began_ms),
    }


def _time(report: Report, at_ms: float) -> str:
    return datetime.fromtimestamp(at_ms / 1000, report.sources.zone).isoformat(timespec="seconds")


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.0f}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:z.2f}"


def _percent(share: float) -> str:
    # Rounded down, as on the page: 100 is said of nothing less.
    return f"{int(10_000 * share + 1e-6) / 100:g}"
