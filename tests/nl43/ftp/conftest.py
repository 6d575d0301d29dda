"""Every test of the FTP client leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .no_traces import half_files, open_sockets


@pytest.fixture(autouse=True)
async def no_traces(socket_enabled: None, tmp_path: Path) -> AsyncIterator[None]:
    """Fail if sockets, tasks or half files are left."""
    sockets, tasks = open_sockets(), asyncio.all_tasks()
    yield
    for _ in range(5):  # the loop closes sockets in its next turns
        await asyncio.sleep(0)
    assert open_sockets() <= sockets
    assert not asyncio.all_tasks() - tasks - {asyncio.current_task()}
    assert not half_files(tmp_path)
