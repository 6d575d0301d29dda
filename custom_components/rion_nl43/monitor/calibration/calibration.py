"""The calibrations of one meter: the one that goes on, those that are logged, those that were only heard."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ...acoustics.stretches import Span
from ..feed.sample import Sample
from ..kept import kept_mapping, kept_time
from ..signal import Signal
from .entry import (
    LONGEST_NOTE,
    CalibrationEntry,
    CalibrationReadings,
    CalibrationRefusal,
    CalibrationRefused,
    kept_entry,
)
from .heard import heard_to_json, kept_heard, kept_span
from .tone import HeardTone, ToneDetector

# Nobody forgets a calibration for longer.
LASTS_AT_MOST: Final = timedelta(minutes=30)
# One that is told of afterwards.
LONGEST: Final = timedelta(hours=24)
# What was read may be noted so long after a calibration that was logged without it.
COMPLETED_WITHIN: Final = timedelta(hours=1)
LOG_LIMIT: Final = 200
HEARD_LIMIT: Final = 10
# Somebody may put our clock right meanwhile.
LOOK_EVERY_S: Final = 30.0
# The word for it where time is excluded.
WHY: Final = "calibration"

type Exclude = Callable[[Span, str], Awaitable[object]]


class MeterCalibration:
    """Says which samples are no sound of the place, because a calibrator was on the microphone.

    Times are aware UTC. `exclude` is where the time of a calibration is taken out of what is kept already; what could
    not be taken out yet is kept over a restart. `interval` is after how long a calibration is due, None for never.
    Callbacks run in the event loop, and each `on_...` returns what ends the subscription.
    """

    def __init__(self, restored: object = None, keep: Callable[[], None] = lambda: None) -> None:
        """Go on with `memory` of an earlier run, in which anything may stand; `keep` is called when it has changed."""
        kept = kept_mapping(restored)
        self.exclude: Exclude | None = None
        self._keep = keep
        self._changes = Signal[()]("calibration")
        self._marks = Signal[Span]("time of a calibration")
        self._changed = asyncio.Event()
        self._tones = ToneDetector()
        self._began = kept_time(kept.get("began"))
        self._began_by = _text(kept.get("began_by"))
        self._log = [entry for piece in _list(kept.get("log"), LOG_LIMIT) if (entry := kept_entry(piece))]
        self._heard = [tone for piece in _list(kept.get("heard"), HEARD_LIMIT) if (tone := kept_heard(piece))]
        self._unmarked = [span for piece in _list(kept.get("unmarked"), LOG_LIMIT) if (span := kept_span(piece))]
        self._interval: timedelta | None = None
        self._snoozed_until = kept_time(kept.get("snoozed_until"))
        self._told_due = False
        self._marked: CalibrationEntry | None = None
        self._order()

    @property
    def active(self) -> bool:
        """Whether a calibration goes on."""
        return self._began is not None

    @property
    def began(self) -> datetime | None:
        """When the one that goes on began."""
        return self._began

    @property
    def ends_at(self) -> datetime | None:
        """When the one that goes on ends by itself."""
        return None if self._began is None else self._began + LASTS_AT_MOST

    @property
    def log(self) -> tuple[CalibrationEntry, ...]:
        """The last 200, the oldest first."""
        return tuple(self._log)

    @property
    def last(self) -> CalibrationEntry | None:
        """The latest."""
        return self._log[-1] if self._log else None

    @property
    def heard(self) -> tuple[HeardTone, ...]:
        """The calibrators that were heard, and of which nobody has said yet what they were; the oldest first."""
        return tuple(self._heard)

    @property
    def interval(self) -> timedelta | None:
        """After how long a calibration is due."""
        return self._interval

    @interval.setter
    def interval(self, interval: timedelta | None) -> None:
        if interval != self._interval:
            self._interval = interval
            self._tell()

    @property
    def due_at(self) -> datetime | None:
        """When the next is due; None where that is not wanted, or where none is known."""
        if self._interval is None or (last := self.last) is None:
            return None
        return last.ended + self._interval

    @property
    def due(self) -> bool:
        """Whether it is time for one, and nobody has put it off."""
        now = _now()
        if self._interval is None or (self._snoozed_until is not None and now < self._snoozed_until):
            return False
        return self.due_at is None or now >= self.due_at

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart, in plain JSON."""
        return {
            "began": self._began and self._began.isoformat(),
            "began_by": self._began_by,
            "log": [entry.to_json() for entry in self._log],
            "heard": [heard_to_json(tone) for tone in self._heard],
            "unmarked": [list(span) for span in self._unmarked],
            "snoozed_until": self._snoozed_until and self._snoozed_until.isoformat(),
        }

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told when anything of this has changed, and when one has become due."""
        return self._changes.connect(callback)

    def on_marked(self, callback: Callable[[Span], None]) -> Callable[[], None]:
        """Be told of time that has been taken for sound of the place until now, and was none."""
        return self._marks.connect(callback)

    def gate(self, sample: Sample) -> bool:
        """Return whether a sample is sound of the place: no part of it is within a calibration."""
        ended, marked = sample.at, self._marked
        if self._began is not None and ended > self._began:
            return False
        if marked is None or ended <= marked.began:
            return True
        return ended - timedelta(seconds=sample.duration_s) >= marked.ended

    def gated(self, take: Callable[[Sample], None]) -> Callable[[Sample], None]:
        """Return what takes only the samples that are sound of the place."""

        def take_sound(sample: Sample) -> None:
            if self.gate(sample):
                take(sample)

        return take_sound

    def spoils(self, since: datetime | None) -> bool:
        """Return whether a measurement that has run since then has a calibration in it."""
        return since is not None and (self.active or (self._marked is not None and self._marked.ended > since))

    def take_sample(self, sample: Sample) -> None:
        """Listen for a calibrator; whoever has said that he calibrates need not be asked whether he did."""
        heard = None
        if self.active or (lp := sample.levels.main.lp) is None:
            heard = self._tones.lose()
        elif sample.duration_s > 0:
            ended = sample.at.timestamp()
            heard = self._tones.take(round(1000 * (ended - sample.duration_s)), round(1000 * ended), lp)
        if heard and not any(_overlap(heard.span, entry.span) for entry in self._log):
            self._heard = [*self._heard, heard][-HEARD_LIMIT:]
            self._tell_and_keep()

    def begin(self, by: str | None = None) -> None:
        """Begin one, unless one goes on."""
        if self._began is None:
            self._began, self._began_by = _now(), by
            self._tell_and_keep()

    def end(self, readings: CalibrationReadings | None = None, by: str | None = None) -> CalibrationEntry | None:
        """End the one that goes on, and log it; None if there is none."""
        return self._end(_now(), readings or CalibrationReadings(), by)

    def record(
        self,
        readings: CalibrationReadings,
        began: datetime | None = None,
        ended: datetime | None = None,
        *,
        by: str | None = None,
    ) -> CalibrationEntry:
        """Log a calibration, and mark its time.

        Without a time it is the one that goes on, which ends by that; else the one that ended within the last hour
        without anything having been read; else the calibrators that were heard and of which nobody has said what they
        were; else it is noted as of now, and nothing is marked. A time without an end has lasted until now; one that
        ends as it begins is noted alone. Raises CalibrationRefused.
        """
        now = _now()
        if began is None:
            if ended is not None:
                raise CalibrationRefused(CalibrationRefusal.BEGAN_MISSING)
            return self._end(now, readings, by) or self._complete(now, readings, by) or self._note(now, readings, by)
        began, ended = began.astimezone(UTC), (ended or now).astimezone(UTC)
        if ended > now:
            raise CalibrationRefused(CalibrationRefusal.IN_FUTURE)
        if ended < began:
            raise CalibrationRefused(CalibrationRefusal.ENDS_TOO_EARLY)
        if ended - began > LONGEST:
            raise CalibrationRefused(CalibrationRefusal.TOO_LONG)
        return self._add(CalibrationEntry(began, ended, readings, by), heard_before=True)

    def record_heard(self, by: str | None = None, note: str = "") -> tuple[CalibrationEntry, ...]:
        """Log every calibrator that was heard for exactly as long as it was heard."""
        entries = tuple(
            CalibrationEntry(_at(tone.span.began_ms), _at(tone.span.ended_ms), _readings_of(tone, note), by)
            for tone in self._heard
        )
        for entry in entries:
            self._add(entry, heard_before=True)
        return entries

    def dismiss_heard(self) -> None:
        """What was heard was no calibration."""
        if self._heard:
            self._heard = []
            self._tell_and_keep()

    def snooze(self, until: datetime) -> None:
        """Say nothing of a calibration that is due until then."""
        self._snoozed_until = until.astimezone(UTC)
        self._tell_and_keep()

    async def run(self) -> None:
        """End what nobody ends, take marked time out of what is kept, and tell when one is due, until cancelled."""
        while True:
            self._changed.clear()
            self._look(_now())
            await self._exclude()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_in_s(_now())):
                    await self._changed.wait()

    def _look(self, now: datetime) -> None:
        if self._began is not None:
            # Our clock was put back: nothing began in the future.
            self._began = min(self._began, now)
        if (ends_at := self.ends_at) is not None and now >= ends_at:
            self._end(ends_at, CalibrationReadings(), self._began_by, by_itself=True)
        elif self.due is not self._told_due:
            self._tell()

    def _look_in_s(self, now: datetime) -> float:
        if (ends_at := self.ends_at) is None:
            return LOOK_EVERY_S
        return min(max((ends_at - now).total_seconds(), 0.0), LOOK_EVERY_S)

    async def _exclude(self) -> None:
        while self._unmarked and self.exclude is not None:
            await self.exclude(self._unmarked[0], WHY)
            del self._unmarked[0]
            self._keep()

    def _end(
        self, at: datetime, readings: CalibrationReadings, by: str | None, *, by_itself: bool = False
    ) -> CalibrationEntry | None:
        if (began := self._began) is None:
            return None
        by = by or self._began_by
        self._began = self._began_by = None
        return self._add(CalibrationEntry(began, max(began, at), readings, by, by_itself), heard_before=False)

    def _complete(self, now: datetime, readings: CalibrationReadings, by: str | None) -> CalibrationEntry | None:
        """Note what was read in a calibration of which nobody has noted that yet."""
        last = self.last
        if last is None or now - last.ended > COMPLETED_WITHIN:
            return None
        if (last.before_db, last.after_db, last.note) != (None, None, "") or not last.marks:
            return None
        entry = replace(last, readings=_short(readings), by=by or last.by)
        self._log[-1] = entry
        self._tell_and_keep()
        return entry

    def _note(self, now: datetime, readings: CalibrationReadings, by: str | None) -> CalibrationEntry:
        if not self._heard:
            return self._add(CalibrationEntry(now, now, readings, by), heard_before=False)
        # One calibration, however often the calibrator was put on; what lies between is handling.
        began, ended = self._heard[0].span.began_ms, self._heard[-1].span.ended_ms
        if ended - began > LASTS_AT_MOST.total_seconds() * 1000:
            began = self._heard[-1].span.began_ms
        return self._add(CalibrationEntry(_at(began), _at(ended), readings, by), heard_before=True)

    def _add(self, entry: CalibrationEntry, *, heard_before: bool) -> CalibrationEntry:
        """Log it; `heard_before`: its sound has been taken for that of the place until now."""
        entry = replace(entry, readings=_short(entry.readings))
        span = entry.span
        fresh = _without(span, [other.span for other in self._log]) if heard_before else ()
        self._log.append(entry)
        self._order()
        self._heard = [tone for tone in self._heard if not _overlap(tone.span, span)]
        if entry.marks:
            self._unmarked.append(span)
        for piece in fresh:
            self._marks.send(piece)
        self._tell_and_keep()
        return entry

    def _order(self) -> None:
        self._log = sorted(self._log, key=lambda entry: (entry.ended, entry.began))[-LOG_LIMIT:]
        self._marked = next((entry for entry in reversed(self._log) if entry.marks), None)

    def _tell_and_keep(self) -> None:
        self._keep()
        self._tell()

    def _tell(self) -> None:
        self._told_due = self.due
        self._changed.set()
        self._changes.send()


def _now() -> datetime:
    return datetime.now(UTC)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _short(readings: CalibrationReadings) -> CalibrationReadings:
    return replace(readings, note=readings.note[:LONGEST_NOTE])


def _readings_of(tone: HeardTone, note: str) -> CalibrationReadings:
    return CalibrationReadings(tone.nominal_db, tone.level_db, note=note)


def _overlap(one: Span, other: Span) -> bool:
    return one.began_ms < other.ended_ms and other.began_ms < one.ended_ms


def _without(span: Span, others: Iterable[Span]) -> tuple[Span, ...]:
    """Return the parts of a span that none of the others has."""
    parts = [span]
    for other in others:
        parts = [
            Span(began, ended)
            for part in parts
            for began, ended in (
                (part.began_ms, min(part.ended_ms, max(part.began_ms, other.began_ms))),
                (max(part.began_ms, min(part.ended_ms, other.ended_ms)), part.ended_ms),
            )
            if began < ended
        ]
    return tuple(parts)


def _list(kept: object, limit: int) -> list[object]:
    return kept[-limit:] if isinstance(kept, list) else []


def _text(kept: object) -> str | None:
    return kept if isinstance(kept, str) else None
