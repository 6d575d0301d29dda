"""Clients that others have written fetch what is on the card. They run on the machine's own clock."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ftplib import FTP, error_perm
from io import BytesIO
from pathlib import Path
import re

import aioftp
import pytest

from emulator.card.files import CardFiles
from emulator.ftp.paths import resolved

from .bench import FILES, FOLDERS, LP, LP_PATH, MODIFIED, FtpBench, Growing, card

LINE = re.compile(r"([d-])rwxrwxrwx 1 user group +(\d+) [A-Z][a-z]{2} [0-3]\d (?:[012]\d:[0-5]\d|20\d\d) (.*)")
PATIENCE_S = 30.0
TREE = {*FILES, *FOLDERS, "/NL-43/Manual_0019"}

pytestmark = pytest.mark.real_time


@pytest.fixture
async def bench() -> AsyncIterator[FtpBench]:
    """Return an FTP server as the instrument has it, and on its card a file that grows."""
    files = card()
    files.put("/growing", Growing(), MODIFIED)
    async with FtpBench(files) as server:
        yield server


@contextmanager
def logged_in(address: tuple[str, int]) -> Iterator[FTP]:
    """Return an active session of Python's own client."""
    with FTP(timeout=PATIENCE_S) as ftp:  # noqa: S321 # it is what the instrument speaks
        ftp.connect(*address)
        ftp.login("USER", "0000")
        ftp.set_pasv(False)
        yield ftp


def tree_of(ftp: FTP, folder: str = "/") -> dict[str, tuple[str, int]]:
    """Return kind and size of all that is below a folder."""
    lines: list[str] = []
    ftp.cwd(folder)
    ftp.retrlines("LIST", lines.append)
    found: dict[str, tuple[str, int]] = {}
    for line in lines:
        match = LINE.fullmatch(line)
        assert match, line
        path = resolved(folder, match[3])
        found[path] = match[1], int(match[2])
        if match[1] == "d":
            found |= tree_of(ftp, path)
    return found


def fetch(ftp: FTP, path: str) -> bytes:
    """Return a file."""
    data = BytesIO()
    ftp.retrbinary(f"RETR {path}", data.write)
    return data.getvalue()


def files_below(folder: Path) -> dict[str, bytes]:
    """Return what a client has brought."""
    return {f"/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def run(*command: str) -> bytes:
    """Return what a program writes; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(PATIENCE_S):
        stdout, stderr = await process.communicate()
    assert process.returncode == 0, stderr.decode()
    return stdout


async def test_ftplib(bench: FtpBench) -> None:
    """The whole tree, sizes and contents."""

    def client() -> tuple[dict[str, tuple[str, int]], dict[str, bytes]]:
        with logged_in(bench.address) as ftp:
            tree = tree_of(ftp)
            return tree, {path: fetch(ftp, path) for path, (kind, _) in tree.items() if kind == "-"}

    tree, contents = await asyncio.to_thread(client)
    assert set(tree) == TREE | {"/growing"}
    grown = contents.pop("/growing")
    assert contents == FILES
    assert {path: size for path, (kind, size) in tree.items() if kind == "-" and path != "/growing"} == {
        path: len(data) for path, data in FILES.items()
    }
    # It was listed first and has grown since.
    assert tree["/growing"][1] < len(grown)
    assert bench.violations == []


async def test_ftplib_sees_replies(bench: FtpBench) -> None:
    """What a client is told that asks for what the instrument has not."""

    def client() -> list[str]:
        errors = []
        with logged_in(bench.address) as ftp:
            for line in ("PASV", "EPSV", "MLSD", "NOOP", "RETR nothing", "CWD nothing"):
                with pytest.raises(error_perm) as raised:
                    ftp.sendcmd(line)
                errors.append(str(raised.value))
        return errors

    nothing = "550 No such file or directory"
    assert await asyncio.to_thread(client) == ["502 Not Implemented"] * 4 + [nothing] * 2


async def test_aioftp(tmp_path: Path) -> None:
    """A client that knows passive connections alone, if the meter has them: download of the tree."""
    async with (
        FtpBench(ftp_data="passive") as bench,
        aioftp.Client.context(*bench.address, "USER", "0000", socket_timeout=PATIENCE_S) as client,
    ):
        listed = {str(path): info async for path, info in client.list("/", recursive=True)}
        assert set(listed) == TREE
        assert all(int(listed[path]["size"]) == len(data) for path, data in FILES.items())
        await client.download("/NL-43", str(tmp_path / "NL-43"), write_into=True)
        assert files_below(tmp_path) == {path: data for path, data in FILES.items() if path != "/NIKON001.DSC"}


async def test_aioftp_without_passive_connections(bench: FtpBench) -> None:
    """It cannot list with a meter as it is."""
    async with aioftp.Client.context(*bench.address, "USER", "0000", socket_timeout=PATIENCE_S) as client:
        with pytest.raises(aioftp.StatusCodeError, match="502"):
            await client.list("/")


async def test_curl(bench: FtpBench) -> None:
    """It lists and fetches over active connections, also a name with a space, and a growing file."""
    url = "ftp://{}:{}".format(*bench.address)
    curl = ("curl", "--silent", "--show-error", "--user", "USER:0000", "--ftp-port", "-", "--disable-eprt")
    lines = (await run(*curl, f"{url}/NL-43/Auto_0020/")).decode().splitlines()
    assert [LINE.fullmatch(line).groups() for line in lines] == [  # type: ignore[union-attr] # each line is of that form
        ("d", "0", "Auto_Leq"),
        ("d", "0", "Auto_Lp_01"),
        ("-", "5", "NL_0001_SLM_0020_0000.rnh"),
    ]
    assert await run(*curl, url + LP_PATH.replace(" ", "%20")) == LP
    assert await run(*curl, f"{url}/DCIM/") == b""
    first, second = [await run(*curl, f"{url}/growing") for _ in range(2)]
    assert second.startswith(first)
    assert len(first) < len(second)


async def test_lftp(bench: FtpBench, tmp_path: Path) -> None:
    """It mirrors the tree over active connections."""
    settings = "set ftp:passive-mode no; set net:max-retries 1; set net:timeout 20; set ftp:ssl-allow no;"
    server = "ftp://{}:{}".format(*bench.address)
    script = f"{settings} open -u USER,0000 {server}; mirror /NL-43 {tmp_path}/NL-43; exit"
    await run("lftp", "--norc", "-c", script)
    assert files_below(tmp_path) == {path: data for path, data in FILES.items() if path != "/NIKON001.DSC"}


async def test_empty_card() -> None:
    """There is nothing to see, and that is told."""
    async with FtpBench(CardFiles(0)) as bench:

        def client() -> dict[str, tuple[str, int]]:
            with logged_in(bench.address) as ftp:
                return tree_of(ftp)

        assert await asyncio.to_thread(client) == {}
