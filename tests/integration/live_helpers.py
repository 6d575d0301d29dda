"""A client who watches a meter live."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

from homeassistant.auth.models import Group
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped] # it has no types
    MockUser,
)

SUBSCRIBE = "rion_nl43/live/subscribe"
ACKNOWLEDGE = "rion_nl43/live/acknowledge"


type View = Callable[..., Awaitable["Viewer"]]


class Viewer:
    """One websocket connection, which is read all the time, and what came of its subscriptions."""

    def __init__(self, client: Any) -> None:
        """Take over a connection."""
        self.client = client
        self.number = 0
        self._told: list[Any] = []
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())

    async def subscribe(self, entry_id: str, **data: Any) -> Any:
        """Subscribe; return the snapshot."""
        answer = await self.ask(SUBSCRIBE, config_entry_id=entry_id, **data)
        assert answer["success"], answer
        self.number = answer["id"]
        *_, snapshot = await self.events("snapshot")
        return snapshot

    async def ask(self, type_: str, **data: Any) -> Any:
        """Ask for something; return the answer."""
        message: dict[str, Any] = {"type": type_, **data}
        sending = self.client.send_json_auto_id(message)
        answer = self._answers[message["id"]] = asyncio.get_running_loop().create_future()
        await sending
        return await answer

    async def acknowledge(self, t: float) -> None:
        """Say how far it has come."""
        assert (await self.ask(ACKNOWLEDGE, subscription=self.number, t=t))["success"]

    async def events(self, *kinds: str) -> list[Any]:
        """Return what came since the last time; those of some kinds only, if any are told."""
        assert (await self.ask("ping"))["type"] == "pong"
        told, self._told = self._told, []
        return [event for event in told if not kinds or event["event"] in kinds]

    async def close(self) -> None:
        """End the connection."""
        await self.client.close()
        await self._reading

    async def _read(self) -> None:
        with suppress(TypeError, asyncio.CancelledError):
            while True:
                message = await self.client.receive_json()
                if message["type"] == "event":
                    self._told.append(message["event"])
                else:
                    self._answers[message["id"]].set_result(message)


def let_read(hass: HomeAssistant, user: MockUser, entity_ids: Iterable[str]) -> None:
    """Let a user read these entities and nothing else."""
    policy: Any = {"entities": {"entity_ids": {entity_id: {"read": True} for entity_id in entity_ids}}}
    user.groups = [Group(name="some", policy=policy)]
    user.permissions = PolicyPermissions(policy, PermissionLookup(er.async_get(hass), dr.async_get(hass)))
