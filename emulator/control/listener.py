"""A listening socket that can also refuse, or leave connections unanswered, without losing its port."""

import asyncio
from collections.abc import Callable
import contextlib
from enum import Enum, auto
import socket
from typing import Any

from .black_hole import dropped

# An instrument has little memory for what a client does not fetch.
SEND_BUFFER = 16384
LAST_PORT = 65535


class Door(Enum):
    """What becomes of a connection attempt."""

    OPEN = auto()
    REFUSED = auto()
    UNANSWERED = auto()
    """No answer comes: the queue of the listening socket is kept full, so that Linux drops the attempt."""


class Listener:
    """Owns one address. A socket that is bound and never listens keeps the port while the door is closed."""

    def __init__(
        self, host: str, port: int, on_connection: Callable[[socket.socket], None], *, backlog: int = 0
    ) -> None:
        """Take the port, 0 for a free one; the door is closed: REFUSED.

        OSError if the address cannot be had, ValueError if there is no such port.
        """
        if port not in range(LAST_PORT + 1):
            # The resolver would take the rest of a division.
            raise ValueError(f"there is no port {port}")
        info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self._family: socket.AddressFamily = info[0][0]
        self._address: Any = info[0][4]  # its shape depends on the family
        self._on_connection = on_connection
        self.backlog = backlog
        self._loop = asyncio.get_running_loop()
        self._keeper = self._bound()
        self._address = self._keeper.getsockname()
        self._listening: socket.socket | None = None
        self._filler: socket.socket | None = None
        self._reading = False

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self._address[0], self._address[1]

    @property
    def door(self) -> Door:
        """What becomes of a connection attempt now."""
        if self._listening is None:
            return Door.REFUSED
        return Door.OPEN if self._reading else Door.UNANSWERED

    @property
    def dropped(self) -> int | None:
        """How many connection attempts the listening socket has left unanswered; None where nobody counts them."""
        return None if self._listening is None else dropped(self._listening)

    def set_door(self, door: Door) -> None:
        """Change what becomes of connection attempts."""
        if door is self.door:
            return
        if door is Door.REFUSED:
            self._stop_listening()
            return
        if self._listening is None:
            self._listening = self._bound()
        self._reading = door is Door.OPEN
        if door is Door.OPEN:
            self._listening.listen(self.backlog)
            self._loop.add_reader(self._listening, self._accept)
            for sock in self._emptied_queue():
                self._on_connection(sock)
        else:
            self._loop.remove_reader(self._listening)
            # The shortest queue there is: one connection fills it.
            self._listening.listen(0)
            self._fill_queue()

    def close(self) -> None:
        """Give the port back."""
        self._stop_listening()
        self._keeper.close()

    def _bound(self) -> socket.socket:
        sock = socket.socket(self._family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setblocking(False)
            sock.bind(self._address)
        except OSError:
            sock.close()
            raise
        return sock

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._loop.remove_reader(self._listening)
            self._listening.close()
            self._listening = None
        self._reading = False
        self._close_filler()

    def _accept(self) -> None:
        while self._reading and self._listening is not None:
            try:
                sock, _ = self._listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            self._on_connection(_prepared(sock))

    def _fill_queue(self) -> None:
        self._filler = socket.socket(self._family, socket.SOCK_STREAM)
        self._filler.setblocking(False)
        self._filler.connect_ex(self._address)

    def _emptied_queue(self) -> list[socket.socket]:
        """Return who got into the queue before it was full."""
        waiting: list[socket.socket] = []
        if self._filler is None or self._listening is None:
            return waiting
        own = self._filler.getsockname()
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            while True:
                sock, peer = self._listening.accept()
                if peer == own:
                    sock.close()
                    break
                waiting.append(_prepared(sock))
        self._close_filler()
        return waiting

    def _close_filler(self) -> None:
        if self._filler is not None:
            self._filler.close()
            self._filler = None


def _prepared(sock: socket.socket) -> socket.socket:
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return sock
