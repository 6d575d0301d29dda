"""One connection to the control port: takes commands one at a time and sends their answers."""

import asyncio
from collections.abc import Callable, Coroutine
from enum import Enum, auto
import itertools
from random import Random
from typing import Any, cast

from emulator.acoustics import SLOT_S
from emulator.catching_up import catch_up
from emulator.faults import Faults, Then
from emulator.instrument import Instrument, Parsed, Stream, understand
from emulator.instrument.rows import counter_of
from emulator.referee import CommandRecord, ConnectionRecord, Referee

from .answering import CRLF, answer_line
from .lines import Line, LineReader

SUB = b"\x1a"
STRICT_IDLE_S = 0.2
STRICT_DOD_IDLE_S = 1.0
HELD_INPUT_LIMIT = 4096
# When this many bytes wait for a client that does not read, the meter waits with them.
UNREAD_LIMIT = 65536


class Phase(Enum):
    """What becomes of input."""

    READY = auto()
    BUSY = auto()
    HOLDING = auto()
    """Input waits until the answer is out."""
    STREAMING = auto()
    AFTER_SUB = auto()
    DEAF = auto()


class Session(asyncio.Protocol):
    """The connection that has the slot."""

    def __init__(
        self,
        instrument: Instrument,
        referee: Referee,
        faults: Faults,
        rng: Random,
        *,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        on_exchanged: Callable[[], None],
        on_closed: Callable[[bool], None],
    ) -> None:
        """Begin; `spawn` runs what takes time.

        `on_exchanged` is called after each answer, `on_closed` is told whether a stream was running.
        """
        self._instrument = instrument
        self._config = instrument.config
        self._referee = referee
        self._faults = faults
        self._rng = rng
        self._spawn = spawn
        self._on_exchanged = on_exchanged
        self._on_closed = on_closed
        self._loop = asyncio.get_running_loop()
        self._reader = LineReader(self._config.line_limit)
        self._phase = Phase.READY
        self._held: list[tuple[bytes, float]] = []
        self._writable = asyncio.Event()
        self._writable.set()
        self.connected = False
        self._transport: asyncio.Transport
        self._connection: ConnectionRecord

    @property
    def exchanging(self) -> bool:
        """Whether an answer is on its way."""
        return self._phase in {Phase.BUSY, Phase.HOLDING}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=UNREAD_LIMIT)
        self._connection = self._referee.opened(self._loop.time(), served=True)
        self.connected = True
        if self._config.prompt.on_connect:
            self._spawn(self._send_prompt())

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the slot go. What the meter has begun it finishes."""
        self._referee.closed(self._connection, self._loop.time())
        self._writable.set()
        self._on_closed(self._phase is Phase.STREAMING)

    def pause_writing(self) -> None:
        """Wait with a client that does not read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on with it."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Take input, as the phase allows."""
        self._connection.bytes_received += len(data)
        self._dispatch(data, self._loop.time())

    def close(self) -> None:
        """Close the connection after what is on its way."""
        self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    def _dispatch(self, data: bytes, at: float) -> None:
        while data:
            match self._phase:
                case Phase.READY:
                    data = self._take(data, at)
                case Phase.STREAMING:
                    data = self._take_in_stream(data, at)
                case Phase.HOLDING:
                    self._hold(data, at)
                    return
                case phase:
                    self._referee.swallowed(self._connection, data, at, after_sub=phase is Phase.AFTER_SUB)
                    return

    def _hold(self, data: bytes, at: float) -> None:
        self._referee.held(self._connection, data, at)
        if sum(len(held) for held, _ in self._held) + len(data) <= HELD_INPUT_LIMIT:
            self._held.append((data, at))

    def _take(self, data: bytes, now: float) -> bytes:
        """Take a command or a part of one; return what follows it."""
        if self._reader.in_line:
            self._referee.character_gap(now, now - self._reader.last_byte_at)
        elif self._too_early(now, STRICT_IDLE_S):
            self._referee.too_early(self._connection, data, now)
            return b""
        elif data.startswith(SUB):
            # Without a stream there is nothing to end.
            self._connection.subs += 1
            return data[1:]
        line, rest = self._reader.feed(data, now)
        if line is not None:
            self._take_line(line)
        return rest

    def _take_line(self, line: Line) -> None:
        if line.text.upper() == b"DOD?" and self._too_early(line.at, STRICT_DOD_IDLE_S):
            self._referee.too_early(self._connection, line.text, line.at)
            return
        parsed = understand(self._instrument, line.text) if line.whole else None
        record = self._referee.command(self._connection, line.text, line.at, parsed)
        self._phase = Phase.BUSY
        self._spawn(self._exchange(line, parsed, record))

    def _take_in_stream(self, data: bytes, now: float) -> bytes:
        """Look for SUB; return what follows it."""
        before, sub, rest = data.partition(SUB)
        if before:
            self._referee.in_stream(before, now)
        if sub:
            self._connection.subs += 1
            self._phase = Phase.AFTER_SUB
        return rest

    def _too_early(self, at: float, idle_s: float) -> bool:
        last = self._connection.last_sent_at
        return self._config.strict and last is not None and at - last < idle_s

    async def _exchange(self, line: Line, parsed: Parsed | None, record: CommandRecord) -> None:
        await catch_up(self._instrument)
        delivery, stream = answer_line(self._instrument, self._faults, self._rng, line.text, parsed)
        if delivery.holds_input:
            self._phase = Phase.HOLDING
        for piece in delivery.pieces:
            await asyncio.sleep(piece.pause_s)
            await self._writable.wait()
            if self._send(piece.data):
                record.answer += piece.data
                record.answered_at = self._loop.time()
        if stream and delivery.then is Then.READY:
            await self._stream(stream)
        await self._finish(delivery.then)
        self._on_exchanged()

    async def _finish(self, then: Then) -> None:
        match then:
            case Then.READY if self._config.prompt.place == "after":
                await self._send_prompt()
            case Then.STALL:
                self._phase = Phase.DEAF
                return
            case Then.CLOSE:
                self._transport.close()
            case Then.RESET:
                self._transport.abort()
        self._phase = Phase.READY
        held, self._held = self._held, []
        for data, at in held:
            self._dispatch(data, at)

    async def _send_prompt(self) -> None:
        prompt = self._config.prompt
        await asyncio.sleep(self._rng.uniform(*prompt.delay_s))
        self._send(prompt.text)

    async def _stream(self, stream: Stream) -> None:
        """Send a row for each slot, until SUB or the end of the connection."""
        self._phase = Phase.STREAMING
        self._instrument.advance()
        begin_slot, begin = self._instrument.listening.slots, self._loop.time()
        rows_left = self._config.rows_after_sub
        for row in itertools.count(1):
            await asyncio.sleep(begin + row * SLOT_S - self._loop.time())
            rows_left -= self._phase is Phase.AFTER_SUB
            if self._transport.is_closing() or rows_left < 0:
                return
            self._instrument.advance_to(begin_slot + row)
            if self._writable.is_set():
                text = self._instrument.drd_row(counter_of(row), with_status=stream is Stream.WITH_STATUS)
                self._send(text.encode("ascii") + CRLF)
                self._connection.stream_rows += 1

    def _send(self, data: bytes) -> bool:
        """Send bytes; return whether there is still somebody to send them to."""
        if self._transport.is_closing():
            return False
        # Taken before the write: after it this process may have to wait while the client already counts.
        at = self._loop.time()
        self._transport.write(data)
        self._referee.sent(self._connection, at, len(data))
        return True
