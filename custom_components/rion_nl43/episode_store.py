"""The alert episodes that are kept of a meter while Home Assistant does not run."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .alerts import Episode
from .const import DOMAIN
from .memory import SAVE_DELAY_S

STORAGE_VERSION: Final = 1
STORAGE_MINOR_VERSION: Final = 1

EPISODES: Final = "episodes"


class EpisodeStore:
    """One entry's file of episodes: hundreds of them with their traces, so the memory has one of its own."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._hass = hass
        # Episodes do not change, so a thread may write them down while others come.
        self._store = Store[dict[str, Any]](
            hass,
            STORAGE_VERSION,
            f"{DOMAIN}.{entry_id}.episodes",
            minor_version=STORAGE_MINOR_VERSION,
            serialize_in_event_loop=False,
        )
        self._collect: Callable[[], Iterable[Episode]] = tuple
        self._kept: tuple[Episode, ...] = ()
        self._due = float("-inf")

    async def async_load(self) -> list[Episode]:
        """Return what was kept, without what makes no sense."""
        stored = await self._store.async_load()
        kept = stored.get(EPISODES) if isinstance(stored, dict) else None
        if not kept or not isinstance(kept, list):
            return []
        # All their traces would hold up the event loop.
        return await self._hass.async_add_executor_job(_read, kept)

    @callback
    def async_keep(self, collect: Callable[[], Iterable[Episode]]) -> None:
        """Keep from now on what this returns."""
        self._collect = collect

    @callback
    def async_note_change(self) -> None:
        """Write the episodes soon, and at the latest when Home Assistant stops."""
        # A change that follows does not put it off.
        now = self._hass.loop.time()
        if now >= self._due:
            self._due = now + SAVE_DELAY_S
        self._kept = tuple(self._collect())
        self._store.async_delay_save(partial(_data, self._kept), self._due - now)

    async def async_save(self) -> None:
        """Write the episodes now, unless they are as they were written."""
        episodes = tuple(self._collect())
        written = self._hass.loop.time() > self._due + SAVE_DELAY_S
        if episodes != self._kept or not written:
            self._kept = episodes
            await self._store.async_save(await self._hass.async_add_executor_job(_data, episodes))

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


def _read(kept: list[Any]) -> list[Episode]:
    return [episode for each in kept if (episode := Episode.from_json(each)) is not None]


def _data(episodes: Iterable[Episode]) -> dict[str, Any]:
    return {EPISODES: [episode.to_json() for episode in episodes]}
