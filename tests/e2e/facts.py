"""What Home Assistant knows of the meters."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from script.demo_home import DOMAIN
from script.demo_home.home import Home

from .visitor import SETTLING_MS, TIMEOUT_MS


async def wait_for(home: Home, keys: Iterable[str], enough: Callable[[str], bool]) -> None:
    """Wait until the states of these entities of all meters are such; they are named as their unique ids end.

    Raises:
        TimeoutError: One of them is not.
    """
    entities = [meter["entities"] for meter in await _meters(home)]
    for entity in [of_meter[key] for of_meter in entities for key in keys if key in of_meter]:
        async with asyncio.timeout(SETTLING_MS / 1000):
            while not enough(await home.api.state(entity)):  # noqa: ASYNC110 # another process has no Event
                await asyncio.sleep(0.5)


async def wait_for_logbook(home: Home, serial: str, message: str) -> None:
    """Wait until the logbook says this of a meter's commands; on the page only what fits is there to be read.

    Raises:
        TimeoutError: It does not.
    """
    (entity,) = [meter["entities"]["command"] for meter in await _meters(home) if meter["serial"] == serial]
    path = f"/api/logbook/{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}?entity={entity}"
    async with asyncio.timeout(TIMEOUT_MS / 1000):
        while message not in [entry.get("message") for entry in await home.api.get(path)]:  # noqa: ASYNC110 # as above
            await asyncio.sleep(0.5)


async def _meters(home: Home) -> list[dict[str, Any]]:
    async with home.api.websocket() as websocket:
        found: list[dict[str, Any]] = (await websocket.command(f"{DOMAIN}/meters"))["meters"]
    return found
