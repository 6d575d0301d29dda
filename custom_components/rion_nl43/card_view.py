"""The files on meters' cards over HTTP, for whoever may read the meter's entities, as they come from the meter."""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
from functools import partial
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import quote

from aiohttp import hdrs, web
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import Unauthorized

from .card_access import async_meter_with
from .card_paths import FILE_URL, SHOWN, is_picture, media_type, names_of, on_card
from .card_pictures import CardPictures
from .card_spool import Spool, fetch
from .card_waves import CardWaves, is_wave
from .const import DOMAIN, LOGGER
from .coordinator import RionConfigEntry
from .errors import async_in_words, to_home_assistant_error
from .meter_targets import async_may
from .monitor import CardNotQuiet, MeterCard, NoFtp
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


class Kept(NamedTuple):
    """What is kept of a card."""

    pictures: CardPictures
    waves: CardWaves


class CardView(HomeAssistantView):
    """A file on a card: fetched when it is asked for, one after the other."""

    url = FILE_URL
    name = f"api:{DOMAIN}:card"

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: dict[str, Kept] = {}

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
            return await self._send(hass, request, entry, names)
        except NL43Error as error:
            status = next(status for kind, status in STATUS if isinstance(error, kind))
            return web.Response(status=status, text=await async_in_words(hass, to_home_assistant_error(error)))
        except OSError as error:
            LOGGER.warning("There is no room here for a file from a meter's card: %s", error)
            return web.Response(status=HTTPStatus.INSUFFICIENT_STORAGE)

    async def _send(
        self, hass: HomeAssistant, request: web.Request, entry: RionConfigEntry, names: tuple[str, ...]
    ) -> web.StreamResponse:
        kept, path, version = self._async_kept(hass, entry), on_card(names), request.query.get(VERSION, "")
        if is_picture(names[-1]):
            return web.Response(body=await kept.pictures.get(path, version), headers=_headers(names[-1]))
        if is_wave(names[-1]):
            with kept.waves.reading(path, version) as spool:
                return await _send_wave(request, names[-1], spool)
        return await _stream(hass, request, entry.runtime_data.monitor.card, names)

    @callback
    def _async_kept(self, hass: HomeAssistant, entry: RionConfigEntry) -> Kept:
        """Return what is kept of a meter's card, until its entry is unloaded."""
        if (kept := self._kept.get(entry.entry_id)) is not None:
            return kept
        card = entry.runtime_data.monitor.card
        start = partial(entry.async_create_background_task, hass, name=f"{entry.title} card")
        kept = self._kept[entry.entry_id] = Kept(
            CardPictures(card, partial(start, eager_start=False)), CardWaves(card, hass.async_add_executor_job, start)
        )
        entry.async_on_unload(partial(self._kept.__delitem__, entry.entry_id))
        return kept


async def _stream(
    hass: HomeAssistant, request: web.Request, card: MeterCard, names: tuple[str, ...]
) -> web.StreamResponse:
    """Send a file while it comes; NL43Error if nothing of it came."""
    spool = Spool(hass.async_add_executor_job)
    fetching = hass.async_create_background_task(fetch(card, on_card(names), spool), f"{DOMAIN} file")
    try:
        return await _send(request, web.StreamResponse(headers=_headers(names[-1])), spool.chunks())
    finally:
        fetching.cancel()
        await asyncio.wait([fetching])
        await spool.close()


async def _send_wave(request: web.Request, name: str, spool: Spool) -> web.StreamResponse:
    """Send what is asked for of a wave, while it comes or when it is there; NL43Error if nothing of that came."""
    await spool.begun()
    size = spool.size
    part = _part_of(request, size)
    response = web.StreamResponse(headers={**_headers(name), hdrs.ACCEPT_RANGES: "bytes"})
    if part is None:
        part = range(size)
    elif not part:
        unknown = {hdrs.CONTENT_RANGE: f"bytes */{size}"}
        return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=unknown)
    else:
        response.set_status(HTTPStatus.PARTIAL_CONTENT)
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {part.start}-{part.stop - 1}/{size}"
    response.content_length = len(part)
    return await _send(request, response, spool.chunks(part.start, part.stop))


def _part_of(request: web.Request, size: int) -> range | None:
    """Return which bytes are asked for, none if there are no such; None if all are, or if that is not understood."""
    # Nothing here tells one version of a file from another: who wants a part of a certain one gets the whole.
    if hdrs.RANGE not in request.headers or hdrs.IF_RANGE in request.headers:
        return None
    try:
        return range(size)[request.http_range]
    except ValueError:
        return None


async def _send(
    request: web.Request, response: web.StreamResponse, chunks: AsyncGenerator[bytes]
) -> web.StreamResponse:
    """Send all that comes; a client must not take a part for the whole, and one that has gone is no concern.

    Raises NL43Error and OSError if nothing came.
    """
    async with contextlib.aclosing(chunks):
        first = await anext(chunks, b"")
        try:
            await response.prepare(request)
            await response.write(first)
            async for chunk in chunks:
                await response.write(chunk)
            await response.write_eof()
        except ConnectionError:
            LOGGER.debug("Nobody waits for a file from a meter's card any more")
        except (NL43Error, OSError) as error:
            LOGGER.warning("A file from a meter's card broke off: %s", error)
            request.protocol.force_close()
    return response


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
