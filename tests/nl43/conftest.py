"""A link to an emulated meter, closed at the end of the test without a trace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import random
from typing import Any

import pytest

from custom_components.rion_nl43.nl43 import Link, Meter
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

type LinkFactory = Callable[..., Link]
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
def connect(emulated_meter: MeterFactory, make_link: LinkFactory) -> Connect:
    """Let a test have a meter and a connected link to it: `emulated, meter = await connect(**config)`."""

    async def start(**config: Any) -> tuple[EmulatedMeter, Meter]:
        emulated = await emulated_meter(**config)
        link = make_link(emulated.host, emulated.port)
        link.open()
        await link.connected()
        return emulated, Meter(link)

    return start
