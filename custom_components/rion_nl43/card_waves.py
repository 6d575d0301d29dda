"""The waves on a meter's card: who listens moves about in one, and whoever asks for parts of it has it fetched once."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from .card_paths import media_type
from .card_spool import Run, Spool, fetch
from .monitor import MeterCard

# Who wants to know whether parts are to be had asks for two bytes and goes, and comes back for the others.
LEFT_S: Final = 10.0
KEPT_S: Final = 600.0

# Its path on the card, and what tells it from another one that has taken its place.
type Key = tuple[str, str]


def is_wave(name: str) -> bool:
    """Whether a browser can play a file."""
    return media_type(name).startswith("audio/")


@dataclass(eq=False, slots=True)
class _Wave:
    """A wave, and how many read it; it is there as long as its task runs."""

    key: Key
    spool: Spool
    readers: int = 0
    task: asyncio.Task[None] = field(init=False)
    timer: asyncio.TimerHandle = field(init=False)


class CardWaves:
    """Keeps the last wave that was asked for, in a temporary file.

    One that nobody reads any more is cut off after some seconds while it comes, and given up after some minutes when it
    is there; at once when another one is asked for.
    """

    def __init__(
        self, card: MeterCard, run: Run, start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
    ) -> None:
        """Have none yet; `run` is for what blocks, and `start` starts at once a task that ends with the meter."""
        self._card = card
        self._run = run
        self._start = start
        self._loop = asyncio.get_running_loop()
        self._last: _Wave | None = None

    @contextmanager
    def reading(self, path: str, version: str) -> Iterator[Spool]:
        """Read from a wave in the body of the `with`, be it there or still to come."""
        key, last = (path, version), self._last
        wave = last if last is not None and last.key == key else self._begin(key)
        wave.readers += 1
        self._look(wave)
        try:
            yield wave.spool
        finally:
            wave.readers -= 1
            self._look(wave)

    def _begin(self, key: Key) -> _Wave:
        before, self._last = self._last, _Wave(key, Spool(self._run))
        wave = self._last
        wave.timer = self._loop.call_later(LEFT_S, self._give_up, wave)
        wave.task = self._start(self._live(wave))
        wave.task.add_done_callback(lambda _: wave.timer.cancel())
        if before is not None:
            self._look(before)
        return wave

    async def _live(self, wave: _Wave) -> None:
        """Fetch a wave, and keep it until it is given up."""
        try:
            # It has begun, to come to its end in order whenever that is; it goes on when who asks for it is counted.
            await asyncio.sleep(0)
            await fetch(self._card, wave.key[0], wave.spool)
            if not wave.spool.complete:
                # Who asks from now on has it tried again.
                self._forget(wave)
            self._look(wave)
            await asyncio.Event().wait()
        finally:
            self._forget(wave)
            await wave.spool.close()

    def _look(self, wave: _Wave) -> None:
        """Give a wave up after a while if nobody reads it."""
        wave.timer.cancel()
        if wave.readers == 0 and not wave.task.cancelling():
            wave.timer = self._loop.call_later(self._patience_s(wave), self._give_up, wave)

    def _patience_s(self, wave: _Wave) -> float:
        if wave is not self._last:
            return 0.0
        return KEPT_S if wave.spool.complete else LEFT_S

    def _give_up(self, wave: _Wave) -> None:
        self._forget(wave)
        wave.task.cancel()

    def _forget(self, wave: _Wave) -> None:
        if wave is self._last:
            self._last = None
