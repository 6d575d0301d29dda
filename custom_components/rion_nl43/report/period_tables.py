"""The tables of periods and of limits."""

from ..acoustics.day_plans import Rating
from ..acoustics.periods import PeriodLevel
from .figures import DayRow, LimitRow, MeanRow, PeriodRow
from .markup import Markup, join, rich
from .opening import clock_range, when_running
from .parts import cell, covered_cell, figure_head, head, level_cell, note, paragraph, row, section, table
from .report import Report
from .sources import Limit
from .symbols import leq_symbol, part_symbol, rating_symbol
from .words import Words


def periods_section(report: Report, words: Words, *graphs: Markup) -> Markup:
    """Return the levels of the periods of each day, and their means over all days."""
    plan, sources = report.sources.plan, report.sources
    heads = [
        head(words("periods.date")),
        *(
            figure_head(
                join(words(f"part.{part}"), " ", rich(part_symbol(sources, part))),
                f"{clock_range(*plan.bounds_min(part))} · dB",
            )
            for part in plan.parts
        ),
        *((figure_head(rich(rating_symbol(report.sources)), "dB"),) if plan.rating else ()),
        figure_head(
            join(words("part.whole"), " ", rich(leq_symbol(sources, "24h"))),
            f"{clock_range(0, 0)} · dB",
        ),
    ]
    rows = [_day(report, words, each) for each in report.days]
    if len(report.days) > 1 and report.mean.days:
        rows.append(_mean(report, words, report.mean))
    title = words("periods.title")
    return section(title, *graphs, table(heads, rows, label=title), note(*_notes(report, words)), new_page=True)


def limits_section(report: Report, words: Words) -> Markup:
    """Return what became of each limit."""
    title = words("limits.title")
    if not report.sources.limits:
        return section(title, paragraph(words("limits.none")))
    counted = any(each.exceedances is not None for each in report.limits)
    heads = [
        head(words("limits.window")),
        head(words("limits.name")),
        figure_head(words("limits.level"), "dB"),
        figure_head(words("limits.measured"), join(rich(leq_symbol(report.sources, "T")), " dB")),
        figure_head(words("limits.difference"), "dB"),
        head(words("limits.outcome")),
        figure_head(words("limits.above")),
        *((figure_head(words("limits.count")),) if counted else ()),
        figure_head(words("level.coverage")),
    ]
    told = [paragraph(_told(report, words, limit)) for limit in report.sources.limits]
    rows = [_limit(words, each, counted=counted) for each in report.limits]
    return section(title, *told, table(heads, rows, label=title), note(words("notes.limits")))


def _day(report: Report, words: Words, day: DayRow) -> Markup:
    cells = [_period(words, day.periods[part]) for part in report.sources.plan.parts]
    if report.sources.plan.rating:
        running = any(each.running for each in day.periods.values())
        cells.append(cell(when_running(words, running=running, level=day.rating), "number"))
    return row(words.short_date(day.date), *cells, _period(words, day.whole))


def _period(words: Words, period: PeriodRow) -> Markup:
    if period.running:
        return cell(words("running"), "number")
    return covered_cell(words, period.level.leq, period.level.coverage)


def _mean(report: Report, words: Words, mean: MeanRow) -> Markup:
    def level(found: PeriodLevel | None) -> Markup:
        return cell("") if found is None else covered_cell(words, found.leq, found.coverage)

    cells = [level(mean.periods.get(part)) for part in report.sources.plan.parts]
    if report.sources.plan.rating:
        cells.append(level_cell(words, mean.rating))
    key = "periods.mean_one" if mean.days == 1 else "periods.mean"
    return row(words(key, days=str(mean.days)), *cells, level(mean.whole), kind="mean")


def _notes(report: Report, words: Words) -> list[str]:
    plan = report.sources.plan
    notes = [words("notes.periods")]
    if plan.rating:
        hours = {part.value: f"{plan.hours(part):g}" for part in plan.parts}
        notes.append(words("notes.lden" if plan.rating is Rating.LDEN else "notes.ldn", **hours))
        notes.append(words("notes.rating"))
    if len(report.days) > 1:
        notes.append(words("notes.mean"))
    return notes


def _told(report: Report, words: Words, limit: Limit) -> str:
    rows = [each for each in report.limits if each.limit is limit and not each.row.running]
    known = [each for each in rows if each.exceeded is not None]
    return words(
        "limits.summary",
        name=limit.name,
        limit=words.figure(limit.limit_db),
        exceeded=str(sum(each.exceeded is True for each in known)),
        known=str(len(known)),
        unknown=str(len(rows) - len(known)),
    )


def _limit(words: Words, each: LimitRow, *, counted: bool) -> Markup:
    span, level = each.row.level.span, each.row.level
    outcome = words("unknown")
    if each.exceeded is not None:
        outcome = words("limits.exceeded" if each.exceeded else "limits.kept")
    if each.row.running and not each.exceeded:
        outcome = words("running")
    clock = clock_range(each.limit.begin_min, each.limit.until_min)
    cells = [
        cell(each.limit.name, "wide"),
        cell(words.figure(each.limit.limit_db), "number"),
        cell(when_running(words, running=each.row.running, level=level.leq), "number"),
        cell("" if each.over_db is None else words.signed(each.over_db), "number"),
        cell(outcome, "bad" if each.exceeded else None),
        cell(words("unknown") if each.above_ms is None else words.duration(each.above_ms), "number"),
    ]
    if counted:
        cells.append(cell("" if each.exceedances is None else str(each.exceedances), "number"))
    return row(
        join(words.short_date(words.local(span.began_ms).date()), " ", clock),
        *cells,
        cell(words.share(level.coverage), "number"),
    )
