"""Persons and automations: commands at any moment, and changes of mind about how the meter is to be watched."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
import random

from custom_components.rion_nl43.acoustics import WindowKind, WindowSpec
from custom_components.rion_nl43.monitor import Asked, FeedMode, FeedOptions, MeterMonitor
from custom_components.rion_nl43.nl43 import NL43Error

from .witness import Witness

COMMAND_EVERY_S = 240.0
MIND_EVERY_S = 900.0
STREAM_EVERY_S = 3000.0
# No command takes longer, whatever happens to it on its way.
PATIENCE_S = 400.0
ASKED = Asked("a person", "soak")
WINDOWS = tuple(WindowSpec(kind, 60 * minutes) for kind in WindowKind for minutes in (1, 5, 15, 60))
REQUESTS = ("Battery Level?", "Store Name?", "SD Card Free Size?", "Index Number?", "Type?")


class People:
    """Those who use one meter; `monitor` tells which object stands for it at present."""

    def __init__(self, monitor: Callable[[], MeterMonitor], witness: Witness, rng: random.Random) -> None:
        """Nobody does anything yet."""
        self.asked = 0
        self.present = asyncio.Lock()
        """Held while no monitor runs: then nobody can do anything with one."""
        self._monitor = monitor
        self._witness = witness
        self._rng = rng
        self._under_way: set[asyncio.Task[None]] = set()

    async def command(self) -> None:
        """Ask for commands, some of them at once, until cancelled."""
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / COMMAND_EVERY_S))
            for _ in range(self._rng.choice((1, 1, 1, 2, 5))):
                task = asyncio.create_task(self._ask(self._any_command()))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def change_mind(self) -> None:
        """Change options, release the link and take it back, until cancelled."""
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / MIND_EVERY_S))
            monitor = self._monitor()
            match self._rng.randrange(6):
                case 0:
                    monitor.windows.configure(self._rng.sample(WINDOWS, self._rng.randrange(len(WINDOWS))))
                case 1:
                    monitor.watchdog.expected = self._rng.choice((None, True, False))
                case 2:
                    monitor.commands.expiry_s = self._rng.choice((3.0, 10.0, 60.0))
                case 3:
                    await self._release(timed=True)
                case 4:
                    await self._release(timed=False)
                case 5:
                    await self._watch_setting(monitor)

    async def stream(self) -> None:
        """Want the streamed feed for some minutes now and then, until cancelled."""
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / STREAM_EVERY_S))
            break_every_s = self._rng.choice((60.0, 300.0, None))
            self._monitor().feed_options = FeedOptions(FeedMode.STREAMED, break_every_s)
            try:
                await asyncio.sleep(self._rng.uniform(60, 400))
            finally:
                self._monitor().feed_options = FeedOptions()

    async def leave(self) -> None:
        """Wait until all commands are over, and take the link back."""
        if self._under_way:
            await asyncio.wait(self._under_way)
        if self._monitor().standby.active:
            await self._monitor().standby.take_back()

    async def _release(self, *, timed: bool) -> None:
        for_s = self._rng.uniform(20, 200)
        async with self.present:
            await self._monitor().standby.release(datetime.now(UTC) + timedelta(seconds=for_s) if timed else None)
        if timed:
            return
        await asyncio.sleep(for_s)
        async with self.present:
            await self._monitor().standby.take_back()

    async def _watch_setting(self, monitor: MeterMonitor) -> None:
        end = monitor.watch_setting(self._rng.choice(("Time Weighting (Main)", "Delay Time", "Language")))
        await asyncio.sleep(self._rng.uniform(10, 500))
        end()

    def _any_command(self) -> Callable[[], Awaitable[object]]:
        monitor, rng = self._monitor(), self._rng
        commands = monitor.commands
        actions: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: commands.start(ASKED),
            lambda: commands.start(ASKED),
            lambda: commands.stop(ASKED),
            lambda: commands.pause(ASKED),
            lambda: commands.resume(ASKED),
            lambda: commands.store(ASKED),
            lambda: commands.sync_clock(ASKED),
            lambda: commands.start_cycle(ASKED),
            lambda: commands.stop_cycle(ASKED, store=True),
            lambda: commands.set_setting("Time Weighting (Main)", rng.choice("FS"), ASKED),
            lambda: commands.send(rng.choice(REQUESTS), ASKED),
            monitor.refresh_facts,
        )
        return rng.choice(actions)

    async def _ask(self, command: Callable[[], Awaitable[object]]) -> None:
        self.asked += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await command()
        except NL43Error:
            return
        except TimeoutError:
            self._witness.complain("commands without end", repr(self._monitor().commands.recent[-3:]))
