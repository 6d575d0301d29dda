"""Faults that last: a state of the meter, or of the way to it, that begins and ends."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from .fault import On

if TYPE_CHECKING:
    from emulator.meter import EmulatedMeter


class Cancellable(Protocol):
    """A timer."""

    def cancel(self) -> None:
        """Never call back."""


class Stage:
    """Where a fault plays: its meter, its chances, and its timers, which end with it."""

    def __init__(
        self,
        meter: "EmulatedMeter",
        strikes: Callable[[], bool],
        exhausted: Callable[[], bool],
        over: Callable[[], None],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """Prepare; `over` ends the fault, `spawn` runs what takes time, beyond its end too."""
        self.meter = meter
        self.strikes = strikes
        """Says whether the fault strikes this time; counts."""
        self._exhausted = exhausted
        self.over = over
        self.spawn = spawn
        self._timers: list[Cancellable] = []

    @property
    def exhausted(self) -> bool:
        """Whether it has struck as often as it was to."""
        return self._exhausted()

    def later(self, seconds: float, callback: Callable[[], None]) -> Cancellable:
        """Call back after a time on the wire."""
        return self._kept(asyncio.get_running_loop().call_later(seconds, callback))

    def later_in_meter(self, seconds: float, callback: Callable[[], None]) -> Cancellable:
        """Call back after a time by the meter's clock."""
        clock = self.meter.clock
        return self._kept(clock.call_at(clock.now().seconds + seconds, callback))

    def clear(self) -> None:
        """Forget the timers."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _kept(self, timer: Cancellable) -> Cancellable:
        self._timers.append(timer)
        return timer


@dataclass(slots=True, eq=False)
class Condition:
    """Base of what lasts. It begins at once, or as a command strikes it, and ends when its time is over.

    Those that strike connections or FTP begin at once, and ask the stage each time whether they strike.
    """

    on: ClassVar[On] = On.COMMAND
    cured_by_power: ClassVar[bool] = False

    @property
    def detail(self) -> str:
        """What else there is to know of it while it lasts."""
        return ""

    def begin(self, stage: Stage) -> None:
        """Begin."""

    def end(self, stage: Stage) -> None:
        """Leave the meter as it would be without."""

    def connected(self, stage: Stage) -> None:
        """Hear that a client has got the slot."""

    def disconnected(self, stage: Stage) -> None:
        """Hear that the slot's client is gone."""
