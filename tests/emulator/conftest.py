"""Fixtures for the tests of the emulator."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from emulator import EmulatedMeter

from .client import Client

type Connect = Callable[[EmulatedMeter], Awaitable[Client]]


@pytest.fixture
async def connect(virtual_time: None) -> AsyncIterator[Connect]:
    """Return a factory: connect to a meter. The connections are closed at the end of the test."""
    clients: list[Client] = []

    async def connected(meter: EmulatedMeter) -> Client:
        client = await Client.connect(meter)
        clients.append(client)
        return client

    yield connected
    for client in clients:
        await client.close()
