"""Run state and start time of a meter's measurement. Pure: all times are seconds of one clock, passed in.

Only the words Start and Stop change the run state. The start time comes from the own start command, else from what is
remembered, if the rows bear it out, else from the rows; then only rows that agree refine it. Rows that disagree for
some time mean another measurement or a pause that nobody saw. What the meter says of its run state during a pause is
not certain: `Pause?` has the last word on a pause, and whether one that is over was ended by a stop, a word that is
asked for afterwards tells.
"""

from typing import NamedTuple

from ...nl43 import ChannelLevels, RunState
from .measurement import MeasurementState, StartOrigin
from .start_time import Span, Start, measured_span

# A measurement just started may show the results of the one before it in a row or two.
DISAGREEING_ROWS = 3
# The wall clock, over which a start is remembered, may have been put right by so much meanwhile.
REMEMBERED_TOLERANCE_S = 2.0
# A stop is known to about a row.
STOP_TOLERANCE_S = 2.0


class Remembered(NamedTuple):
    """A start known before this program was restarted, in seconds of the tracker's clock."""

    at: float
    uncertainty_s: float
    paused_s: float
    paused_since: float | None


class _Row(NamedTuple):
    """What one row tells of time: when it was asked for and answered, how long was measured, how much energy."""

    sent: float
    received: float
    measured: Span
    le: float

    @property
    def start(self) -> Span:
        """When the measurement would have started without any pause."""
        return Span(self.sent - self.measured.high, self.received - self.measured.low)


class RunTracker:
    """Follows one meter's measurement through words, own commands and rows.

    `start` is the start as told; `maybe_paused`: what looks like the end may be a pause; `pause_over_at`: when the
    pause ended, while it is not known yet what came after it; `measurement_number` counts the measurements begun while
    watched, by anyone: labels are to be read anew when it changes.
    """

    def __init__(self, remembered: Remembered | None = None) -> None:
        """Nothing is known, except perhaps from before a restart."""
        self.run: RunState | None = None
        self.paused = False
        self.maybe_paused = False
        self.pause_over_at: float | None = None
        self.measurement_number = 0
        self.start: Start | None = None
        self.remembered = remembered
        self._pause_began = 0.0
        # A remembered pause may be over: the state is not known before the meter has said so or otherwise.
        self._pause_told = True
        if remembered is not None and remembered.paused_since is not None:
            self.paused = True
            self._pause_told = False
            self._pause_began = remembered.paused_since
        # Where the start would lie without the pauses that nobody saw: `start` itself while there are none.
        self._base: Start | None = None
        self._known_pauses_s = 0.0
        self._moved_at = 0.0
        self._ended = Span(0.0, 0.0)
        self._agreed: _Row | None = None
        self._disagreeing = 0
        self._own_start: Span | None = None
        self._own_stop: float | None = None
        self._own_pause: float | None = None
        self._run_told = False

    @property
    def state(self) -> MeasurementState | None:
        """The state in one word; None before the first word of the meter."""
        if self.run is None:
            return None
        if self.paused:
            return MeasurementState.PAUSED if self._pause_told else None
        return MeasurementState.MEASURING if self.run is RunState.START else MeasurementState.STOPPED

    @property
    def moving(self) -> bool | None:
        """Whether the meter's results are expected to move; None where not known."""
        return None if self.run is None else self.state is MeasurementState.MEASURING

    @property
    def commanded(self) -> bool:
        """Whether an own command explains what the meter will say next."""
        return self._own_start is not None or self._own_stop is not None or self._own_pause is not None

    @property
    def disagrees(self) -> bool:
        """Whether the last row did not bear out the start; further rows will tell why."""
        return self._disagreeing > 0

    def elapsed_s(self, now: float) -> float | None:
        """Seconds measured, pauses left out; those of the last measurement when stopped; None if not known."""
        if self._base is None:
            return None
        if self.state is MeasurementState.STOPPED:
            return self._ended.low
        return self._measured_s(self._base, self._pause_began if self.paused else now)

    def to_remember(self) -> Remembered | None:
        """What to keep of a running measurement over a restart; None while there is nothing."""
        if self.remembered is not None:
            return self.remembered
        if self.start is None or self._base is None or self.state is MeasurementState.STOPPED:
            return None
        paused_s = self._known_pauses_s + self._base.at - self.start.at
        since = self._pause_began if self.paused else None
        return Remembered(self.start.at, self._base.uncertainty_s, paused_s, since)

    def commanded_start(self, at: Span) -> None:
        """An own start command was taken, sent and answered then; it counts once the meter says Start."""
        self._own_start = at

    def commanded_stop(self, at: float) -> None:
        """An own stop command was accepted; it counts once the meter says Stop."""
        self._own_stop = at

    def commanded_pause(self, at: float) -> None:
        """An own command to pause or to go on was accepted; it counts once the meter says so."""
        self._own_pause = at

    def connected(self) -> None:
        """A connection is new: whatever the meter said over another one, it may have lost its power since."""
        self._run_told = False

    def told_run(self, run: RunState, at: float) -> None:
        """Take the meter's word Start or Stop."""
        before, self.run = self.run, run
        self._run_told = True
        own_start, self._own_start = self._own_start, None
        own_stop, self._own_stop = self._own_stop, None
        over_at, self.pause_over_at = self.pause_over_at, None
        if before is None and not self.paused:
            self._moved_at = at
        if run is RunState.STOP:
            self._take_stop(before, own_stop, over_at, at)
        elif own_start is not None:
            self._begin(Start(own_start.low, own_start, StartOrigin.COMMAND), at)
        elif over_at is not None:
            self._resume(over_at)
        elif before is RunState.STOP and self.paused:
            self._resume(at)
        elif before is RunState.STOP:
            self._begin(None, at)

    def told_paused(self, paused: bool, at: float) -> None:
        """Take the meter's word on whether it is paused.

        What an own command has not ended over this connection, may have been ended by a stop: `pause_over_at` is set
        until the next word.
        """
        own, self._own_pause = self._own_pause, None
        self.maybe_paused = False
        self.pause_over_at = None
        if paused:
            self._pause_told = True
        if paused is self.paused or self.run is None:
            return
        if paused:
            self.paused = True
            self._pause_began = self._moved_at if own is None else own
        elif own is not None and self.run is RunState.START and self._run_told:
            self._resume(own)
        elif own is not None:
            self.pause_over_at = own
        else:
            self.pause_over_at = self._moved_at if self._moved_at > self._pause_began else at

    def row(self, channel: ChannelLevels, sent: float, received: float, *, changed: bool) -> None:
        """Take the main channel of the next row, and whether its results differ from the row before."""
        if changed:
            self._moved_at = received
        if channel.leq is None or channel.le is None:
            return
        if self.paused:
            if changed:
                # The pause is over, or has not been told: since when the results move is not known.
                return
            sent = received = self._pause_began
        row = _Row(sent, received, measured_span(channel.leq, channel.le), channel.le)
        if self.state is MeasurementState.STOPPED:
            self._check_ended(row)
        elif self.state is not None and (changed or self.start is None):
            # Results that stand still tell no time: they may be held already.
            self._check_start(row)

    def _take_stop(self, before: RunState | None, own_stop: float | None, over_at: float | None, at: float) -> None:
        if not self.paused:
            self.remembered = None
        if own_stop is not None and (before is RunState.START or self.paused):
            self._end(Span(own_stop, own_stop))
        elif over_at is not None:
            self._end(Span(over_at, over_at))
        elif before is RunState.START and not self.paused:
            self._end(Span(self._moved_at, at))
            self.maybe_paused = True

    def _begin(self, start: Start | None, at: float) -> None:
        self.measurement_number += 1
        self.start = self._base = start
        self.remembered = None
        self.paused = self.maybe_paused = False
        self._known_pauses_s = 0.0
        self._moved_at = at
        self._agreed = None
        self._disagreeing = 0

    def _resume(self, at: float) -> None:
        self.paused = False
        self._known_pauses_s += at - self._pause_began
        self._moved_at = at

    def _end(self, at: Span) -> None:
        self.remembered = None
        if self.paused:
            at = Span(self._pause_began, self._pause_began)
        self.paused = False
        self._moved_at = at.low
        if self._base is not None:
            self._ended = Span(self._measured_s(self._base, at.low), self._measured_s(self._base, at.high))

    def _measured_s(self, base: Start, at: float) -> float:
        return max(0.0, at - base.at - self._known_pauses_s)

    def _check_ended(self, row: _Row) -> None:
        """Put the length of the ended measurement right; forget it if the results are those of another one.

        Between an own start command and the word Start they may well be: the start is told with the word.
        """
        if self._base is None or self._own_start is not None:
            return
        possible = Span(self._ended.low - STOP_TOLERANCE_S, self._ended.high + STOP_TOLERANCE_S).within(row.measured)
        if possible is None:
            self.start = self._base = None
        else:
            self._ended = Span(min(max(self._ended.low, possible.low), possible.high), self._ended.high)

    def _check_start(self, row: _Row) -> None:
        seen = row.start.shifted(-self._known_pauses_s)
        if self.start is None or self._base is None:
            self._first(seen)
        elif both := self._base.span.within(seen):
            self._refine(self._base, both)
        else:
            self._disagreeing += 1
            if self._disagreeing < DISAGREEING_ROWS:
                return
            self._settle(self.start, row, seen)
        self._agreed = row
        self._disagreeing = 0

    def _first(self, seen: Span) -> None:
        remembered, self.remembered = self.remembered, None
        if remembered is None:
            self.start = self._base = Start.derived(seen)
            return
        tolerance_s = remembered.uncertainty_s + REMEMBERED_TOLERANCE_S
        possible = Span(remembered.at - tolerance_s, remembered.at + tolerance_s)
        if both := possible.within(seen.shifted(-remembered.paused_s)):
            self.start = self._base = Start(remembered.at, possible, StartOrigin.RESTORED).narrowed(both)
            self._known_pauses_s += remembered.paused_s
        else:
            # A pause remembered belonged to another measurement, too.
            self.start = self._base = Start.derived(seen.shifted(self._known_pauses_s))
            self._known_pauses_s = 0.0

    def _refine(self, base: Start, span: Span) -> None:
        if base.origin is StartOrigin.COMMAND:
            # Known better than rows can tell, least of all after a pause that was dated by them.
            return
        self._base = base.narrowed(span)
        if self.start is base:
            self.start = self._base

    def _settle(self, start: Start, row: _Row, seen: Span) -> None:
        """The rows disagree with the start for good: find out why."""
        if self._is_another(row):
            self._begin(Start.derived(row.start), row.received)
            return
        self._base = Start.derived(seen)
        missing_s = self._base.at - start.at
        if missing_s < -self._known_pauses_s:
            # Longer measured than the start allows: it was earlier than thought.
            self.start = self._base
        elif missing_s < 0:
            # Paused shorter than it seemed.
            self._known_pauses_s += missing_s
            self._base = Start.derived(seen.shifted(-missing_s))
        # Else a pause that nobody saw: it only moves the base.

    def _is_another(self, row: _Row) -> bool:
        """Whether the results must be, or more likely are, those of a measurement begun since the last agreement."""
        last = self._agreed
        if last is None:
            return False
        shrank = row.measured.high < last.measured.low
        fits_between = row.sent - last.received > row.measured.high
        return shrank or fits_between or row.le < last.le
