"""Home Assistant's REST and websocket API, as far as the demo uses it."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import time
from typing import Any

import aiohttp

from . import DemoError

POLL_INTERVAL_S = 0.1
PATIENCE_S = 60.0
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=PATIENCE_S)


class Api:
    """Speaks with one Home Assistant; `log_in` comes before everything else but `is_up` and `create_user`."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        """Take the address without a slash at its end."""
        self.url = url
        self._session = session
        self._token = self._refresh_token = ""
        self._good_until = 0.0

    @property
    def _client_id(self) -> str:
        return f"{self.url}/"

    async def is_up(self) -> bool:
        """Tell whether the web server answers."""
        try:
            async with self._session.get(f"{self.url}/manifest.json") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def create_user(self, name: str, username: str, password: str) -> None:
        """Do the onboarding's step that creates the owner; only a new Home Assistant has it."""
        user = {"name": name, "username": username, "password": password}
        await self.post("/api/onboarding/users", user | {"client_id": self._client_id, "language": "en"})

    async def log_in(self, username: str, password: str) -> None:
        """Log in as the login page does.

        Raises:
            DemoError: The name or the password is wrong.
        """
        start = {
            "client_id": self._client_id,
            "redirect_uri": self._client_id,
            "handler": ["homeassistant", None],
        }
        flow = await self.post("/auth/login_flow", start)
        credentials = {"client_id": self._client_id, "username": username, "password": password}
        result = await self.post(f"/auth/login_flow/{flow['flow_id']}", credentials)
        if result["type"] != "create_entry":
            raise DemoError(
                f"Home Assistant does not let {username!r} in; was the password in the kept folder changed?"
            )
        grant = {"grant_type": "authorization_code", "code": result["result"], "client_id": self._client_id}
        self._refresh_token = (await self._take_token(grant))["refresh_token"]

    async def _access(self) -> str:
        """Return a token that is taken, if there is one: it is good for half an hour, and renewed before."""
        if self._refresh_token and time.monotonic() > self._good_until:
            grant = {"grant_type": "refresh_token", "refresh_token": self._refresh_token, "client_id": self._client_id}
            await self._take_token(grant)
        return self._token

    async def _take_token(self, grant: dict[str, str]) -> dict[str, Any]:
        async with self._session.post(f"{self.url}/auth/token", data=grant) as response:
            response.raise_for_status()
            granted: dict[str, Any] = await response.json()
        self._token, self._good_until = granted["access_token"], time.monotonic() + granted["expires_in"] / 2
        return granted

    async def get(self, path: str) -> Any:
        """Read a path of the REST API."""
        return await self._request("GET", path, None)

    async def post(self, path: str, data: dict[str, Any]) -> Any:
        """Send to a path of the REST API."""
        return await self._request("POST", path, data)

    async def delete(self, path: str) -> Any:
        """Delete what is at a path of the REST API."""
        return await self._request("DELETE", path, None)

    async def _request(self, method: str, path: str, data: dict[str, Any] | None) -> Any:
        token = await self._access()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._session.request(
            method, f"{self.url}{path}", json=data, headers=headers, timeout=REQUEST_TIMEOUT
        ) as response:
            if response.status >= 400:
                raise DemoError(f"Home Assistant refused {method} {path}: {response.status} {await response.text()}")
            return await response.json()

    async def state(self, entity_id: str) -> str:
        """Read the state of one entity."""
        return str((await self.get(f"/api/states/{entity_id}"))["state"])

    async def wait_until_running(self) -> None:
        """Wait until all that is configured has been set up."""
        while (await self.get("/api/config"))["state"] != "RUNNING":  # noqa: ASYNC110 # another process has no Event
            await asyncio.sleep(POLL_INTERVAL_S)

    @contextlib.asynccontextmanager
    async def websocket(self, patience_s: float = PATIENCE_S) -> AsyncIterator[WebSocket]:
        """Open the websocket API; each command may take so long."""
        async with self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as connection:
            await connection.receive_json()
            await connection.send_json({"type": "auth", "access_token": await self._access()})
            await connection.receive_json()
            yield WebSocket(connection, patience_s)


class WebSocket:
    """Commands over an authenticated websocket, one at a time."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse, patience_s: float) -> None:
        """Take over a connection that has just been authenticated."""
        self._connection = connection
        self._patience_s = patience_s
        self._last_id = 0

    async def command(self, command: str, **parameters: Any) -> Any:
        """Send a command and give its result.

        Raises:
            DemoError: Home Assistant refused it.
        """
        self._last_id += 1
        await self._connection.send_json({"id": self._last_id, "type": command, **parameters})
        while True:
            message = await self._connection.receive_json(timeout=self._patience_s)
            if message["id"] == self._last_id and message["type"] == "result":
                break
        if not message["success"]:
            raise DemoError(f"Home Assistant refused {command}: {message['error']['message']}")
        return message["result"]
