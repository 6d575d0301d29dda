"""Limits of LAeq over hours of each day: what of them is used up, how long and how often the level was above them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from ...acoustics.budget import Budget, budget
from ...acoustics.energy import energy_of
from ...acoustics.periods import MIN_COVERAGE
from ...acoustics.stretches import Span, Stretch
from ..kept import kept_flag, kept_mapping
from .periods import daily, local_date
from .row import MINUTE_MS

# A level that is just the limit is not above it; so much, 4e-9 dB, is rounding.
_SLACK = 1 + 1e-9
# A level can rise so often in the pieces that begin in a minute, and more.
_RISES = 1 << 16

type Heard = Callable[[Span], tuple[str, tuple[Stretch, ...]]]
"""What counts in a span, and the weighting of it."""


@dataclass(frozen=True, slots=True)
class LevelLimit:
    """A limit in dB for LAeq over the same hours of each day, in minutes after local midnight.

    It ends on the next day if that is no later than its begin; with both the same it is over 24 h.
    """

    id: str
    name: str
    limit_db: float
    begin_min: int
    until_min: int


@dataclass(frozen=True, slots=True)
class LimitStatus:
    """What has become of a limit.

    `period` is the one that runs, or, if none does (`running`), the next one, in which nothing is used up. `last` is
    the last full one, None if nothing was heard in it. The budget's time above the limit and exceedances are counted
    from the samples, from when the limit was set up; where nobody counted, they are those of the kept levels.
    """

    period: Span
    running: bool
    budget: Budget
    last: LimitStatus | None


class Count:
    """The time above a limit in one period, by minute and weighting, and how often the level rose above it."""

    def __init__(self, span: Span) -> None:
        """Begin with none."""
        self.span = span
        # How often it rose in a minute, and above that the ms: a number for each, as there are many.
        self.minutes: dict[str, dict[int, int]] = {}
        self.above = False
        self.ended_ms = span.began_ms

    def take(self, weighting: str, began_ms: int, ended_ms: int, *, above: bool) -> None:
        """Take a piece of sound of this period; time that was counted before our clock was set back counts no more."""
        began_ms = max(began_ms, self.ended_ms)
        if began_ms >= ended_ms:
            return
        if above:
            minutes = self.minutes.setdefault(weighting, {})
            minute = began_ms // MINUTE_MS
            # Where nothing is counted yet, as under another weighting, it rose, however loud it was before.
            rose = not self.above or not minutes
            minutes[minute] = minutes.get(minute, 0) + _RISES * (ended_ms - began_ms) + rose
        self.above = above
        self.ended_ms = ended_ms

    def forget(self, span: Span) -> None:
        """Take out the minutes that a span touches."""
        first, last = span.began_ms // MINUTE_MS, -(-span.ended_ms // MINUTE_MS)
        self.minutes = {
            weighting: {minute: counted for minute, counted in minutes.items() if not first <= minute < last}
            for weighting, minutes in self.minutes.items()
        }

    def total(self, weighting: str) -> tuple[float, int]:
        """Return the seconds above the limit and the exceedances under one weighting."""
        counted = self.minutes.get(weighting, {}).values()
        return sum(one // _RISES for one in counted) / 1000, sum(one % _RISES for one in counted)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        minutes = {
            name: [[at, *divmod(one, _RISES)] for at, one in found.items()] for name, found in self.minutes.items()
        }
        return {"span": list(self.span), "ended": self.ended_ms, "above": self.above, "minutes": minutes}

    @classmethod
    def from_json(cls, kept: object) -> Count | None:
        """Return what was kept; None for nonsense."""
        told = kept_mapping(kept)
        try:
            began_ms, ended_ms = told["span"]
            count = cls(Span(int(began_ms), int(ended_ms)))
            count.ended_ms = int(told["ended"])
            for name, minutes in kept_mapping(told["minutes"]).items():
                count.minutes[name] = {int(at): _RISES * int(above_ms) + int(rose) for at, above_ms, rose in minutes}
        except KeyError, TypeError, ValueError, OverflowError:
            return None
        count.above = kept_flag(told.get("above"))
        return count


class _Watched:
    """One limit with the counts of its present period and of the one before."""

    def __init__(self, limit: LevelLimit, kept: Mapping[str, Any]) -> None:
        self.limit = limit
        self.energy = energy_of(limit.limit_db) * _SLACK
        same = all(kept.get(key) == value for key, value in self.definition.items())
        counts = kept.get("counts") if same else None
        found = [Count.from_json(each) for each in counts] if isinstance(counts, list) else []
        self.counts = {count.span: count for count in found if count}
        self.count: Count | None = None
        # When to look which period it is: before the one of these, and from the other one on.
        self.since_ms = self.next_ms = 0
        self.told: tuple[tuple[Stretch, ...], LimitStatus] | None = None

    @property
    def definition(self) -> dict[str, float]:
        """What a count is of."""
        limit = self.limit
        return {"limit_db": limit.limit_db, "begin_min": limit.begin_min, "until_min": limit.until_min}

    @property
    def memory(self) -> dict[str, Any]:
        return {**self.definition, "counts": [count.to_json() for count in self.counts.values()]}

    def turn(self, at_ms: int, spans: Iterable[Span]) -> None:
        """Count in the period that runs at a time, or in none until the next one begins; the last one is kept."""
        span = next(span for span in spans if span.ended_ms > at_ms)
        if span.began_ms > at_ms:
            self.count, self.since_ms, self.next_ms = None, at_ms, span.began_ms
            return
        self.since_ms, self.next_ms = span
        self.count = self.counts.get(span) or Count(span)
        # What lies after this is from when our clock was ahead, and will be heard anew.
        before = [count for count in self.counts.values() if count.span.ended_ms <= span.began_ms]
        kept = sorted(before, key=lambda count: count.span)[-1:]
        self.counts = {count.span: count for count in (*kept, self.count)}


class LimitWatch:
    """Watches limits.

    `heard` tells what counts in a span, `present` the level at a time in ms, if there is one, and `now_ms` up to when
    there can be samples.
    """

    def __init__(
        self,
        time_zone: tzinfo,
        restored: object,
        *,
        heard: Heard,
        present: Callable[[int], float | None],
        now_ms: Callable[[datetime | None], int],
    ) -> None:
        """Watch none yet; what an earlier run has counted goes on when its limit is configured."""
        self._time_zone = time_zone
        self._heard = heard
        self._present = present
        self._now_ms = now_ms
        self._kept = dict(kept_mapping(restored))
        self._watched: dict[str, _Watched] = {}
        self._each: tuple[_Watched, ...] = ()
        self.min_coverage = MIN_COVERAGE

    @property
    def limits(self) -> tuple[LevelLimit, ...]:
        """The limits there are."""
        return tuple(watched.limit for watched in self._each)

    @property
    def memory(self) -> dict[str, Any]:
        """What to hand in as `restored` after a restart."""
        return self._kept | {name: watched.memory for name, watched in self._watched.items()}

    def set_time_zone(self, time_zone: tzinfo) -> None:
        """Let days begin at midnight of this zone."""
        self._time_zone = time_zone
        for watched in self._each:
            watched.since_ms = watched.next_ms = 0

    def configure(self, limits: Iterable[LevelLimit]) -> None:
        """Watch these: those that stay the same go on, others begin to count now."""
        before, self._watched = self._watched, {}
        for limit in limits:
            watched = before.get(limit.id)
            if watched is None or replace(watched.limit, name=limit.name) != limit:
                watched = _Watched(limit, kept_mapping(self._kept.get(limit.id)))
            watched.limit = limit
            self._watched[limit.id] = watched
        self._each = tuple(self._watched.values())
        # What belongs to no limit any more is of no use to anybody.
        self._kept = {}

    def take(self, weighting: str, began_ms: int, ended_ms: int, energy: float) -> None:
        """Take a piece of sound."""
        for watched in self._each:
            at_ms = began_ms
            while at_ms < ended_ms:
                if not watched.since_ms <= at_ms < watched.next_ms:
                    watched.turn(at_ms, self._spans(watched.limit, at_ms))
                until_ms = min(ended_ms, watched.next_ms)
                if watched.count is not None:
                    watched.count.take(weighting, at_ms, until_ms, above=energy > watched.energy)
                at_ms = until_ms

    def forget(self, span: Span) -> None:
        """Let a span count nowhere."""
        for watched in self._each:
            watched.told = None
            for count in watched.counts.values():
                count.forget(span)

    def status(self, limit_id: str, now: datetime | None = None) -> LimitStatus:
        """Return what has become of a limit; KeyError without it."""
        watched = self._watched[limit_id]
        now_ms = self._now_ms(now)
        spans = self._spans(watched.limit, now_ms)
        period = next(span for span in spans if span.ended_ms > now_ms)
        last = [span for span in spans if span.ended_ms <= now_ms]
        return LimitStatus(
            period=period,
            running=period.began_ms <= now_ms,
            budget=self._budget(watched, period, now_ms, *self._heard(Span(period.began_ms, now_ms))),
            last=self._last(watched, last[-1]) if last else None,
        )

    def _last(self, watched: _Watched, period: Span) -> LimitStatus | None:
        weighting, stretches = self._heard(period)
        if watched.told is None or watched.told[0] is not stretches or watched.told[1].period != period:
            budget = self._budget(watched, period, period.ended_ms, weighting, stretches)
            watched.told = (stretches, LimitStatus(period, running=False, budget=budget, last=None))
        return watched.told[1] if stretches else None

    def _budget(
        self, watched: _Watched, period: Span, now_ms: int, weighting: str, stretches: tuple[Stretch, ...]
    ) -> Budget:
        found = budget(
            stretches,
            period,
            watched.limit.limit_db,
            now_ms,
            present=self._present(now_ms),
            min_coverage=self.min_coverage,
        )
        if (count := watched.counts.get(period)) is None:
            return found
        above_s, exceedances = count.total(weighting)
        return replace(found, above_s=above_s, exceedances=exceedances)

    def _spans(self, limit: LevelLimit, at_ms: int) -> list[Span]:
        """Return the periods around a time, in order; one that the clock skips is none."""
        today = local_date(at_ms, self._time_zone)
        days = (today + timedelta(days=offset) for offset in range(-3, 4))
        spans = (daily(day, limit.begin_min, limit.until_min, self._time_zone) for day in days)
        return [span for span in spans if span.began_ms < span.ended_ms]
