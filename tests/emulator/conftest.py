"""Fixtures for the tests of the emulator."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from emulator import EmulatedMeter

from .client import Client

type Connect = Callable[[EmulatedMeter], Awaitable[Client]]


@pytest.fixture
async def no_loop_errors() -> AsyncIterator[None]:
    """Fail the test if the event loop had to report an exception that nobody caught."""
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context))
    yield
    assert not errors


@pytest.fixture
async def connect(virtual_time: None, no_loop_errors: None) -> AsyncIterator[Connect]:
    """Return a factory: connect to a meter. The connections are closed at the end of the test."""
    clients: list[Client] = []

    async def connected(meter: EmulatedMeter) -> Client:
        client = await Client.connect(meter)
        clients.append(client)
        return client

    yield connected
    for client in clients:
        await client.close()
