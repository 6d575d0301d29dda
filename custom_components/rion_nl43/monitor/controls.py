"""Control commands: sent before any poll, never twice, and read back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
import logging
from typing import NamedTuple

from ..nl43 import AnswerError, CommandRefused, LinkError, Meter, NL43Error, Priority, RunState, StateRefused
from .clock import next_turn
from .errors import ControlRefused, NotConfirmed, RefusalReason
from .feed import Feed
from .start_time import Span
from .state import MeterState

_LOGGER = logging.getLogger(__name__)

# The link waits 1 s after the last byte, which may be that of a prompt shortly after the answer.
LINK_FREE_AFTER_S = 1.1
# Further off than seconds and a slow link explain: the meter's clock was not set.
CLOCK_SET_WITHIN_S = 2.0


class Control(StrEnum):
    """The commands, as sent."""

    START = "Measure,Start"
    STOP = "Measure,Stop"
    PAUSE = "Pause,On"
    RESUME = "Pause,Off"
    STORE = "Manual Store,Start"
    CLOCK = "Clock"


WHY_WHILE_MEASURING = {
    Control.START: RefusalReason.ALREADY_MEASURING,
    Control.RESUME: RefusalReason.NOT_PAUSED,
    Control.STORE: RefusalReason.WHILE_MEASURING,
    Control.CLOCK: RefusalReason.WHILE_MEASURING,
}
WHY_WHILE_STOPPED = dict.fromkeys((Control.STOP, Control.PAUSE, Control.RESUME), RefusalReason.NOT_MEASURING)


class Sent(NamedTuple):
    """A command that was not refused: between which moments the meter took it, and whether it said so."""

    at: Span
    accepted: bool


class Controls:
    """Carries out one person's command at a time.

    Raises ControlRefused, NotConfirmed or what the driver raises. An accepted command counts as carried out unless the
    meter, read back, says otherwise; after a lost answer it counts only if the meter says so.
    """

    def __init__(self, meter: Meter, state: MeterState, feed: Feed) -> None:
        """Work on the meter that `feed` polls."""
        self._meter = meter
        self._state = state
        self._feed = feed
        self._loop = asyncio.get_running_loop()
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Start a measurement."""
        async with self._turn:
            was_stopped = self._state.tracker.run is RunState.STOP
            sent = await self._send(Control.START, self._meter.start)
            if sent.accepted or was_stopped:
                self._state.tracker.commanded_start(sent.at)
            await self._confirm(Control.START, sent, self._read_run, RunState.START)

    async def stop(self) -> None:
        """Stop the measurement."""
        async with self._turn:
            sent = await self._send(Control.STOP, self._meter.stop)
            self._state.tracker.commanded_stop(sent.at.low)
            await self._confirm(Control.STOP, sent, self._read_run, RunState.STOP)

    async def pause(self) -> None:
        """Pause the measurement."""
        async with self._turn:
            sent = await self._send(Control.PAUSE, self._meter.pause)
            self._state.tracker.commanded_pause(sent.at.low)
            await self._confirm(Control.PAUSE, sent, self._read_paused, True)

    async def resume(self) -> None:
        """Go on with the paused measurement."""
        async with self._turn:
            sent = await self._send(Control.RESUME, self._meter.resume)
            self._state.tracker.commanded_pause(sent.at.low)
            await self._confirm(Control.RESUME, sent, self._read_paused, False)

    async def store(self) -> None:
        """Store the last result on the card; that cannot be read back."""
        async with self._turn:
            sent = await self._send(Control.STORE, self._meter.store)
            if not sent.accepted:
                raise NotConfirmed(Control.STORE, None)

    async def sync_clock(self) -> None:
        """Set the meter's clock at the turn of a second; polling rests for up to three seconds."""
        async with self._turn, self._feed.lock:
            turn = next_turn(datetime.now(UTC), LINK_FREE_AFTER_S, self._feed.answer_s, self._state.time_zone)
            await asyncio.sleep(turn.wait_s)
            sent = await self._send(Control.CLOCK, lambda: self._meter.set_clock(turn.local))
            try:
                await self._back_in_step()
                told = await self._meter.clock()
            except (AnswerError, CommandRefused, LinkError) as error:
                self._unconfirmed(Control.CLOCK, sent, error)
                return
            if abs(self._feed.take_clock(told)) > CLOCK_SET_WITHIN_S:
                raise NotConfirmed(Control.CLOCK, str(told))

    async def _send(self, control: Control, send: Callable[[], Awaitable[None]]) -> Sent:
        await self._feed.identified()
        called = self._loop.time()
        try:
            await send()
        except StateRefused as error:
            raise ControlRefused(control, await self._why(control)) from error
        except AnswerError:
            return Sent(Span(called, self._loop.time()), accepted=False)
        finally:
            # Whoever gives up waiting leaves the reading back to the feed.
            self._feed.schedule.want_run()
        answered = self._loop.time()
        return Sent(Span(max(called, answered - self._feed.answer_s), answered), accepted=True)

    async def _confirm[T](self, control: Control, sent: Sent, read: Callable[[], Awaitable[T]], expected: T) -> None:
        try:
            await self._back_in_step()
            found = await read()
        except (AnswerError, CommandRefused, LinkError) as error:
            self._unconfirmed(control, sent, error)
            return
        if found is not expected:
            raise NotConfirmed(control, str(found))

    async def _back_in_step(self) -> None:
        """Wait until the link has got over a lost answer; raises LinkError if it does not."""
        await self._meter.link.connected()
        await self._feed.identified()

    def _unconfirmed(self, control: Control, sent: Sent, error: NL43Error) -> None:
        if not sent.accepted:
            raise NotConfirmed(control, None) from error
        _LOGGER.debug("%s was accepted, but could not be read back: %s", control, error)

    async def _read_run(self) -> RunState:
        run = RunState(await self._meter.setting("Measure", priority=Priority.PERSON))
        self._feed.take_run(run)
        return run

    async def _read_paused(self) -> bool:
        paused = await self._meter.setting("Pause", priority=Priority.PERSON) == "On"
        self._state.take_paused(paused, self._loop.time())
        return paused

    async def _why(self, control: Control) -> RefusalReason:
        """Read the state that explains a refusal."""
        try:
            return await self._reason(control) or RefusalReason.BUSY
        except (AnswerError, CommandRefused, LinkError) as error:
            _LOGGER.debug("No reason found why %s was refused: %s", control, error)
            return RefusalReason.BUSY

    async def _reason(self, control: Control) -> RefusalReason | None:
        if control in (Control.PAUSE, Control.RESUME) and await self._read_paused():
            return RefusalReason.ALREADY_PAUSED if control is Control.PAUSE else None
        if await self._read_run() is RunState.START:
            return WHY_WHILE_MEASURING.get(control)
        if control is Control.STORE:
            mode = await self._meter.setting("Store Mode", priority=Priority.PERSON)
            return RefusalReason.NOTHING_TO_STORE if mode == "Manual" else RefusalReason.NOT_IN_MANUAL_MODE
        return WHY_WHILE_STOPPED.get(control)
