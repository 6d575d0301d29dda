"""Home Assistant with many meters: what it costs, and what its recorder keeps."""

import asyncio
from collections.abc import Sequence

from . import kept, scale
from .scale import METERS, SECONDS

__all__ = ["METERS", "SECONDS", "run"]


async def run(numbers: Sequence[int], seconds: float, scene: str) -> bool:
    """Record a meter of this scene, then have so many meters for so long; returns whether the promises were kept."""
    promises = await asyncio.to_thread(kept.run, scene)
    return await scale.run(numbers, seconds) and promises
