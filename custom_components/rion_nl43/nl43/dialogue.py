"""Exchanges over one connection: one at a time, paced, and in step."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import logging
import re
import sys
from typing import cast

from .connection import Connection, wait_for
from .errors import (
    REFUSALS,
    AnswerError,
    AnswerTimedOut,
    CommandRefused,
    ConnectionLost,
    ConnectionTimedOut,
    ResultCode,
    UnusableAnswer,
)
from .framing import SUB, AnswerDecoder, Data, Garbage, LineBuffer, encode, excerpt
from .history import ExchangeRecord, LinkHistory
from .request import Request
from .status import LinkStatistics, LinkTiming

_LOGGER = logging.getLogger(__name__)

# Timers may fire a tick early, and the gap must not be shorter at the meter than here.
MARGIN_S = 0.002
TICK_S = 0.001

_MODEL = re.compile(r"NL-[0-9]{2}[A-Z]*")


def parse_model(text: str) -> str:
    """Read the answer to Type?; raises UnusableAnswer."""
    model = text.strip()
    if not _MODEL.fullmatch(model):
        raise UnusableAnswer(f"no model: {text[:40]!r}")
    return model


MODEL = Request("Type?", parse_model)


class Dialogue:
    """Keeps the rules of the control port for one connection.

    Whoever uses it waits until `due_in` is 0, then calls `exchange`. When it is no longer in step, as after an
    AnswerError, `recover` must come first.
    """

    def __init__(
        self,
        connection: Connection,
        changed: asyncio.Event,
        timing: LinkTiming,
        statistics: LinkStatistics,
        history: LinkHistory,
    ) -> None:
        """Speak over a fresh connection, which sets `changed`."""
        self._connection = connection
        self._changed = changed
        self._timing = timing
        self._statistics = statistics
        self._history = history
        self._loop = asyncio.get_running_loop()
        self._quiet_since = float("-inf")
        self._wary_until = float("-inf")
        self._unasked = LineBuffer()
        self.in_step = True

    @property
    def due_in(self) -> float:
        """Seconds until the next command may go out, 0 when it may."""
        quiet_since = max(self._quiet_since, self._connection.last_received)
        wait_s = quiet_since + self._timing.spacing_s + MARGIN_S - self._loop.time()
        return wait_s if wait_s > TICK_S else 0.0

    async def greet(self) -> None:
        """Drop what a meter may send on connect; raises ConnectionLost if it hangs up instead."""
        until = self._loop.time() + self._timing.greeting_s
        while greeting := await self._connection.receive(until):
            self._drop(greeting)
        self._unasked.take()

    def drop_unasked(self) -> None:
        """Drop what came between commands: prompts; a line there means out of step. Raises ConnectionLost."""
        if (received := self._connection.take()) and self._drop(received):
            _LOGGER.debug("Unasked bytes dropped: %s", excerpt(received))
            self._lose_step()

    async def exchange[T](self, request: Request[T], on_sent: Callable[[float], None] | None = None) -> T:
        """Send a command that is due and return what its answer says; `on_sent` is told when it went out.

        Raises AnswerError, CommandRefused or ConnectionLost.
        """
        with self._account(request.line) as results:
            code, text = await self._converse(request, on_sent)
            results.append(code)
            # A setting has neither a data line nor a parser, and T is None.
            value = request.parse(text) if request.parse and code is ResultCode.ACCEPTED else cast("T", None)
        self._statistics.exchanges += 1
        self._check_result(request, code)
        return value

    async def stream[T](
        self, request: Request[T], on_row: Callable[[T, float], None], may_go_on: Callable[[], bool]
    ) -> None:
        """Send a stream's request that is due, hand on each row and the time at which it came, and end it in the end.

        That is when it may not go on, which is asked whenever `changed` is set.
        Raises AnswerError, CommandRefused or ConnectionLost.
        """
        with self._account(request.line) as results:
            results.append(code := await self._listen(request, on_row, may_go_on))
        if code is not ResultCode.ACCEPTED:
            self._statistics.exchanges += 1
        self._check_result(request, code)

    async def recover(self) -> None:
        """Get back in step, by silence and by a request whose answer is known.

        Raises LinkError if that fails; the connection is of no more use then.
        """
        self._statistics.resyncs += 1
        try:
            await self._until_quiet(self._timing.quiet_s)
            while wait_s := self.due_in:
                await wait_for(self._changed, self._loop.time() + wait_s)
                self._drop(self._connection.take())
            await self.exchange(MODEL)
        except AnswerTimedOut:
            raise ConnectionTimedOut("the meter went silent") from None
        except (AnswerError, CommandRefused) as error:
            raise ConnectionLost(f"out of step with the meter: {error}") from None
        self.in_step = True

    @contextmanager
    def _account(self, line: str) -> Iterator[list[ResultCode]]:
        """Write down what becomes of a command whose result is put into the list, and know when step was lost."""
        sent_at = self._loop.time()
        results: list[ResultCode] = []
        outcome = ""
        try:
            yield results
            outcome = f"R+{results[0]:04}"
        except AnswerTimedOut:
            self._statistics.timeouts += 1
            self._lose_step()
            raise
        except UnusableAnswer as error:
            _LOGGER.debug("Unusable answer to %s: %s", line, error)
            self._statistics.unusable += 1
            self._lose_step()
            raise
        finally:
            outcome = outcome or type(sys.exception()).__name__
            self._history.exchanges.append(ExchangeRecord(sent_at, line, outcome, self._loop.time() - sent_at))

    def _check_result(self, request: Request[object], code: ResultCode) -> None:
        if code is not ResultCode.ACCEPTED:
            self._statistics.refusals += 1
            raise REFUSALS[code](request.line)

    async def _converse(
        self, request: Request[object], on_sent: Callable[[float], None] | None
    ) -> tuple[ResultCode, str]:
        """Send the command and return its whole answer."""
        decoder = AnswerDecoder(request.line, stream=request.stream)
        sent_at = self._send(request.line)
        if on_sent:
            # Not called here: an error of the caller's is not the link's.
            self._loop.call_soon(on_sent, sent_at)
        streaming = request.stream
        try:
            timeout_s = self._timing.answer_timeout_s if self.in_step else self._timing.resync_timeout_s
            code, text = await self._answer(decoder, sent_at + timeout_s)
            streaming = streaming and code is ResultCode.ACCEPTED
        finally:
            if streaming:
                self._end_stream(decoder)
        self._statistics.last_answer_s = latency_s = self._loop.time() - sent_at
        self._history.note_latency(latency_s)
        if streaming:
            await self._until_quiet(self._timing.stream_quiet_s)
        else:
            await self._nothing_follows(decoder.rest())
        return code, text

    async def _listen[T](
        self, request: Request[T], on_row: Callable[[T, float], None], may_go_on: Callable[[], bool]
    ) -> ResultCode:
        """Send the command, hand on the rows until it may not go on, and return the result; the line is quiet then."""
        assert request.parse is not None  # noqa: S101 # a stream is nothing without its rows
        decoder = AnswerDecoder(request.line, stream=True)
        until = self._send(request.line) + self._timing.answer_timeout_s
        code, has_begun = ResultCode.ACCEPTED, False
        try:
            while not decoder.complete and (may_go_on() or not has_begun):
                if received := self._connection.take():
                    at = self._connection.last_received
                    for event in decoder.receive(received):
                        until = at + self._timing.stall_s
                        if isinstance(event, Garbage):
                            raise UnusableAnswer(f"not a row: {excerpt(event.raw)}")
                        if isinstance(event, Data):
                            on_row(request.parse(event.text), at)
                            self._statistics.stream_rows += 1
                        else:
                            code, has_begun = event.code, True
                            self._statistics.streams += code is ResultCode.ACCEPTED
                elif self._loop.time() < until:
                    await wait_for(self._changed, until)
                else:
                    raise AnswerTimedOut("no more rows" if has_begun else "no answer")
        finally:
            if code is ResultCode.ACCEPTED:
                self._end_stream(decoder)
        if code is ResultCode.ACCEPTED:
            await self._until_quiet(self._timing.stream_quiet_s)
        else:
            await self._nothing_follows(decoder.rest())
        return code

    async def _answer(self, decoder: AnswerDecoder, until: float) -> tuple[ResultCode, str]:
        """Return the result and the data line, which is empty where none belongs to it."""
        code = ResultCode.ACCEPTED
        while received := await self._connection.receive(until):
            for event in decoder.receive(received):
                if isinstance(event, Garbage):
                    raise UnusableAnswer(f"not an answer: {excerpt(event.raw)}")
                if isinstance(event, Data):
                    return code, event.text
                code = event.code
            if decoder.complete:
                return code, ""
        raise AnswerTimedOut("no complete answer in time")

    def _send(self, line: str) -> float:
        """Write the command and return the time."""
        self._unasked.take()
        self._connection.send(encode(line))
        return self._loop.time()

    def _end_stream(self, decoder: AnswerDecoder) -> None:
        if not decoder.answered and isinstance(sys.exception(), asyncio.CancelledError):
            # The link is closed while the meter is still at the request: it takes no byte before it has answered.
            return
        self._connection.send(SUB)
        self._quiet_since = self._loop.time()

    async def _nothing_follows(self, rest: bytes) -> None:
        """Make sure that the answer was the last one on its way: after a late one would come the right one."""
        self._refuse_line(rest)
        if self._loop.time() < self._wary_until:
            until = self._loop.time() + self._timing.quiet_s
            while rest := await self._connection.receive(until):
                self._refuse_line(rest)

    def _refuse_line(self, received: bytes) -> None:
        if self._drop(received):
            raise UnusableAnswer(f"more than one answer: {excerpt(received)}")

    async def _until_quiet(self, quiet_s: float) -> None:
        """Drop bytes until none come."""
        give_up_at = self._loop.time() + self._timing.drain_limit_s
        while received := await self._connection.receive(self._loop.time() + quiet_s):
            self._drop(received)
            if self._loop.time() > give_up_at:
                raise UnusableAnswer("bytes without end")
        self._unasked.take()

    def _drop(self, received: bytes) -> bool:
        """Count bytes and forget them; return whether they made a line."""
        self._statistics.drained_bytes += len(received)
        self._unasked.receive(received)
        lines = False
        while self._unasked.next_line() is not None:
            lines = True
        return lines

    def _lose_step(self) -> None:
        self.in_step = False
        self._quiet_since = self._loop.time()
        self._wary_until = self._quiet_since + self._timing.wary_s
