"""An emulated meter and a monitor that watches it, both in virtual time: hours of them take seconds."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import math

from freezegun import freeze_time

from custom_components.rion_nl43.monitor import FeedOptions, MeterMonitor, Sample
from custom_components.rion_nl43.nl43 import Identity, Link, Meter
from emulator import EmulatedMeter, MeterConfig
from emulator.config import LATENCIES
from tests.virtual_time import VirtualTime

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
# What the referee remembers of a long run; it counts all.
REFEREE_KEEPS = 1000
SETTLED_WITHIN_S = 300.0


@contextmanager
def virtual_time(begin: datetime = BEGIN) -> Iterator[None]:
    """Let the time of the running loop and the wall clock jump to whatever comes next."""
    clock = VirtualTime(asyncio.get_running_loop(), settle_s=0)
    with freeze_time(begin) as frozen:
        # Rounded up: who wakes for a moment of the wall clock and finds it a fraction away would never see it come.
        clock.on_advance = lambda elapsed_s: frozen.move_to(begin + timedelta(microseconds=math.ceil(1e6 * elapsed_s)))
        try:
            yield
        finally:
            clock.uninstall()


class Watch:
    """A meter, the monitor that watches it, and when its samples came."""

    def __init__(self, meter: EmulatedMeter, options: FeedOptions) -> None:
        """Begin to listen; samples come once the monitor runs."""
        self.meter = meter
        self.link = Link(meter.host, meter.port)
        self.monitor = MeterMonitor(Meter(self.link), Identity(meter.config.model, meter.config.serial))
        self.monitor.feed_options = options
        self.arrivals: list[float] = []
        self._news = asyncio.Event()
        self.monitor.on_sample(self._take)

    @property
    def now(self) -> float:
        """Loop time."""
        return asyncio.get_running_loop().time()

    async def sample(self) -> Sample:
        """Wait for the next sample."""
        self._news.clear()
        await self._news.wait()
        assert self.monitor.sample  # noqa: S101 # it has just come
        return self.monitor.sample

    async def settled(self) -> None:
        """Wait for the end of the first round of facts, and for the feed that is wanted."""
        async with asyncio.timeout(SETTLED_WITHIN_S):
            await self.sample()
            await self.monitor.refresh_facts()
            while self.monitor.basis.value != self.monitor.feed_options.mode.value:
                await self.sample()

    def gaps(self, since: float) -> Iterator[tuple[float, float]]:
        """Yield the times between samples, as begin and end, from the sample before that time on."""
        first = max((at for at in self.arrivals if at <= since), default=since)
        return pairwise([first, *(at for at in self.arrivals if at > since)])

    def longest_gap_s(self, since: float) -> float:
        """The longest time between two samples, from the one before that time on."""
        return max((end - begin for begin, end in self.gaps(since)), default=0.0)

    def _take(self, sample: Sample) -> None:
        self.arrivals.append(self.now)
        self._news.set()


@asynccontextmanager
async def watching(latency: str, options: FeedOptions) -> AsyncIterator[Watch]:
    """Let a monitor watch a meter that hears a calibrator, in virtual time, for the body of the `async with`."""
    with virtual_time():
        config = MeterConfig(
            scene="calibrator",
            latency=LATENCIES[latency],
            second_connection="silent",
            referee_keeps=REFEREE_KEEPS,
        )
        async with EmulatedMeter(config) as meter:
            watch = Watch(meter, options)
            running = asyncio.create_task(watch.monitor.run())
            try:
                yield watch
            finally:
                running.cancel()
                await asyncio.wait({running})
                await watch.link.close()
