"""The page of the meter's web app, as far as one gets without a password."""

import asyncio
import socket

_PAGE = b"<!DOCTYPE html><title>NX-43EX</title><p>Login required</p>"
_ANSWER = b"\r\n".join(
    (
        b"HTTP/1.1 401 Unauthorized",
        b'WWW-Authenticate: Basic realm="NX-43EX"',
        b"Content-Type: text/html",
        b"Content-Length: %d" % len(_PAGE),
        b"Connection: close",
        b"",
        _PAGE,
    )
)


class WebPage:
    """Answers every request by asking for a login."""

    def __init__(self) -> None:
        """Begin closed."""
        self._socket: socket.socket | None = None
        self._visitors: set[_Visitor] = set()

    @property
    def url(self) -> str:
        """Where it is; empty while it is closed."""
        if self._socket is None:
            return ""
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}/"

    def open(self, host: str, port: int) -> None:
        """Take the port, 0 for a free one; OSError."""
        self._socket = socket.create_server((host, port))
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._accept, self._socket)

    def close(self) -> None:
        """Give the port back."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        for visitor in self._visitors:
            visitor.close()
        self._visitors.clear()

    def _accept(self, listening: socket.socket) -> None:
        sock, _ = listening.accept()
        sock.setblocking(False)
        self._visitors.add(_Visitor(sock, self._visitors))


class _Visitor:
    """One request; whatever it asks, the answer is the same."""

    def __init__(self, sock: socket.socket, others: "set[_Visitor]") -> None:
        self._socket = sock
        self._others = others
        asyncio.get_running_loop().add_reader(sock, self._answer)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _answer(self) -> None:
        try:
            if self._socket.recv(65536):
                self._socket.send(_ANSWER)
        except ConnectionError:
            pass
        self.close()
        self._others.discard(self)
