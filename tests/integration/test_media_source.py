"""The card of a meter in the media browser."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aiohttp import web
from homeassistant.components.http import KEY_HASS, HomeAssistantView
from homeassistant.components.media_player import BrowseError, MediaClass
from homeassistant.components.media_source import (
    URI_SCHEME,
    BrowseMediaSource,
    Unresolvable,
    async_browse_media,
    async_resolve_media,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.rion_nl43.card_access import async_asking_user
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.media_source import _size
from emulator import EmulatedMeter

from .card_helpers import FILES, FOLDER, HEADER, ODD, PICTURE, RECORDS, UNSAFE, WAVE, fill, put, sessions
from .helpers import SERIAL, MockConfigEntry, MockUser, entity_id, let_pass
from .live_helpers import let_read

ROOT = f"{URI_SCHEME}{DOMAIN}"
METER = f"{ROOT}/{SERIAL}"


@pytest.fixture
async def browser(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The media browser, and a card with files."""
    fill(meter)
    assert await async_setup_component(hass, "media_source", {})


async def browse(hass: HomeAssistant, media_id: str) -> dict[str, BrowseMediaSource]:
    """Return what is in a folder, by names."""
    found = await async_browse_media(hass, media_id)
    assert found.as_dict()
    return {str(child.title).partition(" · ")[0]: child for child in found.children or ()}  # type: ignore[misc] # ours


@pytest.mark.usefixtures("browser")
async def test_from_the_top(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """The integration, its meters by their names, and their folders."""
    assert ROOT in [child.media_content_id for child in (await async_browse_media(hass, "")).children or ()]
    meters = await browse(hass, ROOT)
    assert list(meters) == [loaded.title]
    assert meters[loaded.title].media_content_id == METER
    assert sessions(meter) == 0
    assert list(await browse(hass, METER)) == ["DCIM", "NL-43", "NIKON001.DSC"]
    assert sessions(meter) == 1
    inner = await browse(hass, f"{METER}{FOLDER}")
    assert {name: (child.can_expand, child.can_play, child.media_class) for name, child in inner.items()} == {
        "Auto_Lp_01": (True, False, MediaClass.DIRECTORY),
        "Sound": (True, False, MediaClass.DIRECTORY),
        "NL_0001_SLM_Hdr_0019_0000.rnh": (False, False, MediaClass.URL),
    }
    (wave,) = (await browse(hass, f"{METER}{FOLDER}/Sound")).values()
    assert (wave.can_play, wave.media_class, wave.media_content_type) == (True, MediaClass.MUSIC, "audio/wav")


@pytest.mark.usefixtures("browser")
async def test_sizes_and_times(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """Times are Home Assistant's, whatever the meter's clock says."""
    await hass.config.async_set_time_zone("America/New_York")
    (found,) = (await async_browse_media(hass, f"{METER}{FOLDER}/Sound")).children or ()
    # The meter's clock is that of London, and lists 14:05.
    assert found.title == f"{WAVE.rpartition('/')[2]} · 200 kB · 2026-03-01 09:05"


@pytest.mark.usefixtures("browser")
async def test_a_name_that_cannot_be_asked_for(hass: HomeAssistant) -> None:
    """It is counted, and not shown."""
    found = await async_browse_media(hass, f"{METER}/NL-43")
    names = [str(child.title).partition(" · ")[0] for child in found.children or ()]
    assert UNSAFE.rpartition("/")[2] not in names
    assert ODD.rpartition("/")[2] in names
    assert found.not_shown == 1


@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize("path", [RECORDS, HEADER, WAVE, PICTURE, ODD])
async def test_the_address_of_a_file(hass: HomeAssistant, hass_client_no_auth: Any, path: str) -> None:
    """Whoever has it gets the file, for a while, and no other file."""
    media = await async_resolve_media(hass, f"{METER}{path}", None)
    client = await hass_client_no_auth()
    response = await client.get(media.url)
    assert response.status == HTTPStatus.OK
    assert await response.read() == FILES[path]
    assert response.content_type == media.mime_type
    bare, _, signature = media.url.partition("?")
    assert (await client.get(bare)).status == HTTPStatus.UNAUTHORIZED
    other = bare.rpartition("/")[0]
    assert (await client.get(f"{other}?{signature}")).status == HTTPStatus.UNAUTHORIZED
    await let_pass(timedelta(hours=1, minutes=1).total_seconds())
    assert (await client.get(media.url)).status == HTTPStatus.UNAUTHORIZED


@pytest.mark.usefixtures("browser")
async def test_pictures_are_shown_small(hass: HomeAssistant, meter: EmulatedMeter, hass_client_no_auth: Any) -> None:
    """A new one of the same name is another one."""
    client, folder = await hass_client_no_auth(), f"{METER}/NL-43/Screenshot"
    name = PICTURE.rpartition("/")[2]
    first = (await browse(hass, folder))[name].thumbnail
    assert first
    assert await (await client.get(first)).read() == FILES[PICTURE]
    put(meter, PICTURE, b"BMnew")
    second = (await browse(hass, folder))[name].thumbnail
    assert second
    assert await (await client.get(second)).read() == b"BMnew"
    assert (await client.get(second.replace("version=", "version=x"))).status == HTTPStatus.UNAUTHORIZED


@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize(
    ("media_id", "said"),
    [
        (f"{METER}/NL-43/none", "not there"),
        (f"{METER}/../secrets", "cannot be the name of a file"),
        (f"{METER}/NL-43/a\\b", "cannot be the name of a file"),
        (f"{ROOT}/00000000", "no meter with this card"),
    ],
)
async def test_nothing_to_browse(hass: HomeAssistant, media_id: str, said: str) -> None:
    """It is said in words."""
    with pytest.raises(BrowseError, match=said):
        await async_browse_media(hass, media_id)


@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize(
    ("media_id", "said"),
    [
        (METER, "not on the card"),
        (f"{METER}/NL-43/..", "cannot be the name of a file"),
        (f"{ROOT}/00000000/NL-43", "no meter with this card"),
    ],
)
async def test_nothing_to_resolve(hass: HomeAssistant, media_id: str, said: str) -> None:
    """It is said in words."""
    with pytest.raises(Unresolvable, match=said):
        await async_resolve_media(hass, media_id, None)


@pytest.mark.usefixtures("browser")
async def test_in_the_language_of_home_assistant(hass: HomeAssistant) -> None:
    """What is wrong is said so that its users understand it."""
    await hass.config.async_update(language="de")
    with pytest.raises(BrowseError, match="Das Messgerät gibt"):
        await async_browse_media(hass, f"{METER}/NL-43/none")


@pytest.mark.usefixtures("browser")
async def test_over_the_websocket(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: Any, hass_admin_user: MockUser
) -> None:
    """Who may read nothing of a meter sees nothing of it."""
    client = await hass_ws_client(hass)

    async def ask(media_id: str, command: str = "browse_media") -> dict[str, Any]:
        await client.send_json_auto_id({"type": f"media_source/{command}", "media_content_id": media_id})
        answer: dict[str, Any] = await client.receive_json()
        return answer

    assert [child["title"] for child in (await ask(ROOT))["result"]["children"]] == [loaded.title]
    assert (await ask(f"{METER}{FOLDER}"))["success"]
    assert (await ask(f"{METER}{HEADER}", "resolve_media"))["result"]["mime_type"] == "text/csv"
    let_read(hass, hass_admin_user, ["light.kitchen"])
    assert not (await ask(ROOT))["result"]["children"]
    for command in ("browse_media", "resolve_media"):
        refused = await ask(f"{METER}{FOLDER}", command)
        assert refused["error"]["message"] == "There is no meter with this card any more"
    let_read(hass, hass_admin_user, [entity_id(hass, "lp")])
    assert (await ask(f"{METER}{FOLDER}"))["success"]
    await client.close()


class WhoAsks(HomeAssistantView):
    """Tells who asks."""

    url, name, requires_auth = "/api/who", "api:who", False

    async def get(self, request: web.Request) -> web.Response:
        user = async_asking_user(request.app[KEY_HASS])
        return self.json(user.name if user else None)


async def test_who_asks(
    hass: HomeAssistant, hass_client: Any, hass_client_no_auth: Any, hass_admin_user: MockUser
) -> None:
    """Without a connection it is Home Assistant itself; over HTTP whoever has logged in."""
    assert async_asking_user(hass) is None
    assert await async_setup_component(hass, "http", {})
    hass.http.register_view(WhoAsks())
    assert await (await (await hass_client()).get("/api/who")).json() == hass_admin_user.name
    assert await (await (await hass_client_no_auth()).get("/api/who")).json() is None


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9960, "10.0 kB"), (12_345_678, "12 MB"), (5e12, "5000 GB")],
)
def test_sizes(size: float, told: str) -> None:
    """In a unit that suits them."""
    assert _size(size) == told
