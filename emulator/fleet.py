"""Many meters in one process."""

import asyncio
from collections.abc import Iterable, Sequence
import contextlib
from dataclasses import replace

from .config import MeterConfig
from .meter import EmulatedMeter

# Often enough that a question never waits for much sound, seldom enough to cost an idle fleet nothing.
KEEP_UP_S = 20.0


def configs_of(base: MeterConfig, count: int, scenes: Sequence[str] = ()) -> list[MeterConfig]:
    """Return the configs of so many meters, each with its own seed and serial number, the scenes in turn."""
    return [
        replace(
            base,
            serial=f"{int(base.serial) + number:08d}",
            seed=base.seed + number,
            scene=scenes[number % len(scenes)] if scenes else base.scene,
        )
        for number in range(count)
    ]


class Fleet:
    """Meters that start and stop together. Sound is computed when it is asked for, and now and then for all."""

    def __init__(self, configs: Iterable[MeterConfig]) -> None:
        """Make the meters, switched off."""
        self.meters = tuple(EmulatedMeter(config) for config in configs)
        self._keeping_up: asyncio.Task[None] | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Start all meters, on consecutive ports or (0) each on a free one.

        OSError if a port cannot be had, ValueError if there is no such port.
        """
        try:
            for number, meter in enumerate(self.meters):
                await meter.start(host, port + number if port else 0)
        except (OSError, ValueError):
            await self.stop()
            raise
        self._keeping_up = asyncio.create_task(self._keep_up())

    async def stop(self) -> None:
        """Stop all meters."""
        if self._keeping_up is not None:
            self._keeping_up.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping_up
            self._keeping_up = None
        for meter in self.meters:
            await meter.stop()

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(KEEP_UP_S)
            for meter in self.meters:
                await meter.catch_up()
