"""Episodes as a table that a spreadsheet opens: comma-separated values."""

from collections.abc import Iterable, Mapping
import csv
from datetime import datetime, tzinfo
import io
from typing import Final

from .alerts import Episode
from .report import text_cell

COLUMNS: Final = (
    "meter",
    "rule",
    "level",
    "direction",
    "warning_db",
    "alarm_db",
    "worst_grade",
    "began",
    "onset",
    "ended",
    "end_reason",
    "duration_s",
    "onset_db",
    "peak_db",
    "peak_at",
    "leq_db",
    "coverage_percent",
    "overload",
    "reopened",
    "acknowledged_at",
    "acknowledged_by",
    "note",
    "episode_id",
)


def episodes_table(episodes: Iterable[tuple[str, Episode]], users: Mapping[str, str], zone: tzinfo) -> str:
    """Return a line for each episode, given with the name of its meter; times are ISO 8601 in this time zone.

    `users` are the names of those who acknowledged, by id.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(_row(meter, episode, users, zone) for meter, episode in episodes)
    return file.getvalue()


def _row(meter: str, episode: Episode, users: Mapping[str, str], zone: tzinfo) -> tuple[str, ...]:
    acknowledged = episode.acknowledged
    return (
        text_cell(meter),
        text_cell(episode.rule_name),
        text_cell(episode.symbol or episode.metric),
        episode.direction,
        _figure(episode.thresholds_db.get("warning")),
        _figure(episode.thresholds_db.get("alarm")),
        episode.worst.word,
        _time(episode.began, zone),
        _time(episode.onset, zone),
        _time(episode.ended, zone),
        episode.end_reason.value if episode.end_reason else "",
        "" if episode.ended is None else f"{episode.ended - episode.onset:.0f}",
        _figure(episode.onset_db),
        _figure(episode.peak_db),
        _time(episode.peak_at, zone),
        _figure(episode.leq_db),
        _figure(episode.coverage_percent),
        "yes" if episode.overload else "no",
        str(episode.reopened),
        _time(acknowledged.at if acknowledged else None, zone),
        text_cell(users.get(acknowledged.by, acknowledged.by) if acknowledged and acknowledged.by else ""),
        text_cell(acknowledged.note if acknowledged else ""),
        episode.id,
    )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _time(at: float | None, zone: tzinfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")
