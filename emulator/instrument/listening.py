"""What the meter hears: its channels, fed from the scene up to a moment."""

from collections.abc import Callable, Sequence

from emulator.acoustics import MEMORY_SLOTS, Channel, Results, Scene, SlotLevels
from emulator.acoustics.measurement import Heard

type Weightings = tuple[str, str]
type Taker = Callable[[int, Sequence[Heard]], bool]


class Listening:
    """The channels of one meter; Main is number 0. Counts the slots of 100 ms since power-on."""

    def __init__(self, scene: Scene, weightings: dict[int, Weightings]) -> None:
        """Begin at power-on with these channels: number -> frequency and time weighting."""
        self.slots = 0
        self._scene = scene
        self._channels = {number: self._warmed(Channel(*pair)) for number, pair in weightings.items()}

    @property
    def numbers(self) -> frozenset[int]:
        """The channels in use."""
        return frozenset(self._channels)

    def hear(self, slots: int, *, measuring: bool, taker: Taker | None = None) -> int:
        """Take the next slots in. Those that no result and no Lp can tell of any more are left out.

        While measuring, `taker` is given the number of each slot and what the channels heard; where it wants no more
        the rest is left for later. Return how many slots have passed.
        """
        begin = self.slots
        if not measuring:
            self.slots += max(0, slots - MEMORY_SLOTS)
        channels = tuple(self._channels.values())
        for index in range(self.slots, begin + slots):
            slot = self._scene.slot(index)
            for channel in channels:
                channel.add(slot, measuring)
            self.slots += 1
            if measuring and taker and not taker(index, [channel.heard for channel in channels]):
                break
        return self.slots - begin

    def use(self, weightings: dict[int, Weightings]) -> None:
        """Change to these channels. One that is new or weighted anew reads at once what it would have read."""
        channels = {}
        for number, pair in weightings.items():
            channel = self._channels.get(number)
            if channel is None or (channel.frequency_weighting, channel.time_weighting) != pair:
                channel = self._warmed(Channel(*pair))
            channels[number] = channel
        self._channels = channels

    def start(self, percentages: tuple[float, ...], *, moving_slots: int = 0, erasable_slots: int = 0) -> None:
        """Begin to measure on every channel; the moving Leq is of so many slots, and so many can be erased."""
        for channel in self._channels.values():
            channel.start(percentages, moving_slots=moving_slots, erasable_slots=erasable_slots)

    def erase(self) -> int:
        """Take the last slots out of the measurement; return their number."""
        return max(channel.erase() for channel in self._channels.values())

    def slot_levels(self, number: int) -> SlotLevels:
        """Return the levels of the last slot alone."""
        return self._channels[number].slot_levels

    def results(self) -> dict[int, Results]:
        """Return what the channels have measured since the start."""
        return {number: channel.results() for number, channel in self._channels.items()}

    def _warmed(self, channel: Channel) -> Channel:
        for index in range(max(0, self.slots - MEMORY_SLOTS), max(1, self.slots)):
            channel.add(self._scene.slot(index), False)
        return channel
