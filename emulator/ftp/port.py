"""The FTP port: open while the settings say so, one session at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
import socket
from typing import Any

from emulator.card.files import CardFiles
from emulator.catching_up import catch_up
from emulator.control import Door
from emulator.control.listener import Listener
from emulator.ftp_log import FtpLog
from emulator.instrument import Instrument

from .conversation import Meter
from .faults import FtpFaults
from .session import Session

BACKLOG = 16


class FtpPort:
    """Listens for clients of one meter's card. `faults` may be written at any time."""

    def __init__(self, instrument: Instrument, files: Callable[[], CardFiles], log: FtpLog, rng: Random) -> None:
        """Make a port that has no address yet; `files` returns what is on the card."""
        self._listener: Listener | None = None
        self.faults = FtpFaults(self.update)
        self.when_off = Door.REFUSED
        """What becomes of connection attempts while the meter is switched off."""
        self._instrument = instrument
        self._config = instrument.config
        self._meter = Meter(
            self._config, files, lambda: instrument.clock, self.faults, log, lambda: catch_up(instrument)
        )
        self._rng = rng
        self._serving = False
        self._switching: asyncio.TimerHandle | None = None
        self._session: Session | None = None
        self._others: set[Session] = set()
        self._release: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        instrument.setting_changed.append(lambda name: self.update())
        instrument.state_changed.append(self.update)

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port; None if FTP is not served."""
        return None if self._listener is None else self._listener.address

    @property
    def serving(self) -> bool:
        """Whether the server runs: not yet for a while after FTP was switched on, and still for a while after Off."""
        return self._serving

    def open(self, host: str, port: int) -> None:
        """Take an address, 0 for a free port, and serve at once if FTP is on; OSError, ValueError."""
        backlog = 0 if self._config.ftp_second_session == "timeout" else BACKLOG
        self._listener = Listener(host, port, self._accept, backlog=backlog)
        self._serving = self._possible and self._instrument.settings.is_on("FTP")
        self.update()

    async def close(self) -> None:
        """Cut all sessions and give the address back."""
        self._switch_at_once(on=False)
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await self.settled()

    async def settled(self) -> None:
        """Wait until what was cut is gone."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # The event loop tells in its next turn that a connection is lost.
        await asyncio.sleep(0)

    def update(self) -> None:
        """Let the server run or not, and the door be, as the meter's state and the faults demand."""
        if self._listener is None:
            return
        if not self._possible:
            self._switch_at_once(on=False)
        elif self._instrument.settings.is_on("FTP") == self._serving:
            self._stop_switching()
        elif self._switching is None:
            self._begin_to_switch()
        self._listener.set_door(self._door())

    @property
    def _possible(self) -> bool:
        """Whether FTP can be had while it is on."""
        instrument, settings = self._instrument, self._instrument.settings
        return (
            instrument.powered
            and not instrument.asleep
            and "EX" in self._config.options
            and settings.is_on("Ethernet")
            and not settings.is_on("Web")
            and settings["USB Class"] == "Off"
        )

    def _begin_to_switch(self) -> None:
        on = not self._serving
        delay_s = self._config.ftp_on_delay_s if on else self._config.ftp_off_delay_s
        if not delay_s:
            self._switch_at_once(on=on)
            return
        self._switching = asyncio.get_running_loop().call_later(delay_s, self._switched, on)
        if self._config.ftp_tells == "when done":
            self._instrument.told_instead["FTP"] = "Off" if on else "On"

    def _switched(self, on: bool) -> None:
        self._switch_at_once(on=on)
        self.update()

    def _switch_at_once(self, *, on: bool) -> None:
        self._stop_switching()
        self._serving = on
        if not on:
            self._cut()

    def _stop_switching(self) -> None:
        if self._switching is not None:
            self._switching.cancel()
            self._switching = None
        self._instrument.told_instead.pop("FTP", None)

    def _door(self) -> Door:
        if not self._instrument.powered:
            return self.when_off
        if self._instrument.asleep:
            return Door.UNANSWERED
        if not self._serving or self.faults.not_ready:
            return Door.REFUSED
        if self._session is None and self._release is None:
            return Door.OPEN
        return {"timeout": Door.UNANSWERED, "refused": Door.REFUSED}.get(self._config.ftp_second_session, Door.OPEN)

    def _accept(self, sock: socket.socket) -> None:
        served = self._session is None and self._release is None
        session = Session(self._meter, self._rng, served=served, spawn=self._spawn, on_closed=self._closed)
        if served:
            self._session = session
            self.update()
        else:
            self._others.add(session)
        task = self._spawn(asyncio.get_running_loop().connect_accepted_socket(lambda: session, sock))
        task.add_done_callback(lambda done: self._accepted(done, session, sock))

    def _accepted(self, task: asyncio.Task[Any], session: Session, sock: socket.socket) -> None:
        if task.cancelled():
            sock.close()
            if not session.connected:
                self._forget(session)

    def _closed(self, session: Session) -> None:
        self._forget(session)
        if session.served and self.faults.session_release_s and self._serving:
            self._release = asyncio.get_running_loop().call_later(self.faults.session_release_s, self._released)
        self.update()

    def _forget(self, session: Session) -> None:
        self._others.discard(session)
        if session is self._session:
            self._session = None

    def _released(self) -> None:
        self._release = None
        self.update()

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

    def _cut(self) -> None:
        if self._release is not None:
            self._release.cancel()
            self._release = None
        for task in self._tasks:
            task.cancel()
        for session in [*self._others, *([self._session] if self._session else [])]:
            if session.connected:
                session.abort()
