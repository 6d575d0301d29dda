"""A meter's link: its only connection, kept open for ever by one task, and who may speak over it next."""

import asyncio
from collections.abc import Callable
import copy
import logging
import random
from typing import Any

from .connection import Connection, connect, wait_for
from .dialogue import Dialogue
from .errors import (
    AnswerError,
    AnswerTimedOut,
    CommandRefused,
    ConnectionRefused,
    ConnectionTimedOut,
    HostUnknown,
    LinkBrokeDown,
    LinkClosed,
    LinkError,
)
from .framing import encode
from .history import LinkHistory
from .jobs import Job, Jobs, StreamJob
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
        self.history = LinkHistory()
        self._timing = timing
        self._rng = rng or random.Random()
        self._status = LinkStatus(LinkState.STANDBY, 0.0, LinkClosed("the link is in standby"))
        self._listeners: list[Callable[[LinkStatus], None]] = []
        self._failure_listeners: list[Callable[[LinkError], None]] = []
        self._waiters: set[asyncio.Future[None]] = set()
        self._changed = asyncio.Event()
        self._jobs = Jobs(self._changed)
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._attempted_at = 0.0
        self._patience_s: float | None = None
        self._answered = False
        self._failures = 0
        self._loss_logged = False

    @property
    def status(self) -> LinkStatus:
        """How the link is now."""
        return self._status

    @property
    def heard_at(self) -> float:
        """Loop time of the last byte that came over the latest connection; -inf if none has."""
        return self._connection.last_received if self._connection else float("-inf")

    @property
    def person_waits(self) -> bool:
        """Whether a person's exchange is under way or waits for its turn."""
        return any(job.priority is Priority.PERSON and not job.result.done() for job in self._jobs)

    def on_status(self, callback: Callable[[LinkStatus], None]) -> Callable[[], None]:
        """Call back on every change of state or error; returns how to end that."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def on_failure(self, callback: Callable[[LinkError], None]) -> Callable[[], None]:
        """Call back at the end of each connection and of each attempt in vain, the slot being free again."""
        self._failure_listeners.append(callback)
        return lambda: self._failure_listeners.remove(callback)

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

    @property
    def patience_s(self) -> float | None:
        """Least time between attempts to connect, None for the usual back-off; may be set at any time."""
        return self._patience_s

    @patience_s.setter
    def patience_s(self, patience_s: float | None) -> None:
        self._patience_s = patience_s
        self._changed.set()

    def retry(self) -> None:
        """Try to connect as soon as the slot has rested; the back-off begins anew."""
        self._failures = 0
        self._attempted_at = float("-inf")
        self._changed.set()

    async def exchange[T](
        self,
        request: Request[T],
        *,
        priority: Priority = Priority.POLL,
        deadline: float | None = None,
        on_sent: Callable[[float], None] | None = None,
    ) -> T:
        """Send a command when its turn has come, and return what its answer says.

        A request that brings no usable answer is sent once more, a setting never. What is not sent by the `deadline`
        (loop time) is never sent. `on_sent` is told the loop time whenever the command went out. A caller who is
        cancelled leaves the link in step.
        Raises LinkError, at once while not connected; AnswerError; CommandRefused; CommandExpired; InvalidCommand.
        """
        self._check(request)
        job = Job[T](request=request, priority=priority, on_sent=on_sent, tries_left=1 if request.is_setting else 2)
        with self._jobs.queued(job, deadline):
            return await job.result

    async def stream[T](
        self, request: Request[T], on_row: Callable[[T, float], None], *, until: float | None = None
    ) -> None:
        """Begin a stream and hand on its rows with the loop time at which each came, until somebody wants to speak.

        Also ends when the loop's time is `until`; and when the caller is cancelled or `on_row` raises, which leaves the
        link in step. It waits until nobody else wants to speak, and is not tried again.
        Raises LinkError, at once while not connected; AnswerTimedOut when rows no longer come; UnusableAnswer at a row
        that is torn; CommandRefused; InvalidCommand.
        """
        self._check(request)
        job = StreamJob(request=request)
        job.result.add_done_callback(lambda _: job.news.set())
        with self._jobs.queued(job, until):
            try:
                while not job.result.done():
                    await job.news.wait()
                    job.news.clear()
                    while job.rows:
                        on_row(*job.rows.popleft())
                await job.result
            finally:
                job.result.cancel()

    def _check(self, request: Request[Any]) -> None:
        """Raise what keeps it from being sent at all."""
        encode(request.line)
        if self._status.state is not LinkState.CONNECTED:
            raise copy.copy(self._status.error or LinkError("the link is about to connect"))

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._attempted_at = loop.time()
                try:
                    await self._hold_connection()
                except LinkError as error:
                    self._note_failure(error)
                jitter = self._rng.uniform(*BACKOFF_JITTER)
                while (due_at := self._attempted_at + self._pause_s(jitter)) > loop.time():
                    await wait_for(self._changed, due_at)
        finally:
            if self._task is asyncio.current_task():
                self._task = None
                self._end(LinkBrokeDown("the link has broken down"))

    def _pause_s(self, jitter: float) -> float:
        """Return the time from one attempt to the next."""
        backoff_s = (0.0, *self._timing.backoff_s)[min(self._failures, len(self._timing.backoff_s))]
        return max(backoff_s * jitter, self._patience_s or 0.0)

    async def _hold_connection(self) -> None:
        """Connect and serve until a LinkError ends it."""
        rest_s = self._timing.release_s + self._rng.uniform(*RELEASE_JITTER_S)
        async with self.slot.hold(rest_s=rest_s, patience_s=self._timing.connect_timeout_s):
            self._attempted_at = asyncio.get_running_loop().time()
            self.statistics.attempts += 1
            connection = await connect(self.host, self.port, self._timing.connect_timeout_s, self._changed)
            self._connection = connection
            try:
                dialogue = Dialogue(connection, self._changed, self._timing, self.statistics, self.history)
                await dialogue.greet()
                await self._serve(dialogue)
            finally:
                connection.abort()

    async def _serve(self, dialogue: Dialogue) -> None:
        """Run what is asked for until a LinkError ends it."""
        loop = asyncio.get_running_loop()
        self.statistics.connects += 1
        self.history.connects.append(loop.time())
        self._report(LinkState.CONNECTED)
        try:
            await self._run_jobs(dialogue)
        except LinkError as error:
            self.statistics.losses += 1
            self.history.note_loss(loop.time(), error)
            raise

    async def _run_jobs(self, dialogue: Dialogue) -> None:
        loop = asyncio.get_running_loop()
        while True:
            dialogue.drop_unasked()
            if not dialogue.in_step:
                await dialogue.recover()
                self._report(LinkState.CONNECTED)
            elif (job := self._jobs.next()) is None:
                await wait_for(self._changed, None)
            elif wait_s := dialogue.due_in:
                await wait_for(self._changed, loop.time() + wait_s)
            else:
                await self._run(job, dialogue)

    async def _run(self, job: Job[Any], dialogue: Dialogue) -> None:
        """Spend one try of a job."""
        job.tries_left -= 1
        self.statistics.retries += job.error is not None
        job.in_flight = True
        try:
            job.succeed(await self._speak(job, dialogue))
        except CommandRefused as refusal:
            job.fail(refusal)
        except AnswerError as error:
            job.error = error
            if not job.tries_left:
                job.fail(error)
            if isinstance(error, AnswerTimedOut):
                self._report(LinkState.TIMEOUT, ConnectionTimedOut(str(error)))
            return
        finally:
            job.in_flight = False
            self._jobs.had_turn(job)
        self._note_answer()

    async def _speak(self, job: Job[Any], dialogue: Dialogue) -> Any:
        if not isinstance(job, StreamJob):
            return await dialogue.exchange(job.request, job.on_sent)

        def take(row: Any, at: float) -> None:
            if not self._answered:
                self._note_answer()
            job.take(row, at)

        return await dialogue.stream(job.request, take, lambda: self._jobs.may_go_on(job))

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
        for callback in list(self._failure_listeners):
            callback(error)

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
