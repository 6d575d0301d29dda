"""The waves of a card over HTTP: fetched once, and had in parts."""

import asyncio
from collections.abc import Callable
import errno
import gc
from http import HTTPStatus
from itertools import pairwise
import tempfile
from typing import Any, BinaryIO
import weakref

from aiohttp import ClientPayloadError
from homeassistant.core import HomeAssistant
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.rion_nl43.card_paths import file_url, names_of
from custom_components.rion_nl43.card_waves import KEPT_S, LEFT_S
from custom_components.rion_nl43.monitor import ActivityKind
from emulator import EmulatedMeter
from emulator.ftp.faults import FtpFault

from .card_helpers import FILES, FOLDER, HEADER, PICTURE, WAVE, fill, put, sessions
from .helpers import SERIAL, MockConfigEntry, let_pass, runtime

SOUND = b"RIFF" + bytes(index % 251 for index in range(200_000))
SIZE = len(SOUND)
OTHER = f"{FOLDER}/Sound/other.wav"
LONG = f"{FOLDER}/Sound/long.wav"
LONG_SIZE = 20_000_000
# So many bytes of a wave are there when the meter stops sending, or breaks off.
HALF = 100_000


@pytest.fixture
async def client(meter: EmulatedMeter, loaded: MockConfigEntry, hass_client: Any) -> Any:
    """A browser that is logged in, and a card with waves."""
    fill(meter)
    put(meter, WAVE, SOUND)
    put(meter, OTHER, b"RIFFother")
    put(meter, LONG, bytes(LONG_SIZE))
    return await hass_client()


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[BinaryIO]:
    """The temporary files that are made."""
    made: list[BinaryIO] = []
    make = tempfile.TemporaryFile

    def make_and_note() -> BinaryIO:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", make_and_note)
    return made


def url_of(path: str) -> str:
    """Return the address of a file."""
    return file_url(SERIAL, names_of(path))


async def ask(client: Any, path: str, wanted: str | None = None, **headers: str) -> Any:
    """Return the answer for a range of a file, or for all of it; it is still to be read."""
    return await client.get(url_of(path), headers=headers | ({} if wanted is None else {"Range": wanted}))


async def read(client: Any, path: str, wanted: str | None = None) -> bytes:
    """Return what is sent."""
    response = await ask(client, path, wanted)
    data: bytes = await response.read()
    assert response.headers["Content-Length"] == str(len(data))
    return data


def closed(files: list[BinaryIO]) -> list[bool]:
    """Return which files are closed."""
    return [file.closed for file in files]


def activity(entry: MockConfigEntry) -> ActivityKind:
    """Return what the card is used for."""
    return runtime(entry).monitor.card.activity.kind


def striking_at(number: int) -> Callable[[FtpFault], bool]:
    """Return what lets the data connection fail from the one of this number on."""
    asked = 0

    def strikes(fault: FtpFault) -> bool:
        nonlocal asked
        asked += fault == "data_blocked"
        return asked >= number

    return strikes


class TestParts:
    """What is answered."""

    @pytest.mark.parametrize("path", [WAVE, OTHER])
    async def test_whole(self, client: Any, path: str) -> None:
        """It is said that parts can be had, and how much there is."""
        response = await ask(client, path)
        assert response.status == HTTPStatus.OK
        assert response.headers["Accept-Ranges"] == "bytes"
        data = await response.read()
        assert data == (SOUND if path == WAVE else b"RIFFother")
        assert response.headers["Content-Length"] == str(len(data))
        assert "Content-Range" not in response.headers

    async def test_parts_of_one_file(self, meter: EmulatedMeter, client: Any) -> None:
        """Each is what was asked for, and the meter is asked once."""
        last = SIZE - 1
        parts = {
            "bytes=0-1": (0, 1),
            "bytes=0-": (0, last),
            "bytes=150000-160000": (150_000, 160_000),
            "bytes=-10": (last - 9, last),
            f"bytes={last}-": (last, last),
            "Bytes=100-9999999": (100, last),
            "bytes=-9999999": (0, last),
        }
        for wanted, (start, end) in parts.items():
            response = await ask(client, WAVE, wanted)
            assert response.status == HTTPStatus.PARTIAL_CONTENT
            assert response.headers["Content-Range"] == f"bytes {start}-{end}/{SIZE}"
            assert response.headers["Content-Length"] == str(end + 1 - start)
            assert response.headers["Content-Type"] == "audio/wav"
            assert await response.read() == SOUND[start : end + 1]
        assert sessions(meter) == 1

    @pytest.mark.parametrize("wanted", ["bytes=5-2", "bytes=0-1,3-4", "bytes=-", "bytes=a-b", "lines=0-1", "0-1"])
    async def test_no_range(self, client: Any, wanted: str) -> None:
        """What is none, or more than one, is answered with the whole."""
        response = await ask(client, WAVE, wanted)
        assert response.status == HTTPStatus.OK
        assert await response.read() == SOUND

    async def test_of_a_certain_version(self, client: Any) -> None:
        """Nobody can have got the name of one: the whole is sent."""
        response = await ask(client, WAVE, "bytes=0-1", **{"If-Range": '"one"'})
        assert response.status == HTTPStatus.OK
        assert await response.read() == SOUND

    async def test_what_is_not_there(self, meter: EmulatedMeter, client: Any) -> None:
        """It is said how much there is."""
        empty = f"{FOLDER}/Sound/empty.wav"
        put(meter, empty, b"")
        for path, size, wanted in (
            (OTHER, 9, "bytes=9-"),
            (OTHER, 9, "bytes=999999999-1000000000"),
            (empty, 0, "bytes=0-1"),
            (empty, 0, "bytes=-1"),
        ):
            response = await ask(client, path, wanted)
            assert response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            assert response.headers["Content-Range"] == f"bytes */{size}"
            # The meter takes its leave, else it would be cut off by who asks for another file.
            await let_pass(1)
        assert sessions(meter) == 2
        assert await read(client, empty) == b""

    @pytest.mark.parametrize("path", [PICTURE, HEADER])
    async def test_other_files(self, client: Any, path: str) -> None:
        """They come whole."""
        response = await ask(client, path, "bytes=0-1")
        assert response.status == HTTPStatus.OK
        assert "Accept-Ranges" not in response.headers
        assert await response.read() == FILES[path]

    async def test_head(self, meter: EmulatedMeter, client: Any) -> None:
        """Nobody fetches a file whose contents are not wanted."""
        response = await client.head(url_of(WAVE))
        assert response.status == HTTPStatus.METHOD_NOT_ALLOWED
        assert sessions(meter) == 0

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(cuts=st.lists(st.integers(1, SIZE - 1), max_size=6, unique=True))
    async def test_put_together(self, client: Any, cuts: list[int]) -> None:
        """Parts that follow each other are the file, in whatever order they are asked for."""
        edges = [0, *sorted(cuts), SIZE]
        wanted = [f"bytes={start}-{stop - 1}" for start, stop in pairwise(edges)]
        found = await asyncio.gather(*(read(client, WAVE, part) for part in wanted))
        assert b"".join(found) == SOUND


class TestFetchedOnce:
    """However many ask."""

    async def test_at_once(self, meter: EmulatedMeter, client: Any) -> None:
        """They share what comes."""
        wanted = (None, "bytes=0-1", "bytes=-5", "bytes=199000-")
        found = await asyncio.gather(*(read(client, WAVE, part) for part in wanted))
        assert found == [SOUND, SOUND[:2], SOUND[-5:], SOUND[199_000:]]
        assert sessions(meter) == 1

    async def test_the_beginning_while_the_end_comes(
        self, meter: EmulatedMeter, loaded: MockConfigEntry, client: Any
    ) -> None:
        """Who asks for two bytes first, goes, and comes back finds it still coming."""
        assert await read(client, LONG, "bytes=0-1") == bytes(2)
        assert activity(loaded) is ActivityKind.DOWNLOADING
        assert len(await read(client, LONG, "bytes=2-")) == LONG_SIZE - 2
        await let_pass(1)
        assert activity(loaded) is ActivityKind.IDLE
        assert sessions(meter) == 1

    async def test_kept_for_a_while(self, meter: EmulatedMeter, client: Any, files: list[BinaryIO]) -> None:
        """Some minutes from the last time that somebody has read it."""
        for _ in range(2):
            assert await read(client, WAVE) == SOUND
            await let_pass(KEPT_S - 2)
        assert sessions(meter) == 1
        assert closed(files) == [False]
        await let_pass(3)
        assert closed(files) == [True]
        assert await read(client, WAVE, "bytes=0-1") == b"RI"
        assert sessions(meter) == 2

    async def test_kept_if_nobody_has_waited_for_the_end(
        self, meter: EmulatedMeter, client: Any, files: list[BinaryIO]
    ) -> None:
        """As long."""
        assert await read(client, LONG, "bytes=0-1") == bytes(2)
        await let_pass(KEPT_S - 2)
        assert closed(files) == [False]
        await let_pass(3)
        assert closed(files) == [True]

    async def test_one_file(self, meter: EmulatedMeter, client: Any, files: list[BinaryIO]) -> None:
        """The last one; another one of the same name has another address."""
        assert await read(client, WAVE) == SOUND
        await let_pass(1)
        assert await read(client, OTHER) == b"RIFFother"
        await let_pass(1)
        assert closed(files) == [True, False]
        put(meter, OTHER, b"RIFFnew")
        assert await (await client.get(f"{url_of(OTHER)}?version=2")).read() == b"RIFFnew"
        await let_pass(1)
        assert closed(files) == [True, True, False]
        assert sessions(meter) == 3

    async def test_another_one_while_it_is_read(self, meter: EmulatedMeter, client: Any, files: list[BinaryIO]) -> None:
        """Who has begun gets all of it."""
        response = await ask(client, LONG)
        beginning = await response.content.readexactly(1000)
        assert await read(client, OTHER) == b"RIFFother"
        assert closed(files) == [False, False]
        assert beginning + await response.read() == bytes(LONG_SIZE)
        await let_pass(0.1)
        assert closed(files) == [True, False]

    async def test_has_grown(self, meter: EmulatedMeter, client: Any) -> None:
        """The meter goes on writing: what was listed is sent."""

        def grow(fault: FtpFault) -> bool:
            put(meter, OTHER, b"RIFFother, and more")
            return False

        meter.ftp.faults.data_blocked, meter.ftp.faults.strikes = True, grow
        assert await read(client, OTHER) == b"RIFFother"


class TestLeft:
    """The meter has one session: nobody who has left holds it."""

    @pytest.fixture(autouse=True)
    def _stuck(self, meter: EmulatedMeter, client: Any) -> None:
        """The list comes, the file does not."""
        meter.ftp.faults.data_blocked, meter.ftp.faults.strikes = True, striking_at(2)

    async def test_cut_off(
        self, meter: EmulatedMeter, loaded: MockConfigEntry, client: Any, files: list[BinaryIO]
    ) -> None:
        """It is not fetched for nobody."""
        await self.ask_and_leave(client, after_s=5)
        await let_pass(LEFT_S - 1)
        assert activity(loaded) is ActivityKind.DOWNLOADING
        await let_pass(4)
        assert activity(loaded) is ActivityKind.IDLE
        meter.ftp.faults.clear()
        assert await read(client, WAVE) == SOUND
        assert sessions(meter) == 2

    async def test_came_back(self, meter: EmulatedMeter, loaded: MockConfigEntry, client: Any) -> None:
        """It goes on for those who are there."""
        await self.ask_and_leave(client, after_s=5)
        again = asyncio.create_task(ask(client, WAVE))
        await let_pass(LEFT_S + 5)
        assert activity(loaded) is ActivityKind.DOWNLOADING
        assert (await again).status == HTTPStatus.BAD_GATEWAY
        assert sessions(meter) == 1

    async def test_another_one(self, meter: EmulatedMeter, client: Any) -> None:
        """Who asks for another one does not wait."""
        await self.ask_and_leave(client, after_s=5)
        meter.ftp.faults.clear()
        began = asyncio.get_running_loop().time()
        assert await read(client, OTHER) == b"RIFFother"
        assert asyncio.get_running_loop().time() - began < LEFT_S

    @staticmethod
    async def ask_and_leave(client: Any, *, after_s: float) -> None:
        """Be gone before an answer comes."""
        asking = asyncio.create_task(ask(client, WAVE))
        await let_pass(after_s)
        asking.cancel()
        await asyncio.wait([asking])


class TestTrouble:
    """What does not come."""

    async def test_not_there(self, meter: EmulatedMeter, client: Any) -> None:
        """It is said, each time."""
        for path in (f"{FOLDER}/Sound/none.wav", f"{FOLDER}/Sound/none.wav"):
            assert (await ask(client, path, "bytes=0-1")).status == HTTPStatus.NOT_FOUND
        assert sessions(meter) == 2

    async def test_a_folder(self, meter: EmulatedMeter, client: Any) -> None:
        """It is no wave, whatever it is called."""
        put(meter, "/NL-43/folder.wav/inner.wav", b"RIFF")
        assert (await ask(client, "/NL-43/folder.wav")).status == HTTPStatus.NOT_FOUND

    async def test_not_wanted(self, hass: HomeAssistant, loaded: MockConfigEntry, client: Any) -> None:
        """With FTP switched off in the options there is nothing."""
        hass.config_entries.async_update_entry(loaded, options={"ftp_enabled": False})
        await hass.async_block_till_done()
        assert (await ask(client, WAVE)).status == HTTPStatus.NOT_FOUND

    async def test_broken_off(self, meter: EmulatedMeter, client: Any) -> None:
        """Who has got something is cut off, others are told; the next one gets it."""
        meter.ftp.faults.cut_after = HALF
        whole, beginning, end = await asyncio.gather(
            *(ask(client, WAVE, wanted) for wanted in (None, "bytes=0-99", f"bytes={HALF + 1}-"))
        )
        assert (whole.status, end.status) == (HTTPStatus.OK, HTTPStatus.BAD_GATEWAY)
        assert await beginning.read() == SOUND[:100]
        with pytest.raises(ClientPayloadError):
            await whole.read()
        assert sessions(meter) == 1
        meter.ftp.faults.clear()
        assert await read(client, WAVE) == SOUND

    async def test_no_room(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """A disk that is full here is said, and leaves the meter free."""

        def full() -> BinaryIO:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(tempfile, "TemporaryFile", full)
            assert (await ask(client, WAVE)).status == HTTPStatus.INSUFFICIENT_STORAGE
        assert await read(client, WAVE) == SOUND


class TestTheEnd:
    """Nothing is left behind."""

    @pytest.mark.parametrize("how", ["unload", "stop"])
    async def test_of_one_that_is_kept(
        self, hass: HomeAssistant, loaded: MockConfigEntry, client: Any, files: list[BinaryIO], how: str
    ) -> None:
        """Its file is closed."""
        assert await read(client, WAVE) == SOUND
        assert closed(files) == [False]
        await end(hass, loaded, how)
        assert closed(files) == [True]

    @pytest.mark.parametrize("how", ["unload", "stop"])
    async def test_of_one_that_is_read(
        self, hass: HomeAssistant, loaded: MockConfigEntry, client: Any, files: list[BinaryIO], how: str
    ) -> None:
        """Who reads it is cut off."""
        response = await ask(client, LONG)
        await response.content.read(1000)
        await end(hass, loaded, how)
        assert closed(files) == [True]
        with pytest.raises(ClientPayloadError):
            await response.read()

    async def test_of_one_that_is_waited_for(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, client: Any
    ) -> None:
        """Who waits is told."""
        meter.ftp.faults.data_blocked = True
        asking = asyncio.create_task(ask(client, WAVE))
        await let_pass(5)
        assert activity(loaded) is ActivityKind.DOWNLOADING
        await hass.config_entries.async_unload(loaded.entry_id)
        assert (await asking).status == HTTPStatus.BAD_GATEWAY

    async def test_of_what_is_kept(self, hass: HomeAssistant, loaded: MockConfigEntry, client: Any) -> None:
        """Its memory is given back, and what comes after has its own."""
        card = weakref.ref(runtime(loaded).monitor.card)
        for path in (PICTURE, OTHER):
            await (await ask(client, path)).read()
        await hass.config_entries.async_reload(loaded.entry_id)
        gc.collect()
        assert card() is None
        await let_pass(30)
        assert await read(client, OTHER) == b"RIFFother"


async def end(hass: HomeAssistant, entry: MockConfigEntry, how: str) -> None:
    """Unload the meter, or stop Home Assistant."""
    if how == "unload":
        await hass.config_entries.async_unload(entry.entry_id)
    else:
        await hass.async_stop(force=True)
