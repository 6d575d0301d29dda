"""Faults of the FTP server."""

import asyncio

import pytest

from emulator.ftp import FtpFaults

from .bench import LP, LP_PATH, FtpBench
from .client import FtpClient
from .conftest import LogIn

pytestmark = pytest.mark.usefixtures("virtual_clock", "no_loop_errors")


async def test_login_fails() -> None:
    """The password has been changed."""
    async with FtpBench() as bench:
        bench.port.faults.login_fails = True
        client = await FtpClient.connect(bench.address)
        assert await client.reply() == "220 Connection Ready"
        assert await client.ask("USER USER") == "331 Password required"
        assert await client.ask("PASS 0000") == "530 Login Fail"
        bench.port.faults.clear()
        assert await client.ask("PASS 0000") == "230 Login OK"
        await client.close()


async def test_counted_faults(log_in: LogIn) -> None:
    """Whoever orders the faults may count them."""
    async with FtpBench() as bench:
        asked: list[str] = []

        def strikes(fault: str) -> bool:
            asked.append(fault)
            return False

        bench.port.faults.login_fails = True
        bench.port.faults.cut_after = 100
        bench.port.faults.strikes = strikes
        client = await log_in(bench)
        bench.port.faults.data_blocked = True
        assert await client.fetch(f"RETR {LP_PATH}") == LP
        assert asked == ["login_fails", "cut_after", "data_blocked"]


async def test_active_only(log_in: LogIn) -> None:
    """Passive connections are gone, active ones stay."""
    async with FtpBench(ftp_data="both") as bench:
        client = await log_in(bench)
        assert (await client.ask("PASV")).startswith("227 ")
        bench.port.faults.active_only = True
        for verb in ("PASV", "epsv"):
            assert await client.ask(verb) == "502 Not Implemented"
        assert len(await client.fetch("LIST")) > 0
        bench.port.faults.active_only = False
        assert (await client.ask("EPSV")).startswith("229 ")


@pytest.mark.parametrize("line", ["LIST", f"RETR {LP_PATH}"])
async def test_data_blocked(log_in: LogIn, line: str) -> None:
    """Login works, the command hangs, and after a while fails; the next one works."""
    async with FtpBench() as bench:
        bench.port.faults.data_blocked = True
        client = await log_in(bench)
        assert await client.offer_port() == "200 PORT command successful"
        begin = bench.loop.time()
        assert await client.ask(line) == "425 Can't open data connection"
        assert bench.loop.time() - begin == pytest.approx(130, abs=0.1)
        bench.port.faults.data_blocked = False
        assert len(await client.fetch(line)) > 0


async def test_data_blocked_for_ever(log_in: LogIn) -> None:
    """Until the client gives up; then the slot of the session may stay taken for a while."""
    async with FtpBench() as bench:
        faults = bench.port.faults
        faults.data_blocked, faults.data_blocked_s, faults.session_release_s = True, None, 20.0
        client = await log_in(bench)
        await client.offer_port()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.ask("LIST"), 390)
        await client.close()
        await asyncio.sleep(10)
        second = await FtpClient.connect(bench.address)
        assert await second.reply() == "421 Too many sessions"
        await second.close()
        assert bench.violations == []
        await asyncio.sleep(10)
        await log_in(bench)


async def test_switched_off_while_the_slot_is_held(log_in: LogIn) -> None:
    """Off and On is what helps."""
    async with FtpBench() as bench:
        bench.port.faults.session_release_s = 1000.0
        client = await log_in(bench)
        await client.close()
        await asyncio.sleep(1)
        bench.instrument.settings["FTP"] = "Off"
        await asyncio.sleep(10)
        bench.instrument.settings["FTP"] = "On"
        await asyncio.sleep(10)
        await log_in(bench)
        assert bench.violations == []


async def test_not_ready(log_in: LogIn) -> None:
    """The port refuses although FTP is on; the session that is open goes on."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        bench.port.faults.not_ready = True
        assert bench.port.faults.not_ready
        with pytest.raises(ConnectionRefusedError):
            await FtpClient.connect(bench.address)
        assert await client.ask("PWD") == '257 "/" is current directory'
        assert await client.ask("QUIT") == "221 Goodbye"
        await asyncio.sleep(1)
        with pytest.raises(ConnectionRefusedError):
            await FtpClient.connect(bench.address)
        bench.port.faults.clear()
        await log_in(bench)


@pytest.mark.parametrize(("then", "reply"), [("told", "426 Connection closed; transfer aborted"), ("lost", "")])
async def test_cut(log_in: LogIn, then: str, reply: str) -> None:
    """The file is cut; the session goes on or is lost."""
    async with FtpBench() as bench:
        bench.port.faults.cut_after, bench.port.faults.cut_then = 20000, then  # type: ignore[assignment] # of the table
        client = await log_in(bench)
        await client.offer_port()
        assert await client.ask(f"RETR {LP_PATH}") == "150 Opening data connection"
        assert await (await client.data()).read() == LP[:20000]
        try:
            assert await client.reply() == reply
        except ConnectionResetError:
            assert reply == ""


async def test_cut_unnoticed(log_in: LogIn) -> None:
    """The meter believes that all is there: only the size tells. A short file is not cut, a list neither."""
    async with FtpBench() as bench:
        bench.port.faults.cut_after, bench.port.faults.cut_then = 256, "unnoticed"
        client = await log_in(bench)
        assert await client.fetch(f"RETR {LP_PATH}") == LP[:256]
        assert await client.fetch("RETR /NIKON001.DSC") == bytes(range(256))
        bench.port.faults.cut_after = 10
        assert len(await client.fetch("LIST")) > 100


async def test_cut_of_a_file_that_cannot_be_sent(log_in: LogIn) -> None:
    """Without a data connection there is nothing to cut."""
    async with FtpBench() as bench:
        bench.port.faults.cut_after, bench.port.faults.cut_then = 10, "lost"
        client = await log_in(bench)
        assert await client.ask(f"RETR {LP_PATH}") == "425 Use PORT first"


async def test_faults_that_are_cleared() -> None:
    """Nothing is left of them, and the port is told."""
    told: list[bool] = []
    faults = FtpFaults(lambda: told.append(True))
    before = dict(vars(faults))
    faults.login_fails = faults.active_only = faults.data_blocked = faults.not_ready = True
    faults.data_blocked_s, faults.cut_after, faults.cut_then, faults.session_release_s = None, 1, "lost", 5.0
    faults.clear()
    assert {name: value for name, value in vars(faults).items() if name != "strikes"} == {
        name: value for name, value in before.items() if name != "strikes"
    }
    assert faults.strikes("cut_after")
    assert len(told) == 3
