"""What is to be said over a link, by whom, and who goes next."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import copy
from dataclasses import dataclass, field
from typing import Any

from .errors import AnswerError, CommandExpired, NL43Error
from .request import Priority, Request


def _future[T]() -> asyncio.Future[T]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False, slots=True, kw_only=True)
class Job[T]:
    """An exchange somebody waits for."""

    request: Request[Any]
    priority: Priority = Priority.POLL
    on_sent: Callable[[float], None] | None = None
    result: asyncio.Future[T] = field(default_factory=_future)
    tries_left: int = 1
    in_flight: bool = False
    error: AnswerError | None = None

    @property
    def rank(self) -> int:
        """The lowest goes first."""
        return self.priority

    def succeed(self, value: T) -> None:
        """Hand on the value, unless nobody waits any more."""
        if not self.result.done():
            self.result.set_result(value)

    def fail(self, error: NL43Error) -> None:
        """Hand on what went wrong, unless nobody waits any more."""
        if not self.result.done():
            self.result.set_exception(copy.copy(error))
            # Who waits may be cancelled in the same moment; then nobody hears of it, and that is well.
            self.result.exception()

    def expire(self) -> None:
        """Begin no try from now on; an answer that is awaited may still come."""
        self.tries_left = 0
        if not self.in_flight:
            self.fail(self.error or CommandExpired(f"{self.request.line} could not be sent in time"))


@dataclass(eq=False, slots=True, kw_only=True)
class StreamJob(Job[None]):
    """A stream somebody listens to, as long as nobody else has anything to say."""

    rows: deque[tuple[Any, float]] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    @property
    def rank(self) -> int:
        """Goes last."""
        return max(Priority) + 1

    def take(self, row: object, at: float) -> None:
        """Hold a row for the listener."""
        self.rows.append((row, at))
        self.news.set()

    def expire(self) -> None:
        """Let it end."""
        self.over = True
        if not self.in_flight:
            self.succeed(None)


class Jobs:
    """All jobs of a link, in the order in which they were given."""

    def __init__(self, changed: asyncio.Event) -> None:
        """Begin with none; set `changed` whenever it may be somebody else's turn."""
        self._changed = changed
        self._jobs: list[Job[Any]] = []
        self._person_was_last = False

    def __iter__(self) -> Iterator[Job[Any]]:
        """Return all, also those that nobody waits for any more."""
        return iter(self._jobs)

    @contextmanager
    def queued(self, job: Job[Any], until: float | None) -> Iterator[None]:
        """Let a job wait for its turn during the body of the `with`, until the loop's time at which it expires."""
        loop = asyncio.get_running_loop()
        timer = None if until is None else loop.call_at(until, self._expire, job)
        if until is not None and until <= loop.time():
            job.expire()
        self._jobs.append(job)
        self._changed.set()
        try:
            yield
        finally:
            if timer:
                timer.cancel()
            self._jobs.remove(job)
            self._changed.set()

    def next(self) -> Job[Any] | None:
        """Return whose turn it is: a person's before a poll, a poll's after a person's, a stream's after all others."""
        waiting = sorted((job for job in self._jobs if not job.result.done()), key=lambda job: job.rank)
        if self._person_was_last:
            for job in waiting:
                if job.rank == Priority.POLL:
                    return job
        return waiting[0] if waiting else None

    def had_turn(self, job: Job[Any]) -> None:
        """Remember who spoke last."""
        self._person_was_last = job.priority is Priority.PERSON

    def may_go_on(self, stream: StreamJob) -> bool:
        """Return whether somebody listens to that stream, and nobody else wants to speak."""
        if stream.over or stream.result.done():
            return False
        return len(self._jobs) == 1 or not any(job is not stream and not job.result.done() for job in self._jobs)

    def _expire(self, job: Job[Any]) -> None:
        job.expire()
        self._changed.set()
