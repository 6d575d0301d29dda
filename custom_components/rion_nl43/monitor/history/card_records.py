"""Stored records as stretches of sound: bytes of a `.rnd` file in, stretches out, in memory that no file makes grow.

A record of Leq is one stretch as it is: its energy, Lmax and Lmin are exact, its distribution is made of the LN that
the meter told. Rows of Lp are summed to minutes: their energy is as good as their store interval is short.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import math

from ...acoustics.energy import energy_of
from ...acoustics.percentiles import class_of
from ...acoustics.stretches import Span, Stretch, classes_of_percentiles, joined
from ...nl43.records import Quantity, Record, RecordKind, RecordReader, UnreadableFile
from .meter_clock import MeterClock

MINUTE_MS = 60_000
# So many units has a distribution: 1000 for each percent, so that a level told of whole percents stays exact.
CLASS_UNITS = 100_000
# Rows tell whole seconds or ms; more than that between two is a pause, or the clock was set.
STEADY_S = 1.5
# By so much the times of records may miss a step of the clock, whose readings are good to half a second each.
STEP_S = 3.0
# Nothing that a meter writes lasts longer; what says so is no record.
LONGEST_S = 31 * 86400.0

_LN = (Quantity.LN1, Quantity.LN2, Quantity.LN3, Quantity.LN4, Quantity.LN5)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is known besides a file's bytes: the meter's clock, and the percentages of the slots LN1 to LN5.

    `unread_ahead_s` is what stands for the clock as long as it was never read. `wanted` are the spans of which records
    are kept.
    """

    clock: MeterClock
    percentages: Mapping[int, float]
    unread_ahead_s: float
    wanted: tuple[Span, ...]


@dataclass(slots=True)
class FileNews:
    """What reading a file has told so far; times in ms since the epoch.

    `first_ms` and `ended_ms` are of all its records, `used` counts those that were kept, `untimed` those of which it is
    not known when they were, because the clock was set meanwhile. `overloaded` counts those with the over flag.
    """

    first_ms: int | None = None
    ended_ms: int | None = None
    records: int = 0
    used: int = 0
    untimed: int = 0
    overloaded: int = 0
    torn_line: int | None = None
    unreadable: UnreadableFile | None = None


class FileSound:
    """Reads one file of records. Its methods take a moment for each chunk: to be run beside the event loop."""

    def __init__(self, kind: RecordKind, meaning: Meaning) -> None:
        """Begin a file of this kind, as its name says it."""
        self.news = FileNews()
        self._reader = RecordReader(kind)
        self._meaning = meaning
        self._run: _Run | None = None
        self._ready: list[Stretch] = []

    def feed(self, chunk: bytes) -> None:
        """Take bytes; what follows a place that cannot be read is not looked at."""
        if self.news.unreadable is None:
            self._take(self._reader.feed(chunk))

    def finish(self) -> None:
        """End the file."""
        if self.news.unreadable is None:
            self._take(self._reader.finish())
            if self._reader.torn is not None:
                self.news.torn_line = self._reader.torn.line
        self._end_run()

    def ready(self) -> list[Stretch]:
        """Return the stretches that are ready, once; of a run of records that goes on, too."""
        if self._run is not None:
            self._hand_over(self._run)
        ready, self._ready = self._ready, []
        return ready

    def _take(self, records: Iterable[Record]) -> None:
        try:
            for record in records:
                self._take_record(record)
        except UnreadableFile as error:
            self.news.unreadable = error

    def _take_record(self, record: Record) -> None:
        news, length_s = self.news, record.duration_s
        news.records += 1
        news.overloaded += bool(record.over())
        if length_s is None or not 0 < length_s <= LONGEST_S:
            return
        if self._run is not None and not self._run.goes_on_with(record.start, self._meaning.clock.steps_s):
            self._end_run()
        if self._run is None:
            self._run = _Run(record.start, self._meaning)
        began_ms, ended_ms = self._run.place(record.start, length_s)
        news.first_ms = began_ms if news.first_ms is None else min(news.first_ms, began_ms)
        news.ended_ms = ended_ms if news.ended_ms is None else max(news.ended_ms, ended_ms)
        if not self._run.may_be_wanted(began_ms, ended_ms):
            return
        lp = record.level(Quantity.LP)
        if lp is not None:
            self._run.add_row(began_ms, ended_ms, lp)
        elif stretch := _of_leq(record, Span(began_ms, ended_ms), self._meaning.percentages):
            self._run.add(stretch)

    def _end_run(self) -> None:
        if self._run is not None:
            run, self._run = self._run, None
            run.end()
            if not self._hand_over(run):
                self.news.untimed += run.taken()[1]

    def _hand_over(self, run: _Run) -> bool:
        """Take over what a run has; false if it is not known by which clock it was written."""
        clock = self._meaning.clock.run_of(run.first, run.last, self._meaning.unread_ahead_s)
        if clock is None:
            return False
        stretches, records = run.taken()
        by_ms = clock.ms_of(run.first) - run.guess.ms_of(run.first)
        for stretch in joined(stretches, MINUTE_MS):
            began_ms, ended_ms = stretch.began_ms + by_ms, stretch.ended_ms + by_ms
            self._ready.append(replace(stretch, began_ms=began_ms, ended_ms=ended_ms, classes=_even(stretch.classes)))
        self.news.used += records
        return True


class _Run:
    """Records that follow each other by one setting of the clock, with pauses at most.

    Until the run is handed over its times are those of a guess: which clock it was shows when its end is known.
    """

    def __init__(self, first: datetime, meaning: Meaning) -> None:
        clock = meaning.clock
        self.first = self.last = first
        self.guess = clock.run_of(first, first, meaning.unread_ahead_s) or clock.latest(meaning.unread_ahead_s)
        self._wanted = meaning.wanted
        self._slack_ms = round(1000 * sum(map(abs, clock.steps_s)))
        self._told = first
        self._minute: _Minute | None = None
        self._latest: Stretch | None = None
        self._stretches: list[Stretch] = []
        self._records = 0

    def goes_on_with(self, start: datetime, steps_s: Iterable[float]) -> bool:
        """Return whether a record follows those before by the same clock."""
        gap_s = (start - self.last).total_seconds()
        if start == self._told or abs(gap_s) <= STEADY_S:
            return True
        # A pause is no step of the clock, unless it looks like one.
        return gap_s > 0 and not any(abs(gap_s - step_s) <= STEP_S for step_s in steps_s)

    def place(self, start: datetime, length_s: float) -> tuple[int, int]:
        """Return from when to when a record is by the guess, and let the run go on to its end.

        Where rows tell whole seconds, several of them tell the same: they follow one another.
        """
        begin = self.last if start == self._told else start
        began_ms = self.guess.ms_of(begin)
        if self._latest is not None:
            self._latest = _with_pause(self._latest, began_ms)
            self._end_latest()
        self._told = start
        self.last = begin + timedelta(seconds=length_s)
        return began_ms, began_ms + max(round(1000 * length_s), 1)

    def may_be_wanted(self, began_ms: int, ended_ms: int) -> bool:
        """Return whether a record lies in what is wanted, by any setting of the clock."""
        slack_ms = self._slack_ms
        return any(began_ms - slack_ms < span.ended_ms and span.began_ms < ended_ms + slack_ms for span in self._wanted)

    def add_row(self, began_ms: int, ended_ms: int, lp: float) -> None:
        """Take a row of Lp."""
        self._records += 1
        if self._minute is None or began_ms // MINUTE_MS != self._minute.began_ms // MINUTE_MS:
            self._end_minute()
            self._minute = _Minute(began_ms, ended_ms)
        self._minute.add(began_ms, ended_ms, lp)

    def add(self, stretch: Stretch) -> None:
        """Take a record of Leq."""
        self._records += 1
        self._latest = stretch

    def end(self) -> None:
        """Take note that nothing follows."""
        self._end_minute()
        self._end_latest()

    def taken(self) -> tuple[list[Stretch], int]:
        """Return the stretches that are done, once, and of how many records about."""
        stretches, records = self._stretches, self._records
        self._stretches, self._records = [], 0
        return stretches, records

    def _end_minute(self) -> None:
        if self._minute is not None:
            self._stretches.append(self._minute.stretch)
            self._minute = None

    def _end_latest(self) -> None:
        if self._latest is not None:
            self._stretches.append(self._latest)
            self._latest = None


class _Minute:
    """Sums rows of Lp of one minute; where some are missing it is covered in part."""

    def __init__(self, began_ms: int, ended_ms: int) -> None:
        self.began_ms, self._ended_ms = began_ms, ended_ms
        self._covered_ms = 0
        self._energy_ms = 0.0
        self._highest, self._lowest = -math.inf, math.inf
        self._classes: dict[int, int] = {}

    def add(self, began_ms: int, ended_ms: int, lp: float) -> None:
        """Take a row."""
        length_ms, number = ended_ms - began_ms, class_of(lp)
        self._ended_ms = max(self._ended_ms, ended_ms)
        self._covered_ms += length_ms
        self._energy_ms += length_ms * energy_of(lp)
        self._highest, self._lowest = max(self._highest, lp), min(self._lowest, lp)
        self._classes[number] = self._classes.get(number, 0) + length_ms

    @property
    def stretch(self) -> Stretch:
        """What was in it."""
        return Stretch(
            self.began_ms,
            self._ended_ms,
            self._energy_ms / self._covered_ms,
            self._highest,
            self._lowest,
            tuple(sorted(self._classes.items())),
            min(self._covered_ms / (self._ended_ms - self.began_ms), 1.0),
        )


def _of_leq(record: Record, span: Span, percentages: Mapping[int, float]) -> Stretch | None:
    """Return the stretch of a record of Leq; None if it has no Leq."""
    leq = record.level(Quantity.LEQ)
    if leq is None:
        return None
    lmax, lmin = record.level(Quantity.LMAX), record.level(Quantity.LMIN)
    told = {
        int(percentages[slot]): level
        for slot, quantity in enumerate(_LN, 1)
        if (level := record.level(quantity)) is not None and percentages.get(slot, 0.5).is_integer()
    }
    classes = classes_of_percentiles(told, lmax, lmin) if lmax is not None and lmin is not None and told else {}
    return Stretch(*span, energy_of(leq), lmax, lmin, tuple(sorted(classes.items())))


def _with_pause(stretch: Stretch, next_ms: int) -> Stretch:
    """Return a record with the pause that follows, up to the next record, spread over both.

    Whether the pause was after the record or in it is not told: a measured time goes on behind a pause. If it is longer
    than the record, the two had better not be one.
    """
    gap_ms = next_ms - stretch.ended_ms
    if not 1000 * STEADY_S < gap_ms <= stretch.length_ms:
        return stretch
    return replace(stretch, ended_ms=next_ms, coverage=stretch.length_ms / (next_ms - stretch.began_ms))


def _even(classes: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return a distribution in units of which there are few enough to be kept and summed in small numbers."""
    whole = sum(time for _, time in classes)
    if whole <= CLASS_UNITS:
        return classes
    found: list[tuple[int, int]] = []
    passed = given = 0
    # From the top, as LN is counted: what was told of whole percents keeps its place.
    for number, time in reversed(classes):
        passed += time
        units = passed * CLASS_UNITS // whole - given
        given += units
        if units:
            found.append((number, units))
    return tuple(reversed(found))
