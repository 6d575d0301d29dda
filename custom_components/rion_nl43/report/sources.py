"""What a report is made of, as it is collected: plain values, nothing that could change meanwhile."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from ..acoustics import Basis
from ..acoustics.day_plans import EU, DayPlan
from ..acoustics.hours import HourLevels
from ..acoustics.periods import MIN_COVERAGE
from ..acoustics.stretches import Span, Stretch
from ..alerts import Episode
from .period import ReportPeriod

# The plan is none of the presets.
OWN_PLAN = "own"


@dataclass(frozen=True, slots=True)
class MeterDescription:
    """The instrument, and what its user calls it."""

    name: str
    model: str
    serial: str
    firmware: str
    manufacturer: str = "Rion"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A span that counts nowhere, and why."""

    span: Span
    why: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """An entry of the log of calibrations; levels in dB, times in seconds since the epoch.

    `drift_db` is what the meter showed before, less the reference.
    """

    began: float
    ended: float
    reference_db: float | None = None
    before_db: float | None = None
    after_db: float | None = None
    drift_db: float | None = None
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of LAeq over a window of the day, in minutes after midnight; to the same time: for 24 h.

    `exceedances` are the counts of those of its windows for which they were kept, by when these began in ms.
    """

    name: str
    limit_db: float
    begin_min: int
    until_min: int
    exceedances: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSources:
    """All that goes into a report, made at `now`, in seconds since the epoch.

    `stretches` are what counts of the span that the period needs (`ReportPeriod.needed`), disjoint and ordered,
    without what is excluded; `hours` are the levels of hours of UTC by when they began in ms, which tell as well what
    came from the meter's stored records, and `weightings` (`AF`) those of these hours; in `feed_holes` the
    feed told nothing, whatever records of the meter tell of them. `plan_key` names the preset. The
    weightings in frequency and time are those of most of the hours (`main_weighting`); `settings`, by their names in
    the meter's manual, and the `basis` of the feed are those of now. `users` are names by id.
    Older `episodes` than those that began at `episodes_since` are forgotten; None if there are none.
    """

    meter: MeterDescription
    period: ReportPeriod
    now: float
    zone: tzinfo = UTC
    zone_name: str = "UTC"
    plan: DayPlan = EU
    plan_key: str = OWN_PLAN
    min_coverage: float = MIN_COVERAGE
    frequency_weighting: str | None = None
    time_weighting: str | None = None
    stretches: tuple[Stretch, ...] = ()
    hours: Mapping[int, HourLevels] = field(default_factory=dict)
    weightings: Mapping[int, str] = field(default_factory=dict)
    feed_holes: tuple[Span, ...] = ()
    basis: Basis | None = None
    exclusions: tuple[Exclusion, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    limits: tuple[Limit, ...] = ()
    episodes: tuple[Episode, ...] = ()
    episodes_since: float | None = None
    settings: tuple[tuple[str, str], ...] = ()
    users: Mapping[str, str] = field(default_factory=dict)
    version: str = ""


def main_weighting(
    weightings: Mapping[int, str], frequency: str | None, time: str | None
) -> tuple[str | None, str | None]:
    """Return the weighting in frequency and in time of most hours; those told if the hours tell none."""
    told = Counter(weighting for weighting in weightings.values() if len(weighting) == 2)
    if not told:
        return frequency, time
    most = max(sorted(told), key=told.__getitem__)
    return most[0], most[1]
