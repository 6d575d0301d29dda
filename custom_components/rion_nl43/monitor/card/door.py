"""The meter's only FTP session, as this process sees it: the card's transfers and the diagnosis' probe share it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...nl43 import greets


class FtpDoor:
    """Lets one in at a time."""

    def __init__(self) -> None:
        """Nobody is in."""
        self._turn = asyncio.Lock()
        self._asking: set[asyncio.Future[bool]] = set()

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Have the FTP port alone for the body of the `with`."""
        async with self._turn:
            try:
                yield
            finally:
                self._answer(False)

    def heard(self) -> None:
        """Whoever is in has just heard of the meter."""
        self._answer(True)

    async def greets(self, host: str, port: int) -> bool:
        """Return whether the FTP server lives; while somebody is in, that is so as soon as he hears of it."""
        while self._turn.locked():
            heard = asyncio.get_running_loop().create_future()
            self._asking.add(heard)
            try:
                if await heard:
                    return True
            finally:
                self._asking.discard(heard)
        async with self.hold():
            return await greets(host, port)

    def _answer(self, heard: bool) -> None:
        for asking in self._asking:
            if not asking.done():
                asking.set_result(heard)
