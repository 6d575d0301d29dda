"""Server-sent events: what goes over the wires, and how the meters' faces change."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
import contextlib
import json
from typing import Any

from aiohttp import web

from emulator.meter import EmulatedMeter
from emulator.referee import Sight

from .face import face

QUEUE_LIMIT = 1000
"""What a listener does not fetch in time is dropped, the oldest first, and the number of it told."""
FACE_INTERVAL_S = 0.25
FACES_AT_ONCE = 8
"""Of more meters than this no faces are sent, only their traffic."""
KEEP_ALIVE_S = 15.0


class Mailbox:
    """Events that wait for one listener."""

    def __init__(self, limit: int = QUEUE_LIMIT) -> None:
        """Begin empty."""
        self.dropped = 0
        self._events: deque[tuple[str, dict[str, Any]]] = deque(maxlen=limit)
        self._news = asyncio.Event()
        self._closed = False

    def put(self, kind: str, data: dict[str, Any]) -> None:
        """Add an event; the oldest one makes room."""
        self.dropped += len(self._events) == self._events.maxlen
        self._events.append((kind, data))
        self._news.set()

    def close(self) -> None:
        """Let the listener go when all is fetched."""
        self._closed = True
        self._news.set()

    async def take(self) -> list[tuple[str, dict[str, Any]]] | None:
        """Wait for events and return all of them; None after the end."""
        await self._news.wait()
        if not self._closed:
            self._news.clear()
        elif not self._events:
            return None
        events = list(self._events)
        self._events.clear()
        if self.dropped:
            events.insert(0, ("dropped", {"events": self.dropped}))
            self.dropped = 0
        return events


class Broadcast:
    """All listeners of one server."""

    def __init__(self) -> None:
        """Begin with none."""
        self._mailboxes: set[Mailbox] = set()

    def close(self) -> None:
        """Let all listeners go."""
        for mailbox in self._mailboxes:
            mailbox.close()

    async def stream(self, request: web.Request, meters: Iterable[EmulatedMeter]) -> web.StreamResponse:
        """Send events of these meters until the listener goes."""
        meters, mailbox = tuple(meters), Mailbox()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with contextlib.ExitStack() as stack:
            self._mailboxes.add(mailbox)
            stack.callback(self._mailboxes.discard, mailbox)
            for meter in meters:
                watcher = _watcher(meter, mailbox)
                meter.referee.watchers.append(watcher)
                stack.callback(meter.referee.watchers.remove, watcher)
            faces = asyncio.create_task(_tell_faces(meters, mailbox))
            stack.callback(faces.cancel)
            with contextlib.suppress(ConnectionResetError):
                while (events := await mailbox.take()) is not None:
                    await response.write(b"".join(_frame(kind, data) for kind, data in events))
        return response


def _watcher(meter: EmulatedMeter, mailbox: Mailbox) -> Callable[[Sight], None]:
    serial = meter.config.serial

    def watch(sight: Sight) -> None:
        data = {"serial": serial, "what": sight.kind, "at": round(sight.at, 4), "connection": sight.connection}
        # Latin-1 keeps every byte as one character.
        text = sight.data.decode("latin-1") if sight.data else sight.text
        mailbox.put("traffic", data | {"text": text})

    return watch


async def _tell_faces(meters: tuple[EmulatedMeter, ...], mailbox: Mailbox) -> None:
    shown: dict[str, dict[str, Any]] = {}
    since_s = 0.0
    if len(meters) > FACES_AT_ONCE:
        meters = ()
    while True:
        for meter in meters:
            now = await face(meter)
            if shown.get(meter.config.serial) != now:
                shown[meter.config.serial] = now
                mailbox.put("face", now)
                since_s = 0.0
        if since_s >= KEEP_ALIVE_S:
            # A listener that went without a word is noticed when something is sent.
            mailbox.put("alive", {})
            since_s = 0.0
        await asyncio.sleep(FACE_INTERVAL_S)
        since_s += FACE_INTERVAL_S


def _frame(kind: str, data: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode("ascii")
