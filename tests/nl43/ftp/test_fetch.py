"""Files and folders of the card become files and folders here, whole or not at all."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import threading
from typing import Any

import pytest

from custom_components.rion_nl43.nl43.ftp import (
    FolderBounds,
    FtpFileRefused,
    FtpLost,
    FtpTooLarge,
    UnsafeName,
    fetch_file,
    fetch_folder,
)
from emulator.card.files import Blob
from tests.emulator.ftp.bench import FILES, LP, LP_PATH, MODIFIED, FtpBench, card

from .helpers import NOW, client_of


def contents(folder: Path) -> dict[str, bytes]:
    return {f"/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_file_is_fetched_without_a_block_of_the_loop(tmp_path: Path) -> None:
    jobs = list[str]()

    async def run(function: Callable[..., Any], *arguments: Any) -> Any:
        jobs.append(function.__name__)
        return await asyncio.to_thread(function, *arguments)

    target = tmp_path / "new" / "x.rnd"
    async with FtpBench() as bench, client_of(bench.address).session() as session:
        assert await fetch_file(session, LP_PATH, target, listed=len(LP), run=run) == len(LP)
    assert contents(tmp_path) == {"/new/x.rnd": LP}
    assert (jobs[0], *jobs[-2:]) == ("open", "keep", "discard")


async def test_a_broken_transfer_leaves_the_old_file_and_is_fetched_again(tmp_path: Path) -> None:
    target = tmp_path / "x.rnd"
    await asyncio.to_thread(target.write_bytes, b"old")
    async with FtpBench() as bench:
        bench.port.faults.cut_after = 5000
        client = client_of(bench.address)
        with pytest.raises(FtpLost):
            async with client.session() as session:
                await fetch_file(session, LP_PATH, target, listed=len(LP))
        assert contents(tmp_path) == {"/x.rnd": b"old"}
        bench.port.faults.clear()
        async with client.session() as session:
            await fetch_file(session, LP_PATH, target, listed=len(LP))
    assert contents(tmp_path) == {"/x.rnd": LP}


async def test_an_error_of_this_computer_is_told_as_it_is(tmp_path: Path) -> None:
    await asyncio.to_thread(Path(tmp_path, "file").write_bytes, b"")
    async with FtpBench() as bench, client_of(bench.address).session() as session:
        with pytest.raises(FileExistsError):
            await fetch_file(session, LP_PATH, tmp_path / "file" / "x.rnd")
        assert session.usable


@pytest.mark.parametrize("job", ["open", "write", "keep"])
async def test_a_cancellation_waits_for_the_thread_and_leaves_no_half_file(tmp_path: Path, job: str) -> None:
    reached, go_on = asyncio.Event(), threading.Event()

    async def run(function: Callable[..., Any], *arguments: Any) -> Any:
        if function.__name__ == job:
            reached.set()
            await asyncio.to_thread(go_on.wait)
        return await asyncio.to_thread(function, *arguments)

    async def work() -> None:
        async with client_of(bench.address).session() as session:
            await fetch_file(session, LP_PATH, tmp_path / "x.rnd", run=run)

    async with FtpBench() as bench:
        task = asyncio.create_task(work())
        await reached.wait()
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert contents(tmp_path) == ({"/x.rnd": LP} if job == "keep" else {})


@pytest.mark.parametrize("with_progress", [False, True])
async def test_a_folder_is_fetched_with_all_that_is_in_it(tmp_path: Path, with_progress: bool) -> None:
    told = list[int]()
    async with FtpBench() as bench, client_of(bench.address).session() as session:
        fetched = await fetch_folder(session, "/", tmp_path, NOW, progress=told.append if with_progress else None)
    assert contents(tmp_path) == FILES
    assert sorted(fetched.files) == sorted(tmp_path / path[1:] for path in FILES)
    assert not fetched.left
    assert fetched.size == sum(map(len, FILES.values()))
    assert told == sorted(told)
    assert told[-1:] == ([fetched.size] if with_progress else [])


async def test_what_cannot_be_had_or_named_is_left_and_told(tmp_path: Path) -> None:
    files = card()
    files._locks = True
    files.put("/NL-43/locked.rnd", Blob(b"123", MODIFIED), MODIFIED, being_written=True)
    for name in ("aux.rnd", "..\\x", "C:x"):
        files.put(f"/NL-43/{name}", Blob(b"123", MODIFIED), MODIFIED)
    async with FtpBench(files) as bench, client_of(bench.address).session() as session:
        fetched = await fetch_folder(session, "/NL-43", tmp_path, NOW)
        assert {path: type(error) for path, error in fetched.left.items()} == {
            "/NL-43/locked.rnd": FtpFileRefused,
            "/NL-43/aux.rnd": UnsafeName,
            "/NL-43/..\\x": UnsafeName,
            "/NL-43/C:x": UnsafeName,
        }
        nowhere = await fetch_folder(session, "/nowhere", tmp_path, NOW)
        assert list(nowhere.left) == ["/nowhere"]
    assert contents(tmp_path) == {path[6:]: data for path, data in FILES.items() if path.startswith("/NL-43")}


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (FolderBounds(depth=2), "more than 2 folders"),
        (FolderBounds(entries=4), "more than 4 files"),
        (FolderBounds(size=1000), "that are allowed"),
        (FolderBounds(file_size=1000), "more than the 1000 that are allowed"),
    ],
)
async def test_a_folder_has_bounds(tmp_path: Path, bounds: FolderBounds, words: str) -> None:
    async with FtpBench() as bench, client_of(bench.address).session() as session:
        with pytest.raises(FtpTooLarge, match=words):
            await fetch_folder(session, "/", tmp_path, NOW, bounds=bounds)
        assert session.usable
