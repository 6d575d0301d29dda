"""A link to an emulated meter, closed at the end of the test without a trace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
import random
from typing import Any

import pytest

from custom_components.rion_nl43.nl43 import Link, Meter
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

type LinkFactory = Callable[..., Link]
type Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
type Serve = Callable[[Handler], Awaitable[tuple[str, int]]]
type Connect = Callable[..., Awaitable[tuple[EmulatedMeter, Meter]]]


def link_tasks() -> list[str]:
    """Return the names of all tasks of links that run."""
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("NL-43 link")]


@pytest.fixture
async def make_link() -> AsyncIterator[LinkFactory]:
    """Let a test make links, `make_link(host, port)`; they are closed in the end, and nothing may be left of them."""
    links: list[Link] = []

    def make(host: str, port: int, **kwargs: Any) -> Link:
        link = Link(host, port, rng=random.Random(1), **kwargs)
        links.append(link)
        return link

    yield make
    for link in links:
        await link.close()
    assert not link_tasks()


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncIterator[Serve]:
    """Let a test put something else than a meter on a port, and learn host and port."""
    servers: list[asyncio.Server] = []
    handlers: set[asyncio.Task[None]] = set()

    async def start(handle: Handler) -> tuple[str, int]:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(handle(reader, writer))
            handlers.add(task)
            task.add_done_callback(handlers.discard)

        servers.append(await asyncio.start_server(accept, "127.0.0.1", 0))
        address: tuple[str, int] = servers[-1].sockets[0].getsockname()
        return address

    yield start
    for server in servers:
        server.close()
        server.abort_clients()
    for task in handlers:
        task.cancel()
    await asyncio.gather(*handlers, return_exceptions=True)


@pytest.fixture
def connect(emulated_meter: MeterFactory, make_link: LinkFactory) -> Connect:
    """Give a test an emulated meter and, over a link that is connected, the driver's meter."""

    async def start(**config: Any) -> tuple[EmulatedMeter, Meter]:
        emulated = await emulated_meter(**config)
        link = make_link(emulated.host, emulated.port)
        link.open()
        await link.connected()
        return emulated, Meter(link)

    return start
