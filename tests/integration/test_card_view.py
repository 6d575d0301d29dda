"""The files of a card over HTTP."""

import asyncio
from collections.abc import AsyncIterator
import errno
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aiohttp import ClientConnectionResetError, ClientPayloadError, web
from homeassistant.core import HomeAssistant
import pytest

from custom_components.rion_nl43.card_paths import file_url, names_of
from custom_components.rion_nl43.card_pictures import KEPT_BYTES, CardPictures
from custom_components.rion_nl43.card_spool import Spool
from custom_components.rion_nl43.nl43 import LinkClosed
from custom_components.rion_nl43.nl43.ftp import FtpLost
from emulator import EmulatedMeter
from emulator.ftp.faults import CutThen

from .card_helpers import FILES, HEADER, ODD, PAGE, PICTURE, RECORDS, SECOND_PICTURE, UNSAFE, WAVE, fill, put, sessions
from .helpers import SERIAL, MockConfigEntry, MockUser, entity_id, let_pass, runtime
from .live_helpers import let_read

KINDS = {
    RECORDS: ("text/csv", "attachment"),
    HEADER: ("text/csv", "attachment"),
    WAVE: ("audio/wav", "inline"),
    PICTURE: ("image/bmp", "inline"),
    ODD: ("text/csv", "attachment"),
    PAGE: ("application/octet-stream", "attachment"),
}


@pytest.fixture
async def client(meter: EmulatedMeter, loaded: MockConfigEntry, hass_client: Any) -> Any:
    """A browser that is logged in, and a card with files."""
    fill(meter)
    return await hass_client()


def url_of(path: str) -> str:
    """Return the address of a file."""
    return file_url(SERIAL, names_of(path))


@pytest.mark.parametrize("path", KINDS)
async def test_a_file(client: Any, path: str) -> None:
    """It comes as it is; what it is, is never what it says of itself."""
    response = await client.get(url_of(path))
    assert response.status == HTTPStatus.OK
    assert await response.read() == FILES[path]
    kind, way = KINDS[path]
    assert response.content_type == kind
    name = quote(path.rpartition("/")[2], safe="")
    assert response.headers["Content-Disposition"] == f"{way}; filename*=UTF-8''{name}"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(
    "path",
    [
        *("/NL-43/none.rnd", "/none/none.rnd", "/NL-43/Screenshot/none.bmp", "/NL-43/Auto_0019"),
        *("/NL-43/CON.rnd", "/NL-43/%00.rnd", "/NL-43/a%5Cb.rnd", "/NL-43/%0D%0ADELE.rnd", "//"),
    ],
)
async def test_no_such_file(meter: EmulatedMeter, client: Any, path: str) -> None:
    """What is not there, is no file, or has a name that could be something else, is not found or not let through."""
    response = await client.get(f"/api/rion_nl43/card/{SERIAL}{path}")
    assert response.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)
    assert response.content_type in ("text/plain", "application/octet-stream")


@pytest.mark.parametrize("path", ["/NL-43/../../secrets.yaml", "/NL-43/%2e%2e/%2e%2e/secrets.yaml", UNSAFE])
async def test_ways_out(meter: EmulatedMeter, client: Any, path: str) -> None:
    """The meter is not even asked."""
    response = await client.get(f"/api/rion_nl43/card/{SERIAL}{path}")
    assert response.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)
    assert sessions(meter) == 0


async def test_who_may(hass: HomeAssistant, client: Any, hass_client_no_auth: Any, hass_admin_user: MockUser) -> None:
    """Who may read an entity of the meter."""
    stranger = await hass_client_no_auth()
    assert (await stranger.get(url_of(HEADER))).status == HTTPStatus.UNAUTHORIZED
    let_read(hass, hass_admin_user, ["light.kitchen"])
    assert (await client.get(url_of(HEADER))).status == HTTPStatus.UNAUTHORIZED
    let_read(hass, hass_admin_user, [entity_id(hass, "lp")])
    assert (await client.get(url_of(HEADER))).status == HTTPStatus.OK


async def test_other_meters(hass: HomeAssistant, loaded: MockConfigEntry, client: Any) -> None:
    """One that is not there, or does not run, has no files."""
    assert (await client.get(file_url("00000000", ("NL-43",)))).status == HTTPStatus.NOT_FOUND
    await hass.config_entries.async_unload(loaded.entry_id)
    assert (await client.get(url_of(HEADER))).status == HTTPStatus.NOT_FOUND


async def test_not_wanted(hass: HomeAssistant, loaded: MockConfigEntry, client: Any) -> None:
    """With FTP switched off in the options there is nothing, and it is said why."""
    hass.config_entries.async_update_entry(loaded, options={"ftp_enabled": False})
    await hass.async_block_till_done()
    for path in (HEADER, PICTURE):
        response = await client.get(url_of(path))
        assert response.status == HTTPStatus.NOT_FOUND
        assert "options" in await response.text()


async def test_in_standby(loaded: MockConfigEntry, client: Any) -> None:
    """It cannot be had now."""
    await runtime(loaded).monitor.standby.release()
    for path in (HEADER, PICTURE):
        assert (await client.get(url_of(path))).status == HTTPStatus.SERVICE_UNAVAILABLE


async def test_one_after_the_other(meter: EmulatedMeter, client: Any) -> None:
    """Two who ask at the same time get both theirs, in turn."""
    first, second = await asyncio.gather(client.get(url_of(WAVE)), client.get(url_of(HEADER)))
    assert (await first.read(), await second.read()) == (FILES[WAVE], FILES[HEADER])
    assert sessions(meter) == 2


@pytest.mark.parametrize("then", ["told", "unnoticed", "lost"])
@pytest.mark.parametrize("after", [0, 100_000])
async def test_broken_off(meter: EmulatedMeter, client: Any, then: CutThen, after: int) -> None:
    """Of what breaks off a browser never believes that it is all; the next one gets it."""
    meter.ftp.faults.cut_after, meter.ftp.faults.cut_then = after, then
    response = await client.get(url_of(WAVE))
    if after:
        with pytest.raises(ClientPayloadError):
            await response.read()
    else:
        assert response.status == HTTPStatus.BAD_GATEWAY
    assert (await client.get(url_of(PICTURE))).status == (HTTPStatus.OK if after else HTTPStatus.BAD_GATEWAY)
    meter.ftp.faults.cut_after = None
    assert await (await client.get(url_of(WAVE))).read() == FILES[WAVE]


async def test_no_room(meter: EmulatedMeter, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full here is said, and leaves the meter free."""

    def full(self: Spool, chunk: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "_append", full)
        assert (await client.get(url_of(HEADER))).status == HTTPStatus.INSUFFICIENT_STORAGE
    assert await (await client.get(url_of(HEADER))).read() == FILES[HEADER]


async def test_a_client_that_goes(meter: EmulatedMeter, loaded: MockConfigEntry, client: Any) -> None:
    """Its file is not fetched to the end for nobody, and the meter is free again."""
    put(meter, WAVE, bytes(20_000_000))
    response = await client.get(url_of(WAVE))
    await response.content.read(1000)
    response.close()
    assert await (await client.get(url_of(HEADER))).read() == FILES[HEADER]


async def test_a_client_that_has_gone(meter: EmulatedMeter, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same if that shows only when something is to be sent."""

    async def gone(self: web.StreamResponse, data: bytes) -> None:
        raise ClientConnectionResetError("Cannot write to closing transport")

    with monkeypatch.context() as patched:
        patched.setattr(web.StreamResponse, "write", gone)
        await client.get(url_of(WAVE))
    assert await (await client.get(url_of(HEADER))).read() == FILES[HEADER]


class TestPictures:
    """What is small is kept."""

    async def test_one_session_for_many(self, meter: EmulatedMeter, client: Any) -> None:
        """Pictures that are wanted together come in one session, and the second time from here."""
        wanted = (PICTURE, SECOND_PICTURE, PICTURE)
        found = await asyncio.gather(*(client.get(url_of(path)) for path in wanted))
        assert [await response.read() for response in found] == [FILES[path] for path in wanted]
        assert sessions(meter) == 1
        assert await (await client.get(url_of(PICTURE))).read() == FILES[PICTURE]
        assert sessions(meter) == 1
        # Another one of the same name has another address.
        put(meter, PICTURE, b"BMnew")
        assert await (await client.get(f"{url_of(PICTURE)}?version=2")).read() == b"BMnew"
        assert sessions(meter) == 2

    async def test_one_that_is_not_to_be_had(self, meter: EmulatedMeter, client: Any) -> None:
        """It does not keep the others from coming."""
        put(meter, "/NL-43/Screenshot/large.bmp", bytes(5_000_000))
        wanted = [f"/NL-43/Screenshot/{name}.bmp" for name in ("none", "large")] + [PICTURE]
        found = await asyncio.gather(*(client.get(url_of(path)) for path in wanted))
        assert [response.status for response in found] == [
            HTTPStatus.NOT_FOUND,
            HTTPStatus.BAD_GATEWAY,
            HTTPStatus.OK,
        ]

    async def test_not_all_are_kept(self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
        """Of many the last ones are."""
        fill(meter)
        size = 3 * 2**20
        names = [f"/NL-43/Screenshot/{number}.bmp" for number in range(3)]
        for name in names:
            put(meter, name, bytes(size))
        pictures = CardPictures(
            runtime(loaded).monitor.card,
            lambda fetch: loaded.async_create_background_task(hass, fetch, "pictures"),
        )
        for name in names:
            assert len(await pictures.get(name, "")) == size
        assert [key[0] for key in pictures._kept] == names[1:]
        assert sum(map(len, pictures._kept.values())) <= KEPT_BYTES

    async def test_unloaded_meanwhile(self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
        """Nobody is left waiting."""
        card = runtime(loaded).monitor.card
        pictures = CardPictures(card, lambda fetch: loaded.async_create_background_task(hass, fetch, "pictures"))
        waiting = asyncio.create_task(pictures.get(PICTURE, ""))
        await let_pass(0.1)
        await hass.config_entries.async_unload(loaded.entry_id)
        with pytest.raises(LinkClosed):
            await waiting


class TestSpool:
    """A file on its way."""

    @pytest.fixture
    async def spool(self, hass: HomeAssistant) -> AsyncIterator[Spool]:
        """One that is open."""
        spool = Spool(hass.async_add_executor_job)
        yield spool
        await spool.close()

    async def test_written_while_read(self, spool: Spool) -> None:
        """The reader gets all, whoever is ahead."""
        chunks, pieces = spool.chunks(), [b"a" * 100_000, b"b", b"c" * 70_000]
        await spool.write(pieces[0])
        read = await anext(chunks)
        later = asyncio.create_task(anext(chunks))
        await spool.write(pieces[1])
        read += await later
        while len(read) < 100_001:
            read += await anext(chunks)
        waiting = asyncio.create_task(anext(chunks))
        await let_pass(1)
        assert not waiting.done()
        await spool.write(pieces[2])
        spool.end()
        read += await waiting
        async for chunk in chunks:
            read += chunk
        assert read == b"".join(pieces)

    async def test_ended_by_an_error(self, spool: Spool) -> None:
        """It comes after all that came."""
        await spool.write(b"part")
        spool.end(FtpLost("no more"))
        chunks = spool.chunks()
        assert await anext(chunks) == b"part"
        with pytest.raises(FtpLost):
            await anext(chunks)

    async def test_many_readers(self, spool: Spool) -> None:
        """Each has its own position, and its own end."""
        reading = [asyncio.create_task(read(spool, *part)) for part in ((0, None), (0, 2), (3, 8), (9, None), (4, 4))]
        for piece in (b"abc", b"defgh", b"ij"):
            await let_pass(1)
            await spool.write(piece)
        await let_pass(1)
        assert [task.done() for task in reading] == [False, True, True, False, True]
        spool.end()
        assert [await task for task in reading] == [b"abcdefghij", b"ab", b"defgh", b"j", b""]
        assert spool.complete

    async def test_closed_while_somebody_reads(self, spool: Spool) -> None:
        """Who waits is told, and who has not read all that came."""
        await spool.write(b"part")
        slow, waiting = spool.chunks(0, 5), asyncio.create_task(read(spool, 0, 5))
        assert await anext(slow) == b"part"
        later = spool.chunks()
        await let_pass(1)
        assert not waiting.done()
        await spool.close()
        assert not spool.complete
        for broken in (waiting, anext(slow), anext(later)):
            with pytest.raises(LinkClosed):
                await broken

    async def test_begun(self, spool: Spool) -> None:
        """With the first bytes, or an end without any."""
        waiting = asyncio.create_task(spool.begun())
        await let_pass(1)
        assert not waiting.done()
        await spool.write(b"part")
        await waiting
        spool.end(FtpLost("no more"))
        await spool.begun()

    async def test_never_begun(self, spool: Spool) -> None:
        """It is said why."""
        spool.end(FtpLost("nothing"))
        with pytest.raises(FtpLost):
            await spool.begun()


async def read(spool: Spool, start: int, stop: int | None) -> bytes:
    """Return what comes from one position to another."""
    return b"".join([chunk async for chunk in spool.chunks(start, stop)])
