"""Brings settings onto the wire once, in time or not at all, and reads back what became of them."""

import asyncio
from collections.abc import Awaitable, Callable
import copy
import logging
from typing import Protocol

from ...nl43 import (
    AnswerError,
    CommandExpired,
    CommandRefused,
    LinkClosed,
    LinkError,
    LinkState,
    Meter,
    NL43Error,
    WrongMeter,
)
from ..errors import BlockReason, CommandBlocked, NotConfirmed, NotSentInTime
from ..feed.feed import Feed
from ..recovery.diagnosis import Diagnostician
from ..state import MeterState
from .baseline import Baseline
from .life import Step

_LOGGER = logging.getLogger(__name__)

# A lost connection is back within this, if it was lost for a moment only.
READ_WITHIN_S = 10.0
# So long it is worth waiting to learn what a setting did whose answer was lost.
RESOLVE_WITHIN_S = 40.0
NOT_READ_BACK = "accepted, not read back"


class Exchange[T](Protocol):
    """An exchange of the driver, ready to be sent."""

    def __call__(self, *, deadline: float | None, on_sent: Callable[[float], None] | None) -> Awaitable[T]:
        """Send it."""


class Sender:
    """Sends for all commands of one meter; the link says in which order."""

    def __init__(
        self, meter: Meter, state: MeterState, feed: Feed, baseline: Baseline, diagnosis: Diagnostician
    ) -> None:
        """Send to the meter that `feed` watches, whose link `diagnosis` knows."""
        self._link = meter.link
        self._state = state
        self._feed = feed
        self._baseline = baseline
        self._diagnosis = diagnosis
        self._loop = asyncio.get_running_loop()

    async def ready(self, name: str, deadline: float) -> None:
        """Return once connected with the right meter; raises NotSentInTime, CommandBlocked in standby, WrongMeter."""
        try:
            async with asyncio.timeout_at(deadline):
                while not await self._reached(name):
                    pass
                # Where nothing had to be waited for, nothing has timed out.
                if self._loop.time() < deadline:
                    return
        except TimeoutError:
            pass
        raise self.expired(name)

    def expired(self, name: str) -> NotSentInTime:
        """Return what to raise of a command that was not sent in time."""
        return NotSentInTime(name, self._diagnosis.current.diagnosis)

    async def attempt(self, step: Step, exchange: Exchange[None], deadline: float) -> bool:
        """Send a setting now: true if it was accepted, false if its answer was lost.

        Raises LinkError if it was not sent, CommandExpired if it is too late, CommandRefused.
        """
        name = step.name.partition(",")[0]

        def on_sent(at: float) -> None:
            step.on_sent(at)
            self._baseline.own(name)

        try:
            self._feed.give_way()
            await exchange(deadline=deadline, on_sent=on_sent)
        except CommandRefused:
            self._baseline.settled(name)
            raise
        except AnswerError as error:
            _LOGGER.debug("%s: %s", step.name, error)
            return False
        except LinkError as error:
            if step.sent_at is None:
                raise
            _LOGGER.debug("%s: %s", step.name, error)
            return False
        step.accepted()
        return True

    async def setting(self, step: Step, exchange: Exchange[None]) -> bool:
        """Send a setting by its deadline, over whichever connection; returns and raises as `attempt`, but LinkError."""
        while True:
            await self.ready(step.name, step.deadline)
            try:
                return await self.attempt(step, exchange, step.deadline)
            except CommandExpired as error:
                raise self.expired(step.name) from error
            except LinkError as error:
                _LOGGER.debug("%s was not sent yet: %s", step.name, error)

    async def request[T](self, step: Step, exchange: Exchange[T]) -> T:
        """Send a request by its deadline, over whichever connection; raises what the driver raises, and as `ready`."""
        while True:
            await self.ready(step.name, step.deadline)
            try:
                self._feed.give_way()
                return await exchange(deadline=step.deadline, on_sent=step.on_sent)
            except CommandExpired as error:
                raise self.expired(step.name) from error
            except LinkError as error:
                if step.sent_at is not None:
                    raise
                _LOGGER.debug("%s was not sent yet: %s", step.name, error)

    async def read[T](self, name: str, ask: Callable[[], Awaitable[T]], *, within_s: float = READ_WITHIN_S) -> T:
        """Ask the meter, again if the connection ends meanwhile; raises AnswerError, CommandRefused, as `ready`."""
        deadline = self._loop.time() + within_s
        while True:
            await self.ready(name, deadline)
            try:
                self._feed.give_way()
                return await ask()
            except LinkError as error:
                _LOGGER.debug("%s was not read yet: %s", name, error)

    async def read_back[T](self, step: Step, ask: Callable[[], Awaitable[T]], *, accepted: bool) -> T | None:
        """Ask what a setting did; None if that is not known but it was accepted; else raises NotConfirmed."""
        try:
            return await self.read(step.name, ask, within_s=READ_WITHIN_S if accepted else RESOLVE_WITHIN_S)
        except NL43Error as error:
            if not accepted:
                raise NotConfirmed(step.name, None) from error
            _LOGGER.debug("%s was accepted, but could not be read back: %s", step.name, error)
            step.note = NOT_READ_BACK
            return None

    @property
    def _in_standby(self) -> bool:
        return self._link.status.state is LinkState.STANDBY

    async def _reached(self, name: str) -> bool:
        """Get one step further towards the right meter; true when it is there."""
        if self._in_standby:
            if isinstance(self._state.availability.reason, WrongMeter):
                raise copy.copy(self._state.availability.reason)
            raise CommandBlocked(name, BlockReason.STANDBY)
        try:
            await self._link.connected()
            await self._feed.identified()
        except LinkError as error:
            if isinstance(error, LinkClosed) and not self._in_standby:
                # The link stands, but nobody watches the meter.
                raise
            _LOGGER.debug("%s waits: %s", name, error)
            return False
        return True
