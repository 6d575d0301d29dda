"""Repairs holes of the history with what the meter has stored meanwhile: by itself after an outage, or on request."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
import math
from typing import Any, Protocol

from ...acoustics.hours import HOUR_MS, HourLevels
from ...acoustics.stretches import Span, Stretch, clipped
from ...nl43 import Identity, NL43Error
from ...nl43.ftp.fetch import RunBlocking
from ..card.activity import ActivityKind
from ..card.meter_card import MeterCard
from ..feed.facts import Facts
from ..kept import kept_mapping
from ..measurement.clock import local_time
from ..measurement.measurement import Measurement, MeasurementState
from ..signal import Signal
from ..state import MeterState
from .card_import import CRUMB_MS, CardImport, Expected, Found, GiveWay, Left, merged, without
from .meter_clock import MeterClock
from .open_holes import LOOK_BACK_MS, OpenHole, OpenHoles

_LOGGER = logging.getLogger(__name__)

# Somebody may be downloading a large folder.
PATIENCE_S = 600.0
# The first sample after a hole ends it; until more have come it is not known to be over.
OVER_AFTER_MS = 30_000
LOOK_AGAIN_MS = 60_000
# A hole may have come in which the meter was available all the same.
LOOK_EVERY_MS = 3_600_000
# A link that comes and goes does not cost a session each time.
REST_MS = 300_000
# The intervals of the meter's presets for which a record is worth waiting; unless told, records are not longer.
LEQ_INTERVALS_MS = {
    "10s": 10_000,
    "1m": 60_000,
    "5m": 300_000,
    "10m": 600_000,
    "15m": 900_000,
    "30m": 1_800_000,
    "1h": 3_600_000,
}
USUAL_INTERVAL_MS = 900_000

_WEIGHTINGS = ("frequency_weighting", "time_weighting")


class History(Protocol):
    """What is needed of the history of the meter."""

    async def holes(self, span: Span) -> Sequence[Span]:
        """Return the spans of at least a minute without feed."""

    async def hours(self, span: Span) -> Mapping[int, HourLevels]:
        """Return the hours, by when they began."""

    async def stretches(self, span: Span) -> tuple[Stretch, ...]:
        """Return what counts."""

    async def add_records(self, records: Sequence[Stretch], *, only_holes_s: float | None = 60) -> Span | None:
        """Take records of the meter; what changed."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of a span came to. Coverages are shares of the span, 0 to 1."""

    span: Span
    found: Found
    hours_changed: int
    coverage_before: float
    coverage_after: float

    @property
    def left(self) -> Sequence[Left]:
        """What was not used, and why."""
        return self.found.left


class Backfill:
    """Knows which holes are still to be repaired, and repairs them while `run` runs, if `automatic`.

    A hole is tried when the record that was under way at its end is finished, and a few times more if the meter still
    writes to the file. Every import takes a session of the card, in a quiet moment, and lets others in between two
    files. `run_blocking` runs what would hold up the event loop.
    """

    def __init__(
        self,
        state: MeterState,
        card: MeterCard,
        history: History,
        identity: Identity,
        *,
        restored: object = None,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the parts; `restored` is `memory` of an earlier run, and `keep` is called when `memory` has changed."""
        kept = kept_mapping(restored)
        self.run_blocking: RunBlocking = asyncio.to_thread
        self.clock = MeterClock(kept.get("clock"), keep)
        self._holes = OpenHoles(kept)
        since_ms = kept.get("since_ms")
        self._since_ms = since_ms if type(since_ms) is int and 0 < since_ms <= _now_ms() else _now_ms()
        self._weightings = {kind: told for kind in _WEIGHTINGS if isinstance(told := kept.get(kind), str)}
        self._automatic = False
        self._state = state
        self._card = card
        self._history = history
        self._identity = identity
        self._keep = keep
        self._offset_s: float | None = None
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._look_ms = self._rest_until_ms = 0
        self._imports = Signal[Imported]("import")
        state.facts_changes.connect(self._take_facts)
        state.measurements.connect(self._take_measurement)
        state.availability_changes.connect(lambda *_: self._look_for_holes())

    @property
    def automatic(self) -> bool:
        """Whether holes are repaired without being asked."""
        return self._automatic

    @automatic.setter
    def automatic(self, automatic: bool) -> None:
        self._automatic = automatic
        self._look_for_holes()

    @property
    def memory(self) -> dict[str, Any]:
        """What to hand in as `restored` after a restart."""
        return {
            **self._holes.memory,
            "clock": self.clock.memory,
            "since_ms": self._since_ms,
            **self._weightings,
        }

    def on_import(self, callback: Callable[[Imported], None]) -> Callable[[], None]:
        """Be told what each import came to."""
        return self._imports.connect(callback)

    async def import_span(self, span: Span, *, everything: bool = False) -> Imported:
        """Fetch the records of a span that fill holes of the feed, or all of them; raises as `MeterCard.session`.

        What came before an error stays. Records count where they cover more than the feed does.
        """
        async with self._turn:
            wanted = [span] if everything else list(await self._history.holes(span))
            return await self._import(span, wanted, None if everything else CRUMB_MS / 1000)

    async def run(self) -> None:
        """Repair holes until cancelled."""
        while True:
            self._news.clear()
            wait_s: float | None = None
            if self._automatic and self._card.client is not None and self._state.availability.available:
                wait_s = await self._go_on()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()

    async def _go_on(self) -> float:
        """Look for holes and repair those that are due; return after how many seconds to do so again."""
        if _now_ms() >= self._look_ms:
            self._look_ms = _now_ms() + (LOOK_EVERY_MS if await self._find_holes() else LOOK_AGAIN_MS)
        if _now_ms() >= self._rest_until_ms and (due := self._holes.due(_now_ms())):
            await self._repair(due)
            self._rest_until_ms = _now_ms() + REST_MS
        next_ms = self._look_ms
        if (due_ms := self._holes.next_due_ms) is not None:
            next_ms = min(next_ms, max(due_ms, self._rest_until_ms))
        return max((next_ms - _now_ms()) / 1000, 1.0)

    async def _find_holes(self) -> bool:
        """Look for holes; return whether all that there are are over."""
        now_ms = _now_ms()
        span = Span(max(self._since_ms, now_ms - LOOK_BACK_MS), now_ms)
        if span.ended_ms - span.began_ms < CRUMB_MS:
            return False
        holes = await self._history.holes(span)
        over = [hole for hole in holes if hole.ended_ms <= now_ms - OVER_AFTER_MS]
        if self._holes.take(over, now_ms, self._interval_ms):
            self._keep()
        return len(over) == len(holes)

    async def _repair(self, due: Sequence[OpenHole]) -> None:
        span = Span(min(hole.span.began_ms for hole in due), max(hole.span.ended_ms for hole in due))
        missing: Sequence[Span] = [hole.span for hole in due]
        writing = True
        try:
            async with self._turn:
                imported = await self._import(span, missing, CRUMB_MS / 1000)
        except NL43Error as error:
            _LOGGER.debug("Holes of the history could not be repaired yet: %r", error)
        else:
            missing = imported.found.missing
            writing = any(left.reason.may_pass for left in imported.left) or self._measuring
        for hole in due:
            repaired = without([hole.span], merged(missing)) == [hole.span]
            self._holes.tried(hole, _now_ms(), again=writing and not repaired)
        self._keep()

    async def _import(self, span: Span, wanted: Sequence[Span], only_holes_s: float | None) -> Imported:
        hours, coverage = await self._history.hours(span), await self._coverage(span)

        spans: list[Span] = []

        async def take(records: Sequence[Stretch]) -> None:
            if changed := await self._history.add_records(records, only_holes_s=only_holes_s):
                spans.append(changed)

        found = await self._fetch(wanted, take) if wanted else Found()
        after = await self._history.hours(span)
        # The hour that runs changes by itself.
        touched = {began for began in hours.keys() | after.keys() for each in spans if _meets(began, each)}
        changed = sum(hours.get(began) != after.get(began) for began in touched)
        imported = Imported(span, found, changed, coverage, await self._coverage(span))
        self._imports.send(imported)
        return imported

    async def _fetch(self, wanted: Sequence[Span], take: Callable[[Sequence[Stretch]], Any]) -> Found:
        card_import = CardImport(
            wanted=wanted,
            expected=self._expected,
            clock=self.clock,
            unread_ahead_s=self._zone_s(),
            take=take,
            run=self.run_blocking,
            gives_way=lambda: self._card.wanted,
        )
        while True:
            async with self._card.session(ActivityKind.IMPORTING, patience_s=PATIENCE_S) as session:
                try:
                    return await card_import.fetch(session, self._card.now())
                except GiveWay:
                    _LOGGER.debug("The import lets somebody else use the card")

    async def _coverage(self, span: Span) -> float:
        stretches = clipped(await self._history.stretches(span), span)
        return min(math.fsum(stretch.covered_ms for stretch in stretches) / (span.ended_ms - span.began_ms), 1.0)

    @property
    def _expected(self) -> Expected:
        told = enumerate(self._state.facts.percentiles, 1)
        percentages = {slot: float(percentage) for slot, percentage in told if percentage is not None}
        frequency, time = map(self._weightings.get, _WEIGHTINGS)
        return Expected(self._identity.serial, self._identity.model, frequency, time, percentages)

    @property
    def _interval_ms(self) -> int:
        """How long the record takes that is under way at the end of a hole."""
        facts = self._state.facts
        interval_ms = LEQ_INTERVALS_MS.get(facts.leq_calculation_interval or "")
        if interval_ms is None and facts.lp_store_interval not in (None, "Off"):
            return 0
        return interval_ms or USUAL_INTERVAL_MS

    @property
    def _measuring(self) -> bool:
        return self._state.measurement.state is MeasurementState.MEASURING

    def _take_facts(self, facts: Facts) -> None:
        for kind, told in zip(_WEIGHTINGS, (facts.frequency_weighting, facts.time_weighting), strict=True):
            if told is not None and told != self._weightings.get(kind):
                self._weightings[kind] = told
                self._keep()
        if facts.clock_offset_s is not None and facts.clock_offset_s != self._offset_s:
            self._offset_s = facts.clock_offset_s
            self.clock.take(_now_ms(), facts.clock_offset_s + self._zone_s())

    def _take_measurement(self, measurement: Measurement) -> None:
        if measurement.state is MeasurementState.STOPPED:
            self._holes.hurry(_now_ms())
            self._news.set()

    def _look_for_holes(self) -> None:
        self._look_ms = 0
        self._news.set()

    def _zone_s(self) -> float:
        """Return how far the time zone's local time is ahead of UTC now."""
        now = datetime.now(UTC)
        return (local_time(now, self._state.time_zone) - now.replace(tzinfo=None)).total_seconds()


def _meets(hour_ms: int, span: Span) -> bool:
    return hour_ms < span.ended_ms and span.began_ms < hour_ms + HOUR_MS


def _now_ms() -> int:
    return round(1000 * datetime.now(UTC).timestamp())
