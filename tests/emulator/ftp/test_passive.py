"""Passive data connections, which the meter has only if the config says so."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import resource

import pytest

from emulator.ftp.conversation import Conversation
from emulator.ftp.data import Ends

from .bench import LP, LP_PATH, FtpBench
from .conftest import LogIn

pytestmark = pytest.mark.usefixtures("virtual_clock", "no_loop_errors")


def port_of(reply: str) -> int:
    """Return the port that a reply to PASV or EPSV tells."""
    if reply.startswith("229 "):
        return int(reply.split("|")[3])
    *host, high, low = reply.partition("(")[2].rstrip(")").split(",")
    assert host == ["127", "0", "0", "1"]
    return int(high) * 256 + int(low)


@pytest.mark.parametrize("verb", ["PASV", "EPSV"])
@pytest.mark.parametrize("mode", ["passive", "both"])
async def test_fetching(log_in: LogIn, verb: str, mode: str) -> None:
    """The client connects before or after it says what it wants."""
    async with FtpBench(ftp_data=mode) as bench:
        client = await log_in(bench)
        reply = await client.ask(verb)
        assert reply.startswith({"PASV": "227 Entering Passive Mode (", "EPSV": "229 Entering Extended Passive"}[verb])
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(reply))
        assert await client.ask(f"RETR {LP_PATH}") == "150 Opening data connection"
        assert await reader.read() == LP
        assert await client.reply() == "226 Transfer complete"
        writer.close()

        reply = await client.ask(verb)
        client.send(b"LIST\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(reply))
        assert await client.reply() == "150 Opening data connection"
        assert b"DCIM" in await reader.read()
        assert await client.reply() == "226 Transfer complete"
        writer.close()


async def test_modes(log_in: LogIn) -> None:
    """Passive alone knows no PORT, both knows it too; the last agreement holds."""
    async with FtpBench(ftp_data="passive") as bench:
        client = await log_in(bench)
        assert await client.offer_port() == "502 Not Implemented"
        assert await client.ask("LIST") == "425 Use PORT first"
    async with FtpBench(ftp_data="both") as bench:
        client = await log_in(bench)
        assert (await client.ask("PASV")).startswith("227 ")
        assert b"DCIM" in await client.fetch("LIST")


async def test_nobody_comes(log_in: LogIn) -> None:
    """After a while the meter gives up, and the session goes on."""
    async with FtpBench(ftp_data="passive") as bench:
        client = await log_in(bench)
        assert (await client.ask("EPSV")).startswith("229 ")
        begin = bench.loop.time()
        assert await client.ask("LIST") == "425 Can't open data connection"
        assert bench.loop.time() - begin == pytest.approx(130, abs=0.1)
        assert await client.ask("PWD") == '257 "/" is current directory'


async def test_strangers(log_in: LogIn) -> None:
    """Only the client's own host is let in, and only once."""
    async with FtpBench(ftp_data="passive") as bench:
        client = await log_in(bench)
        port = port_of(await client.ask("PASV"))
        stranger, its_writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.5", 0))
        assert await stranger.read() == b""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        second, second_writer = await asyncio.open_connection("127.0.0.1", port)
        assert await second.read() == b""
        assert await client.ask(f"RETR {LP_PATH}") == "150 Opening data connection"
        assert await reader.read() == LP
        for each in (its_writer, writer, second_writer):
            each.close()


async def test_connection_that_is_not_used(log_in: LogIn) -> None:
    """It is dropped with the session or with the next agreement."""
    async with FtpBench(ftp_data="passive") as bench:
        client = await log_in(bench)
        readers = []
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(await client.ask("PASV")))
            readers.append((reader, writer))
            await asyncio.sleep(0.1)
        assert await client.ask("QUIT") == "221 Goodbye"
        for reader, writer in readers:
            assert await reader.read() == b""
            writer.close()


async def test_ipv6() -> None:
    """PASV has no room for an address of IPv6, and neither has PORT."""
    async with FtpBench(ftp_data="both") as bench:
        session = bench.log.opened(0.0, served=True)
        conversation = Conversation(bench.port._meter, Ends("::1", "::1"), session, _say_nothing)
        for line in ("USER USER", "PASS 0000"):
            await conversation.answer(line)
        assert await conversation.answer("PASV") == "502 Not Implemented"
        assert await conversation.answer("PORT 127,0,0,1,200,1") == "500 Illegal PORT command"


@contextmanager
def no_more_sockets() -> Iterator[None]:
    """Let the process have no further socket or file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_nothing_left_to_listen_with(log_in: LogIn) -> None:
    """The client is told; the session goes on."""
    async with FtpBench(ftp_data="both") as bench:
        client = await log_in(bench)
        with no_more_sockets():
            replies = [await client.ask(verb) for verb in ("PASV", "EPSV")]
        assert replies == ["425 Can't open data connection"] * 2
        assert await client.ask("PWD") == '257 "/" is current directory'


async def _say_nothing(reply: str) -> None:
    raise AssertionError(reply)
