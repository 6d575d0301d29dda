"""The clock that the other tests stand on."""

import asyncio
from datetime import UTC, datetime, timedelta
import time
from typing import Any, cast

from .conftest import START
from .virtual_time import VirtualTime


async def test_sleep_costs_no_real_time_and_moves_every_clock() -> None:
    """An hour passes for the loop, the wall clock and the monotonic clock alike."""
    loop_before, monotonic_before = asyncio.get_running_loop().time(), time.monotonic()
    await asyncio.sleep(3600)
    assert abs(asyncio.get_running_loop().time() - loop_before - 3600) < 1e-5
    assert abs(time.monotonic() - monotonic_before - 3600) < 1e-3
    assert abs(datetime.now(UTC) - START - timedelta(hours=1)) < timedelta(milliseconds=1)


async def test_bytes_on_their_way_arrive_before_time_moves() -> None:
    """A thousand round trips over loopback fit into one instant, and no time-out cuts in."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    before = asyncio.get_running_loop().time()
    async with asyncio.timeout(0.01):
        for number in range(1000):
            writer.write(b"%d\n" % number)
            assert await reader.readline() == b"%d\n" % number
    assert asyncio.get_running_loop().time() == before
    writer.close()
    server.close()
    await server.wait_closed()


async def test_threads_are_waited_for_in_real_time() -> None:
    """A job in a thread may take its time: no timer fires meanwhile."""
    release = asyncio.get_running_loop().create_future()
    timer = asyncio.get_running_loop().call_later(60, release.set_result, None)
    async with asyncio.timeout(1):
        assert await asyncio.to_thread(sum, range(1_000_000)) == 499_999_500_000
    assert not release.done()
    timer.cancel()


def test_no_time_out_passes_while_bytes_are_late() -> None:
    """On a busy machine they may need real time, which they get also where time is cheap, and after a long silence."""

    async def tick() -> None:
        for _ in range(60):
            await asyncio.sleep(1)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    async def ask() -> list[bytes]:
        loop = cast("Any", asyncio.get_running_loop())
        select = loop._selector.select
        loop._selector.select = lambda timeout: [] if timeout == 0 else select(timeout)
        clock = VirtualTime(loop, settle_s=0)
        ticking = asyncio.create_task(tick())
        try:
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            async with server:
                async with asyncio.timeout(10):
                    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                answers = []
                for line in (b"1\n", b"2\n"):
                    async with asyncio.timeout(10):
                        writer.write(line)
                        answers.append(await reader.readline())
                    await asyncio.sleep(20)
                writer.close()
            return answers
        finally:
            ticking.cancel()
            clock.uninstall()
            loop._selector.select = select

    assert asyncio.run(ask()) == [b"1\n", b"2\n"]
