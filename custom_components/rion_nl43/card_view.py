"""The files on meters' cards over HTTP, for whoever may read the meter's entities, as they come from the meter."""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import quote
from weakref import WeakKeyDictionary

from aiohttp import hdrs, web
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import Unauthorized

from .card_access import async_meter_with
from .card_paths import FILE_URL, SHOWN, entry_at, is_picture, media_type, names_of, on_card
from .card_pictures import CardPictures
from .card_spool import Spool
from .const import DOMAIN, LOGGER
from .coordinator import RionConfigEntry
from .errors import async_in_words, to_home_assistant_error
from .meter_targets import async_may
from .monitor import ActivityKind, CardNotQuiet, MeterCard, NoFtp
from .nl43 import NL43Error
from .nl43.ftp import FtpFileRefused, UnsafeName

# In the address of a picture: what tells it from another one of the same name.
VERSION: Final = "version"
# The first class that an error belongs to names the status.
STATUS: Final[tuple[tuple[type[NL43Error], HTTPStatus], ...]] = (
    (FtpFileRefused, HTTPStatus.NOT_FOUND),
    (NoFtp, HTTPStatus.NOT_FOUND),
    (CardNotQuiet, HTTPStatus.SERVICE_UNAVAILABLE),
    (NL43Error, HTTPStatus.BAD_GATEWAY),
)


@callback
def async_setup_card_view(hass: HomeAssistant) -> None:
    """Serve the files."""
    hass.http.register_view(CardView())


class CardView(HomeAssistantView):
    """A file on a card: fetched when it is asked for, one after the other."""

    url = FILE_URL
    name = f"api:{DOMAIN}:card"

    def __init__(self) -> None:
        """Know no pictures yet."""
        self._pictures = WeakKeyDictionary[MeterCard, CardPictures]()

    async def get(self, request: web.Request, serial: str, path: str) -> web.StreamResponse:
        """Send it."""
        hass = request.app[KEY_HASS]
        entry = async_meter_with(hass, serial)
        if entry is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if not async_may(hass, request[KEY_HASS_USER], entry, POLICY_READ):
            raise Unauthorized
        try:
            names = names_of(path)
        except UnsafeName:
            names = ()
        if not names:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        try:
            if is_picture(names[-1]):
                return await self._picture(hass, entry, names, request.query.get(VERSION, ""))
            return await _stream(hass, request, entry.runtime_data.monitor.card, names)
        except NL43Error as error:
            status = next(status for kind, status in STATUS if isinstance(error, kind))
            return web.Response(status=status, text=await async_in_words(hass, to_home_assistant_error(error)))
        except OSError as error:
            LOGGER.warning("There is no room here for a file from a meter's card: %s", error)
            return web.Response(status=HTTPStatus.INSUFFICIENT_STORAGE)

    async def _picture(
        self, hass: HomeAssistant, entry: RionConfigEntry, names: tuple[str, ...], version: str
    ) -> web.Response:
        card = entry.runtime_data.monitor.card
        if (pictures := self._pictures.get(card)) is None:
            start = partial(entry.async_create_background_task, hass, name=f"{entry.title} pictures", eager_start=False)
            self._pictures[card] = pictures = CardPictures(card, start)
        return web.Response(body=await pictures.get(on_card(names), version), headers=_headers(names[-1]))


async def _stream(
    hass: HomeAssistant, request: web.Request, card: MeterCard, names: tuple[str, ...]
) -> web.StreamResponse:
    """Send a file while it comes; NL43Error if nothing of it came."""
    spool = Spool(hass.async_add_executor_job)
    await spool.open()
    fetching = hass.async_create_background_task(_fetch(card, on_card(names), spool), f"{DOMAIN} file")
    try:
        async with contextlib.aclosing(spool.chunks()) as chunks:
            first = await anext(chunks, b"")
            response = web.StreamResponse(headers=_headers(names[-1]))
            await response.prepare(request)
            await _send(request, response, first, chunks)
            return response
    finally:
        fetching.cancel()
        await asyncio.wait([fetching])
        await spool.close()


async def _send(
    request: web.Request, response: web.StreamResponse, first: bytes, chunks: AsyncGenerator[bytes]
) -> None:
    """Send all that comes; a client must not take a part for the whole, and one that has gone is no concern."""
    try:
        await response.write(first)
        async for chunk in chunks:
            await response.write(chunk)
        await response.write_eof()
    except ConnectionError:
        LOGGER.debug("Nobody waits for a file from a meter's card any more")
    except (NL43Error, OSError) as error:
        LOGGER.warning("A file from a meter's card broke off: %s", error)
        if request.transport is not None:
            request.transport.abort()


async def _fetch(card: MeterCard, path: str, spool: Spool) -> None:
    try:
        async with card.session(ActivityKind.DOWNLOADING) as session:
            # What is cut short without a word is found out by its size alone.
            found = await entry_at(session, path, card.now())
            card.expect(found.size)
            await session.download(path, spool.write, listed=found.size)
    except (NL43Error, OSError) as error:
        spool.end(error)
    else:
        spool.end()


def _headers(name: str) -> dict[str, str]:
    """Return the headers of a file, in which its name is nothing but a name."""
    kind = media_type(name)
    way = "inline" if kind.startswith(SHOWN) else "attachment"
    return {
        hdrs.CONTENT_TYPE: kind,
        hdrs.CONTENT_DISPOSITION: f"{way}; filename*=UTF-8''{quote(name, safe='')}",
        hdrs.CACHE_CONTROL: "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
