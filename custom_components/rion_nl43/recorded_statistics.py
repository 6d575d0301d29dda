"""What Home Assistant's recorder has of a meter's hourly statistics; to be read in the recorder's own threads."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, Literal

from homeassistant.components.recorder.statistics import (
    StatisticsRow,
    get_last_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant

from .hour_statistics import HourStatistic, Row, Rows, Seconds, statistic_id

DAY_S: Final = 86_400
# So far back is the last hour mostly; where it is not, it is looked for in more and more of the past.
SEARCHED_S: Final = (2 * DAY_S, 60 * DAY_S)

type Column = Literal["change", "last_reset", "max", "mean", "min", "state", "sum"]


def read_names(hass: HomeAssistant, serial: str) -> dict[HourStatistic, str]:
    """Return the names of the statistics that are there."""
    ids = _ids(serial, HourStatistic)
    found = get_metadata(hass, statistic_ids={*ids})
    return {ids[key]: about["name"] or "" for key, (_, about) in found.items()}


def read_last(hass: HomeAssistant, serial: str) -> int | None:
    """Return when the last hour began that is there, in s since the epoch."""
    key = statistic_id(serial, HourStatistic.EXPOSURE)
    rows = get_last_statistics(hass, 1, key, True, {"sum"}).get(key)
    return round(rows[0]["start"]) if rows else None


def read_rows(hass: HomeAssistant, serial: str, span: Seconds) -> tuple[Rows, float]:
    """Return the rows of a span, of the exposure also those after it, and the sum of the last hour before."""
    levels = [statistic for statistic in HourStatistic if statistic is not HourStatistic.EXPOSURE]
    rows = {
        **_read(hass, _ids(serial, levels), span.began, span.ended, {"mean", "min", "max"}),
        **_read(hass, _ids(serial, [HourStatistic.EXPOSURE]), span.began, None, {"state", "sum"}),
    }
    return rows, _sum_before(hass, serial, span.began)


def _sum_before(hass: HomeAssistant, serial: str, began: int) -> float:
    ids = _ids(serial, [HourStatistic.EXPOSURE])
    for length in (*SEARCHED_S, began):
        if rows := _read(hass, ids, max(0, began - length), began, {"sum"})[HourStatistic.EXPOSURE]:
            return rows[max(rows)].sum or 0.0
    return 0.0


def _ids(serial: str, statistics: Iterable[HourStatistic]) -> dict[str, HourStatistic]:
    return {statistic_id(serial, statistic): statistic for statistic in statistics}


def _read(
    hass: HomeAssistant, ids: Mapping[str, HourStatistic], began: int, ended: int | None, columns: set[Column]
) -> dict[HourStatistic, dict[int, Row]]:
    until = None if ended is None else datetime.fromtimestamp(ended, UTC)
    found = statistics_during_period(hass, datetime.fromtimestamp(began, UTC), until, {*ids}, "hour", None, columns)
    return {statistic: {round(row["start"]): _row(row) for row in found.get(key, ())} for key, statistic in ids.items()}


def _row(row: StatisticsRow) -> Row:
    return Row(row.get("mean"), row.get("min"), row.get("max"), row.get("state"), row.get("sum"))
