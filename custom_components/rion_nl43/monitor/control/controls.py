"""The controls of a measurement and of the clock: sent before any poll, never twice, and read back."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
import logging
from typing import NamedTuple

from ...nl43 import CommandExpired, LinkError, Meter, NL43Error, Priority, RunState, StateRefused
from ..errors import ControlRefused, NotConfirmed, RefusalReason
from ..feed.feed import Feed
from ..measurement.clock import next_turn
from ..measurement.start_time import Span
from ..state import MeterState
from .life import Step
from .sender import Exchange, Sender

_LOGGER = logging.getLogger(__name__)

# The link waits 1 s after the last byte, which may be that of a prompt shortly after the answer.
LINK_FREE_AFTER_S = 1.1
# A clock that would be set later than this after the turn of a second is set at another turn.
CLOCK_LATE_S = 0.2
# Further off than seconds and a slow link explain: the meter's clock was not set.
CLOCK_SET_WITHIN_S = 2.0


class Control(StrEnum):
    """The controls, as sent."""

    START = "Measure,Start"
    STOP = "Measure,Stop"
    PAUSE = "Pause,On"
    RESUME = "Pause,Off"
    STORE = "Manual Store,Start"
    CLOCK = "Clock"


# None stands for every other setting.
WHY_WHILE_MEASURING = {
    None: RefusalReason.WHILE_MEASURING,
    Control.START: RefusalReason.ALREADY_MEASURING,
    Control.RESUME: RefusalReason.NOT_PAUSED,
    Control.STORE: RefusalReason.WHILE_MEASURING,
    Control.CLOCK: RefusalReason.WHILE_MEASURING,
}
WHY_WHILE_STOPPED = dict.fromkeys((Control.STOP, Control.PAUSE, Control.RESUME), RefusalReason.NOT_MEASURING)


class Sent(NamedTuple):
    """A control that was not refused: between which moments the meter took it, and whether it said so."""

    at: Span
    accepted: bool


class Controls:
    """Carries out one control at a time; the caller sees to that.

    Raises ControlRefused, NotConfirmed, what `Sender` raises, or another CommandRefused. What was accepted counts as
    carried out unless the meter, read back, says otherwise; after a lost answer it counts only if the meter says so.
    """

    def __init__(self, meter: Meter, state: MeterState, feed: Feed, sender: Sender) -> None:
        """Work on the meter that `feed` watches."""
        self._meter = meter
        self._state = state
        self._feed = feed
        self._sender = sender
        self._run_read = False
        self._loop = asyncio.get_running_loop()

    async def start(self, step: Step) -> None:
        """Start a measurement."""
        with self._run_is_read():
            sent = await self._send(step, Control.START, self._meter.start)
            if sent.accepted or self._state.tracker.run is RunState.STOP:
                self._state.tracker.commanded_start(sent.at)
            await self._confirm(step, sent, self.read_run, RunState.START)

    async def stop(self, step: Step) -> None:
        """Stop the measurement."""
        with self._run_is_read():
            sent = await self._send(step, Control.STOP, self._meter.stop)
            self._state.tracker.commanded_stop(sent.at.low)
            await self._confirm(step, sent, self.read_run, RunState.STOP)

    async def pause(self, step: Step) -> None:
        """Pause the measurement."""
        with self._run_is_read():
            sent = await self._send(step, Control.PAUSE, self._meter.pause)
            self._state.tracker.commanded_pause(sent.at.low)
            await self._confirm(step, sent, self._read_paused, True)

    async def resume(self, step: Step) -> None:
        """Go on with the paused measurement."""
        with self._run_is_read():
            sent = await self._send(step, Control.RESUME, self._meter.resume)
            self._state.tracker.commanded_pause(sent.at.low)
            await self._confirm(step, sent, self._read_paused, False)

    async def store(self, step: Step) -> None:
        """Store the last result on the card; that cannot be read back."""
        sent = await self._send(step, Control.STORE, self._meter.store)
        if not sent.accepted:
            raise NotConfirmed(Control.STORE, None)

    async def sync_clock(self, step: Step) -> None:
        """Set the meter's clock at the turn of a second."""
        accepted = await self._set_clock(step)
        ask = partial(self._meter.clock, priority=Priority.PERSON)
        told = await self._sender.read_back(step, ask, accepted=accepted)
        if told is not None and abs(self._feed.take_clock(told)) > CLOCK_SET_WITHIN_S:
            raise NotConfirmed(Control.CLOCK, str(told))

    async def read_run(self) -> RunState:
        """Ask whether it measures, before any poll."""
        run = await self._meter.run_state(priority=Priority.PERSON)
        self._feed.take_run(run)
        self._run_read = True
        return run

    async def why(self, control: Control | None) -> RefusalReason:
        """Read the state that explains a refusal, of some other setting if None."""
        try:
            return await self._sender.read("Measure?", partial(self._reason, control)) or RefusalReason.BUSY
        except NL43Error as error:
            _LOGGER.debug("No reason found why %s was refused: %s", control or "a setting", error)
            return RefusalReason.BUSY

    @contextmanager
    def _run_is_read(self) -> Iterator[None]:
        """Leave it to the feed to read the run state, if it was not read back: whoever waits may have given up."""
        self._run_read = False
        try:
            yield
        finally:
            if not self._run_read:
                self._feed.schedule.want_run()

    async def _set_clock(self, step: Step) -> bool:
        while True:
            await self._sender.ready(step.name, step.deadline)
            async with self._feed.lock:
                try:
                    local = await self._turn_of_a_second()
                    late = min(step.deadline, self._loop.time() + CLOCK_LATE_S)
                    return await self._sender.attempt(step, partial(self._meter.set_clock, local), late)
                except StateRefused as error:
                    refusal = error
                except (LinkError, CommandExpired) as error:
                    _LOGGER.debug("The clock was not set yet: %s", error)
                    continue
            raise ControlRefused(Control.CLOCK, await self.why(Control.CLOCK)) from refusal

    async def _turn_of_a_second(self) -> datetime:
        """Wait until the link is free at the turn of a second; returns local time there.

        The wait is spent before one more row, so that samples are never further apart than by one command.
        """
        answer_s = self._feed.answer_s
        row_s = LINK_FREE_AFTER_S + 1.5 * answer_s
        turn = next_turn(datetime.now(UTC), row_s + LINK_FREE_AFTER_S, answer_s, self._state.time_zone)
        at = self._loop.time() + turn.wait_s
        await asyncio.sleep(turn.wait_s - row_s)
        await self._feed.take_row()
        await asyncio.sleep(at - self._loop.time())
        return turn.local

    async def _send(self, step: Step, control: Control, exchange: Exchange[None]) -> Sent:
        try:
            accepted = await self._sender.setting(step, exchange)
        except StateRefused as error:
            raise ControlRefused(control, await self.why(control)) from error
        answered = self._loop.time()
        sent_at = answered if step.sent_at is None else step.sent_at
        if accepted:
            sent_at = max(sent_at, answered - self._feed.answer_s)
        return Sent(Span(sent_at, answered), accepted)

    async def _confirm[T](self, step: Step, sent: Sent, ask: Callable[[], Awaitable[T]], expected: T) -> None:
        found = await self._sender.read_back(step, ask, accepted=sent.accepted)
        if found is not None and found is not expected:
            raise NotConfirmed(step.name, str(found))

    async def _read_paused(self) -> bool:
        paused = await self._meter.is_paused(priority=Priority.PERSON)
        self._state.take_paused(paused, self._loop.time())
        return paused

    async def _reason(self, control: Control | None) -> RefusalReason | None:
        if control in (Control.PAUSE, Control.RESUME) and await self._read_paused():
            return RefusalReason.ALREADY_PAUSED if control is Control.PAUSE else None
        if await self.read_run() is RunState.START:
            return WHY_WHILE_MEASURING.get(control)
        if control is Control.STORE:
            mode = await self._meter.setting("Store Mode", priority=Priority.PERSON)
            return RefusalReason.NOTHING_TO_STORE if mode == "Manual" else RefusalReason.NOT_IN_MANUAL_MODE
        return None if control is None else WHY_WHILE_STOPPED.get(control)
