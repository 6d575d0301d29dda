"""Who may ask, and how it is told what is wrong."""

import aiohttp
import pytest

from emulator.api import ApiServer
from emulator.fleet import Fleet

from .conftest import ONE, Api

KEYS = f"/api/meters/{ONE}/keys"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "10.0.0.1", "[::2]", "[", ""])
async def test_only_this_hosts_names_are_served(api: Api, host: str) -> None:
    """A page whose name was made to resolve to this host gets nothing."""
    for path in ("/", "/api/meters", "/events", "/openapi.json", "/page/main.js"):
        async with api.session.get(api.server.url + path, headers={"Host": host}) as response:
            assert response.status in {400, 403}
            if response.status == 403:
                assert "is not called" in (await response.json())["error"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]:80"])
async def test_this_host_has_several_names(api: Api, host: str) -> None:
    """This host has several names."""
    async with api.session.get(api.server.url + "/api/meters", headers={"Host": host}) as response:
        assert response.status == 200


async def test_on_all_addresses_each_may_be_meant_but_no_name(api: Api) -> None:
    """On all addresses each of them may be meant, but no name."""
    server = ApiServer(Fleet([]))
    await server.open("0.0.0.0")  # noqa: S104 # what is tested
    port = server.url.rpartition(":")[2]
    for host, status in (("10.1.2.3", 200), ("[fd00::1]:80", 200), ("evil.example", 403)):
        async with api.session.get(f"http://127.0.0.1:{port}/api/meters", headers={"Host": host}) as response:
            assert response.status == status
    await server.close()


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://localhost"])
async def test_pages_of_others_may_not_ask(api: Api, origin: str) -> None:
    """Pages of others may not ask, and are not told that they could."""
    async with api.session.get(api.server.url + "/api/meters", headers={"Origin": origin}) as response:
        assert response.status == 403
        assert not any(name.startswith("Access-Control") for name in response.headers)
    async with api.session.options(api.server.url + KEYS, headers={"Origin": origin}) as response:
        assert response.status == 403


async def test_the_own_page_may_ask(api: Api) -> None:
    """The own page may ask."""
    headers = {"Origin": api.server.url}
    async with api.session.post(api.server.url + KEYS, json={"key": "start"}, headers=headers) as response:
        assert response.status == 200
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_can_send_changes_nothing(api: Api, kind: str) -> None:
    """What a form of another page could send changes nothing."""
    async with api.session.post(
        api.server.url + KEYS, data=b'{"key":"start"}', headers={"Content-Type": kind}
    ) as response:
        assert response.status == 415
        assert (await response.json())["error"] == "the body must be application/json"
    assert api.meter.instrument.state.name == "STOPPED"


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 50_000])
async def test_what_is_no_json(api: Api, data: bytes) -> None:
    """What is no JSON."""
    headers = {"Content-Type": "application/json"}
    async with api.session.post(api.server.url + KEYS, data=data, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["error"].startswith("the body is no JSON: ")


async def test_an_unknown_charset(api: Api) -> None:
    """An unknown charset."""
    headers = {"Content-Type": "application/json; charset=x-none"}
    async with api.session.post(api.server.url + KEYS, data=b"{}", headers=headers) as response:
        assert response.status == 400


async def test_what_is_not_there(api: Api) -> None:
    """What is not there."""
    assert await api.refused(404, "GET", "/api/nothing") == "there is no /api/nothing"
    assert await api.refused(404, "GET", "/api/meters/123") == "there is no meter '123'"
    assert await api.refused(404, "GET", "/page/..%2Fserver.py") == "there is no /page/../server.py"
    assert await api.refused(404, "GET", "/page/nothing.js") == "there is no /page/nothing.js"
    assert await api.refused(405, "DELETE", "/api/clock") == "/api/clock does not take DELETE"
    assert await api.refused(413, "PUT", "/api/clock", {"speed": "1" * 70_000}) == "the body is too long"


async def test_the_page_and_all_it_needs_are_served(api: Api) -> None:
    """The page and all it needs are served, with their types."""
    for path, kind in (
        ("/", "text/html"),
        ("/page/main.js", "text/javascript"),
        ("/page/base.css", "text/css"),
        ("/page/icon.svg", "image/svg+xml"),
    ):
        async with api.session.get(api.server.url + path) as response:
            assert (response.status, response.content_type) == (200, kind)


async def test_it_opens_and_closes(api: Api) -> None:
    """It opens and closes."""
    server = ApiServer(api.fleet)
    with pytest.raises(RuntimeError, match="not served"):
        assert server.url
    port = int(api.server.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await server.open("127.0.0.1", port)
    with pytest.raises(OverflowError):
        await server.open("127.0.0.1", 70_000)
    await server.close()
    await server.open("::1")
    assert server.url.startswith("http://[::1]:")
    await server.close()
    await server.open()
    url = server.url
    async with api.session.get(f"{url}/api/clock") as response:
        assert response.status == 200
    await server.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.session.get(f"{url}/api/clock")
