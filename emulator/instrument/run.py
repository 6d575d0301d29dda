"""The state machine of a measurement. Time comes in as slots of 100 ms that pass."""

from enum import Enum, auto
import math


class State(Enum):
    """What the meter is doing."""

    STOPPED = auto()
    DELAYED = auto()
    MEASURING = auto()
    PAUSED = auto()


class Run:
    """One measurement after the other: started, paused, and ended by a stop or by its preset time.

    The methods named like a key or a command return whether the state allowed it.
    """

    def __init__(self) -> None:
        """Begin stopped, with no result."""
        self.state = State.STOPPED
        self.storable = False
        """Whether there is a result that has not been stored yet."""
        self._delay = 0
        self._left = 0
        self._began = False

    @property
    def measuring(self) -> bool:
        """Whether the slot to come counts."""
        return self.state is State.MEASURING

    @property
    def ahead(self) -> float:
        """How many slots may pass before the state changes by itself."""
        if self.state is State.DELAYED:
            return self._delay
        return self._left if self.measuring else math.inf

    def start(self, preset_slots: int, delay_slots: int) -> bool:
        """Begin a measurement of so many slots, after a delay."""
        if self.state is not State.STOPPED:
            return False
        self.state = State.DELAYED if delay_slots else State.MEASURING
        self.storable = self._began = False
        self._delay, self._left = delay_slots, preset_slots
        return True

    def stop(self) -> bool:
        """End the measurement."""
        if self.state is State.STOPPED:
            return False
        self.state = State.STOPPED
        self.storable = self._began
        return True

    def pause(self) -> bool:
        """Let the measurement rest."""
        if self.state is not State.MEASURING:
            return False
        self.state = State.PAUSED
        return True

    def resume(self) -> bool:
        """Go on with it."""
        if self.state is not State.PAUSED:
            return False
        self.state = State.MEASURING
        return True

    def store(self) -> bool:
        """Take the result for storing: once."""
        if self.state is not State.STOPPED or not self.storable:
            return False
        self.storable = False
        return True

    def passed(self, slots: int) -> bool:
        """Let no more slots pass than are ahead; return whether that ended the measurement."""
        if self.state is State.DELAYED:
            self._delay -= slots
            if not self._delay:
                self.state = State.MEASURING
        elif self.measuring:
            self._began = True
            self._left -= slots
            return not self._left and self.stop()
        return False
