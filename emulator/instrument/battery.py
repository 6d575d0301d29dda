"""What a meter runs on, and what is left of its battery."""

from collections.abc import Callable
from typing import Literal

from emulator.config import PowerSource

type BatteryWord = Literal["Full", "Middle", "Low", "Dead", "Empty"]

# A word stands for a charge above this share of a fresh set's; the words and the shares are assumptions.
_ABOVE: tuple[tuple[BatteryWord, float], ...] = (("Full", 0.6), ("Middle", 0.3), ("Low", 0.1), ("Dead", 0.0))
_TOP: dict[BatteryWord, float] = {"Full": 1.0, "Middle": 0.6, "Low": 0.3, "Dead": 0.1, "Empty": 0.0}
# What is left of a charge when sums of floats say that it is gone.
_NOTHING = 1e-9


class Battery:
    """A set of batteries that lasts for so many hours, or for ever (None); `seconds` tells the meter's time."""

    def __init__(self, hours: float | None, seconds: Callable[[], float]) -> None:
        """Put a fresh set in."""
        self._lasts_s = None if hours is None else hours * 3600
        self._seconds = seconds
        self._charge = 1.0
        self._since_s: float | None = None

    @property
    def word(self) -> BatteryWord:
        """The word for what is left. Written, it is a set with the most that the word stands for."""
        charge = self._left
        return next((word for word, above in _ABOVE if charge > above + _NOTHING), "Empty")

    @word.setter
    def word(self, value: BatteryWord) -> None:
        self._charge = _TOP[value]
        if self._since_s is not None:
            self._since_s = self._seconds()

    def drain(self, draining: bool) -> None:
        """Let the meter run on it from now on, or let it rest."""
        self._charge = self._left
        self._since_s = self._seconds() if draining else None

    @property
    def empty_at(self) -> float | None:
        """When it will be empty, or became so; None while nothing is taken from it or if it lasts for ever."""
        if self._since_s is None or self._lasts_s is None:
            return None
        return self._since_s + self._charge * self._lasts_s

    @property
    def _left(self) -> float:
        if self._since_s is None or self._lasts_s is None:
            return self._charge
        return max(0.0, self._charge - (self._seconds() - self._since_s) / self._lasts_s)


class Supplied:
    """A meter's supply. Who wants to know that it, or something else, has changed adds itself to `state_changed`."""

    def __init__(self, source: PowerSource, battery_hours: float | None, seconds: Callable[[], float]) -> None:
        """Have a fresh set of batteries, and no use for it yet."""
        self.state_changed: list[Callable[[], None]] = []
        self._power_source = source
        self._battery = Battery(battery_hours, seconds)
        self._consumes = False
        self._naps = False

    @property
    def naps(self) -> bool:
        """Whether the meter saves power by having its network switched off, whatever its settings say."""
        return self._naps

    @naps.setter
    def naps(self, value: bool) -> None:
        self._naps = value
        self._tell()

    @property
    def battery(self) -> BatteryWord:
        """The word for what is left of the battery; to write another one is to put in a set of that kind."""
        return self._battery.word

    @battery.setter
    def battery(self, value: BatteryWord) -> None:
        self._battery.word = value
        self._tell()

    @property
    def power_source(self) -> PowerSource:
        """What the meter runs on: internal battery, external supply or USB."""
        return self._power_source

    @power_source.setter
    def power_source(self, value: PowerSource) -> None:
        self._power_source = value
        self._consume(self._consumes)

    @property
    def empty_at(self) -> float | None:
        """When the battery will be empty (s of the meter's time); None while the meter does not live on it."""
        return self._battery.empty_at

    @property
    def has_power(self) -> bool:
        """Whether there is anything to run on."""
        return self._power_source != "I" or self._battery.word != "Empty"

    def _consume(self, on: bool) -> None:
        self._consumes = on
        self._battery.drain(on and self._power_source == "I")
        self._tell()

    def _tell(self) -> None:
        for tell in self.state_changed:
            tell()
