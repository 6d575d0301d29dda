"""The state machine of a measurement. Time comes in as slots of 100 ms that pass."""

from enum import Enum, auto
import math


class State(Enum):
    """What the meter is doing."""

    STOPPED = auto()
    WAITING = auto()
    """For the next measurement of Timer Auto."""
    DELAYED = auto()
    ARMED = auto()
    """Waiting for its trigger."""
    MEASURING = auto()
    PAUSED = auto()


class Change(Enum):
    """What the passing of time did."""

    NONE = auto()
    BEGAN = auto()
    """The measurement: the next slot is its first."""
    ENDED = auto()


class Run:
    """One measurement after the other: started, delayed, triggered, paused, ended by a stop or by its preset time.

    The methods named like a key or a command return whether the state allowed it.
    """

    def __init__(self) -> None:
        """Begin stopped, with no result."""
        self.state = State.STOPPED
        self.storable = False
        """Whether there is a result that has not been stored yet."""
        self._wait = 0
        self._left = 0
        self._triggered = False
        self._began = False

    @property
    def measuring(self) -> bool:
        """Whether the slot to come counts."""
        return self.state is State.MEASURING

    @property
    def listens(self) -> bool:
        """Whether the slot to come matters, be it for a trigger."""
        return self.state in {State.MEASURING, State.ARMED}

    @property
    def ahead(self) -> float:
        """How many slots may pass before the state changes by itself."""
        match self.state:
            case State.WAITING | State.DELAYED:
                return self._wait
            case State.MEASURING:
                return self._left
            case State.ARMED:
                return 1
        return math.inf

    def start(self, preset_slots: int, delay_slots: int = 0, *, triggered: bool = False) -> bool:
        """Begin a measurement of so many slots, after a delay and, if it is to be triggered, at its trigger."""
        if self.state is not State.STOPPED:
            return False
        self.storable = self._began = False
        self._wait, self._left, self._triggered = delay_slots, preset_slots, triggered
        self.state = State.DELAYED if delay_slots else self._after_delay
        return True

    def wait(self, wait_slots: int, preset_slots: int) -> None:
        """Begin a measurement of so many slots by itself, after a wait for it."""
        self.start(preset_slots)
        self._wait = wait_slots
        if wait_slots:
            self.state = State.WAITING

    def trigger(self) -> bool:
        """Begin the measurement that waits for its trigger."""
        if self.state is not State.ARMED:
            return False
        self.state = State.MEASURING
        return True

    def stop(self) -> bool:
        """End the measurement, or the wait for it."""
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

    def store(self, *, once: bool = True) -> bool:
        """Take the result for storing: once, or as often as one likes."""
        if self.state is not State.STOPPED or not self.storable:
            return False
        self.storable = not once
        return True

    def erased(self, slots: int) -> None:
        """Let slots that were taken out of the measurement not count for its preset time."""
        self._left += slots

    def passed(self, slots: int) -> Change:
        """Let no more slots pass than are ahead; return what that did."""
        if self.state in {State.WAITING, State.DELAYED}:
            self._wait -= slots
            if not self._wait:
                self.state = self._after_delay
                return Change.BEGAN if self.measuring else Change.NONE
        elif self.measuring:
            self._began = True
            self._left -= slots
            if not self._left:
                self.stop()
                return Change.ENDED
        return Change.NONE

    @property
    def _after_delay(self) -> State:
        return State.ARMED if self._triggered else State.MEASURING
