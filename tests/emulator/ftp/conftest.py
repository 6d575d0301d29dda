"""Fixtures for the tests of the FTP server."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from .bench import FtpBench
from .client import FtpClient

type LogIn = Callable[[FtpBench], Awaitable[FtpClient]]


@pytest.fixture
async def log_in(virtual_time: None, no_loop_errors: None) -> AsyncIterator[LogIn]:
    """Return a factory of sessions that are logged in; they are closed at the end of the test."""
    clients: list[FtpClient] = []

    async def logged_in(bench: FtpBench) -> FtpClient:
        clients.append(await FtpClient.log_in(bench.address))
        return clients[-1]

    yield logged_in
    for client in clients:
        await client.close()
