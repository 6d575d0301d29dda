"""The pictures on a meter's card: small enough to be kept for a while, and fetched in one session as many as wanted."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Final

from .card_paths import entry_at
from .monitor import ActivityKind, MeterCard
from .nl43 import LinkClosed, NL43Error
from .nl43.ftp import FtpFileRefused, FtpSession, FtpTooLarge

PICTURE_LIMIT: Final = 4 * 2**20
KEPT_BYTES: Final = 8 * 2**20

# Its path on the card, and what tells it from another one that has taken its place.
type Key = tuple[str, str]


class CardPictures:
    """Fetches each picture once, however many want it, and keeps the last ones; `start` starts a task of the meter."""

    def __init__(self, card: MeterCard, start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]) -> None:
        """Have none yet."""
        self._card = card
        self._start = start
        self._kept = OrderedDict[Key, bytes]()
        self._wanted: dict[Key, asyncio.Future[bytes]] = {}
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, path: str, version: str) -> bytes:
        """Return a picture; raises what `MeterCard.session` and `FtpSession.download` raise."""
        key = path, version
        if (kept := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return kept
        wanted = self._wanted.setdefault(key, asyncio.get_running_loop().create_future())
        if self._fetching is None or self._fetching.done():
            self._fetching = self._start(self._fetch())
        return await asyncio.shield(wanted)

    async def _fetch(self) -> None:
        """Fetch what is wanted, and what comes to be wanted meanwhile."""
        try:
            while self._wanted:
                try:
                    async with self._card.session(ActivityKind.DOWNLOADING) as session:
                        while self._wanted and session.usable:
                            await self._fetch_one(session, next(iter(self._wanted)))
                except NL43Error as error:
                    self._give_up(error)
        finally:
            self._give_up(LinkClosed("the meter is not watched any more"))

    async def _fetch_one(self, session: FtpSession, key: Key) -> None:
        data = bytearray()

        async def take(chunk: bytes) -> None:
            data.extend(chunk)

        try:
            # What is cut short without a word is found out by its size alone.
            found = await entry_at(session, key[0], self._card.now())
            await session.download(key[0], take, limit=PICTURE_LIMIT, listed=found.size)
        except (FtpFileRefused, FtpTooLarge) as error:
            self._wanted.pop(key).set_exception(error)
        else:
            self._keep(key, bytes(data))
            self._wanted.pop(key).set_result(bytes(data))

    def _keep(self, key: Key, data: bytes) -> None:
        self._kept[key] = data
        while sum(map(len, self._kept.values())) > KEPT_BYTES:
            self._kept.popitem(last=False)

    def _give_up(self, error: NL43Error) -> None:
        for wanted in self._wanted.values():
            wanted.set_exception(error)
        self._wanted.clear()
