"""Adds entities to Home Assistant without holding it up."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import batched
from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import RionConfigEntry

# About as many as are made and added within 10 ms on a slow machine.
GROUP: Final = 10


async def async_add_in_groups(async_add_entities: AddConfigEntryEntitiesCallback, entities: Iterable[Entity]) -> None:
    """Add a few at a time, and let everybody else have a turn in between: many meters may be set up at once."""
    for group in batched(entities, GROUP, strict=False):
        async_add_entities(group)
        await asyncio.sleep(0)


@callback
def async_for_each_subentry(
    entry: RionConfigEntry,
    subentry_type: str,
    async_add_entities: AddConfigEntryEntitiesCallback,
    factory: Callable[[RionConfigEntry, ConfigSubentry], Iterable[Entity]],
) -> None:
    """Add on the meter's device the entities of each subentry of a type that there is, and of each that comes.

    Those of a subentry that goes are removed by Home Assistant, together with it.
    """
    identifier = DOMAIN, entry.runtime_data.identity.serial
    devices = dr.async_get(entry.runtime_data.levels.hass)
    present: set[str] = set()

    @callback
    def add_missing() -> None:
        found = {subentry.subentry_id: subentry for subentry in entry.get_subentries_of_type(subentry_type)}
        missing = [subentry for subentry_id, subentry in found.items() if subentry_id not in present]
        present.clear()
        present.update(found)
        device = devices.async_get_device_by_identifier(identifier, entry.entry_id)
        for subentry in missing:
            entities = list(factory(entry, subentry))
            for entity in entities:
                # With an info of its own, the device would move to the subentry.
                entity.device_entry = device
            async_add_entities(entities, config_subentry_id=subentry.subentry_id)

    async def changed(_hass: HomeAssistant, _entry: RionConfigEntry) -> None:
        add_missing()

    add_missing()
    entry.async_on_unload(entry.add_update_listener(changed))
