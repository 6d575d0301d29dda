"""Logging in to the meter's FTP server, and seeing whether it lives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import logging
import socket

import pytest

from custom_components.rion_nl43.nl43 import FtpLoginFailed, FtpRefused, FtpTimedOut, InvalidCommand, NL43Error
from custom_components.rion_nl43.nl43.ftp import check_login, greets
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

LOGIN = ("USER", "0000")

type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[int]:
    """Serve something else than FTP; yields the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


def saying(text: bytes) -> Talk:
    """Say this and hang up."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return talk


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.fixture
async def meter(emulated_meter: MeterFactory) -> EmulatedMeter:
    return await emulated_meter(ftp_port=0, ftp_off_delay_s=0.0, settings={"FTP": "On"})


def port_of(meter: EmulatedMeter) -> int:
    assert meter.ftp_port is not None
    return meter.ftp_port


async def test_a_right_login_is_accepted_and_the_session_ended(meter: EmulatedMeter) -> None:
    for _ in range(2):  # the meter has room for one session at a time
        await check_login(meter.host, port_of(meter), *LOGIN)
    assert [session.user for session in meter.referee.ftp.sessions] == ["USER", "USER"]


@pytest.mark.parametrize("login", [("USER", "1234"), ("USER", ""), ("somebody", "0000")])
async def test_a_wrong_login_fails(meter: EmulatedMeter, login: tuple[str, str]) -> None:
    with pytest.raises(FtpLoginFailed) as failed:
        await check_login(meter.host, port_of(meter), *login)
    assert "1234" not in str(failed.value)


async def test_a_login_that_the_meter_no_longer_accepts_fails(meter: EmulatedMeter) -> None:
    meter.faults.switch_on("ftp-login-fails")
    with pytest.raises(FtpLoginFailed):
        await check_login(meter.host, port_of(meter), *LOGIN)


async def test_ftp_that_is_off_refuses(meter: EmulatedMeter) -> None:
    meter.faults.switch_on("ftp-off")
    with pytest.raises(FtpRefused):
        await check_login(meter.host, port_of(meter), *LOGIN)
    assert not await greets(meter.host, port_of(meter))


async def test_ftp_that_lives_greets_again_and_again(meter: EmulatedMeter) -> None:
    for _ in range(10):
        assert await greets(meter.host, port_of(meter))
    await check_login(meter.host, port_of(meter), *LOGIN)


async def test_silence_ends_in_time(socket_enabled: None) -> None:
    loop = asyncio.get_running_loop()
    async with server(silent) as port:
        began = loop.time()
        with pytest.raises(FtpTimedOut):
            await check_login("127.0.0.1", port, *LOGIN, timeout_s=7)
        assert loop.time() - began == pytest.approx(7, abs=0.1)
        began = loop.time()
        assert not await greets("127.0.0.1", port)
        assert loop.time() - began <= 2.6


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"22",
        b"\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff\xfe\r\n",
        b"421 Too many users\r\n",
        b"1" * 70000,
    ],
)
async def test_what_is_no_ftp_server_is_refused(text: bytes) -> None:
    async with server(saying(text)) as port:
        with pytest.raises(FtpRefused):
            await check_login("127.0.0.1", port, *LOGIN)
        assert not await greets("127.0.0.1", port)


async def test_a_server_that_hangs_up_during_the_login_is_refused() -> None:
    async with server(saying(b"220 Ready\r\n331 Password\r\n")) as port:
        with pytest.raises(FtpRefused):
            await check_login("127.0.0.1", port, *LOGIN)
        assert await greets("127.0.0.1", port)


async def test_a_server_that_never_hangs_up_is_not_waited_for(socket_enabled: None) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 Ready\r\n")
        said.append(await reader.readline())
        writer.write(b"221 Bye\r\n")
        await reader.read()

    said = list[bytes]()
    loop = asyncio.get_running_loop()
    async with server(talk) as port:
        began = loop.time()
        assert await greets("127.0.0.1", port)
        assert loop.time() - began == pytest.approx(1, abs=0.1)
    assert said == [b"QUIT\r\n"]


@pytest.mark.parametrize("farewell", [b"", b"500 What?\r\n"])
async def test_a_login_counts_however_the_session_ends(farewell: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (b"220 Ready\r\n", b"331 Password\r\n", b"230 Login OK\r\n", farewell):
            writer.write(answer)
            await reader.readline()

    async with server(talk) as port:
        await check_login("127.0.0.1", port, *LOGIN)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(101, "Network is unreachable"), FtpTimedOut),
        (socket.gaierror(-2, "Name or service not known"), FtpTimedOut),
        (OSError("Multiple exceptions: refused, refused"), FtpRefused),
        (UnicodeError("label too long"), FtpRefused),
    ],
)
async def test_a_host_that_cannot_be_reached_is_told_as_such(
    error: Exception, raised: type[NL43Error], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
    with pytest.raises(raised):
        await check_login("meter.example", 21, *LOGIN)
    assert not await greets("meter.example", 21)


@pytest.mark.parametrize("login", [("USER\r\nDELE *", "0000"), ("USER", "0\n0"), ("USER\0", "0000"), ("USER", "\x1a")])
async def test_control_characters_never_reach_the_wire(meter: EmulatedMeter, login: tuple[str, str]) -> None:
    with pytest.raises(InvalidCommand):
        await check_login(meter.host, port_of(meter), *login)
    assert not meter.referee.ftp.sessions


async def test_no_login_is_ever_logged(meter: EmulatedMeter, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await check_login(meter.host, port_of(meter), *LOGIN)
    with pytest.raises(NL43Error):
        await check_login(meter.host, port_of(meter), "surveyor", "s3cret")
    assert not any(word in caplog.text for word in ("USER", "0000", "surveyor", "s3cret"))
