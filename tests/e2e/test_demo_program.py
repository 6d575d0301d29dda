"""The demo as its user starts it: one command, one address, one key to end it."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import os
from pathlib import Path
import re
import signal
import socket
import subprocess

import aiohttp
import pytest

from script.demo_home import ROOT, meters as demo
from script.demo_home.api import Api
from script.demo_home.home import PASSWORD, USERNAME

pytestmark = pytest.mark.asyncio(loop_scope="session")

READY_TIMEOUT_S = 300
STOP_TIMEOUT_S = 90
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@contextlib.asynccontextmanager
async def demo_program(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run script/demo until the block is left, from a folder of somebody else; give what it says once it is ready."""
    process = await asyncio.create_subprocess_exec(
        ROOT / "script" / "demo", *arguments, cwd="/", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            said = (await process.stdout.readuntil(b"Ctrl-C ends")).decode()
        yield process, said
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.communicate()


def running_under(folder: Path) -> list[str]:
    """Name the programs that were started with this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if str(folder) in command and process.name != str(os.getpid()):
                found.append(command)
    return found


async def level_count(url: str) -> int:
    """Log in as the demo says and count the meters whose level is live."""
    async with aiohttp.ClientSession() as session:
        api = Api(session, url)
        await api.log_in(USERNAME, PASSWORD)
        states = await api.get("/api/states")
    levels = [state["state"] for state in states if re.fullmatch(r"sensor\..*_lp", state["entity_id"])]
    return sum(level not in demo.NO_LEVEL for level in levels)


async def test_demo_starts_ends_and_starts_again(tmp_path: Path) -> None:
    """Ctrl-C leaves nothing behind but the folder that was to be kept, and the next start goes on from there."""
    folder = tmp_path / "kept"
    for count in (2, 2):
        async with demo_program("--port", "0", "--meters", str(count), "--keep", str(folder)) as (process, said):
            # Home Assistant's address, and that of the meters' own page.
            addresses = ADDRESS.findall(said)
            assert len(addresses) == 2, said
            assert await level_count(addresses[0]) == count
            assert running_under(folder)
        assert process.returncode == 0
        assert not running_under(folder)
    assert (folder / "configuration.yaml").exists()


@pytest.mark.parametrize("fault", ["port", "folder"])
async def test_demo_says_why_it_cannot_start(fault: str) -> None:
    """What the user has to change is said in one sentence, without a traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        arguments, reason = {
            "port": (["--port", port], f"Port {port} cannot be used"),
            "folder": (["--port", "0", "--keep", "/etc"], "is not empty and not of the demo"),
        }[fault]
        status, output = await asyncio.to_thread(run_demo, arguments)
    assert status == 1
    assert reason in output
    assert "Traceback" not in output


def run_demo(arguments: list[str]) -> tuple[int, str]:
    """Run script/demo to its end, which comes at once here."""
    finished = subprocess.run(  # noqa: S603 # our own program
        [ROOT / "script" / "demo", *arguments], capture_output=True, text=True, timeout=READY_TIMEOUT_S, check=False
    )
    return finished.returncode, finished.stdout + finished.stderr
