"""Settings of the meter: changed once, read back, refused with the state that explains it, and watched on wish."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial

from ...nl43 import Meter, Priority, StateRefused
from ...nl43.commands import Kind, find
from ..errors import BlockReason, CommandBlocked, ControlRefused, NotConfirmed
from ..feed.facts import change_of, fact_of, unwatch, watch
from ..feed.feed import Feed
from ..state import MeterState
from .baseline import Baseline
from .controls import CLOCK_SET_WITHIN_S, Controls
from .life import Step
from .sender import Sender

_STAMP = "%Y/%m/%d %H:%M:%S"


def checked_line(name: str, value: str) -> str:
    """Return the line that sets a setting, as it is sent; raises CommandBlocked if it is forbidden, InvalidCommand."""
    command = find(name)
    if command.forbidden:
        raise CommandBlocked(command.name, BlockReason.FORBIDDEN)
    return command.setting_line(value)


class Settings:
    """Changes settings; raises ControlRefused, NotConfirmed, what `Sender` raises, or another CommandRefused."""

    def __init__(
        self, meter: Meter, state: MeterState, feed: Feed, sender: Sender, *, controls: Controls, baseline: Baseline
    ) -> None:
        """Work on the meter that `feed` watches; `baseline` is to know of it."""
        self._meter = meter
        self._state = state
        self._feed = feed
        self._sender = sender
        self._controls = controls
        self._baseline = baseline
        self._loop = asyncio.get_running_loop()

    async def set(self, step: Step, line: str, *, trust: bool = False) -> None:
        """Send a line of `checked_line` and read back what it did, but for a meter that accepts it in `trust`."""
        name, _, wanted = line.partition(",")
        try:
            accepted = await self._sender.setting(step, partial(self._meter.set_setting, name, wanted))
        except StateRefused as error:
            raise ControlRefused(line, await self._controls.why(None)) from error
        if accepted and (trust or Kind.REQUEST not in find(name).kind):
            self._learn(name, wanted)
        elif name == "Clock":
            await self._read_clock(step, wanted, accepted=accepted)
        else:
            ask = partial(self._meter.setting, name, priority=Priority.PERSON)
            found = await self._sender.read_back(step, ask, accepted=accepted)
            self._learn(name, wanted if found is None else found)
            if found is not None and not _same(found, wanted):
                raise NotConfirmed(line, found)

    def _learn(self, name: str, value: str) -> None:
        self._state.change_facts(change_of(name, value))
        self._baseline.settled(name)

    async def _read_clock(self, step: Step, wanted: str, *, accepted: bool) -> None:
        ask = partial(self._meter.clock, priority=Priority.PERSON)
        told = await self._sender.read_back(step, ask, accepted=accepted)
        if told is None:
            return
        self._feed.take_clock(told)
        since_s = self._loop.time() - (step.sent_at or 0.0)
        if abs((told - datetime.strptime(wanted, _STAMP)).total_seconds() - since_s) > CLOCK_SET_WITHIN_S:
            raise NotConfirmed(step.name, str(told))


class WatchedSettings:
    """Which settings are read on wish, each for as long as anybody watches it."""

    def __init__(self, state: MeterState, feed: Feed) -> None:
        """Nobody watches any."""
        self._state = state
        self._feed = feed
        self._watchers = Counter[str]()

    def watch(self, name: str) -> Callable[[], None]:
        """Read a setting soon and then now and then; returns what ends that. Raises InvalidCommand."""
        command = find(name)
        command.request_line()
        fact = fact_of(command.name)
        watching = True
        self._watchers[command.name] += 1
        if self._watchers[command.name] == 1:
            self._state.change_facts(watch(command.name))
            self._feed.watch(fact)

        def end() -> None:
            nonlocal watching
            if not watching:
                return
            watching = False
            self._watchers[command.name] -= 1
            if not self._watchers[command.name]:
                self._state.change_facts(unwatch(command.name))
                self._feed.schedule.unwatch(fact)

        return end


def _same(found: str, wanted: str) -> bool:
    """Whether both mean one value, however the meter writes numbers."""
    if found.casefold() == wanted.casefold():
        return True
    try:
        return float(found.rstrip("% ")) == float(wanted)
    except ValueError:
        return False
