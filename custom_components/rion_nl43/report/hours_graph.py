"""The levels of each hour over a day or a week."""

from datetime import timedelta

from ..acoustics.periods import calendar_day, period_span
from .figures import HourRow
from .markup import Markup, element, join, plain
from .period import ReportKind, window_span
from .plot import LEFT, RIGHT, TOP, WIDTH, Scale, figure, level_axis, line, rectangle, text
from .report import Report
from .symbols import extreme_symbol, leq_symbol, percentile_symbol
from .words import Words

_BOTTOM = 250.0
_STRIP_Y, _STRIP_HEIGHT = 274.0, 9.0
_LEGEND_Y = 304.0
_HEIGHT = 312.0
# About so long is the label of a limit.
_LABEL_MS = 9_000_000


def hours_graph(report: Report, words: Words) -> Markup:
    """Draw LAeq as steps between L10 and L90, LAFmax as points, and below where each hour comes from."""
    known = [row.levels for row in report.hours if row.levels.leq is not None]
    drawn = [level for row in known for level in (row.leq, row.lmax, row.percentiles.get(90)) if level is not None]
    scale = Scale.of([*drawn, *(limit.limit_db for limit in report.sources.limits)], TOP, _BOTTOM)
    symbol = plain(leq_symbol(report.sources, "1h"))
    levels = [row.leq for row in known if row.leq is not None]
    about = (
        words("graph.hours_about", leq=symbol, low=words.figure(min(levels)), high=words.figure(max(levels)))
        if levels
        else words("graph.about_nothing")
    )
    return figure(
        _HEIGHT,
        words("graph.hours"),
        about,
        level_axis(scale, "dB"),
        _time_axis(report, words),
        *(_hour(report, row, scale) for row in report.hours),
        *(_limit_lines(report, words, scale) if report.sources.period.kind is ReportKind.DAY else ()),
        text(LEFT - 5, _STRIP_Y + _STRIP_HEIGHT, words("graph.data"), "end", "small"),
        *(_strip(report, row) for row in report.hours),
        _legend(report, words),
    )


def _x(report: Report, at_ms: float) -> float:
    began_ms, ended_ms = report.span
    return LEFT + (at_ms - began_ms) / (ended_ms - began_ms) * (WIDTH - LEFT - RIGHT)


def _time_axis(report: Report, words: Words) -> Markup:
    period, zone = report.sources.period, report.sources.zone
    parts = [line(LEFT, _BOTTOM, WIDTH - RIGHT, _BOTTOM, "axis")]
    for day in period.days:
        span = calendar_day(day, zone)
        if period.kind is ReportKind.DAY:
            continue
        x = _x(report, span.began_ms)
        parts += [
            line(x, TOP, x, _BOTTOM, "axis"),
            text((x + _x(report, span.ended_ms)) / 2, _BOTTOM + 16, words.short_date(day)),
        ]
    if period.kind is ReportKind.DAY:
        parts += _day_axis(report, words)
    return element("g", *parts)


def _day_axis(report: Report, words: Words) -> list[Markup]:
    """Return the hours of a day, and where its periods begin and what they are."""
    parts = []
    for row in report.hours if not report.running else ():
        local = words.local(row.levels.span.began_ms)
        if local.minute == 0 and local.hour % 3 == 0:
            x = _x(report, row.levels.span.began_ms)
            parts += [line(x, _BOTTOM, x, _BOTTOM + 4, "axis"), text(x, _BOTTOM + 16, f"{local:%H:%M}")]
    if report.running:
        for hour in range(0, 24, 3):
            span = window_span(report.sources.period.first, 60 * hour, 60 * hour + 1, report.sources.zone)
            x = _x(report, span.began_ms)
            parts += [line(x, _BOTTOM, x, _BOTTOM + 4, "axis"), text(x, _BOTTOM + 16, f"{hour:02}:00")]
    day, plan, zone = report.sources.period.first, report.sources.plan, report.sources.zone
    for each in (day - timedelta(days=1), day):
        for part in plan.parts:
            span = period_span(each, part, plan, zone)
            began, ended = max(span.began_ms, report.span.began_ms), min(span.ended_ms, report.span.ended_ms)
            if began < ended:
                left, right = _x(report, began), _x(report, ended)
                parts += [
                    line(left, TOP - 14, left, _BOTTOM, "border"),
                    text((left + right) / 2, TOP - 6, words(f"part.{part}"), kind="small"),
                ]
    return parts


def _limit_lines(report: Report, words: Words, scale: Scale) -> list[Markup]:
    """Return a line for each limit of a day over its window, as far as that is in it."""
    parts = []
    first, zone = report.sources.period.first, report.sources.zone
    for limit in report.sources.limits:
        for day in (first - timedelta(days=1), first):
            span = window_span(day, limit.begin_min, limit.until_min, zone)
            began, ended = max(span.began_ms, report.span.began_ms), min(span.ended_ms, report.span.ended_ms)
            if began < ended:
                y = scale.y(limit.limit_db)
                label = words("graph.limit", limit=words.figure(limit.limit_db))
                parts += [
                    line(_x(report, began), y, _x(report, ended), y, "limit"),
                    text(_x(report, ended) - 3, y + _label_side(report, ended, limit.limit_db), label, "end", "small"),
                ]
    return parts


def _label_side(report: Report, ended_ms: int, limit_db: float) -> float:
    """Return how far below the line of a limit its label is, so that it covers no level near its end."""
    near = [
        row.levels.leq
        for row in report.hours
        if row.levels.leq is not None and 0 < ended_ms - row.levels.span.began_ms <= _LABEL_MS
    ]
    return 12.0 if near and sum(near) / len(near) > limit_db else -4.0


def _hour(report: Report, row: HourRow, scale: Scale) -> Markup | None:
    levels = row.levels
    if levels.leq is None:
        return None
    left, right = _x(report, levels.span.began_ms), _x(report, levels.span.ended_ms)
    l10, l90 = levels.percentiles.get(10), levels.percentiles.get(90)
    band = None
    if l10 is not None and l90 is not None:
        band = rectangle(left, scale.y(l10), right - left, scale.y(l90) - scale.y(l10), "band")
    point = None
    if levels.lmax is not None:
        radius = 2.2 if report.sources.period.kind is ReportKind.DAY else 1.2
        point = element("circle", cx=(left + right) / 2, cy=scale.y(levels.lmax), r=radius, class_="point")
    return join(band, line(left, scale.y(levels.leq), right, scale.y(levels.leq), "leq"), point)


def _strip(report: Report, row: HourRow) -> Markup:
    left, right = _x(report, row.levels.span.began_ms), _x(report, row.levels.span.ended_ms)
    # A hair of white between the hours, unless they are hairs themselves.
    width = right - left - (1 if right - left > 8 else 0)
    if row.levels.leq is None:
        return rectangle(left, _STRIP_Y, width, _STRIP_HEIGHT, "missing")
    meter = row.levels.meter_share * width
    return join(
        rectangle(left, _STRIP_Y, width, _STRIP_HEIGHT, "feed"),
        rectangle(left, _STRIP_Y, meter, _STRIP_HEIGHT, "meter") if meter else None,
    )


def _legend(report: Report, words: Words) -> Markup:
    sources = report.sources
    y = _LEGEND_Y
    lower, upper = plain(percentile_symbol(90)), plain(percentile_symbol(10))
    items = (
        (line(0, y - 4, 18, y - 4, "leq"), plain(leq_symbol(sources, "1h"))),
        (rectangle(0, y - 9, 18, 10, "band"), words("graph.band", lower=lower, upper=upper)),
        (element("circle", cx=9, cy=y - 4, r=2.2, class_="point"), plain(extreme_symbol(sources, "max"))),
        (rectangle(0, y - 9, 18, 9, "feed"), words("graph.feed")),
        (rectangle(0, y - 9, 18, 9, "meter"), words("graph.meter")),
        (rectangle(0, y - 9, 18, 9, "missing"), words("graph.missing")),
    )
    parts = [
        element("g", mark, text(24, y, label, "start", "small"), transform=f"translate({LEFT + 112 * number:g} 0)")
        for number, (mark, label) in enumerate(items)
    ]
    return element("g", *parts)
