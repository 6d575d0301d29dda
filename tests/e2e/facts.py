"""What Home Assistant knows of the meters."""

import asyncio
from collections.abc import Callable, Iterable

from script.demo_home import DOMAIN
from script.demo_home.home import Home

from .visitor import SETTLING_MS


async def wait_for(home: Home, keys: Iterable[str], enough: Callable[[str], bool]) -> None:
    """Wait until the states of these entities of all meters are such; they are named as their unique ids end.

    Raises:
        TimeoutError: One of them is not.
    """
    async with home.api.websocket() as websocket:
        known = (await websocket.command(f"{DOMAIN}/meters"))["meters"]
    for entity in [meter["entities"][key] for meter in known for key in keys if key in meter["entities"]]:
        async with asyncio.timeout(SETTLING_MS / 1000):
            while not enough(await home.api.state(entity)):  # noqa: ASYNC110 # another process has no Event
                await asyncio.sleep(0.5)
