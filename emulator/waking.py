"""Lets a program of Timer Auto that sleeps go on by itself: nobody can ask a meter that has left the network."""

from .clock import Clock, Timer
from .instrument import Instrument


class Waking:
    """Sets an alarm for the moment at which the meter next leaves the network or comes back to it."""

    def __init__(self, instrument: Instrument, clock: Clock) -> None:
        """Begin without an alarm."""
        self._instrument = instrument
        self._clock = clock
        self._alarm: Timer | None = None
        instrument.state_changed.append(self._set_alarm)
        instrument.setting_changed.append(lambda name: self._set_alarm())

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        at = self._instrument.wakes_at
        if at is not None:
            self._alarm = self._clock.call_at(at, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._instrument.advance()
