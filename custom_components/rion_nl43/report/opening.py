"""The beginning of a report: what was measured, with what and when, and the figures of the whole period."""

from ..acoustics.day_plans import DayPart
from .figures import ClockChange
from .markup import Markup, element, join, rich
from .parts import facts, note, paragraph, section, tile
from .period import ReportKind
from .report import Report
from .symbols import extreme_symbol, leq_symbol, percentile_symbol, rating_symbol
from .words import TO, Words

_PERCENTAGES = (1, 5, 10, 50, 90, 95)


def title_of(report: Report, words: Words) -> str:
    """Return what the report is called, for the tab of a browser."""
    return f"{words('title')}: {report.sources.meter.name}, {_when(report, words)}"


def heading(report: Report, words: Words) -> Markup:
    """Return the title with the meter and the period."""
    kind = words(f"kind.{report.sources.period.kind}")
    return element(
        "header",
        element("h1", words("title")),
        paragraph(report.sources.meter.name, "when"),
        paragraph(join(kind, " · ", _when(report, words)), "when"),
    )


def opening(report: Report, words: Words) -> Markup:
    """Return what a reader has to know of the measurement before any figure."""
    sources, meter = report.sources, report.sources.meter
    frequency, time = sources.frequency_weighting, sources.time_weighting
    unknown = words("head.weighting_unknown")
    span = words("from_to", began=_exact(words, report.span.began_ms), ended=_exact(words, report.span.ended_ms))
    length = words("head.length", duration=words.duration(report.span.ended_ms - report.span.began_ms))
    least = words("head.min_coverage_told", coverage=words.share(sources.min_coverage))
    made = words("head.made_by", at=_exact(words, round(1000 * sources.now)), version=sources.version)
    weightings = words("head.weightings_told", frequency=frequency or unknown, time=time or unknown)
    known = (
        (words("head.meter"), meter.name),
        (words("head.instrument"), f"{meter.manufacturer} {meter.model}"),
        (words("head.serial"), meter.serial),
        (words("head.firmware"), meter.firmware or unknown),
        (words("head.weightings"), weightings),
        (words("head.feed"), words(f"feed.{sources.basis}") if sources.basis else unknown),
        (words("head.period"), f"{span}; {length}"),
        (words("head.zone"), _zone(report, words)),
        (words("head.plan"), _plan(report, words)),
        (words("head.min_coverage"), least),
        (words("head.made"), made),
    )
    so_far = None
    if report.running:
        so_far = paragraph(words("head.so_far", at=_exact(words, report.told.ended_ms)), "warn")
    changed = None
    if any(hour.weighting for hour in report.hours):
        changed = paragraph(
            words("head.weighting_changed", frequency=frequency or unknown, time=time or unknown), "warn"
        )
    return section(words("head.title"), facts(known), so_far, changed)


def summary(report: Report, words: Words) -> Markup:
    """Return the figures of the whole period."""
    whole, sources = report.whole, report.sources
    told = words("summary.nothing")
    if whole.coverage:
        share = words.share(whole.meter_share)
        told = words("summary.meter_share", share=share) if whole.meter_share else words("summary.meter_none")
    tiles = [
        _level(words, leq_symbol(sources, _compact(report)), whole.leq, words("level.leq")),
        *_rating(report, words),
        _level(words, extreme_symbol(sources, "max"), whole.lmax, _loudest(report, words)),
        _level(words, extreme_symbol(sources, "min"), whole.lmin, words("level.lmin")),
        *(
            _level(
                words,
                percentile_symbol(each),
                whole.percentiles.get(each),
                words("level.percentile", percent=words.percent(str(each))),
            )
            for each in _PERCENTAGES
        ),
        tile(f"{words.exposure(whole.exposure_pa2h)} Pa²h", element("i", "E"), words("level.exposure")),
        tile(words.share(whole.coverage), words("level.coverage")),
    ]
    return section(
        words("summary.title"),
        element("ul", *tiles, class_="tiles"),
        paragraph(told),
        note(
            words("notes.levels", coverage=words.share(sources.min_coverage)),
            words("notes.feed"),
            words("notes.extremes"),
            words("notes.percentiles"),
            words("notes.exposure"),
            words("notes.limits_of"),
        ),
    )


def when_running(words: Words, *, running: bool, level: float | None) -> str:
    """Return a level, or why there is none."""
    return words("running") if running else words.level(level)


def _when(report: Report, words: Words) -> str:
    period = report.sources.period
    match period.kind:
        case ReportKind.DAY:
            return words.long_date(period.first)
        case ReportKind.WEEK:
            return words.week(period.first, period.last)
        case _:
            return words.month(period.first)


def _exact(words: Words, at_ms: int) -> str:
    """Return a time that is the same everywhere."""
    return words.local(at_ms // 1000 * 1000).isoformat(sep=" ", timespec="minutes")


def _zone(report: Report, words: Words) -> str:
    zone = report.sources.zone_name
    if not report.clock_changes:
        return words("head.offset", zone=zone, offset=words.offset_at(report.span.began_ms))
    return "; ".join(_change(words, zone, change) for change in report.clock_changes)


def _change(words: Words, zone: str, change: ClockChange) -> str:
    key = "head.clock_forward" if change.after_s > change.before_s else "head.clock_back"
    return words(
        key,
        zone=zone,
        at=words.moment(change.at_ms),
        before=words.offset(change.before_s),
        after=words.offset(change.after_s),
    )


def _plan(report: Report, words: Words) -> str:
    plan = report.sources.plan
    parts = ", ".join(f"{words(f'part.{part}')} {clock_range(*plan.bounds_min(part))}" for part in plan.parts)
    key = f"plans.{report.sources.plan_key}"
    return words("head.plan_source", parts=parts, source=words(key if words.knows(key) else "plans.own"))


def clock_range(begin_min: int, until_min: int) -> str:
    """Return from and to by the clock."""
    return f"{begin_min // 60:02}:{begin_min % 60:02}{TO}{until_min // 60:02}:{until_min % 60:02}"


def _compact(report: Report) -> str:
    """Return the length of what is told of, as it stands in symbols."""
    minutes = (report.told.ended_ms - report.told.began_ms) // 60_000
    return f"{minutes}min" if minutes % 60 else f"{minutes // 60}h"


def _rating(report: Report, words: Words) -> list[Markup]:
    plan, mean = report.sources.plan, report.mean
    if plan.rating is None:
        return []
    key = "level.rating" if DayPart.EVENING in plan.parts else "level.rating_two"
    # Nothing of it is over yet, so nothing is known: it is not for lack of coverage.
    running = not mean.days
    value = when_running(words, running=running, level=mean.rating)
    shown = value if mean.rating is None else words.decibels(mean.rating)
    return [tile(shown, rich(rating_symbol(report.sources)), words(key))]


def _level(words: Words, symbol: str, level: float | None, more: str) -> Markup:
    return tile(words.level(None) if level is None else words.decibels(level), rich(symbol), more)


def _loudest(report: Report, words: Words) -> str:
    if report.loudest is None:
        return words("level.lmax")
    began_ms = report.loudest.levels.span.began_ms
    day = report.sources.period.kind is ReportKind.DAY
    return words("level.loudest", at=words.clock(began_ms) if day else words.moment(began_ms))
