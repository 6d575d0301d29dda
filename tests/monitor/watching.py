"""A monitor that watches an emulated meter, and everything it told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import (
    Facts,
    FeedMode,
    FeedOptions,
    Measurement,
    MeterMonitor,
    Sample,
)
from custom_components.rion_nl43.nl43 import Identity, Link, Meter, NL43Error
from emulator import EmulatedMeter

STREAMED = FeedOptions(FeedMode.STREAMED)


class Watching:
    """One monitor, its link and its meter; the lists fill with what the monitor tells."""

    def __init__(self, meter: EmulatedMeter, **options: Any) -> None:
        """Subscribe to everything."""
        self.meter = meter
        self.link = Link(meter.host, meter.port)
        identity = Identity("NL-43", options.pop("serial", meter.config.serial), meter.config.firmware)
        feed = options.pop("feed", FeedOptions())
        self.monitor = MeterMonitor(Meter(self.link), identity, **options)
        self.monitor.feed_options = feed
        self.samples: list[Sample] = []
        self.measurements: list[Measurement] = []
        self.facts: list[Facts] = []
        self.bases: list[Basis] = []
        self.availability: list[tuple[bool, NL43Error | None]] = []
        self._news = asyncio.Event()
        self.monitor.on_sample(self.samples.append)
        self.monitor.on_measurement(self.measurements.append)
        self.monitor.on_facts(self.facts.append)
        self.monitor.on_basis(self.bases.append)
        self.monitor.on_basis(lambda _: self._news.set())
        self.monitor.on_availability(lambda available, reason: self.availability.append((available, reason)))
        self.monitor.on_sample(lambda _: self._news.set())
        self.monitor.on_measurement(lambda _: self._news.set())
        self.monitor.on_facts(lambda _: self._news.set())
        self.monitor.on_availability(lambda *_: self._news.set())
        self.monitor.commands.on_change(lambda _: self._news.set())
        self.monitor.alerts.on_change(self._news.set)
        self.monitor.alerts.on_transition(lambda _: self._news.set())
        self.link.on_status(lambda _: self._news.set())
        for part in (self.monitor.diagnosis, self.monitor.standby, self.monitor.recovery, self.monitor.watchdog):
            part.on_change(lambda _: self._news.set())
        self.task: asyncio.Task[None] | None = None

    @property
    def now(self) -> float:
        """Loop time."""
        return asyncio.get_running_loop().time()

    @property
    def lines(self) -> list[str]:
        """All commands that reached the meter."""
        return [record.line for record in self.meter.referee.commands]

    async def until(self, condition: Callable[[], object], within_s: float) -> float:
        """Wait for the monitor to tell something after which the condition holds; returns how long it took."""
        since = self.now
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                await self._news.wait()
        return self.now - since

    async def settled(self) -> None:
        """Wait for the end of the first round of facts."""
        await self.until(lambda: self.monitor.facts.index_number is not None, 120)
        await self.until_rows(3)

    async def streams(self) -> None:
        """Wait for the first slot of a stream."""
        await self.until(lambda: self.monitor.basis is Basis.STREAMED, 120)

    async def until_rows(self, count: int) -> None:
        """Wait for so many samples more."""
        target = len(self.samples) + count
        await self.until(lambda: len(self.samples) >= target, 10 + 10 * count)


@asynccontextmanager
async def watching(meter: EmulatedMeter, **options: Any) -> AsyncIterator[Watching]:
    """Let a monitor run; `options` are the monitor's, `serial` the number it expects, `feed` its feed's options."""
    watch = Watching(meter, **options)
    watch.task = asyncio.create_task(watch.monitor.run())
    try:
        yield watch
    finally:
        watch.task.cancel()
        await asyncio.wait({watch.task})
        await watch.link.close()
