"""Switches a meter off when the battery that it runs on is empty."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from .clock import Clock, Timer
from .instrument import Instrument


class Emptying:
    """Sets an alarm for the moment at which the battery will be empty."""

    def __init__(
        self, instrument: Instrument, clock: Clock, power_off: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        """Begin without an alarm."""
        self._instrument = instrument
        self._clock = clock
        self._power_off = power_off
        self._at: float | None = None
        self._alarm: Timer | None = None
        self._switching_off: asyncio.Task[None] | None = None
        instrument.state_changed.append(self._set_alarm)

    def _set_alarm(self) -> None:
        at = self._instrument.empty_at
        if at == self._at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._at = at
        self._alarm = None if at is None else self._clock.call_at(at, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        # Whoever happens to be asking the meter gets his answer first.
        self._switching_off = asyncio.get_running_loop().create_task(self._power_off())
