"""Sockets into which everything vanishes, and what tells of it."""

import contextlib
import select
import socket
import sys

import pytest

from emulator.control.black_hole import dropped, let_nothing_in

pytestmark = pytest.mark.usefixtures("socket_enabled")
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such filters")


class Sandbox:
    """A socket where the system has none of this."""

    def getsockopt(self, level: int, option: int, buffer_size: int, /) -> bytes:
        raise OSError("no such option")

    def setsockopt(self, level: int, option: int, value: bytes, /) -> None:
        raise OSError("no such option")


@linux
def test_nothing_gets_in() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        meter, _ = server.accept()
        with meter:
            client.send(b"a")
            assert meter.recv(10) == b"a"
            let_nothing_in(meter)
            client.send(b"b")
            assert select.select([meter], [], [], 0.05)[0] == []
            client.close()
            assert select.select([meter], [], [], 0.05)[0] == []


@linux
def test_attempts_that_are_dropped_are_counted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert dropped(server) == 0
        let_nothing_in(server)
        with socket.socket() as client:
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(server.getsockname())
            assert dropped(server) == 1


def test_where_the_system_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    let_nothing_in(Sandbox())
    assert dropped(Sandbox()) is None
    monkeypatch.setattr("sys.platform", "other")
    let_nothing_in(Sandbox())
    assert dropped(Sandbox()) is None
