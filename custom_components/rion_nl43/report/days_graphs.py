"""The levels of each day of a week or a month, and of each hour of a month."""

from itertools import pairwise

from ..acoustics.day_plans import DayPart
from ..acoustics.periods import calendar_day
from .figures import DayRow
from .markup import Markup, element, plain
from .plot import LEFT, RIGHT, TOP, WIDTH, Scale, figure, level_axis, line, rectangle, text
from .report import Report
from .symbols import leq_symbol, part_symbol, rating_symbol
from .words import Words

_BOTTOM = 190.0
_AXIS_Y = 206.0
_LEGEND_Y = 228.0
_HEIGHT = 236.0

# A shape for each, so that they can be told apart in black and white.
_SHAPES = {
    "rating": "M0,-5 5,0 0,5 -5,0Z",
    DayPart.DAY: "M-4,-4 4,-4 4,4 -4,4Z",
    DayPart.EVENING: "M0,-5 5,4 -5,4Z",
    DayPart.NIGHT: "M-4,0 a4,4 0 1,0 8,0 a4,4 0 1,0 -8,0Z",
}

# So many shades the map has, from the quietest hour to the loudest.
SHADES = 10
_MAP_TOP, _CELL_HEIGHT = 10.0, 9.0
_MAP_BOTTOM = _MAP_TOP + 24 * _CELL_HEIGHT


def days_graph(report: Report, words: Words) -> Markup:
    """Draw the level of each period of each day, and their rating."""
    courses = _courses(report)
    scale = Scale.of((level for _, _, levels in courses for level in levels if level is not None), TOP, _BOTTOM)
    parts: list[Markup] = []
    for kind, _, levels in courses:
        places = [(_middle(report, number), level) for number, level in enumerate(levels)]
        parts.extend(
            line(before[0], scale.y(before[1]), after[0], scale.y(after[1]), f"course {kind}")
            for before, after in pairwise(places)
            if before[1] is not None and after[1] is not None
        )
        parts.extend(_mark(kind, x, scale.y(level)) for x, level in places if level is not None)
    legend = [_legend(words, number, kind, symbol) for number, (kind, symbol, _) in enumerate(courses)]
    return figure(
        _HEIGHT,
        words("graph.days"),
        words("graph.days_about", count=str(len(report.days))),
        level_axis(scale, "dB"),
        line(LEFT, _BOTTOM, WIDTH - RIGHT, _BOTTOM, "axis"),
        *_days(report, words),
        *parts,
        *legend,
    )


def hours_map(report: Report, words: Words) -> Markup:
    """Draw the level of each hour of a month as a shade: days from left to right, hours from top to bottom."""
    levels = [row.levels.leq for row in report.hours if row.levels.leq is not None]
    low, high = (min(levels), max(levels)) if levels else (0.0, 0.0)
    symbol = plain(leq_symbol(report.sources, "1h"))
    about = (
        words("graph.hours_about", leq=symbol, low=words.figure(low), high=words.figure(high))
        if levels
        else words("graph.about_nothing")
    )
    width = _day_width(report)
    cells = []
    begins = {day: calendar_day(day, report.sources.zone).began_ms for day in report.sources.period.days}
    for row in report.hours:
        local = words.local(row.levels.span.began_ms)
        number = (local.date() - report.sources.period.first).days
        # By the clock, as the axis is: where that is put back, the second of two hours is drawn over the first.
        y = _MAP_TOP + (local.hour + local.minute / 60) * _CELL_HEIGHT
        x = LEFT + number * width
        if row.levels.leq is None:
            cells.append(line(x + 2, y + 2, x + width - 3, y + _CELL_HEIGHT - 3, "cross"))
        else:
            cells.append(rectangle(x, y, width - 1, _CELL_HEIGHT - 1, f"s{_shade(row.levels.leq, low, high)}"))
    hours = [text(LEFT - 5, _MAP_TOP + hour * _CELL_HEIGHT + 4, f"{hour:02}:00", "end") for hour in range(0, 25, 6)]
    return figure(
        _MAP_BOTTOM + 46,
        words("graph.map"),
        about,
        *hours,
        *cells,
        *_days(report, words, _MAP_BOTTOM + 14),
        *(_shades(words, low, high) if levels and begins else ()),
    )


def _courses(report: Report) -> list[tuple[str, str, list[float | None]]]:
    """Return what is drawn: its kind, its symbol and its level of each day."""
    sources = report.sources
    courses = [
        (str(part), part_symbol(sources, part), [row.periods[part].level.leq for row in report.days])
        for part in sources.plan.parts
    ]
    if sources.plan.rating:
        courses.append(("rating", rating_symbol(sources), [row.rating for row in report.days]))
    return courses


def _legend(words: Words, number: int, kind: str, symbol: str) -> Markup:
    name = plain(symbol) if kind == "rating" else f"{words(f'part.{kind}')} ({plain(symbol)})"
    x = LEFT + 8 + 150 * number
    return element("g", _mark(kind, x, _LEGEND_Y - 4), text(x + 12, _LEGEND_Y, name, "start", "small"))


def _mark(kind: str, x: float, y: float) -> Markup:
    return element("path", d=_SHAPES[kind], transform=f"translate({x:.1f} {y:.1f})", class_=f"mark {kind}")


def _day_width(report: Report) -> float:
    return (WIDTH - LEFT - RIGHT) / len(report.days)


def _middle(report: Report, number: int) -> float:
    return LEFT + (number + 0.5) * _day_width(report)


def _days(report: Report, words: Words, y: float = _AXIS_Y) -> list[Markup]:
    def name(row: DayRow) -> str:
        return words.short_date(row.date) if len(report.days) <= 7 else str(row.date.day)

    return [text(_middle(report, number), y, name(row)) for number, row in enumerate(report.days)]


def _shade(level: float, low: float, high: float) -> int:
    return min(SHADES - 1, int((level - low) / (high - low) * SHADES)) if high > low else 0


def _shades(words: Words, low: float, high: float) -> list[Markup]:
    y = _MAP_BOTTOM + 26
    cells = [rectangle(LEFT + 60 + 24 * number, y, 23, 10, f"s{number}") for number in range(SHADES)]
    return [
        text(LEFT + 54, y + 9, f"{words.figure(low)} dB", "end", "small"),
        *cells,
        text(LEFT + 66 + 24 * SHADES, y + 9, f"{words.figure(high)} dB", "start", "small"),
    ]
