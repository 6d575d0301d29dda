"""Sessions with the emulator's FTP server, and its faults."""

import asyncio
import logging
from typing import Any

import pytest

from custom_components.rion_nl43.nl43 import FtpError, FtpLoginFailed, FtpRefused, FtpTimedOut, InvalidCommand
from custom_components.rion_nl43.nl43.ftp import (
    Entry,
    FtpDataBlocked,
    FtpFileRefused,
    FtpLost,
    FtpModeRefused,
    FtpPortsTaken,
    FtpTimeouts,
    FtpTooLarge,
)
from emulator.card.files import Blob
from tests.emulator.ftp.bench import FILES, LP, LP_PATH, MODIFIED, FtpBench, Growing, card

from ..conftest import Serve
from .helpers import NOW, client_of

MODES: list[dict[str, Any]] = [{"passive": False}, {"passive": True}]


class Received:
    """A sink, and what it got."""

    def __init__(self) -> None:
        """Begin empty."""
        self.data = bytearray()

    async def __call__(self, chunk: bytes) -> None:
        """Take some."""
        self.data += chunk


@pytest.mark.parametrize("mode", MODES)
async def test_folders_are_listed_and_files_downloaded(mode: dict[str, Any]) -> None:
    async with FtpBench(ftp_data="either", ftp_lists_dots=True) as bench:
        for _ in range(2):  # the meter is free for the next session at once
            async with client_of(bench.address, **mode).session() as session:
                assert await session.list("/", NOW) == [
                    Entry("DCIM", True, 0, MODIFIED),
                    Entry("NL-43", True, 0, MODIFIED),
                    Entry("NIKON001.DSC", False, 256, MODIFIED),
                ]
                assert await session.list("/DCIM", NOW) == []
                for path, data in FILES.items():
                    received, told = Received(), list[int]()
                    assert await session.download(path, received, listed=len(data), progress=told.append) == len(data)
                    assert received.data == data
                    assert told == sorted(told)
                    assert not data or told[-1] == len(data)
        assert not bench.violations


async def test_passive_mode_that_the_meter_does_not_have_is_told() -> None:
    async with FtpBench() as bench:
        with pytest.raises(FtpModeRefused, match=r"passive.*502"):
            async with client_of(bench.address, passive=True).session() as session:
                await session.list("/", NOW)


async def test_a_clients_sessions_wait_for_each_other() -> None:
    async with FtpBench() as bench:
        client = client_of(bench.address)

        async def root() -> int:
            async with client.session() as session:
                both = await asyncio.gather(session.list("/", NOW), session.list("/NL-43", NOW))
                return sum(map(len, both))

        assert await asyncio.gather(*[root() for _ in range(3)]) == [5, 5, 5]
        assert not bench.violations


async def test_data_ports_are_of_the_range_and_given_back() -> None:
    async with FtpBench() as bench:
        taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = taken.sockets[0].getsockname()[1]
        ports = range(port, port + 1)
        with pytest.raises(FtpPortsTaken, match=f"of {port} to {port} "):
            async with client_of(bench.address, ports=ports).session() as session:
                await session.list("/", NOW)
        taken.close()
        async with client_of(bench.address, ports=ports).session() as session:
            for _ in range(3):
                assert len(await session.list("/", NOW)) == 3


async def test_no_port_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(98, "Address already in use")

    async with FtpBench() as bench:
        async with client_of(bench.address).session() as session:
            monkeypatch.setattr("socket.create_server", refuse)
            with pytest.raises(FtpPortsTaken, match="no port is free"):
                await session.list("/", NOW)
        monkeypatch.undo()


async def test_a_login_that_fails() -> None:
    async with FtpBench(ftp_user="other") as bench:
        for _ in range(2):
            with pytest.raises(FtpLoginFailed):
                async with client_of(bench.address).session():
                    pass


async def test_a_second_client_is_sent_away() -> None:
    async with FtpBench() as bench, client_of(bench.address).session() as session:
        with pytest.raises(FtpRefused):
            async with client_of(bench.address).session():
                pass
        assert await session.list("/", NOW)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("hangs_s", [None, 5.0])
async def test_a_blocked_data_channel_is_an_error_of_its_own(mode: dict[str, Any], hangs_s: float | None) -> None:
    loop = asyncio.get_running_loop()
    async with FtpBench(ftp_data="either") as bench:
        bench.port.faults.data_blocked = True
        bench.port.faults.data_blocked_s = hangs_s
        began = loop.time()
        async with client_of(bench.address, timeouts=FtpTimeouts(data_s=20), **mode).session() as session:
            with pytest.raises(FtpDataBlocked, match=r"within 20 s.*firewall.*\(NAT\)"):
                await session.list("/", NOW)
            assert loop.time() - began == pytest.approx(hangs_s or 20, abs=0.5)
            assert not session.usable
            with pytest.raises(FtpLost, match="given up"):
                await session.list("/", NOW)
        bench.port.faults.clear()
        async with client_of(bench.address, **mode).session() as session:
            assert await session.list("/", NOW)


@pytest.mark.parametrize("then", ["told", "lost", "unnoticed"])
async def test_a_transfer_that_breaks_is_never_taken_for_a_file(then: Any) -> None:
    async with FtpBench() as bench:
        bench.port.faults.cut_after, bench.port.faults.cut_then = 5000, then
        received = Received()
        with pytest.raises(FtpLost):
            async with client_of(bench.address).session() as session:
                await session.download(LP_PATH, received, listed=len(LP))
        assert received.data == LP[:5000]


async def test_a_file_that_is_not_to_be_had_does_not_end_the_session() -> None:
    files = card()
    files._locks = True
    files.put("/locked.rnd", Blob(b"123", MODIFIED), MODIFIED, being_written=True)
    async with FtpBench(files) as bench, client_of(bench.address).session() as session:
        for path in ("/nothing.rnd", "/DCIM", "/locked.rnd"):
            with pytest.raises(FtpFileRefused, match="550"):
                await session.download(path, Received())
        with pytest.raises(FtpFileRefused, match="550"):
            await session.list("/nowhere", NOW)
        assert session.usable
        assert await session.download(LP_PATH, Received()) == len(LP)


async def test_a_file_that_grows_is_taken_as_far_as_it_was() -> None:
    files = card()
    files.put("/growing.rnd", Growing(), MODIFIED)
    async with FtpBench(files) as bench, client_of(bench.address).session() as session:
        (listed,) = [entry.size for entry in await session.list("/", NOW) if entry.name == "growing.rnd"]
        assert await session.download("/growing.rnd", Received(), listed=listed) >= listed


async def test_sizes_are_bounded() -> None:
    files = card()
    files.put("/large.rnd", Blob(bytes(3 * 2**20), MODIFIED), MODIFIED)
    async with FtpBench(files) as bench:
        async with client_of(bench.address).session() as session:
            with pytest.raises(FtpTooLarge, match="more than the 1000 "):
                await session.download(LP_PATH, Received(), limit=1000, listed=len(LP))
            # That was known beforehand, and did not cost the session.
            assert await session.list("/", NOW)
            with pytest.raises(FtpTooLarge, match="larger than 1000 bytes"):
                await session.download(LP_PATH, Received(), limit=1000)
            assert not session.usable
        async with client_of(bench.address).session() as session:
            with pytest.raises(FtpTooLarge, match="no more are expected"):
                await session.download("/large.rnd", Received(), listed=10)


async def test_an_error_of_the_sink_is_its_own() -> None:
    async def full(_chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    async with FtpBench() as bench, client_of(bench.address).session() as session:
        with pytest.raises(OSError, match="No space left"):
            await session.download(LP_PATH, full)
        assert not session.usable


@pytest.mark.parametrize("path", ["", "NL-43", "/a\r\nDELE /b", "/a\0", "/\x1b", "/\udcff"])
async def test_paths_that_cannot_be_sent_never_are(path: str) -> None:
    async with FtpBench() as bench, client_of(bench.address).session() as session:
        with pytest.raises(InvalidCommand):
            await session.list(path, NOW)
        with pytest.raises(InvalidCommand):
            await session.download(path, Received())
        assert session.usable


@pytest.mark.parametrize("at", ["connect", "data", "file"])
async def test_a_cancellation_leaves_nothing_behind(at: str) -> None:
    reached = asyncio.Event()

    async def hold(_chunk: bytes) -> None:
        reached.set()
        await asyncio.get_running_loop().create_future()

    async def work() -> None:
        async with client_of(bench.address).session() as session:
            await session.download(LP_PATH, hold)

    async with FtpBench() as bench:
        bench.port.faults.data_blocked = at == "data"
        task = asyncio.create_task(work())
        if at == "file":
            await reached.wait()
        else:
            await asyncio.sleep(0 if at == "connect" else 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        bench.port.faults.clear()
        await asyncio.sleep(0.1)
        async with client_of(bench.address).session() as session:
            assert await session.list("/", NOW)


async def test_the_login_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    login: dict[str, Any] = {"ftp_user": "surveyor", "ftp_password": "s3cret"}
    async with FtpBench(**login) as bench:
        host, port = bench.address
        right = client_of((host, port))
        right._login = "surveyor", "s3cret"
        async with right.session() as session:
            await session.list("/", NOW)
            shown = repr(right) + repr(session)
        right._login = "surveyor", "s3cret?"
        with pytest.raises(FtpError) as failed:
            async with right.session():
                pass
        shown += repr(failed.value) + caplog.text
    assert f"{host}:{port}" in shown
    assert "surveyor" not in shown
    assert "s3cret" not in shown


async def test_ftp_that_is_off_refuses() -> None:
    async with FtpBench(settings={"FTP": "Off"}) as bench:
        with pytest.raises(FtpRefused):
            async with client_of(bench.address).session():
                pass


async def test_silence_at_the_login_ends_in_time(serve: Serve) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    loop = asyncio.get_running_loop()
    client = client_of(await serve(silent), timeouts=FtpTimeouts(connect_s=7))
    began = loop.time()
    with pytest.raises(FtpTimedOut, match="within 7 s"):
        async with client.session():
            pass
    assert loop.time() - began == pytest.approx(7, abs=0.1)
