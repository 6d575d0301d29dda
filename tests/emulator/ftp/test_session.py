"""A session: every command and every reply."""

import asyncio
from datetime import datetime

import pytest

from emulator.card.files import Blob, CardFiles

from .bench import FILES, LEQ, LEQ_PATH, LP, LP_PATH, MODIFIED, FtpBench, Growing
from .client import FtpClient
from .conftest import LogIn

OTHERS = ("EPRT |1|127.0.0.1|9999|", "MDTM x", "NLST", "MLSD", "REST 5", "STOR x", "FEAT", "NOOP", "SYST", "ABOR")

pytestmark = pytest.mark.usefixtures("virtual_clock", "no_loop_errors")


async def test_before_login() -> None:
    """Nothing but a login is taken, not even what is no command; and one may leave."""
    async with FtpBench() as bench:
        client = await FtpClient.connect(bench.address)
        assert await client.reply() == "220 Connection Ready"
        for line in ("PWD", "LIST", "PASV", "SYST", "", "\x00$%", "PORT 127,0,0,1,9,9"):
            assert await client.ask(line) == "530 Not logged in"
        assert await client.ask("QUIT") == "221 Goodbye"
        assert await client.reply() == ""
        await client.close()


@pytest.mark.parametrize(
    "lines", [["PASS 0000"], ["USER USER", "PASS 1"], ["USER user", "PASS 0000"], ["USER USER", "PASS"]]
)
async def test_wrong_login(lines: list[str]) -> None:
    """The meter says so after the password; one may try again."""
    async with FtpBench() as bench:
        client = await FtpClient.connect(bench.address)
        assert await client.reply() == "220 Connection Ready"
        assert [await client.ask(line) for line in lines][-1] == "530 Login Fail"
        assert await client.ask("PWD") == "530 Not logged in"
        assert await client.ask("USER USER") == "331 Password required"
        assert await client.ask("PASS 0000") == "230 Login OK"
        await client.close()
        await asyncio.sleep(1)
        [session] = bench.log.sessions
        assert (session.user, session.failed_logins) == ("USER", 1)
        assert bench.log.report()["logins"] == {"accepted": 1, "failed": 1}


async def test_another_login() -> None:
    """User and password are the config's; a new USER ends what was before."""
    async with FtpBench(ftp_user="noise", ftp_password="a b") as bench:  # noqa: S106 # no secret
        client = await FtpClient.log_in(bench.address, ("noise", "a b"))
        assert await client.ask("USER noise") == "331 Password required"
        assert await client.ask("PWD") == "530 Not logged in"
        await client.close()


async def test_types(log_in: LogIn) -> None:
    """ASCII and binary, in any case; they are the same to the meter."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        assert await client.ask("TYPE A") == "200 Type set to A"
        assert await client.ask("type i") == "200 Type set to I"
        assert await client.ask("TYPE E") == "504 Parameter not implemented"
        assert await client.fetch(f"RETR {LEQ_PATH}") == LEQ


async def test_walking_through_folders(log_in: LogIn) -> None:
    """CWD, CDUP and PWD; nothing is above the root."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        assert await client.ask("PWD") == '257 "/" is current directory'
        assert await client.ask("CWD NL-43/Auto_0020") == "250 Directory changed"
        assert await client.ask("CWD ../../../../../NL-43") == "250 Directory changed"
        assert await client.ask("PWD") == '257 "/NL-43" is current directory'
        assert await client.ask("CWD nothing") == "550 No such file or directory"
        assert await client.ask("CWD /NIKON001.DSC") == "550 Not a directory"
        assert await client.ask("CDUP") == "250 Directory changed"
        assert await client.ask("CDUP") == "250 Directory changed"
        assert await client.ask("PWD") == '257 "/" is current directory'


async def test_listing(log_in: LogIn) -> None:
    """Of the folder one is in, of a path, of one file; options are passed over."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        root = (
            b"drwxrwxrwx 1 user group        0 Mar 02 07:30 DCIM\r\n"
            b"drwxrwxrwx 1 user group        0 Mar 02 07:30 NL-43\r\n"
            b"-rwxrwxrwx 1 user group      256 Mar 02 07:30 NIKON001.DSC\r\n"
        )
        assert await client.fetch("LIST") == root
        assert await client.fetch("LIST -la") == root
        assert await client.fetch("LIST -a -l /") == root
        folder = LP_PATH.rpartition("/")[0]
        line = f"-rwxrwxrwx 1 user group {len(LP):8d} Mar 02 07:30 NL_0001_SLM_Lp _0020_0001.rnd\r\n"
        assert await client.fetch(f"LIST {folder}") == line.encode()
        assert await client.fetch(f"LIST {LP_PATH}") == line.encode()
        assert await client.ask(f"CWD {folder}") == "250 Directory changed"
        assert await client.fetch("LIST") == line.encode()


async def test_empty_folder(log_in: LogIn) -> None:
    """No line at all."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        assert await client.fetch("LIST /DCIM") == b""


async def test_listing_of_nothing(log_in: LogIn) -> None:
    """What is not there is told before any data connection."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        assert await client.offer_port() == "200 PORT command successful"
        assert await client.ask("LIST /nothing") == "550 No such file or directory"
        assert await client.ask("LIST /NIKON001.DSC/x") == "550 No such file or directory"
        assert await client.ask("RETR /nothing") == "550 No such file or directory"
        assert await client.ask("RETR /DCIM") == "550 Not a plain file"
        assert await client.ask("RETR /") == "550 Not a plain file"
        assert await client.ask("LIST") == "150 Opening data connection"
        assert len(await (await client.data()).read()) > 0
        assert await client.reply() == "226 Transfer complete"


async def test_folder_that_goes_while_one_is_in_it(log_in: LogIn) -> None:
    """There is nothing left to list."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        assert await client.ask("CWD /DCIM") == "250 Directory changed"
        bench.files.discard("/DCIM")
        assert await client.ask("LIST") == "550 No such file or directory"


async def test_dots(log_in: LogIn) -> None:
    """The folder itself and the one above may be listed, with their own dates; the root has none but now."""
    async with FtpBench(ftp_lists_dots=True) as bench:
        bench.files.make_folder("/old", datetime(2024, 12, 23))
        bench.files.make_folder("/old/new", MODIFIED)
        client = await log_in(bench)
        line = b"drwxrwxrwx 1 user group        0 %s\r\n"
        assert await client.fetch("LIST /old/new") == line % b"Mar 02 07:30 ." + line % b"Mar 02 07:30 .."
        assert await client.fetch("LIST /DCIM") == line % b"Mar 02 07:30 ." + line % b"Mar 02 08:00 .."
        assert (await client.fetch("LIST /")).startswith(line % b"Mar 02 08:00 ." + line % b"Mar 02 08:00 ..")


async def test_fetching(log_in: LogIn) -> None:
    """By absolute and by relative path, in any case, with spaces in the name; sizes and contents agree."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        for path, content in FILES.items():
            assert await client.fetch(f"RETR {path}") == content
        assert await client.ask("CWD /NL-43/Auto_0020/Auto_Lp_01") == "250 Directory changed"
        assert await client.fetch("RETR NL_0001_SLM_Lp _0020_0001.rnd") == LP
        assert await client.fetch("RETR ../auto_leq/nl_0001_slm_leq_0020_0001.RND") == LEQ
        assert bench.log.sessions[0].bytes_sent == sum(map(len, FILES.values())) + len(LP) + len(LEQ)
        assert bench.log.sessions[0].transfers == len(FILES) + 2


async def test_growing_file(log_in: LogIn) -> None:
    """A file is sent as long as it was when it was asked for, and more of it the next time."""
    files = CardFiles(10**9)
    files.put("/growing", Growing(), MODIFIED)
    async with FtpBench(files) as bench:
        client = await log_in(bench)
        first = await client.fetch("RETR growing")
        second = await client.fetch("RETR growing")
        assert 40000 < len(first) < len(second)
        assert second.startswith(first)


async def test_ports(log_in: LogIn) -> None:
    """The meter connects to its client alone, and only after it was told where to."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        for line in ("PORT", "PORT 127,0,0,1", "PORT 127,0,0,1,256,1", "PORT x"):
            assert await client.ask(line) == "501 Syntax error in parameters"
        for line in ("PORT 127,0,0,2,200,1", "PORT 10,0,0,1,200,1", "PORT 127,0,0,1,0,22", "PORT 127,0,0,1,0,0"):
            assert await client.ask(line) == "500 Illegal PORT command"
        assert await client.ask("LIST") == "425 Use PORT first"
        assert await client.ask(f"RETR {LP_PATH}") == "425 Use PORT first"
        assert len(await client.fetch("LIST")) > 0
        assert await client.ask("LIST") == "425 Use PORT first"


async def test_data_connection_refused(log_in: LogIn) -> None:
    """Nobody listens where the client said."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        assert await client.offer_port() == "200 PORT command successful"
        await client.refuse_data()
        assert await client.ask("LIST") == "425 Can't open data connection"
        assert len(await client.fetch("LIST")) > 0


async def test_data_connection_from_the_meter(log_in: LogIn) -> None:
    """It comes from the meter's address, and from a port of its own."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        await client.fetch("LIST")
        host, port = client._data_writers[0].get_extra_info("peername")
        assert host == "127.0.0.1"
        assert port not in {20, bench.address[1]}


async def test_client_breaks_a_transfer_off(log_in: LogIn) -> None:
    """The session goes on."""
    files = CardFiles(10**9)
    files.put("/big", Blob(bytes(20_000_000), MODIFIED), MODIFIED)
    async with FtpBench(files) as bench:
        client = await log_in(bench)
        await client.offer_port()
        assert await client.ask("RETR big") == "150 Opening data connection"
        await (await client.data()).read(1000)
        client._data_writers[0].transport.abort()
        assert await client.reply() == "426 Connection closed; transfer aborted"
        assert await client.ask("PWD") == '257 "/" is current directory'


async def test_client_hangs_up_in_a_transfer(log_in: LogIn) -> None:
    """Nothing of the session is left, and the next client is served."""
    files = CardFiles(10**9)
    files.put("/big", Blob(bytes(20_000_000), MODIFIED), MODIFIED)
    async with FtpBench(files) as bench:
        client = await log_in(bench)
        await client.offer_port()
        assert await client.ask("RETR big") == "150 Opening data connection"
        data = await client.data()
        client.writer.close()
        await client.writer.wait_closed()
        while await data.read(65536):
            pass
        again = await log_in(bench)
        assert await again.ask("PWD") == '257 "/" is current directory'
        assert bench.violations == []


async def test_other_commands(log_in: LogIn) -> None:
    """What was not seen to work is not implemented; what is no word is no command."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        for line in (*OTHERS, "PASV", "EPSV", "SIZE /NIKON001.DSC", "DELE /NIKON001.DSC"):
            assert await client.ask(line) == "502 Not Implemented"
        for line in ("", " PWD", "\xff\xf4PWD", "1", "x" * 600):
            assert await client.ask(line) == "500 Syntax error"
        counts = bench.log.report()["by_command"]
        assert isinstance(counts, dict)
        assert counts == {"(no command)": len(OTHERS) + 4 + 5, "USER": 1, "PASS": 1}


async def test_more_commands(log_in: LogIn) -> None:
    """SIZE and DELE, if the meter has them."""
    async with FtpBench(ftp_commands=frozenset({"SIZE", "DELE"})) as bench:
        client = await log_in(bench)
        assert await client.ask(f"SIZE {LP_PATH}") == f"213 {len(LP)}"
        assert await client.ask(f"DELE {LP_PATH}") == "250 File deleted"
        assert not bench.files.exists(LP_PATH)
        for verb in ("SIZE", "DELE"):
            assert await client.ask(f"{verb} {LP_PATH}") == "550 No such file or directory"
            assert await client.ask(f"{verb} /DCIM") == "550 Not a plain file"
            assert await client.ask(f"{verb} /") == "550 Not a plain file"


async def test_file_that_is_being_written(log_in: LogIn) -> None:
    """It cannot be deleted."""
    async with FtpBench(ftp_commands=frozenset({"DELE"})) as bench:
        bench.files.put("/now", Blob(b"1", MODIFIED), MODIFIED, being_written=True)
        client = await log_in(bench)
        assert await client.ask("DELE now") == "550 Permission denied"


async def test_commands_in_one_piece(log_in: LogIn) -> None:
    """They are answered one after another, however many there are."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        client.send(b"PWD\r\nNOOP\r\n" * 500 + b"QUIT\r\n")
        for _ in range(500):
            assert await client.reply() == '257 "/" is current directory'
            assert await client.reply() == "502 Not Implemented"
        assert await client.reply() == "221 Goodbye"
        assert await client.reply() == ""


async def test_client_that_does_not_read(log_in: LogIn) -> None:
    """The meter waits with it, and neither forgets nor piles up anything."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        count = 20000
        client.writer.transport.set_write_buffer_limits(high=0)
        sending = asyncio.get_running_loop().create_task(_send_all(client, b"PWD\r\n", count))
        await asyncio.sleep(60)
        waiting = bench.log.sessions[0].commands
        for _ in range(count):
            assert await client.reply() == '257 "/" is current directory'
        await sending
        assert waiting < count
        assert bench.log.sessions[0].commands == count + 2


async def _send_all(client: FtpClient, data: bytes, count: int) -> None:
    for _ in range(count):
        client.send(data)
        await client.writer.drain()


async def test_records(log_in: LogIn) -> None:
    """Sessions and commands with their times and replies; passwords are left out."""
    async with FtpBench() as bench:
        client = await log_in(bench)
        await client.fetch("LIST /DCIM")
        await client.close()
        await asyncio.sleep(1)
        [session] = bench.log.sessions
        assert (session.number, session.served, session.user, session.commands) == (1, True, "USER", 4)
        assert session.closed_at is not None
        assert [(record.line.split(",")[0], record.reply) for record in bench.log.commands] == [
            ("USER USER", "331 Password required"),
            ("PASS", "230 Login OK"),
            ("PORT 127", "200 PORT command successful"),
            ("LIST /DCIM", "226 Transfer complete"),
        ]
        assert all(record.session == 1 and record.replied_at is not None for record in bench.log.commands)
        assert bench.log.report() == {
            "sessions": {"total": 1, "served": 1, "open": 0},
            "logins": {"accepted": 1, "failed": 0},
            "by_command": {"USER": 1, "PASS": 1, "PORT": 1, "LIST": 1},
            "transfers": {"total": 1, "bytes": 0},
        }
