"""The table of hours."""

from datetime import timedelta
from itertools import groupby

from .figures import HourRow
from .markup import Markup, element, rich
from .parts import cell, figure_head, head, level_cell, note, row, section, table
from .period import ReportKind
from .report import Report
from .symbols import extreme_symbol, leq_symbol, percentile_symbol
from .words import TO, Words

_COLUMNS = 9


def hours_section(report: Report, words: Words) -> Markup:
    """Return the levels of each hour: of a day in its place, of longer periods as an appendix."""
    day = report.sources.period.kind is ReportKind.DAY
    title = words("hours.title" if day else "hours.appendix")
    sources = report.sources
    heads = [
        head(words("hours.time")),
        *(
            figure_head(rich(symbol), "dB")
            for symbol in (
                leq_symbol(sources, "1h"),
                extreme_symbol(sources, "max"),
                extreme_symbol(sources, "min"),
                percentile_symbol(10),
                percentile_symbol(90),
            )
        ),
        figure_head(words("level.coverage")),
        figure_head(words("hours.source")),
        head(words("hours.marks")),
    ]
    rows: list[Markup] = []
    for date, hours in groupby(report.hours, lambda each: words.local(each.levels.span.began_ms).date()):
        if not day:
            name = element("th", words.long_date(date), scope="rowgroup", colspan=_COLUMNS)
            rows.append(element("tr", name, class_="day"))
        rows.extend(_row(report, words, each) for each in hours)
    texts = [words("notes.hours")]
    if day:
        texts.append(words("notes.percentiles"))
    return section(title, table(heads, rows, label=title), note(*texts), new_page=True)


def _row(report: Report, words: Words, hour: HourRow) -> Markup:
    levels = hour.levels
    return row(
        _time(report, words, hour),
        level_cell(words, levels.leq),
        level_cell(words, levels.lmax),
        level_cell(words, levels.lmin),
        level_cell(words, levels.percentiles.get(10)),
        level_cell(words, levels.percentiles.get(90)),
        cell(words.share(levels.coverage), "number"),
        cell(words.share(levels.meter_share) if levels.meter_share else "", "number"),
        cell(_marks(report, words, hour), "wide"),
    )


def _time(report: Report, words: Words, hour: HourRow) -> str:
    span = hour.levels.span
    local = words.local(span.began_ms)
    # By the clock as it was at the beginning: if it is changed at the end, that would be another hour's time.
    ended = local.replace(tzinfo=None) + timedelta(milliseconds=span.ended_ms - span.began_ms)
    told = f"{local:%H:%M}{TO}{ended:%H:%M}"
    date = local.date()
    # On such a day an hour may come twice, or be missing.
    if any(words.local(change.at_ms).date() == date for change in report.clock_changes):
        return f"{told} {words.offset_at(span.began_ms)}"
    return told


def _marks(report: Report, words: Words, hour: HourRow) -> str:
    marks = []
    if hour.excluded_ms:
        marks.append(words("hours.excluded", duration=words.duration(hour.excluded_ms)))
    if hour.weighting:
        marks.append(words("hours.weighting", weighting=hour.weighting))
    if report.running and hour.levels.span.ended_ms == report.told.ended_ms:
        marks.append(words("hours.unfinished"))
    return ", ".join(marks)
