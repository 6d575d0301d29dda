"""The first contact: each way to fail has its own error, within 15 s."""

import asyncio
import socket

import pytest

from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    HostUnknown,
    Link,
    LinkError,
    LinkState,
    Meter,
    NotAMeter,
)
from custom_components.rion_nl43.nl43.connection import KEEPALIVE, connect as open_connection, keep_alive
from tests.fixtures import MeterFactory

from .conftest import LinkFactory, Serve
from .helpers import first_error, free_port


async def test_a_refused_port(make_link: LinkFactory) -> None:
    """The host lives, the service does not."""
    link = make_link("127.0.0.1", free_port())
    assert isinstance(await first_error(link), ConnectionRefused)
    assert link.status.state is LinkState.REFUSED
    with pytest.raises(ConnectionRefused):
        await Meter(link).levels()


async def test_a_connection_attempt_without_answer(emulated_meter: MeterFactory, make_link: LinkFactory) -> None:
    """The link is dead or the slot is taken."""
    emulated = await emulated_meter()
    await emulated.power_off(connects="timeout")
    link = make_link(emulated.host, emulated.port)
    assert isinstance(await first_error(link), ConnectionTimedOut)
    assert link.status.state is LinkState.TIMEOUT


async def test_a_silent_port(make_link: LinkFactory, serve: Serve) -> None:
    """Something accepts and never says a word."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    assert isinstance(await first_error(make_link(*await serve(listen))), AnswerTimedOut)


@pytest.mark.parametrize("banner", [b"", b"SSH-2.0-OpenSSH_9.9\r\n"])
async def test_something_else_on_the_port(make_link: LinkFactory, serve: Serve, banner: bytes) -> None:
    """A web server or the like answers, but not as a meter."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(banner)
        await reader.readline()
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html></html>")
        writer.close()

    assert isinstance(await first_error(make_link(*await serve(answer))), NotAMeter)


async def test_a_port_that_accepts_and_hangs_up(make_link: LinkFactory, serve: Serve) -> None:
    """As a router does that forwards to nobody."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    link = make_link(*await serve(hang_up))
    assert isinstance(await first_error(link), ConnectionLost)
    assert link.status.state is LinkState.CONNECTING
    assert link.statistics.connects == link.statistics.losses == 0


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label empty")])
async def test_an_unknown_host(monkeypatch: pytest.MonkeyPatch, make_link: LinkFactory, error: Exception) -> None:
    """The name leads nowhere."""

    async def resolve(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    link = make_link("no-such-host.invalid", 2255)
    assert isinstance(await first_error(link), HostUnknown)
    assert link.status.state is LinkState.TIMEOUT


@pytest.mark.parametrize(
    ("attempts", "error"),
    [
        ([ConnectionRefusedError()], ConnectionRefused),
        ([OSError(101, "Network is unreachable"), ConnectionRefusedError()], ConnectionRefused),
        ([OSError(101, "Network is unreachable"), TimeoutError()], ConnectionTimedOut),
        ([OSError(101, "Network is unreachable")], HostUnknown),
    ],
)
async def test_a_host_with_several_addresses(
    monkeypatch: pytest.MonkeyPatch, attempts: list[Exception], error: type[LinkError]
) -> None:
    """The most telling of their errors counts."""

    async def fail(*args: object, **kwargs: object) -> None:
        raise ExceptionGroup("create_connection failed", attempts)

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", fail)
    with pytest.raises(error):
        await open_connection("meter.example", 2255, 1, asyncio.Event())


def test_a_port_has_a_number() -> None:
    """Of 16 bits, and not 0."""
    for port in (0, -1, 65536):
        with pytest.raises(ValueError, match="TCP port"):
            Link("127.0.0.1", port)


def test_keepalive_is_set_where_the_system_knows_it() -> None:
    """15 s, 10 s, 3 times."""
    with socket.socket() as sock:
        keep_alive(sock)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        for name, value in KEEPALIVE:
            if hasattr(socket, name):
                assert sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == value
    keep_alive(sock)  # one that is closed already does no harm
