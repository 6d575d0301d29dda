"""A fleet of two, its API, and a client of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
import json
from typing import Any

import aiohttp
import pytest

from emulator import EmulatedMeter, Latency, MeterConfig
from emulator.api import ApiServer
from emulator.fleet import Fleet, configs_of

ONE, TWO = "00830001", "00830002"


@dataclass
class Api:
    """The API as a client sees it."""

    fleet: Fleet
    server: ApiServer
    session: aiohttp.ClientSession

    @property
    def meter(self) -> EmulatedMeter:
        return self.fleet.meters[0]

    async def ask(self, method: str, path: str, body: object = None, status: int = 200) -> Any:
        """Return the answer, which has this status."""
        options: dict[str, Any] = {} if body is None else {"json": body}
        async with self.session.request(method, self.server.url + path, **options) as response:
            answer = await response.json()
            assert response.status == status, answer
            return answer

    async def of(self, path: str = "", method: str = "GET", body: object = None, status: int = 200) -> Any:
        """Ask about the first meter."""
        return await self.ask(method, f"/api/meters/{ONE}{path}", body, status)

    async def refused(self, status: int, method: str, path: str, body: object = None) -> str:
        """Return the words in which it is refused."""
        answer = await self.ask(method, path, body, status)
        assert list(answer) == ["error"]
        return str(answer["error"])


@pytest.fixture
async def api(virtual_time: None) -> AsyncIterator[Api]:
    """Two meters and their API."""
    fleet = Fleet(configs_of(MeterConfig(serial=ONE, latency=Latency.none()), 2))
    await fleet.start(ftp_port=0)
    server = ApiServer(fleet)
    await server.open()
    async with aiohttp.ClientSession() as session:
        yield Api(fleet, server, session)
    await server.close()
    await fleet.stop()


class Listener:
    """Reads server-sent events."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        """Read this answer."""
        self._content = response.content

    async def next(self, *kinds: str) -> tuple[str, Any]:
        """Return the next event of these kinds."""
        while True:
            event = (await self._content.readline()).decode().removeprefix("event: ").strip()
            data = json.loads((await self._content.readline()).decode().removeprefix("data: "))
            assert await self._content.readline() == b"\n"
            if event in kinds:
                return event, data
