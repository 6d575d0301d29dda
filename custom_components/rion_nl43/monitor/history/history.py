"""The history of one meter: each sample is kept as sound of quarters of an hour, and told by hours and periods."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

from ...acoustics.day_plans import EU, DayPart, DayPlan
from ...acoustics.energy import energy_of
from ...acoustics.hours import HOUR_MS, HourLevels
from ...acoustics.periods import DayLevels, PeriodLevel, calendar_day, day_levels, level_over
from ...acoustics.stretches import Span, Stretch, total_of
from ...nl43.ftp.fetch import RunBlocking
from ..feed.facts import Facts
from ..feed.sample import COVERED_LIMIT_S, Sample
from ..kept import kept_mapping
from ..signal import Signal
from ..windows import SET_BACK_S, sound_piece
from .archive import Archive
from .chosen import Cuts, hours_by_weighting, stretches_in, weighting_of
from .holes import holes_in, records_beyond, records_in
from .limits import LimitWatch
from .periods import Periods, day_bounds_ms, day_ended_last, ended_last, local_date, plan_day, running
from .row import QUARTER_MS, Row, Source, rows_of_records
from .store import Exclusion
from .young import HOLE_MS, YoungRow

# The sample that covers the end of a quarter of an hour may come so much later.
LATE_MS = round(1000 * COVERED_LIMIT_S) + 2000
# Less than a slot of the stream is no hole: the clocks of samples differ a little.
JITTER_MS = 50
_COVERED_LIMIT_MS = round(1000 * COVERED_LIMIT_S)
_SET_BACK_MS = round(1000 * SET_BACK_S)
# A weighting is one letter; what a meter tells instead takes no more room than this.
_LONGEST_WORD = 8


@dataclass(frozen=True, slots=True)
class _Past:
    """What does not change any more as time passes."""

    last: Mapping[DayPart, PeriodLevel]
    last_24h: PeriodLevel
    rated: DayLevels


class MeterHistory:
    """Keeps what was measured: for 400 days once a file is opened for it, without one for three days in memory.

    What counts is the feed, and the meter's records where they were added and cover more than the feed does; nothing of
    what is excluded; of several weightings of the main channel the one that covers most of an hour, period or span.
    Times are in ms since the epoch. `plan` says which periods a day has, and `min_coverage` (0 to 1) below which
    coverage a level is unknown.
    """

    def __init__(self, time_zone: tzinfo, restored: object, keep: Callable[[], None]) -> None:
        """Go on with the `memory` of an earlier run; `keep` is called when there is more to keep."""
        kept = kept_mapping(restored)
        self._time_zone = time_zone
        self._keep = keep
        weightings = kept_mapping(kept.get("weightings"))
        self._weightings = {
            kind: told for kind in ("frequency", "time") if isinstance(told := weightings.get(kind), str)
        }
        self._young = YoungRow(self._take_row)
        self._young.weighting = self.weighting
        self._ended_ms = 0
        self._archive = Archive()
        self._recent = self._archive.recent
        self._changes = Signal[Span]("hours")
        self._told_ms = 0
        self._past: tuple[object, _Past] | None = None
        self.plan: DayPlan = EU
        self.limits = LimitWatch(
            time_zone, kept.get("limits"), heard=self._heard, present=self._present, now_ms=self._now_ms
        )

    @property
    def memory(self) -> dict[str, Any]:
        """What to hand in as `restored` after a restart."""
        return {"weightings": dict(self._weightings), "limits": self.limits.memory}

    @property
    def min_coverage(self) -> float:
        """The coverage, 0 to 1, below which the level of a period is unknown."""
        return self.limits.min_coverage

    @min_coverage.setter
    def min_coverage(self, share: float) -> None:
        self.limits.min_coverage = share

    @property
    def weighting(self) -> str:
        """The main channel's weighting in frequency and time, `AF`; what is not known is missing."""
        return "".join(self._weightings.get(kind, "") for kind in ("frequency", "time"))

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """What counts nowhere, in order of time."""
        return self._archive.exclusions

    @property
    def recent(self) -> tuple[Stretch, ...]:
        """What counts of the last three days up to now, in order of time, without distributions."""
        hours = self._recent.hours(self._young.row)
        return tuple(part for by_weighting in hours for part in by_weighting[weighting_of(by_weighting)].stretches)

    def set_time_zone(self, time_zone: tzinfo) -> None:
        """Let days and periods be those of this zone."""
        self._time_zone = time_zone
        self.limits.set_time_zone(time_zone)

    def take_sample(self, sample: Sample) -> None:
        """Keep what a sample covers; one without the levels that windows need is a hole."""
        if (piece := sound_piece(sample)) is None:
            return
        began_ms, ended_ms = round(1000 * piece.began), round(1000 * piece.ended)
        # What overlaps counts once; that our clock was set back is sorted out when it is asked for what counts.
        if ended_ms >= self._ended_ms - _SET_BACK_MS and began_ms - self._ended_ms <= JITTER_MS:
            began_ms = self._ended_ms
        if began_ms >= ended_ms:
            return
        self._ended_ms = ended_ms
        energy = energy_of(piece.leq)
        self._young.add(began_ms, ended_ms, piece, energy)
        self.limits.take(self._young.weighting, began_ms, ended_ms, energy)

    def take_facts(self, facts: Facts) -> None:
        """Take what is known of the meter: another weighting of the main channel begins a new row."""
        before = dict(self._weightings)
        for kind, told in (("frequency", facts.frequency_weighting), ("time", facts.time_weighting)):
            if told is not None:
                self._weightings[kind] = told[:_LONGEST_WORD]
        if self._weightings != before:
            if any(self._weightings[kind] != told for kind, told in before.items()):
                self._young.end()
            self._young.weighting = self.weighting
            self._keep()

    def periods(self, now: datetime | None = None) -> Periods:
        """Return the levels of the periods of the local day that run, and of those that ended last."""
        now_ms = self._now_ms(now)
        part, span = running(now_ms, self.plan, self._time_zone)
        today = calendar_day(local_date(now_ms, self._time_zone), self._time_zone)
        past = self._past_at(now_ms)
        return Periods(
            current={part: self._level(Span(span.began_ms, now_ms))},
            today=self._level(Span(today.began_ms, now_ms)),
            last=past.last,
            last_24h=past.last_24h,
            rated=past.rated,
        )

    def present(self, now: datetime | None = None) -> float | None:
        """Return Leq in dB of the minute that runs and of the one before; None if nothing is heard now."""
        return self._present(self._now_ms(now))

    def on_hours(self, callback: Callable[[Span], None]) -> Callable[[], None]:
        """Be told of full hours that are complete now, or in which something has changed since."""
        return self._changes.connect(callback)

    async def open(self, path: Path, run: RunBlocking) -> None:
        """Keep the history in this file from now on, and know what it has; a damaged one is set aside."""
        await self._archive.open(path, run, _ms(None))

    async def close(self) -> None:
        """Write all there is; what comes later is in memory alone."""
        self._young.end()
        await self._archive.close()

    async def run(self) -> None:
        """Write each quarter of an hour soon after its end, and tell of each full hour, until cancelled."""
        self._told_ms = self._told_ms or _hour_ms(_ms(None))
        while True:
            past_ms = (_ms(None) - LATE_MS) % QUARTER_MS
            await asyncio.sleep((QUARTER_MS - past_ms) / 1000)
            await self._settle()

    async def hours(self, span: Span) -> dict[int, HourLevels]:
        """Return the levels of all full hours that a span touches and in which something counts, by when they began."""
        return await self._archive.ask(span, self._young.row, _levels)

    async def weightings(self, span: Span) -> dict[int, str]:
        """Return the weighting of the same hours, `AF`; empty if it is not known."""
        return await self._archive.ask(span, self._young.row, _weightings)

    async def stretches(self, span: Span) -> tuple[Stretch, ...]:
        """Return what counts in a span, in order of time."""
        return await self._stretches(span, span)

    async def day(self, day: date) -> DayLevels:
        """Return the levels of the periods that begin on a local day."""
        plan, zone = self.plan, self._time_zone
        found = await self._stretches(plan_day(day, plan, zone), day_bounds_ms(day, plan, zone))
        return day_levels(found, day, zone, plan, min_coverage=self.min_coverage)

    async def holes(self, span: Span, *, repaired: bool = False) -> tuple[Span, ...]:
        """Return where the feed told nothing for a minute or longer, and nothing is excluded.

        `repaired`: also what the meter's records have filled meanwhile.
        """
        return await self._holes(span, HOLE_MS, (Source.FEED,) if repaired else tuple(Source))

    async def add_records(
        self, records: Iterable[Stretch], *, only_holes_s: float | None = 60, weighting: str | None = None
    ) -> Span | None:
        """Add records that the meter stored, and return the span of what is new among them; None if nothing is.

        Only those that fill a hole of the feed of at least so many seconds, or all: then the meter's count wherever
        they cover more. `weighting` is that of the records, as the history tells it; that of now if not told.
        """
        found = list(records)
        if not found:
            return None
        span = Span(min(one.began_ms for one in found), max(one.ended_ms for one in found))
        if only_holes_s is not None:
            shortest_ms = 1000 * only_holes_s
            around = Span(span.began_ms - HOUR_MS, span.ended_ms + HOUR_MS)
            holes = await self._holes(around, shortest_ms, (Source.FEED,))
            found = await self._archive.work(records_in, found, holes, shortest_ms)
        name = self.weighting if weighting is None else weighting

        def answer(rows: list[Row], _: Cuts) -> tuple[Row, ...]:
            return rows_of_records(records_beyond(found, rows, name), name)

        fresh = await self._archive.ask(span, None, answer)
        if not fresh:
            return None
        self._archive.add(fresh)
        await self._archive.write(_ms(None))
        changed = Span(fresh[0].began_ms, max(row.ended_ms for row in fresh))
        self._changes.send(_full_hours(changed))
        return changed

    async def exclude(self, span: Span, why: str) -> None:
        """Let a span count nowhere, for good."""
        if self._archive.exclude(Exclusion(span, why)):
            self.limits.forget(span)
            await self._archive.write(_ms(None))
            self._changes.send(_full_hours(span))

    async def _settle(self) -> None:
        now_ms = _ms(None)
        self._young.end_if_over(now_ms)
        await self._archive.write(now_ms)
        hour_ms = _hour_ms(now_ms)
        told_ms, self._told_ms = self._told_ms, hour_ms
        if hour_ms > told_ms:
            self._changes.send(Span(told_ms, hour_ms))

    async def _stretches(self, span: Span, bounds_ms: Iterable[int]) -> tuple[Stretch, ...]:
        bounds = tuple(bounds_ms)

        def answer(rows: list[Row], excluded: Cuts) -> tuple[Stretch, ...]:
            return stretches_in(hours_by_weighting(rows, excluded, bounds_ms=bounds).values(), span)[1]

        return await self._archive.ask(span, self._young.row, answer)

    async def _holes(self, span: Span, shortest_ms: float, sources: tuple[Source, ...]) -> tuple[Span, ...]:
        def answer(rows: list[Row], excluded: Cuts) -> tuple[Span, ...]:
            covered = [Span(row.began_ms, row.ended_ms) for row in rows if row.source in sources]
            return holes_in([*covered, *excluded.spans], span, shortest_ms)

        return await self._archive.ask(span, self._young.row, answer)

    def _take_row(self, row: Row) -> None:
        self._archive.add((row,))
        self._keep()

    def _past_at(self, now_ms: int) -> _Past:
        """Return the levels of what is over; worked out anew only when that may have changed."""
        plan, zone = self.plan, self._time_zone
        spans = ended_last(now_ms, plan, zone)
        day = day_ended_last(now_ms, plan, zone)
        # The sample that covers the end of a period comes a little later than that.
        heard_ms = min(self._ended_ms, max(span.ended_ms for span in spans.values()))
        key = (spans, local_date(now_ms, zone), plan, zone, self.min_coverage, self._recent.changes, heard_ms)
        if self._past is None or self._past[0] != key:
            yesterday = calendar_day(local_date(calendar_day(key[1], zone).began_ms - 1, zone), zone)
            bounds = tuple(day_bounds_ms(day, plan, zone))
            found = self._recent.heard(plan_day(day, plan, zone), self._young.row, bounds)[1]
            past = _Past(
                last={part: self._level(spans[part]) for part in plan.parts},
                last_24h=self._level(yesterday),
                rated=day_levels(found, day, zone, plan, min_coverage=self.min_coverage),
            )
            self._past = (key, past)
        return self._past[1]

    def _level(self, span: Span) -> PeriodLevel:
        return level_over(self._heard(span)[1], span, min_coverage=self.min_coverage)

    def _heard(self, span: Span) -> tuple[str, tuple[Stretch, ...]]:
        return self._recent.heard(span, self._young.row)

    def _present(self, now_ms: int) -> float | None:
        latest = self._young.latest
        if not latest or not -_SET_BACK_MS <= now_ms - latest[-1].ended_ms <= _COVERED_LIMIT_MS:
            return None
        return total_of(latest).leq

    def _now_ms(self, now: datetime | None) -> int:
        """Return up to when there can be samples: as long as the next one may cover it, time since the last is none."""
        now_ms = _ms(now)
        return self._ended_ms if -_SET_BACK_MS <= now_ms - self._ended_ms <= _COVERED_LIMIT_MS else now_ms


def _levels(rows: list[Row], excluded: Cuts) -> dict[int, HourLevels]:
    hours = hours_by_weighting(rows, excluded)
    return {hour_ms: by_weighting[weighting_of(by_weighting)].levels for hour_ms, by_weighting in hours.items()}


def _weightings(rows: list[Row], excluded: Cuts) -> dict[int, str]:
    hours = hours_by_weighting(rows, excluded, distribution=False)
    return {hour_ms: weighting_of(by_weighting) for hour_ms, by_weighting in hours.items()}


def _ms(now: datetime | None) -> int:
    return round(1000 * (datetime.now(UTC) if now is None else now).timestamp())


def _hour_ms(at_ms: int) -> int:
    return at_ms // HOUR_MS * HOUR_MS


def _full_hours(span: Span) -> Span:
    return Span(_hour_ms(span.began_ms), -(-span.ended_ms // HOUR_MS) * HOUR_MS)
