"""Levels over spans of a report."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
import math

from ..acoustics.hours import HOUR_MS, exposure_pa2h
from ..acoustics.stretches import Span, Stretch, clipped, total_of
from .figures import HourRow, Levels
from .sources import ReportSources

# Shorter ones are told by the coverage alone: a meter that is asked once a second leaves out one now and then.
MIN_GAP_MS = 60_000


class StretchesOf:
    """Stretches in order of time, of which some are wanted quickly."""

    def __init__(self, stretches: tuple[Stretch, ...]) -> None:
        """Take disjoint stretches."""
        self._stretches = sorted(stretches, key=lambda stretch: stretch.began_ms)
        self._plain = [replace(stretch, classes=()) for stretch in self._stretches]
        self._begans_ms = [stretch.began_ms for stretch in self._stretches]

    def within(self, span: Span, *, distribution: bool = True) -> tuple[Stretch, ...]:
        """Return what of them lies in a span; without a distribution it is summed up in no time."""
        first = max(0, bisect_right(self._begans_ms, span.began_ms) - 1)
        stretches = self._stretches if distribution else self._plain
        return clipped(stretches[first : bisect_left(self._begans_ms, span.ended_ms)], span)


def levels_over(sources: ReportSources, stretches: tuple[Stretch, ...], span: Span) -> Levels:
    """Return the levels over a span, of what lies in it."""
    total = total_of(stretches)
    coverage = min(1.0, total.covered_ms / (span.ended_ms - span.began_ms))
    known = coverage >= sources.min_coverage
    return Levels(
        span=span,
        coverage=coverage,
        leq=total.leq if known else None,
        lmax=total.lmax if known else None,
        lmin=total.lmin if known else None,
        percentiles=total.percentiles if known else {},
        exposure_pa2h=exposure_pa2h(total.energy_ms),
        meter_share=_meter_share(sources, stretches, span),
    )


def hour_row(sources: ReportSources, known: StretchesOf, span: Span, excluded: Iterable[Span]) -> HourRow:
    """Return an hour of the local clock, or what has passed of it.

    Where it is an hour of UTC as well it tells what the statistics tell; elsewhere it is worked out of the stretches.
    """
    hour = sources.hours.get(span.began_ms) if span.ended_ms - span.began_ms == HOUR_MS else None
    if hour is None:
        levels = levels_over(sources, known.within(span), span)
    else:
        told = hour.coverage >= sources.min_coverage
        percentiles = {10: hour.l10, 90: hour.l90}
        levels = Levels(
            span=span,
            coverage=hour.coverage,
            leq=hour.leq if told else None,
            lmax=hour.lmax if told else None,
            lmin=hour.lmin if told else None,
            percentiles={number: level for number, level in percentiles.items() if told and level is not None},
            exposure_pa2h=hour.exposure_pa2h,
            meter_share=hour.meter_share,
        )
    weighting = sources.weightings.get(span.began_ms // HOUR_MS * HOUR_MS, "")
    same = weighting == f"{sources.frequency_weighting or ''}{sources.time_weighting or ''}"
    excluded_ms = sum(common_ms(each, span) for each in excluded)
    return HourRow(levels, excluded_ms, "" if same else weighting)


def gaps(stretches: Iterable[Stretch], span: Span, excluded: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans of at least a minute in which nothing is, of stretches in order of time and excluded spans."""
    taken = sorted([*((stretch.began_ms, stretch.ended_ms) for stretch in stretches), *excluded])
    found = []
    at_ms = span.began_ms
    for began_ms, ended_ms in (*taken, (span.ended_ms, span.ended_ms)):
        if began_ms - at_ms >= MIN_GAP_MS:
            found.append(Span(at_ms, began_ms))
        at_ms = max(at_ms, ended_ms)
    return tuple(found)


def common_ms(one: Span, other: Span) -> int:
    """Return how much time two spans have in common."""
    return max(0, min(one.ended_ms, other.ended_ms) - max(one.began_ms, other.began_ms))


def _meter_share(sources: ReportSources, stretches: tuple[Stretch, ...], span: Span) -> float:
    """Return how much of what is covered in a span comes from the meter.

    Hours of UTC tell it. Of a part of one that has anything of the meter it is what lies where the feed told nothing.
    """
    covered_ms = meter_ms = 0.0
    hours = range(span.began_ms // HOUR_MS * HOUR_MS, span.ended_ms, HOUR_MS)
    for hour in filter(None, map(sources.hours.get, hours)):
        part = Span(max(span.began_ms, 1000 * hour.began), min(span.ended_ms, 1000 * hour.began + HOUR_MS))
        if part.ended_ms - part.began_ms == HOUR_MS:
            of_hour_ms = hour.coverage * HOUR_MS
            covered_ms += of_hour_ms
            meter_ms += of_hour_ms * hour.meter_share
            continue
        heard = clipped(stretches, part)
        covered_ms += math.fsum(stretch.covered_ms for stretch in heard)
        if hour.repaired:
            filled = (stretch for hole in sources.feed_holes for stretch in clipped(heard, hole))
            meter_ms += math.fsum(stretch.covered_ms for stretch in filled)
    return min(1.0, meter_ms / covered_ms) if covered_ms else 0.0
