"""One connection to the control port: takes commands one at a time and sends their answers."""

import asyncio
from collections.abc import Callable, Coroutine
from enum import Enum, auto
import itertools
from random import Random
import socket
import struct
from typing import Any, cast

from emulator.acoustics import SLOT_S
from emulator.catching_up import catch_up
from emulator.config import Prompt
from emulator.faults import Delivery, Faults, Piece, Then
from emulator.instrument import Instrument, Parsed, Stream, understand
from emulator.referee import CommandRecord, ConnectionRecord, Referee

from .answering import CRLF, answer_line
from .black_hole import let_nothing_in
from .lines import Line, LineReader
from .overrules import Overrules

SUB = b"\x1a"
ACCEPTED = b"R+0000" + CRLF
STRICT_IDLE_S = 0.2
STRICT_DOD_IDLE_S = 1.0
HELD_INPUT_LIMIT = 4096
# When this many bytes wait for a client that does not read, the meter waits with them.
UNREAD_LIMIT = 65536
NO_LINGERING = struct.pack("ii", 1, 0)


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
        overrules: Overrules,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        on_exchanged: Callable[[], None],
        on_closed: Callable[["Session"], None],
    ) -> None:
        """Begin; `spawn` runs what takes time.

        `on_exchanged` is called after each answer, `on_closed` when the connection is lost.
        """
        self._instrument = instrument
        self._config = instrument.config
        self._referee = referee
        self._faults = faults
        self._rng = rng
        self._overrules = overrules
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
        self.vanished = False
        """Whether the way to the client is dead: nothing comes or goes any more, not even the end of the connection."""
        self.resets_on_input = False
        """Whether the next bytes of the client are answered by a reset."""
        self.last_traffic_at = self._loop.time()
        self._transport: asyncio.Transport
        self._connection: ConnectionRecord

    @property
    def idle(self) -> bool:
        """Whether it can be closed: no answer is on its way, and there is a way."""
        return self.connected and not self.vanished and self._phase not in {Phase.BUSY, Phase.HOLDING}

    @property
    def streaming(self) -> bool:
        """Whether a stream is running that has not been told to end."""
        return self._phase is Phase.STREAMING

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=UNREAD_LIMIT)
        self._connection = self._referee.opened(self._loop.time(), served=True)
        self.connected = True
        self._faults.connected()
        if (greeting := self._greeting()) is not None:
            self._spawn(self._send_prompt(greeting))

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the slot go. What the meter has begun it finishes."""
        if not self.vanished:
            self._referee.closed(self._connection, self._loop.time())
        self._writable.set()
        self._on_closed(self)

    def pause_writing(self) -> None:
        """Wait with a client that does not read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on with it."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Take input, as the phase allows."""
        self.last_traffic_at = now = self._loop.time()
        if self.vanished:
            return
        self._referee.received(self._connection, now, data)
        if self.resets_on_input:
            self.reset()
            return
        self._dispatch(data, now)

    def close(self) -> None:
        """Close the connection after what is on its way."""
        self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    def reset(self) -> None:
        """Cut the connection, so that the client is told by a reset."""
        if not self._transport.is_closing():
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
            self._transport.abort()

    def vanish(self) -> None:
        """Let the way to the client be dead from now on, in both directions."""
        if self.vanished or self._transport.is_closing():
            return
        self.vanished = True
        let_nothing_in(self._transport.get_extra_info("socket"))
        # Whoever streams ends without noticing that nothing arrives.
        self._writable.set()
        # What was on its way belongs to the past: the referee does not wait for an end that it cannot see.
        self._referee.closed(self._connection, self._loop.time())

    def _greeting(self) -> Prompt | None:
        usual = self._config.prompt
        return self._faults.greeting() or (usual if usual.on_connect else None)

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
        if last is None or at < last:
            # What crossed an answer came when the meter was idle: only the way was slow.
            return False
        return bool(self._config.strict or self._overrules.strict) and at - last < idle_s

    async def _exchange(self, line: Line, parsed: Parsed | None, record: CommandRecord) -> None:
        await catch_up(self._instrument)
        delivery, stream = answer_line(self._instrument, self._faults, self._rng, line.text, parsed)
        if delivery.holds_input:
            self._phase = Phase.HOLDING
        for piece in delivery.pieces:
            if await self._send_piece(piece):
                record.answer += piece.data
                record.answered_at = self._loop.time()
        then = delivery.then
        if stream and then is Then.READY:
            then = await self._stream(stream, delivery)
        await self._finish(then, delivery.prompt or self._config.prompt)
        self._on_exchanged()

    async def _finish(self, then: Then, prompt: Prompt) -> None:
        match then:
            case _ if self.vanished:
                return
            case Then.READY if prompt.place == "after":
                await self._send_prompt(prompt)
            case Then.STALL:
                self._phase = Phase.DEAF
                return
            case Then.CLOSE:
                self._transport.close()
            case Then.RESET:
                self.reset()
        self._phase = Phase.READY
        held, self._held = self._held, []
        for data, at in held:
            self._dispatch(data, at)

    async def _send_prompt(self, prompt: Prompt) -> None:
        await asyncio.sleep(self._rng.uniform(*prompt.delay_s))
        self._send(prompt.text)

    async def _stream(self, stream: Stream, begin: Delivery) -> Then:
        """Send a row for each slot, until SUB or the end of the connection; return what the meter does then."""
        self._phase = Phase.STREAMING
        self._instrument.advance()
        begin_slot, begin_at = self._instrument.listening.slots, self._loop.time()
        rows_left = self._config.rows_after_sub if begin.rows_after_sub is None else begin.rows_after_sub
        for row in itertools.count(1):
            await asyncio.sleep(begin_at + row * SLOT_S - self._loop.time())
            rows_left -= self._phase is Phase.AFTER_SUB
            if self._gone or rows_left < 0:
                break
            self._instrument.advance_row(begin_slot + row)
            if self._writable.is_set():
                text = self._instrument.drd_row(row, with_status=stream is Stream.WITH_STATUS)
                delivery = self._faults.row_delivery(text.encode("ascii") + CRLF)
                for piece in delivery.pieces:
                    await self._send_piece(piece)
                self._connection.stream_rows += 1
                if delivery.then in {Then.STALL, Then.CLOSE, Then.RESET}:
                    return delivery.then
        if self._config.answers_sub:
            self._send(ACCEPTED)
        return Then.READY

    @property
    def _gone(self) -> bool:
        return self.vanished or self._transport.is_closing()

    async def _send_piece(self, piece: Piece) -> bool:
        if piece.pause_s:
            await asyncio.sleep(piece.pause_s)
        await self._writable.wait()
        return self._send(piece.data)

    def _send(self, data: bytes) -> bool:
        """Send bytes; return whether there is still somebody to send them to."""
        if self._gone:
            return False
        # Taken before the write: after it this process may have to wait while the client already counts.
        self.last_traffic_at = at = self._loop.time()
        self._transport.write(data)
        self._referee.sent(self._connection, at, data)
        return True
