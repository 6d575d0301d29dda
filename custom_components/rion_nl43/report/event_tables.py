"""The tables of alerts, excluded spans, gaps, calibrations and settings."""

from ..acoustics.stretches import Span
from ..alerts import UNREACHABLE, Episode, Grade
from .markup import Content, Markup, element, join, rich
from .parts import cell, facts, figure_head, head, note, paragraph, row, section, table
from .report import Report
from .sources import Calibration
from .words import Words

# More would fill a report with what nobody reads; all are in the CSV.
MOST_EPISODES = 200
MOST_GAPS = 40


def episodes_section(report: Report, words: Words) -> Markup:
    """Return the episodes of alerts that lasted in the period."""
    title = words("episodes.title")
    since, forgotten = report.sources.episodes_since, None
    if since is not None and 1000 * since > report.span.began_ms:
        at = words.local(1000 * since).isoformat(sep=" ", timespec="minutes")
        forgotten = paragraph(words("episodes.forgotten", at=at), "warn")
    if not report.episodes:
        return section(title, forgotten, paragraph(words("episodes.none")), new_page=True)
    heads = (
        head(words("episodes.onset")),
        head(words("episodes.rule")),
        head(words("episodes.grade")),
        figure_head(words("episodes.threshold"), "dB"),
        figure_head(words("episodes.peak"), "dB"),
        figure_head(rich("L~eq~"), "dB"),
        figure_head(words("episodes.duration")),
        head(words("episodes.acknowledged")),
    )
    rows = [_episode(report, words, each) for each in report.episodes[:MOST_EPISODES]]
    left = len(report.episodes) - len(rows)
    return section(
        title,
        forgotten,
        table(heads, rows, label=title),
        paragraph(words("episodes.more", count=str(left))) if left else None,
        note(words("notes.episodes")),
        new_page=True,
    )


def excluded_section(report: Report, words: Words) -> Markup:
    """Return what counts nowhere."""
    title = words("excluded.title")
    if not report.exclusions:
        return section(title, paragraph(words("excluded.none")))
    heads = [head(words(f"excluded.{each}")) for each in ("began", "ended", "duration", "why")]
    rows = [
        _span(words, each.span, cell(words(key) if words.knows(key := f"excluded.{each.why}") else each.why, "wide"))
        for each in report.exclusions
    ]
    return section(title, table(heads, rows, label=title), note(words("notes.excluded")))


def gaps_section(report: Report, words: Words) -> Markup:
    """Return the longest spans of which nothing is known, in order of time."""
    title = words("gaps.title")
    if not report.gaps:
        return section(title, paragraph(words("gaps.none")))
    by_length = sorted(report.gaps, key=_length_ms, reverse=True)
    shown, left = sorted(by_length[:MOST_GAPS]), by_length[MOST_GAPS:]
    heads = [head(words(f"excluded.{each}")) for each in ("began", "ended", "duration")]
    more = None
    if left:
        together = words.duration(sum(map(_length_ms, left)))
        more = paragraph(words("gaps.more", count=str(len(left)), duration=together))
    return section(
        title,
        table(heads, [_span(words, each) for each in shown], label=title),
        more,
        note(words("notes.gaps")),
    )


def calibrations_section(report: Report, words: Words) -> Markup:
    """Return the calibrations of the period and the last one before it."""
    title = words("calibrations.title")
    if not report.calibrations:
        return section(title, paragraph(words("calibrations.none")))
    levels = ("reference", "before", "after", "drift")
    heads = (
        head(words("calibrations.at")),
        *(figure_head(words(f"calibrations.{each}"), "dB") for each in levels),
        head(words("calibrations.by")),
        head(words("calibrations.note")),
    )
    rows = [_calibration(report, words, each) for each in report.calibrations]
    return section(title, table(heads, rows, label=title), note(words("notes.calibrations")))


def settings_section(report: Report, words: Words) -> Markup:
    """Return the settings of the meter."""
    title = words("settings.title")
    if not report.sources.settings:
        return section(title, paragraph(words("settings.none")))
    return section(title, facts(report.sources.settings), note(words("notes.settings")))


def rule_name(words: Words, episode: Episode) -> str:
    """Return the name of an episode's rule; the built-in one's is ours."""
    return words("episodes.unreachable") if episode.rule_id == UNREACHABLE else episode.rule_name


def threshold_of(episode: Episode) -> float | None:
    """Return the threshold of the worst grade that it had, in dB."""
    return episode.thresholds_db.get(episode.worst.word)


def _episode(report: Report, words: Words, episode: Episode) -> Markup:
    until = report.sources.now if episode.ended is None else episode.ended
    duration = words.duration(1000 * max(0.0, until - episode.onset))
    threshold = threshold_of(episode)
    peak_at = None if episode.peak_at is None else words.clock(1000 * episode.peak_at, seconds=True)
    marks = [words("episodes.overload")] if episode.overload else []
    return row(
        words.moment(1000 * episode.onset, seconds=True),
        cell(rule_name(words, episode), "wide", episode.symbol or None),
        cell(words(f"grade.{episode.worst.word}"), "bad" if episode.worst is Grade.ALARM else None, *marks),
        cell("" if threshold is None else words.figure(threshold), "number"),
        cell("" if episode.peak_db is None else words.figure(episode.peak_db), "number", peak_at),
        cell(
            "" if episode.leq_db is None else words.figure(episode.leq_db),
            "number",
            None if episode.leq_db is None else words.share(episode.coverage_percent / 100),
        ),
        cell(duration, "number", words("episodes.open") if episode.ended is None else None),
        _acknowledged(report, words, episode),
    )


def _acknowledged(report: Report, words: Words, episode: Episode) -> Markup:
    if (acknowledged := episode.acknowledged) is None:
        return cell(words("episodes.nobody"))
    who = words("episodes.automation")
    if acknowledged.by is not None:
        who = report.sources.users.get(acknowledged.by, acknowledged.by)
    told = words("episodes.acknowledged_at", at=words.moment(1000 * acknowledged.at), who=who)
    return cell(told, "wide", acknowledged.note or None)


def _span(words: Words, span: Span, *more: Content) -> Markup:
    return row(
        words.moment(span.began_ms, seconds=True),
        cell(words.moment(span.ended_ms, seconds=True), "close"),
        cell(words.duration(_length_ms(span)), "close"),
        *more,
    )


def _calibration(report: Report, words: Words, each: Calibration) -> Markup:
    def level(value: float | None) -> Markup:
        return cell("" if value is None else words.figure(value), "number")

    earlier = 1000 * each.began < report.span.began_ms
    at = words.local(1000 * each.began).isoformat(sep=" ", timespec="minutes")
    return row(
        join(at, element("small", words("calibrations.earlier")) if earlier else None),
        level(each.reference_db),
        level(each.before_db),
        level(each.after_db),
        cell("" if each.drift_db is None else words.signed(each.drift_db), "number"),
        cell(report.sources.users.get(each.by, each.by)),
        cell(each.note, "wide"),
    )


def _length_ms(span: Span) -> int:
    return span.ended_ms - span.began_ms
