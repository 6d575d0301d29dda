"""The control port: one slot, and what becomes of those who find it taken."""

import asyncio
from collections.abc import Coroutine
from random import Random
import socket
from typing import Any, cast

from emulator.faults import Faults
from emulator.instrument import Instrument
from emulator.referee import ConnectionRecord, Referee

from .listener import Door, Listener
from .session import Session

# For tests that connect from several places at once.
BACKLOG = 16


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
        self._connection.bytes_received += len(data)
        self._referee.swallowed(self._connection, data, self._now())

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
        self.when_off = Door.REFUSED
        """What becomes of connection attempts while the meter is switched off."""
        self._instrument = instrument
        self._config = instrument.config
        self._referee = referee
        self._faults = faults
        self._rng = rng
        self._listener: Listener | None = None
        self._session: Session | None = None
        self._release: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        instrument.setting_changed.append(lambda name: self.update())

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; RuntimeError while closed."""
        if self._listener is None:
            raise RuntimeError("the meter has not been started")
        return self._listener.address

    @property
    def closes_others(self) -> bool:
        """Whether those who find the slot taken are sent away at once."""
        return self._config.second_connection == "close"

    def open(self, host: str, port: int) -> None:
        """Take the address; OSError if that cannot be."""
        backlog = 0 if self._config.second_connection == "timeout" else BACKLOG
        self._listener = Listener(host, port, self._accept, backlog=backlog)
        self.update()

    async def close(self) -> None:
        """Cut all connections and give the address back."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._cut()
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
        elif not self._instrument.lan_control:
            self._listener.set_door(Door.REFUSED)
            if self._session is not None and self._session.connected and not self._session.exchanging:
                self._session.close()
        else:
            self._listener.set_door(self._door_by_slot())

    def _door_by_slot(self) -> Door:
        if self._session is None and self._release is None:
            return Door.OPEN
        return {"timeout": Door.UNANSWERED, "refused": Door.REFUSED}.get(self._config.second_connection, Door.OPEN)

    def _accept(self, sock: socket.socket) -> None:
        protocol: Session | Bystander
        if self._session is None and self._release is None:
            protocol = self._session = Session(
                self._instrument,
                self._referee,
                self._faults,
                self._rng,
                spawn=self._spawn,
                on_exchanged=self.update,
                on_closed=self._free_slot,
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
        if self._session is not None and not self._session.connected:
            self._session = None

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

    def _free_slot(self, streaming: bool) -> None:
        self._session = None
        config = self._config
        wait_s = config.slot_release_after_stream_s if streaming else config.slot_release_s
        if wait_s and self._instrument.powered:
            self._release = asyncio.get_running_loop().call_later(wait_s, self._released)
        self.update()

    def _released(self) -> None:
        self._release = None
        self.update()

    def _cut(self) -> None:
        if self._release is not None:
            self._release.cancel()
            self._release = None
        for task in self._tasks:
            task.cancel()
        if self._session is not None and self._session.connected:
            self._session.abort()
        for bystander in self.bystanders:
            bystander.abort()
