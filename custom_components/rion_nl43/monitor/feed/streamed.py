"""The streamed feed: when a stream may be tried, its rows, and what ends it."""

import asyncio
from collections.abc import Callable
import logging
import math

from ...nl43 import AnswerError, CommandRefused, CommandUnknown, DesignationRefused, LinkError, Meter, StreamRow
from .options import FeedMode, FeedOptions
from .stream_clock import SLOTS_PER_S, StreamClock

_LOGGER = logging.getLogger(__name__)

RETRIES_S = (30.0, 60.0, 120.0, 240.0, 480.0, 600.0)
# A stream that has brought so many rows is a good one, whatever became of those before it.
GOOD_AFTER_ROWS = 60 * SLOTS_PER_S
# What somebody waits for does not wait for the next regular break.
WANTED_BREAK_S = 30.0
# A stream that others have not let begin by then waits no longer, for meanwhile there are no rows at all.
BEGIN_WITHIN_S = 5.0


class Streaming:
    """Holds the streams of one meter, one after the other, and stays away from them for a while after one has failed.

    `take_row` is told each row and the loop time at which its slot ended.
    """

    def __init__(self, meter: Meter, take_row: Callable[[StreamRow, float], None]) -> None:
        """Stream nothing yet."""
        self._options = FeedOptions()
        self._meter = meter
        self._take_row = take_row
        self._loop = asyncio.get_running_loop()
        self._clock = StreamClock()
        self._lost_slots = 0
        self._hold: asyncio.Timeout | None = None
        self._refused = False
        self._failures = 0
        self._rows = 0
        self._begun = False
        self._retry_at = -math.inf
        self._break_at = self._rested_at = -math.inf

    @property
    def options(self) -> FeedOptions:
        """How samples are to be had; a change takes effect at once."""
        return self._options

    @options.setter
    def options(self, options: FeedOptions) -> None:
        if options != self._options:
            self._options = options
            self._failures = 0
            self._retry_at = -math.inf
            self.interrupt()

    @property
    def lost_slots(self) -> int:
        """Slots that were missing within streams so far."""
        return self._lost_slots + self._clock.lost_slots

    def connected(self) -> None:
        """A connection is new: what was refused on another may be possible."""
        self._refused = False

    def may_begin(self) -> bool:
        """Whether a stream is wanted and may be tried now."""
        wanted = self._options.mode is FeedMode.STREAMED
        return wanted and not self._refused and self._loop.time() >= self._retry_at

    @property
    def break_due(self) -> bool:
        """Whether it is time for a break, whoever ended the stream."""
        return self._loop.time() >= self._break_at

    def interrupt(self) -> None:
        """End the stream, if there is one, as soon as the link can."""
        if self._hold is not None and not self._hold.expired():
            self._hold.reschedule(self._loop.time())

    def rest_soon(self) -> None:
        """Somebody waits for what only a break can bring: the stream ends before the next regular one."""
        self._break_at = min(self._break_at, self._loop.time() + WANTED_BREAK_S)
        if self._hold is not None and self._hold.when() is None:
            self._hold.reschedule(self._break_at)

    async def run(self, *, wanted: bool) -> None:
        """Stream until the next break, an interruption, or somebody else wants to speak; `wanted`: a break is, soon.

        Raises LinkError when the connection ends; any other failure only keeps the next stream away for a while.
        """
        if self.break_due:
            self._rested_at = self._loop.time()
        self._break_at = self._rested_at + self._break_every_s(wanted)
        self._lost_slots = self.lost_slots
        self._clock = StreamClock()
        try:
            await self._listen()
        except TimeoutError:
            _LOGGER.debug("The stream was interrupted")
        except (CommandUnknown, DesignationRefused) as error:
            _LOGGER.debug("No stream from this meter: %s", error)
            self._refused = True
        except (AnswerError, CommandRefused) as error:
            self._fail(error)
            await self._meter.link.connected()
        except LinkError as error:
            self._fail(error)
            raise

    async def _listen(self) -> None:
        """Stream until the break; raises TimeoutError when interrupted before."""
        self._begun = False
        patience = self._loop.call_later(BEGIN_WITHIN_S, self._give_up_waiting)
        try:
            async with asyncio.timeout(None) as self._hold:
                await self._meter.stream(self._take, until=self._break_at if math.isfinite(self._break_at) else None)
        finally:
            patience.cancel()
            self._hold = None

    def _break_every_s(self, wanted: bool) -> float:
        every_s = self._options.break_every_s
        return min(math.inf if every_s is None else every_s, WANTED_BREAK_S if wanted else math.inf)

    def _give_up_waiting(self) -> None:
        if not self._begun:
            self.interrupt()

    def _take(self, row: StreamRow, received: float) -> None:
        self._begun = True
        ended = self._clock.ended(row.counter, received)
        if ended is None:
            _LOGGER.debug("A row with the counter %d cannot be", row.counter)
            return
        self._rows += 1
        self._take_row(row, ended)

    def _fail(self, error: AnswerError | CommandRefused | LinkError) -> None:
        if self._rows >= GOOD_AFTER_ROWS:
            self._failures = 0
        self._rows = 0
        wait_s = RETRIES_S[min(self._failures, len(RETRIES_S) - 1)]
        self._failures += 1
        self._retry_at = self._loop.time() + wait_s
        _LOGGER.debug("The stream failed, next one in %g s: %s", wait_s, error)
