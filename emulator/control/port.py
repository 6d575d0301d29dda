"""The control port: one slot, and what becomes of those who find it taken."""

import asyncio
from collections.abc import Coroutine
from random import Random
import socket
from typing import Any, cast

from emulator.config import SecondConnection
from emulator.faults import Faults
from emulator.instrument import Instrument
from emulator.referee import ConnectionRecord, Referee

from .listener import Door, Listener
from .overrules import Loss, Overrules
from .session import Session

# For tests that connect from several places at once.
BACKLOG = 16
# Nobody tells when the client of a dead connection is gone, and the sockets are not endless.
MOST_VANISHED = 50


class Bystander(asyncio.Protocol):
    """A connection that was accepted although the slot is taken, and is never answered."""

    def __init__(self, port: "ControlPort", referee: Referee) -> None:
        """Begin."""
        self._port = port
        self._referee = referee
        self._now = asyncio.get_running_loop().time
        self._transport: asyncio.Transport
        self._connection: ConnectionRecord

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._connection = self._referee.opened(self._now(), served=False)
        self._port.bystanders.add(self)
        if self._port.closes_others:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Swallow it."""
        now = self._now()
        self._referee.received(self._connection, now, data)
        self._referee.swallowed(self._connection, data, now)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._referee.closed(self._connection, self._now())
        self._port.bystanders.discard(self)

    def abort(self) -> None:
        """Cut the connection."""
        self._transport.abort()


class ControlPort:
    """Listens for clients of one meter, and serves one at a time."""

    def __init__(self, instrument: Instrument, referee: Referee, faults: Faults, rng: Random) -> None:
        """Make a port that is closed."""
        self.bystanders: set[Bystander] = set()
        self.overrules = Overrules()
        self.when_off = Door.REFUSED
        """What becomes of connection attempts while the meter is switched off."""
        self._instrument = instrument
        self._config = instrument.config
        self._referee = referee
        self._faults = faults
        self._rng = rng
        self._listener: Listener | None = None
        self.session: Session | None = None
        """Who has the slot."""
        self._vanished: dict[Session, None] = {}
        self._release: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        instrument.setting_changed.append(lambda name: self.update())
        instrument.state_changed.append(self.update)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; RuntimeError while closed."""
        if self._listener is None:
            raise RuntimeError("the meter has not been started")
        return self._listener.address

    @property
    def closes_others(self) -> bool:
        """Whether those who find the slot taken are sent away at once."""
        return self._fate == "close"

    @property
    def dropped(self) -> int | None:
        """How many connection attempts have been left unanswered since the door shut; None where nobody counts them."""
        return None if self._listener is None else self._listener.dropped

    def lose(self, how: Loss) -> None:
        """Lose the connection that has the slot: by a reset, or without the client's being told."""
        if self.session is None or not self.session.connected or how == "keep":
            return
        if how == "reset":
            self.session.reset()
            return
        self.session.vanish()
        self._vanished[self.session] = None
        if len(self._vanished) > MOST_VANISHED:
            next(iter(self._vanished)).abort()

    def forget_vanished(self) -> None:
        """Free the slot if the way to who has it is dead."""
        if self.session in self._vanished:
            streaming = self.session.streaming
            self.session = None
            self._free_slot(streaming)

    def open(self, host: str, port: int) -> None:
        """Take the address; OSError if that cannot be."""
        self._listener = Listener(host, port, self._accept)
        self.update()

    async def close(self) -> None:
        """Cut all connections and give the address back."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._cut()
        for session in self._vanished:
            session.abort()
        await self.settled()

    async def settled(self) -> None:
        """Wait until what was cut is gone."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # The event loop tells in its next turn that a connection is lost.
        await asyncio.sleep(0)

    def update(self) -> None:
        """Let the door, and who is inside, be as the meter's state demands."""
        if self._listener is None:
            return
        if not self._instrument.powered:
            self._cut()
            self._listener.set_door(self.when_off)
            return
        session, controlled = self.session, self._instrument.lan_control
        if not controlled and session is not None and session.idle:
            session.close()
        self._listener.backlog = 0 if self._fate == "timeout" else BACKLOG
        self._listener.set_door(self._door())

    @property
    def _fate(self) -> SecondConnection:
        return self.overrules.fate(self._config.second_connection)

    @property
    def _taken(self) -> bool:
        return self.session is not None or self._release is not None or bool(self.overrules.strangers)

    def _door(self) -> Door:
        if self.overrules.bar == "timeout" or self._instrument.asleep:
            return Door.UNANSWERED
        if self.overrules.bar == "refused" or not self._instrument.lan_control:
            return Door.REFUSED
        if not self._taken:
            return Door.OPEN
        return {"timeout": Door.UNANSWERED, "refused": Door.REFUSED}.get(self._fate, Door.OPEN)

    def _accept(self, sock: socket.socket) -> None:
        protocol: Session | Bystander
        if not self._taken:
            protocol = self.session = Session(
                self._instrument,
                self._referee,
                self._faults,
                self._rng,
                overrules=self.overrules,
                spawn=self._spawn,
                on_exchanged=self.update,
                on_closed=self._closed,
            )
            self.update()
        else:
            protocol = Bystander(self, self._referee)
        loop = asyncio.get_running_loop()
        task = self._spawn(loop.connect_accepted_socket(lambda: protocol, sock))
        task.add_done_callback(lambda done: self._accepted(done, sock))

    def _accepted(self, task: asyncio.Task[Any], sock: socket.socket) -> None:
        if not task.cancelled():
            return
        sock.close()
        if self.session is not None and not self.session.connected:
            self.session = None

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # A failure is raised here, for the loop to report it.
            task.result()

    def _closed(self, session: Session) -> None:
        self._vanished.pop(session, None)
        if session is self.session:
            self.session = None
            self._free_slot(session.streaming)

    def _free_slot(self, streaming: bool) -> None:
        config = self._config
        wait_s = config.slot_release_after_stream_s if streaming else config.slot_release_s
        wait_s = max(wait_s, self._faults.hold_s(streaming=streaming))
        if wait_s and self._instrument.powered:
            self._release = asyncio.get_running_loop().call_later(wait_s, self._released)
        self._faults.disconnected()
        self.update()

    def release(self) -> None:
        """Free a slot that is still taken after its connection closed."""
        if self._release is not None:
            self._release.cancel()
            self._released()

    def _released(self) -> None:
        self._release = None
        self.update()

    def _cut(self) -> None:
        if self._release is not None:
            self._release.cancel()
            self._release = None
        for task in self._tasks:
            task.cancel()
        if self.session in self._vanished:
            # The client hears nothing of it.
            self.session = None
        elif self.session is not None and self.session.connected:
            self.session.abort()
        for bystander in self.bystanders:
            bystander.abort()
