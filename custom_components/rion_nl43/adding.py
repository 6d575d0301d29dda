"""Adds entities to Home Assistant without holding it up."""

import asyncio
from collections.abc import Iterable
from itertools import batched
from typing import Final

from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

# About as many as are made and added within 10 ms on a slow machine.
GROUP: Final = 10


async def async_add_in_groups(async_add_entities: AddConfigEntryEntitiesCallback, entities: Iterable[Entity]) -> None:
    """Add a few at a time, and let everybody else have a turn in between: many meters may be set up at once."""
    for group in batched(entities, GROUP, strict=False):
        async_add_entities(group)
        await asyncio.sleep(0)
