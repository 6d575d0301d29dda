"""Many meters in one process."""

import asyncio
from collections.abc import Iterable, Sequence
import contextlib
from dataclasses import replace
from datetime import timedelta

from .clock import Clock
from .config import MeterConfig
from .meter import EmulatedMeter

# Often enough that a question never waits for much sound, seldom enough to cost an idle fleet nothing.
KEEP_UP_S = 20.0
# With a fast clock, so often that what has to be made up for stays short.
KEEP_UP_FAST_S = 0.2
# Between the portions of a step the meters catch up and others have their turn.
STEP_PORTION_S = 50.0
LONGEST_STEP_S = 7 * 86400


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
    """Meters that start and stop together and live by one clock.

    Sound is computed when it is asked for, and now and then for all.
    """

    def __init__(self, configs: Iterable[MeterConfig], past_s: float = 0.0) -> None:
        """Make the meters, switched off; they begin so many seconds ago, for `step` to let them live up to now."""
        self.clock = Clock(timedelta(seconds=past_s))
        self.meters = tuple(EmulatedMeter(config, self.clock) for config in configs)
        self._keeping_up: asyncio.Task[None] | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0, ftp_port: int | None = None) -> None:
        """Start all meters, on consecutive ports or (0) each on a free one; likewise FTP, unless its port is None.

        OSError if a port cannot be had, ValueError if there is no such port.
        """
        try:
            for number, meter in enumerate(self.meters):
                await meter.start(host, port + number if port else 0, ftp_port + number if ftp_port else ftp_port)
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

    async def step(self, seconds: float) -> None:
        """Let so much time pass for all meters at once; ValueError for less than none, or for more than a week."""
        if not 0 <= seconds <= LONGEST_STEP_S:
            raise ValueError(f"a step takes 0 to {LONGEST_STEP_S} s, not {seconds:g}")
        while seconds > 0:
            portion = min(seconds, STEP_PORTION_S)
            self.clock.step(portion)
            seconds -= portion
            await self._catch_up()

    async def _keep_up(self) -> None:
        last = self.clock.now().seconds
        while True:
            await asyncio.sleep(KEEP_UP_FAST_S)
            now = self.clock.now().seconds
            if now - last >= KEEP_UP_S:
                await self._catch_up()
                last = self.clock.now().seconds

    async def _catch_up(self) -> None:
        for meter in self.meters:
            await meter.catch_up()
        await asyncio.sleep(0)
