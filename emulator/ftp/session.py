"""The control connection of one session: lines in, replies out, one after another."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import cast

from .conversation import GOODBYE, Conversation, Meter, SessionLostError
from .data import Ends, plain_address
from .lines import CommandLines

GREETING = "220 Connection Ready"
BUSY = "421 Too many sessions"
LINE_LIMIT = 512
# A client that has this many commands waiting is not listened to.
WAITING_LIMIT = 32

type Spawn = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]


class Session(asyncio.Protocol):
    """The session that is served; if not `served`, one for which there is no room: it is told so and sent away."""

    def __init__(
        self, meter: Meter, rng: Random, *, served: bool, spawn: Spawn, on_closed: Callable[["Session"], None]
    ) -> None:
        """Begin; `spawn` runs what takes time, `on_closed` is told of the end of a connection."""
        self.served = served
        self.connected = False
        self._meter = meter
        self._rng = rng
        self._spawn = spawn
        self._on_closed = on_closed
        self._loop = asyncio.get_running_loop()
        self._reader = CommandLines(LINE_LIMIT)
        self._lines: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()
        self._task: asyncio.Task[None]
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self.connected = True
        self._record = self._meter.log.opened(self._loop.time(), served=self.served)
        self._task = self._spawn(self._serve() if self.served else self._send_away())

    def connection_lost(self, exc: Exception | None) -> None:
        """End the session and whatever is under way in it."""
        self._task.cancel()
        self._meter.log.closed(self._record, self._loop.time())
        self._on_closed(self)

    def pause_writing(self) -> None:
        """Wait with a client that does not read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on with it."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Take commands; they are answered in turn."""
        if not self.served:
            return
        at = self._loop.time()
        for line in self._reader.feed(data):
            self._lines.put_nowait((line, at))
        if self._lines.qsize() > WAITING_LIMIT:
            self._transport.pause_reading()

    def abort(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    async def _send_away(self) -> None:
        await self._say(BUSY)
        self._transport.close()

    async def _serve(self) -> None:
        ends = Ends(*(plain_address(self._transport.get_extra_info(end)[0]) for end in ("peername", "sockname")))
        conversation = Conversation(self._meter, ends, self._record, self._say)
        try:
            await self._say(GREETING)
            while await self._answer_one(conversation) != GOODBYE:
                pass
        except SessionLostError:
            self._transport.abort()
        finally:
            conversation.close()
            self._transport.close()

    async def _answer_one(self, conversation: Conversation) -> str:
        line, at = await self._lines.get()
        if self._lines.qsize() <= WAITING_LIMIT:
            self._transport.resume_reading()
        record = self._meter.log.command(self._record, line, at, verb=conversation.verb_of(line))
        reply = await conversation.answer(line)
        await self._say(reply)
        record.reply, record.replied_at = reply, self._loop.time()
        return reply

    async def _say(self, reply: str) -> None:
        await asyncio.sleep(self._meter.config.latency.draw(self._rng, slow=False))
        await self._writable.wait()
        self._meter.log.said(self._record, reply, self._loop.time())
        self._transport.write(reply.encode("ascii", "backslashreplace") + b"\r\n")
