"""The statistics of a meter's hours, as Home Assistant keeps them for ever: what they are, and their figures.

They are external statistics: the integration writes every row itself, so that an hour can be put right later, and LAeq
is a mean of energies. Home Assistant's own statistics of the sensors are arithmetic means of decibels.
"""

from collections.abc import Container, Iterable, Mapping
from enum import StrEnum
import math
from typing import Final, NamedTuple

from homeassistant.components.recorder.models import StatisticMeanType, StatisticMetaData
from homeassistant.const import PERCENTAGE, UnitOfSoundPressure
from homeassistant.util import slugify
from homeassistant.util.unit_conversion import UnitlessRatioConverter

from .acoustics import HourLevels
from .const import DOMAIN

PA2H: Final = "Pa²h"


class HourStatistic(StrEnum):
    """What there is of each hour; the word is the end of the statistic's id.

    `laeq` has LAeq,1h as its mean, LAFmax and LAFmin as its extremes, all with the weightings that the meter is set to.
    `exposure` is a sum. `from_meter` is how much of the covered time comes from the meter's own records.
    """

    LAEQ = "laeq"
    L10 = "l10"
    L90 = "l90"
    COVERAGE = "coverage"
    EXPOSURE = "exposure"
    FROM_METER = "from_meter"


UNITS: Final[Mapping[HourStatistic, str]] = {
    HourStatistic.LAEQ: UnitOfSoundPressure.DECIBEL,
    HourStatistic.L10: UnitOfSoundPressure.DECIBEL,
    HourStatistic.L90: UnitOfSoundPressure.DECIBEL,
    HourStatistic.COVERAGE: PERCENTAGE,
    HourStatistic.EXPOSURE: PA2H,
    HourStatistic.FROM_METER: PERCENTAGE,
}
# What changes by less is rounding: hours that are read back are summed in other pieces than those that just came.
_ALIKE: Final = 1e-9
# More than rounding of a coverage in %.
_LESS_PERCENT: Final = 0.02


class Row(NamedTuple):
    """The figures of one statistic in one hour, named as Home Assistant names them."""

    mean: float | None = None
    min: float | None = None
    max: float | None = None
    state: float | None = None
    sum: float | None = None

    def is_like(self, other: Row) -> bool:
        """Whether it tells the same."""
        return all(
            (mine is None) == (theirs is None) and (mine is None or theirs is None or _alike(mine, theirs))
            for mine, theirs in zip(self, other, strict=True)
        )


class Seconds(NamedTuple):
    """From and to, in s since the epoch, each at a full hour."""

    began: int
    ended: int


# By statistic and by when the hour began, in s since the epoch.
type Rows = Mapping[HourStatistic, Mapping[int, Row]]


def statistic_id(serial: str, statistic: HourStatistic) -> str:
    """Return the id of a meter's statistic, which never changes: rion_nl43:m00830001_laeq."""
    return f"{DOMAIN}:m{slugify(serial)}_{statistic}"


def statistic_ids(serial: str) -> dict[str, str]:
    """Return the ids of all statistics of a meter."""
    return {statistic.value: statistic_id(serial, statistic) for statistic in HourStatistic}


def metadata(serial: str, statistic: HourStatistic, name: str) -> StatisticMetaData:
    """Return what Home Assistant has to know of a statistic."""
    is_sum = statistic is HourStatistic.EXPOSURE
    unit = UNITS[statistic]
    return {
        "source": DOMAIN,
        "statistic_id": statistic_id(serial, statistic),
        "name": name,
        "unit_of_measurement": unit,
        "unit_class": UnitlessRatioConverter.UNIT_CLASS if unit == PERCENTAGE else None,
        "mean_type": StatisticMeanType.NONE if is_sum else StatisticMeanType.ARITHMETIC,
        "has_sum": is_sum,
    }


def new_rows(
    hours: Iterable[HourLevels], span: Seconds, kept: Rows, sum_before: float, *, excluded: Container[int] = ()
) -> dict[HourStatistic, dict[int, Row]]:
    """Return the rows to write so that the statistics tell of these hours, within a span.

    `kept` is what is there within the span, and of the exposure after it as well: its sum runs through all rows that
    follow. `sum_before` is the sum of the last hour before. Rows that are right already are left out, so that there is
    nothing to write if nothing has changed.

    An hour without data gets no row. If there is one it stays, as it does if more was known of the hour: the statistics
    outlive a history that is lost. But in hours of which something is `excluded`, by when they began, the history is
    right: such an hour without data is emptied, for a row cannot be taken away.
    """
    coverages = kept.get(HourStatistic.COVERAGE, {})
    figures = {
        hour.began: _figures(hour)
        for hour in hours
        if hour.leq is not None and (hour.began in excluded or not _knew_more(coverages.get(hour.began), hour))
    }
    there = {at for rows in kept.values() for at in rows}
    exposures = kept.get(HourStatistic.EXPOSURE, {})
    found: dict[HourStatistic, dict[int, Row]] = {statistic: {} for statistic in HourStatistic}
    total = sum_before
    for at in sorted(figures.keys() | there):
        within = span.began <= at < span.ended
        wanted = figures.get(at, _NOTHING if at in excluded else None) if within else None
        for statistic, row in (wanted or {}).items():
            if statistic is not HourStatistic.EXPOSURE and not row.is_like(kept.get(statistic, {}).get(at, Row())):
                found[statistic][at] = row
        if wanted is not None or at in exposures:
            state = (exposures[at] if wanted is None else wanted[HourStatistic.EXPOSURE]).state or 0.0
            total += state
            row = Row(state=state, sum=total)
            if not row.is_like(exposures.get(at, Row())):
                found[HourStatistic.EXPOSURE][at] = row
    return {statistic: rows for statistic, rows in found.items() if rows}


def _knew_more(kept: Row | None, hour: HourLevels) -> bool:
    return kept is not None and kept.mean is not None and kept.mean > 100 * hour.coverage + _LESS_PERCENT


def _figures(hour: HourLevels) -> dict[HourStatistic, Row]:
    leq = None if hour.leq is None else round(hour.leq, 2)
    return {
        HourStatistic.LAEQ: Row(mean=leq, min=hour.lmin, max=hour.lmax),
        HourStatistic.L10: _one(hour.l10),
        HourStatistic.L90: _one(hour.l90),
        HourStatistic.COVERAGE: _one(round(100 * hour.coverage, 2)),
        HourStatistic.EXPOSURE: Row(state=hour.exposure_pa2h),
        HourStatistic.FROM_METER: _one(round(100 * hour.meter_share, 2)),
    }


def _one(figure: float | None) -> Row:
    """Return the row of a figure that has no extremes of its own: those of a day are the extremes of its hours."""
    return Row(mean=figure, min=figure, max=figure)


_NOTHING: Final[Mapping[HourStatistic, Row]] = {
    HourStatistic.LAEQ: Row(),
    HourStatistic.L10: Row(),
    HourStatistic.L90: Row(),
    HourStatistic.COVERAGE: _one(0.0),
    HourStatistic.EXPOSURE: Row(state=0.0),
    HourStatistic.FROM_METER: Row(),
}


def _alike(mine: float, theirs: float) -> bool:
    return math.isclose(mine, theirs, rel_tol=_ALIKE, abs_tol=0.0)
