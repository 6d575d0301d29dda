"""The client with a server that others wrote, in both modes."""

from collections.abc import Iterator
from datetime import UTC, datetime
import os
from pathlib import Path
import threading
from typing import Any

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer
import pytest

from custom_components.rion_nl43.nl43 import FtpLoginFailed, check_login
from custom_components.rion_nl43.nl43.ftp import (
    FtpClient,
    FtpFileRefused,
    FtpModeRefused,
    fetch_file,
    fetch_folder,
    greets,
)

from .helpers import LOGIN, client_of

pytestmark = pytest.mark.real_time

MODES: list[dict[str, Any]] = [{"passive": False}, {"passive": True}]
FILES = {
    "Auto_0020/Auto_Lp_01/NL_0001_SLM_Lp _0020_0001.rnd": bytes(range(256)) * 5000,
    "Auto_0020/NL_0001_SLM_0020_0000.rnh": b"CSV\r\n",
    "Manual_0019/NL_0001_SLM_MAN_0019_0000.rnd": b"",
}
MODIFIED = datetime(2025, 12, 24, 2, 13, tzinfo=UTC)
TURN_S = 0.02


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Lay the files into a folder that is served."""
    for name, data in FILES.items():
        path = tmp_path / "card" / "NL-43" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (MODIFIED.timestamp(), MODIFIED.timestamp()))
    (tmp_path / "card" / "DCIM").mkdir()
    return tmp_path / "card"


@pytest.fixture
def server(card: Path, socket_enabled: None) -> Iterator[tuple[str, int]]:
    """Serve the card from a thread; yields host and port."""
    authorizer = DummyAuthorizer()
    authorizer.add_user(*LOGIN, str(card))
    settings = {"authorizer": authorizer, "use_gmt_times": True, "auth_failed_timeout": 0, "use_sendfile": False}
    serving = FTPServer(("127.0.0.1", 0), type("Handler", (FTPHandler,), settings), ioloop=IOLoop())
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            serving.serve_forever(timeout=TURN_S, blocking=False, handle_exit=False)
        serving.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    yield serving.address
    ended.set()
    thread.join()


@pytest.mark.parametrize("mode", MODES)
async def test_a_folder_is_listed_and_fetched(server: tuple[str, int], tmp_path: Path, mode: dict[str, Any]) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    async with client_of(server, **mode).session() as session:
        assert {(entry.name, entry.is_folder) for entry in await session.list("/", now)} == {
            ("DCIM", True),
            ("NL-43", True),
        }
        assert await session.list("/DCIM", now) == []
        (header,) = [entry for entry in await session.list("/NL-43/Auto_0020", now) if not entry.is_folder]
        assert (header.name, header.size) == ("NL_0001_SLM_0020_0000.rnh", 5)
        assert header.modified.date() == MODIFIED.date()
        fetched = await fetch_folder(session, "/NL-43", tmp_path / "here", now)
    assert not fetched.left
    assert {str(path.relative_to(tmp_path / "here")): path.read_bytes() for path in fetched.files} == FILES


@pytest.mark.parametrize("mode", MODES)
async def test_what_is_not_there_does_not_end_the_session(
    server: tuple[str, int], tmp_path: Path, mode: dict[str, Any]
) -> None:
    async with client_of(server, **mode).session() as session:
        with pytest.raises(FtpFileRefused):
            await fetch_file(session, "/NL-43/nothing.rnd", tmp_path / "nothing.rnd")
        with pytest.raises(FtpFileRefused):
            await session.list("/nowhere", MODIFIED.replace(tzinfo=None))
        path = "/NL-43/Auto_0020/NL_0001_SLM_0020_0000.rnh"
        assert await fetch_file(session, path, tmp_path / "x.rnh", listed=5) == 5


async def test_logins(server: tuple[str, int]) -> None:
    await check_login(*server, *LOGIN)
    assert await greets(*server)
    with pytest.raises(FtpLoginFailed):
        async with FtpClient(server[0], LOGIN[0], "wrong", port=server[1]).session():
            pass


async def test_a_server_that_knows_no_passive_mode(
    server: tuple[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for verb in ("PASV", "EPSV"):
        monkeypatch.delitem(FTPHandler.proto_cmds, verb)
    path = "/NL-43/Auto_0020/NL_0001_SLM_0020_0000.rnh"
    async with client_of(server, passive=True).session() as session:
        with pytest.raises(FtpModeRefused):
            await fetch_file(session, path, tmp_path / "x.rnh")
    async with client_of(server).session() as session:
        assert await fetch_file(session, path, tmp_path / "x.rnh") == 5
