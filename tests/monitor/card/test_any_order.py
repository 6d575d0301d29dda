"""Whatever happens, and in whatever order: one session at a time, no rule of the meter broken, FTP as it was found."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
from random import Random

import pytest

from custom_components.rion_nl43.monitor import ActivityKind, FeedMode, FeedOptions
from custom_components.rion_nl43.nl43 import NL43Error
from tests.fixtures import MeterFactory

from .helpers import ON, Bench, bench_of

EVENTS = 14
CALM_S = 240


class Chance:
    """Lets things happen to a bench, by the dice."""

    def __init__(self, bench: Bench, rng: Random) -> None:
        """Prepare."""
        self.bench = bench
        self.rng = rng
        self.tasks: list[asyncio.Task[object]] = []
        self.events: list[Callable[[], Awaitable[object]]] = [
            self.look,
            self.look,
            self.transfer,
            self.give_up,
            self.command,
            self.standby,
            self.foreign,
            self.power,
            self.wedge,
            self.lost_answer,
        ]

    def begin(self, work: Awaitable[object]) -> None:
        async def bear() -> None:
            with contextlib.suppress(NL43Error):
                await work

        self.tasks.append(asyncio.create_task(bear()))

    async def look(self) -> None:
        self.begin(self.bench.card.entries())

    async def transfer(self) -> None:
        kind = self.rng.choice((ActivityKind.DOWNLOADING, ActivityKind.IMPORTING))
        self.begin(self.bench.transfer(self.rng.choice((0.1, 1, 4)), kind))

    async def give_up(self) -> None:
        for task in self.tasks:
            task.cancel()

    async def command(self) -> None:
        commands = self.bench.watch.monitor.commands
        self.begin(self.rng.choice((commands.start, commands.stop, commands.start_cycle))())

    async def standby(self) -> None:
        standby = self.bench.watch.monitor.standby
        await (standby.take_back() if standby.active else standby.release())

    async def foreign(self) -> None:
        fault = self.bench.meter.faults.switch_on("foreign-client", comes="at once")
        await asyncio.sleep(self.rng.uniform(1, 40))
        self.bench.meter.faults.switch_off(fault)

    async def power(self) -> None:
        await self.bench.meter.power_cycle(boot_s=self.rng.uniform(5, 30))

    async def wedge(self) -> None:
        self.bench.meter.faults.switch_on("wedge", connection="reset")
        await asyncio.sleep(self.rng.uniform(1, 100))
        await self.power()

    async def lost_answer(self) -> None:
        fault = self.bench.meter.faults.switch_on("no-answer", times=self.rng.randint(1, 4))
        await asyncio.sleep(self.rng.uniform(1, 10))
        with contextlib.suppress(KeyError):  # it is over
            self.bench.meter.faults.switch_off(fault)


@pytest.mark.parametrize("seed", range(12))
async def test_ftp_is_left_as_it_was_found(emulated_meter: MeterFactory, seed: int) -> None:
    rng = Random(seed)
    found_on = rng.random() < 0.4
    meter = await emulated_meter(
        ftp_port=0,
        settings=ON if found_on else {},
        ftp_on_delay_s=rng.choice((0, 3, 12)),
        ftp_tells=rng.choice(("at once", "when done")),
    )
    feed = FeedOptions(rng.choice(list(FeedMode)))
    async with bench_of(meter, feed=feed) as bench:
        chance = Chance(bench, rng)
        for _ in range(EVENTS):
            await rng.choice(chance.events)()
            await asyncio.sleep(rng.uniform(0, 30))
        await chance.give_up()
        await asyncio.wait(chance.tasks) if chance.tasks else None
        await bench.watch.monitor.standby.take_back()
        await asyncio.sleep(CALM_S)
        assert bench.watch.monitor.available
        assert bench.ftp_is_on() is found_on
        assert bench.owes() is None
        assert bench.open_sessions == 0
        assert await bench.card.entries()
