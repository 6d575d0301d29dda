"""An event loop whose time stands still while anything is to be done, and jumps to the next timer when nothing is.

Sockets stay real: a byte that is on its way over loopback is delivered before time moves on. So an hour of polling an
emulated meter takes seconds, and no test waits for anything.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
import os
import selectors
import socket
from typing import Any, cast

type Events = list[tuple[selectors.SelectorKey, int]]

# The kernel delivers over loopback at once, except now and then on a busy machine: before a jump as long as this a byte
# on its way gets a millisecond of real time.
LONG_JUMP_S = 0.5
SETTLE_S = 0.001
# Where even that is too dear, what was sent and brings a silence as long as this gets so much, once: before time-outs
# pass.
SILENCE_S = 1.5
SILENCE_SETTLE_S = 0.05
# What makes something happen at the other end of a connection.
SENDING = ("close", "connect", "send", "sendmsg", "shutdown")
CLOCK_RESOLUTION_S = 1e-6
# The library's own class: test plugins put another in its place, which inherits from it.
_SOCKET = next(cls for cls in socket.socket.__mro__ if cls.__module__ == "socket")


class VirtualTime:
    """Replaces the clock of one event loop; `on_advance` is told the seconds that have passed since, at every jump.

    `settle_s` is the real time that bytes get before a long jump: 0 makes days of virtual time cheap, as then they
    get some in a silence only.
    """

    on_advance: Callable[[float], None] | None = None

    def __init__(self, loop: asyncio.AbstractEventLoop, settle_s: float = SETTLE_S) -> None:
        """Take over the loop's clock; it goes on from where it stands."""
        self._loop = cast("Any", loop)  # its selector and clock are replaced, of which its type knows nothing
        self._start = self._now = loop.time()
        self._settle_s = settle_s
        self._heard_at = self._now
        self._sent = False
        self._jobs = 0
        self._resolution = self._loop._clock_resolution
        self._select: Callable[[float | None], Events] = self._loop._selector.select
        self._run_in_executor = self._loop.run_in_executor
        self._loop._selector.select = self._select_or_jump
        self._loop.run_in_executor = self._count_job
        self._loop.time = lambda: self._now
        # A timer is due when time has just reached it; sums of floats may miss it by less than this.
        self._loop._clock_resolution = CLOCK_RESOLUTION_S
        self._plain = {name: getattr(_SOCKET, name) for name in SENDING}
        for name, plain in self._plain.items():
            setattr(_SOCKET, name, self._noted(plain))

    def uninstall(self) -> None:
        """Give the loop its own clock back."""
        self._loop._selector.select = self._select
        del self._loop.time, self._loop.run_in_executor
        self._loop._clock_resolution = self._resolution
        for name, plain in self._plain.items():
            setattr(_SOCKET, name, plain)

    def _noted(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        def noted(connection: socket.socket, *args: Any) -> Any:
            self._sent = True
            return plain(connection, *args)

        return noted

    def _count_job(self, executor: Executor | None, func: Callable[..., Any], *args: object) -> asyncio.Future[Any]:
        self._jobs += 1
        future: asyncio.Future[Any] = self._run_in_executor(executor, func, *args)
        future.add_done_callback(lambda _: self._job_done())
        return future

    def _job_done(self) -> None:
        self._jobs -= 1

    def _select_or_jump(self, timeout: float | None) -> Events:
        if timeout is None or (self._jobs and timeout > 0):
            # A thread is at work: real time passes, virtual time does not.
            return self._select(timeout if timeout is None else min(timeout, 0.01))
        if events := self._select(0):
            return self._heard(events)
        if timeout <= 0:
            return events
        os.sched_yield()
        if events := self._select(self._patience_s(timeout)):
            return self._heard(events)
        self._now += timeout
        if self.on_advance:
            self.on_advance(self._now - self._start)
        return []

    def _heard(self, events: Events) -> Events:
        self._heard_at = self._now
        return events

    def _patience_s(self, jump_s: float) -> float:
        """Return the real time to wait for bytes before a jump."""
        if self._settle_s:
            return self._settle_s if jump_s >= LONG_JUMP_S else 0.0
        if not self._sent or self._now + jump_s - self._heard_at <= SILENCE_S:
            return 0.0
        self._sent = False
        return SILENCE_SETTLE_S
