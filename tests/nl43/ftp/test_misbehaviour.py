"""Servers that do not keep to what is agreed."""

import asyncio

import pytest
from pytest_socket import socket_allow_hosts

from custom_components.rion_nl43.nl43 import FtpError, FtpTimedOut
from custom_components.rion_nl43.nl43.ftp import (
    FtpDataBlocked,
    FtpLost,
    FtpModeRefused,
    FtpTimeouts,
    FtpTooLarge,
    FtpUnusable,
    session as session_module,
)

from ..conftest import Serve
from .helpers import HANG_UP, NOW, PATH, SILENCE, Scripted, client_of

TIMEOUTS = FtpTimeouts(connect_s=4, answer_s=5, data_s=6, idle_s=7, goodbye_s=2)


async def sink(_chunk: bytes) -> None:
    """Take no notice."""


async def error_of(serve: Serve, server: Scripted, *, passive: bool = False) -> FtpError:
    """Return what a download ends with."""
    client = client_of(await serve(server), timeouts=TIMEOUTS, passive=passive)
    async with client.session() as session:
        with pytest.raises(FtpError) as failed:
            await session.download(PATH, sink)
    return failed.value


@pytest.mark.parametrize(
    ("replies", "kind", "words"),
    [
        ({"TYPE": "504 Not implemented"}, FtpModeRefused, "active"),
        ({"PORT": "500 Illegal PORT command"}, FtpModeRefused, "active"),
        ({"PORT": "425 Cannot connect"}, FtpDataBlocked, "firewall"),
        ({"PORT": "431 Something else"}, FtpUnusable, "StatusCodeError"),
        ({"PORT": "4\xe91 Something else"}, FtpUnusable, "UnicodeDecodeError"),
        ({"PORT": SILENCE}, FtpDataBlocked, "firewall"),
        ({"PORT": HANG_UP}, FtpLost, "ConnectionResetError"),
        ({"RETR": "150 Opening data connection"}, FtpDataBlocked, "could not open one to here"),
        ({"RETR": "425 Cannot connect"}, FtpDataBlocked, "firewall"),
        ({"RETR": "421 Going to sleep"}, FtpLost, "ended the session"),
        ({"RETR": "226 Transfer complete"}, FtpUnusable, "before it began"),
        ({"RETR": "530 Not logged in"}, FtpUnusable, "530"),
        ({"RETR": HANG_UP}, FtpLost, "broke"),
    ],
)
async def test_a_transfer_that_does_not_begin(
    serve: Serve, replies: dict[str, str], kind: type[FtpError], words: str
) -> None:
    server = Scripted(replies)
    error = await error_of(serve, server)
    assert type(error) is kind
    assert words in str(error)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("229 Entering (|||x|)", FtpUnusable), ("227 Entering (1,2,3)", FtpUnusable), ("500 What?", FtpModeRefused)],
)
async def test_passive_replies_that_make_no_sense(serve: Serve, reply: str, kind: type[FtpError]) -> None:
    server = Scripted({"EPSV": "502 Not Implemented" if reply.startswith("227") else reply, "PASV": reply})
    assert type(await error_of(serve, server, passive=True)) is kind


async def test_a_passive_port_on_which_nobody_listens(serve: Serve) -> None:
    server = Scripted({"EPSV": "229 Entering (|||1|)"})
    assert isinstance(await error_of(serve, server, passive=True), FtpLost)


@pytest.mark.parametrize(("reply", "kind"), [(SILENCE, FtpTimedOut), (HANG_UP, FtpLost), ("500 What?", FtpUnusable)])
async def test_a_folder_that_cannot_be_entered(serve: Serve, reply: str, kind: type[FtpError]) -> None:
    async with client_of(await serve(Scripted({"CWD": reply})), timeouts=TIMEOUTS).session() as session:
        with pytest.raises(FtpError) as failed:
            await session.list("/", NOW)
        assert type(failed.value) is kind
        assert not session.usable


async def test_lists_that_are_endless_or_none(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(await serve(Scripted(data=b"-" * 2000)))
    async with client.session() as session:
        with pytest.raises(FtpUnusable, match="not a line"):
            await session.list("/", NOW)
    monkeypatch.setattr(session_module, "LISTING_LIMIT", 1999)
    async with client.session() as session:
        with pytest.raises(FtpTooLarge, match="longer than 1999"):
            await session.list("/", NOW)


async def test_a_name_that_is_no_text_does_not_spoil_the_list(serve: Serve) -> None:
    server = Scripted(data=b"-rwxrwxrwx 1 user group 7 Mar 02 08:00 caf\xe9\r\n")
    async with client_of(await serve(server)).session() as session:
        (entry,) = await session.list("/", NOW)
        assert not entry.name.isprintable()


async def test_strangers_and_seconds_are_turned_away(serve: Serve) -> None:
    received = bytearray()

    async def take(chunk: bytes) -> None:
        received.extend(chunk)

    server = Scripted(data=b"levels", sources=("127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.1"))
    async with client_of(await serve(server)).session() as session:
        assert await session.download(PATH, take) == 6
    assert received == b"levels"
    assert server.turned_away == 2
    assert server.lines[-1] == "QUIT"


async def test_data_that_stops_to_come(serve: Serve) -> None:
    class Stalls(Scripted):
        async def _send(self, control: asyncio.StreamWriter) -> None:
            control.write(b"150 Opening data connection\r\n")
            _, self.kept = await asyncio.open_connection(*self.target)
            self.kept.write(b"levels")

    server, loop = Stalls(), asyncio.get_running_loop()
    began = loop.time()
    error = await error_of(serve, server)
    assert isinstance(error, FtpTimedOut)
    assert loop.time() - began == pytest.approx(7, abs=2.5)
    server.kept.close()


async def test_a_meter_that_never_closes_is_not_waited_for(serve: Serve) -> None:
    loop = asyncio.get_running_loop()
    client = client_of(await serve(Scripted()), timeouts=TIMEOUTS)
    async with client.session():
        began = loop.time()
    assert loop.time() - began == pytest.approx(2, abs=0.1)


async def test_active_mode_needs_ipv4() -> None:
    socket_allow_hosts(["127.0.0.1", "::1"])  # for this test: every test begins with what all may
    async with await asyncio.start_server(Scripted(), "::1", 0) as server:
        async with client_of(server.sockets[0].getsockname()).session() as session:
            with pytest.raises(FtpModeRefused, match="IPv6"):
                await session.list("/", NOW)
        server.abort_clients()
