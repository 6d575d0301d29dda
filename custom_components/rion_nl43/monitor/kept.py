"""Reads what a part kept over a restart, and bears any nonsense in it. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
import logging
from typing import Any

_LOGGER = logging.getLogger(__name__)


def kept_mapping(kept: object) -> Mapping[str, Any]:
    """Return the mapping that this should be; an empty one for anything else."""
    if isinstance(kept, Mapping):
        return kept
    if kept is not None:
        _LOGGER.debug("Ignoring what was kept: %r", kept)
    return {}


def kept_flag(kept: object) -> bool:
    """Return whether this is true itself, and no nonsense that counts as true."""
    return kept is True


def kept_time(kept: object) -> datetime | None:
    """Return the time that this ISO 8601 text tells, aware UTC; None for anything else."""
    if not isinstance(kept, str):
        return None
    try:
        at = datetime.fromisoformat(kept)
        return at.astimezone(UTC) if at.tzinfo else None
    except ValueError, OverflowError:
        _LOGGER.debug("Ignoring a time that was kept: %r", kept)
        return None


def kept_times(kept: object) -> list[datetime]:
    """Return the times in this list, leaving out what is none."""
    if not isinstance(kept, list):
        return []
    return [at for each in kept if (at := kept_time(each)) is not None]
