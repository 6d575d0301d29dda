"""The hours of the clock: LAeq,1h, extremes, percentiles, coverage and sound exposure of each.

An hour is one of UTC: it begins at a multiple of 3600 s since the epoch, in every time zone. Home Assistant's own
statistics are of those hours, and external ones must begin at a full hour (`async_add_external_statistics`; pass UTC).
In zones half or three quarters of an hour beside UTC such an hour begins at :30 or :45 of the local clock; local
periods are therefore made of the stretches of hours, never of whole hours (`periods`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
import math

from .stretches import Span, Spans, Stretch, clipped, disjoint, total_of

HOUR_MS = 3_600_000

# p0 = 20 uPa, squared (ISO 1996-1, IEC 61672-1).
_P0_SQUARED_PA2 = 4e-10


def exposure_pa2h(energy_ms: float) -> float:
    """Return the sound exposure E in Pa2h of an energy times ms: p0^2 times the integral of 10^(L/10) over hours.

    Exposures add up, and Leq = 10 lg (E / (p0^2 T)) with T in covered hours (IEC 61672-1, 3.13).
    """
    return _P0_SQUARED_PA2 * energy_ms / HOUR_MS


@dataclass(frozen=True, slots=True)
class HourLevels:
    """What there is to tell of an hour that began so many seconds since the epoch.

    Levels in dB are over the covered time alone, None where nothing tells of them; `coverage` is its share of the hour,
    0 to 1. `exposure_pa2h` is the sound exposure of the covered time in Pa2h. `meter_share` is how much of the covered
    time, 0 to 1, comes from the meter's stored records instead of the feed.
    """

    began: int
    coverage: float
    leq: float | None
    lmax: float | None
    lmin: float | None
    l10: float | None
    l90: float | None
    exposure_pa2h: float
    meter_share: float

    @property
    def repaired(self) -> bool:
        """Whether any of it comes from the meter's stored records."""
        return self.meter_share > 0


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour with all that was measured in it: what the feed brought, and the records fetched from the meter.

    Both are kept as they came, so that more records can come at any time and in any order; what counts is chosen when
    it is asked for. `hours_of` and `merge` make hours.
    """

    began_ms: int
    feed: tuple[Stretch, ...] = ()
    meter: tuple[Stretch, ...] = ()

    @property
    def span(self) -> Span:
        """From and to."""
        return Span(self.began_ms, self.began_ms + HOUR_MS)

    @property
    def chosen(self) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
        """What counts of the feed and of the meter: no time is in both.

        The span of each record belongs to whom covers more of it, the feed where they cover the same. A span is given
        to one of them whole: the mean of a record says nothing about a part of it.
        """
        feed = disjoint(self.feed)
        begans_ms = [stretch.began_ms for stretch in feed]

        def covered_ms(record: Stretch) -> float:
            first = max(0, bisect_right(begans_ms, record.began_ms) - 1)
            beside = feed[first : bisect_left(begans_ms, record.ended_ms)]
            return math.fsum(part.covered_ms for part in clipped(beside, Span(record.began_ms, record.ended_ms)))

        records = tuple(record for record in disjoint(self.meter) if record.covered_ms > covered_ms(record))
        taken = Spans(Span(record.began_ms, record.ended_ms) for record in records)
        return tuple(part for stretch in feed for part in taken.outside(stretch)), records

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """What counts, in order of time, without overlap."""
        feed, records = self.chosen
        return tuple(sorted((*feed, *records), key=lambda stretch: stretch.began_ms))

    @property
    def levels(self) -> HourLevels:
        """What there is to tell."""
        feed, records = self.chosen
        total = total_of((*feed, *records))
        percentiles = total.percentiles
        from_meter_ms = math.fsum(record.covered_ms for record in records)
        return HourLevels(
            began=self.began_ms // 1000,
            coverage=min(1.0, total.covered_ms / HOUR_MS),
            leq=total.leq,
            lmax=total.lmax,
            lmin=total.lmin,
            l10=percentiles.get(10),
            l90=percentiles.get(90),
            exposure_pa2h=exposure_pa2h(total.energy_ms),
            meter_share=from_meter_ms / total.covered_ms if total.covered_ms else 0.0,
        )


def by_hour(stretches: Iterable[Stretch]) -> dict[int, list[Stretch]]:
    """Return stretches by the hour in which they are, in ms since the epoch; one that lies in several is divided."""
    found: dict[int, list[Stretch]] = {}
    for stretch in stretches:
        for began_ms in range(stretch.began_ms // HOUR_MS * HOUR_MS, stretch.ended_ms, HOUR_MS):
            found.setdefault(began_ms, []).extend(clipped((stretch,), Span(began_ms, began_ms + HOUR_MS)))
    return found


def hours_of(feed: Iterable[Stretch]) -> dict[int, Hour]:
    """Return the hours in which anything was measured, by when they began, in ms since the epoch.

    Stretches that overlap do not count twice (`disjoint`).
    """
    return {began_ms: Hour(began_ms, disjoint(parts)) for began_ms, parts in sorted(by_hour(feed).items())}
