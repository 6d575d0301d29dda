"""A meter's link: its only connection, kept open for ever by one task, and who may speak over it next."""

import asyncio
from collections.abc import Callable
import copy
from dataclasses import dataclass
import logging
import random
from typing import Any

from .connection import connect, wait_for
from .dialogue import Dialogue
from .errors import (
    AnswerError,
    AnswerTimedOut,
    CommandRefused,
    ConnectionRefused,
    ConnectionTimedOut,
    HostUnknown,
    LinkClosed,
    LinkError,
    NL43Error,
)
from .request import Priority, Request
from .slot import Slot
from .status import LinkState, LinkStatistics, LinkStatus, LinkTiming

_LOGGER = logging.getLogger(__name__)

DEFAULT_PORT = 2255
DEFAULT_TIMING = LinkTiming()
# Many meters behind one router must not all come back in the same instant.
RELEASE_JITTER_S = (0.05, 0.3)
BACKOFF_JITTER = (0.9, 0.98)

_STATES: dict[type[LinkError], LinkState] = {
    ConnectionRefused: LinkState.REFUSED,
    ConnectionTimedOut: LinkState.TIMEOUT,
    HostUnknown: LinkState.TIMEOUT,
    LinkClosed: LinkState.STANDBY,
}


@dataclass(eq=False, slots=True)
class _Job[T]:
    """An exchange somebody waits for."""

    request: Request[T]
    priority: Priority
    result: asyncio.Future[T]
    tries_left: int
    error: AnswerError | None = None

    def fail(self, error: NL43Error) -> None:
        """Hand on what went wrong, unless nobody waits any more."""
        if not self.result.done():
            self.result.set_exception(copy.copy(error))


class Link:
    """Keeps the connection to one meter; exchanges go through it one at a time."""

    def __init__(
        self,
        host: str,
        port: int = DEFAULT_PORT,
        *,
        slot: Slot | None = None,
        timing: LinkTiming = DEFAULT_TIMING,
        rng: random.Random | None = None,
    ) -> None:
        """Prepare a link in standby; `slot` is shared by all links to the same meter."""
        if not 0 < port < 65536:
            raise ValueError(f"no TCP port: {port}")
        self.host = host
        self.port = port
        self.slot = slot or Slot()
        self.statistics = LinkStatistics()
        self._timing = timing
        self._rng = rng or random.Random()
        self._status = LinkStatus(LinkState.STANDBY, 0.0, LinkClosed("the link is in standby"))
        self._listeners: list[Callable[[LinkStatus], None]] = []
        self._waiters: set[asyncio.Future[None]] = set()
        self._jobs: list[_Job[Any]] = []
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._attempted_at = 0.0
        self._answered = False
        self._failures = 0
        self._loss_logged = False

    @property
    def status(self) -> LinkStatus:
        """How the link is now."""
        return self._status

    def on_status(self, callback: Callable[[LinkStatus], None]) -> Callable[[], None]:
        """Call back on every change of state or error; returns how to end that."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def open(self) -> None:
        """Start to keep a connection; does nothing if that runs already."""
        if self._task is None:
            self._failures = 0
            self._answered = self._loss_logged = False
            self._report(LinkState.CONNECTING)
            self._task = asyncio.create_task(self._keep_connected(), name=f"NL-43 link {self.host}:{self.port}")

    async def connected(self) -> None:
        """Return once connected; raises the LinkError of the running, else of the next attempt if it fails."""
        if self._status.state is LinkState.CONNECTED:
            return
        if self._task is None:
            raise LinkClosed("the link is in standby")
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)

    async def close(self) -> None:
        """Go to standby; the socket and the task are gone when this returns."""
        if task := self._task:
            self._task = None
            task.cancel()
            self._end(LinkClosed("the link is in standby"))
            await asyncio.wait({task})

    async def exchange[T](self, request: Request[T], *, priority: Priority = Priority.POLL) -> T:
        """Send a command when its turn has come, and return what its answer says.

        A request that brings no usable answer is sent once more, a setting never. A caller who is cancelled leaves the
        link in step. Raises LinkError, at once while not connected; AnswerError; CommandRefused.
        """
        if self._status.state is not LinkState.CONNECTED:
            raise copy.copy(self._status.error or LinkError("the link is about to connect"))
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        job = _Job(request, priority, result, tries_left=1 if request.is_setting else 2)
        self._jobs.append(job)
        self._changed.set()
        try:
            return await result
        finally:
            self._jobs.remove(job)

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._attempted_at = loop.time()
                try:
                    await self._hold_connection()
                except LinkError as error:
                    self._note_failure(error)
                if self._failures:
                    backoff_s = self._timing.backoff_s[min(self._failures, len(self._timing.backoff_s)) - 1]
                    backoff_s *= self._rng.uniform(*BACKOFF_JITTER)
                    await asyncio.sleep(self._attempted_at + backoff_s - loop.time())
        finally:
            if self._task is asyncio.current_task():
                self._end(LinkClosed("the link has broken down"))

    async def _hold_connection(self) -> None:
        """Connect and serve until a LinkError ends it."""
        rest_s = self._timing.release_s + self._rng.uniform(*RELEASE_JITTER_S)
        async with self.slot.hold(rest_s=rest_s, patience_s=self._timing.connect_timeout_s):
            self._attempted_at = asyncio.get_running_loop().time()
            self.statistics.attempts += 1
            connection = await connect(self.host, self.port, self._timing.connect_timeout_s, self._changed)
            try:
                dialogue = Dialogue(connection, self._changed, self._timing, self.statistics)
                await dialogue.greet()
                await self._serve(dialogue)
            finally:
                connection.abort()

    async def _serve(self, dialogue: Dialogue) -> None:
        """Run what is asked for until a LinkError ends it."""
        self.statistics.connects += 1
        self._report(LinkState.CONNECTED)
        try:
            await self._run_jobs(dialogue)
        except LinkError:
            self.statistics.losses += 1
            raise

    async def _run_jobs(self, dialogue: Dialogue) -> None:
        loop = asyncio.get_running_loop()
        while True:
            dialogue.drop_unasked()
            waiting = [job for job in self._jobs if not job.result.done()]
            if not dialogue.in_step:
                await dialogue.recover()
                self._report(LinkState.CONNECTED)
            elif not waiting:
                await wait_for(self._changed, None)
            elif wait_s := dialogue.due_in:
                await wait_for(self._changed, loop.time() + wait_s)
            else:
                await self._run(min(waiting, key=lambda job: job.priority), dialogue)

    async def _run(self, job: _Job[Any], dialogue: Dialogue) -> None:
        """Spend one try of a job."""
        job.tries_left -= 1
        self.statistics.retries += job.error is not None
        try:
            value = await dialogue.exchange(job.request)
        except CommandRefused as refusal:
            job.fail(refusal)
        except AnswerError as error:
            job.error = error
            if not job.tries_left:
                job.fail(error)
            if isinstance(error, AnswerTimedOut):
                self._report(LinkState.TIMEOUT, ConnectionTimedOut(str(error)))
            return
        else:
            if not job.result.done():
                job.result.set_result(value)
        self._note_answer()

    def _note_answer(self) -> None:
        self._failures = 0
        self._answered = True
        if self._loss_logged:
            _LOGGER.debug("The meter at %s:%s is back", self.host, self.port)
            self._loss_logged = False

    def _note_failure(self, error: LinkError) -> None:
        self._failures = 0 if self._answered else self._failures + 1
        self._answered = False
        if not self._loss_logged:
            _LOGGER.debug("No connection to the meter at %s:%s: %s", self.host, self.port, error)
            self._loss_logged = True
        self._end(error)

    def _end(self, error: LinkError) -> None:
        """Report the end of a connection or of an attempt, to all who wait as well."""
        for job in self._jobs:
            job.fail(job.error or error)
        self._report(_STATES.get(type(error), LinkState.CONNECTING), error)

    def _report(self, state: LinkState, error: LinkError | None = None) -> None:
        if error or state is LinkState.CONNECTED:
            for waiter in self._waiters:
                if waiter.done():
                    continue
                if error:
                    waiter.set_exception(copy.copy(error))
                else:
                    waiter.set_result(None)
        if (state, type(error)) != (self._status.state, type(self._status.error)):
            self._status = LinkStatus(state, asyncio.get_running_loop().time(), error)
            for callback in list(self._listeners):
                callback(self._status)
