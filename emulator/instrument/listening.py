"""What the meter hears: its channels, fed from the scene up to a moment."""

from emulator.acoustics import Channel, Results, Scene, SlotLevels

# What a sound leaves of itself in the slowest weighting (I: 2.9 dB/s) after this many slots is lost in the next one.
MEMORY_SLOTS = 400

type Weightings = tuple[str, str]


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

    def hear(self, slots: int, *, measuring: bool) -> None:
        """Take the next slots in. Those that no result and no Lp can tell of any more are left out."""
        if not measuring:
            skipped = max(0, slots - MEMORY_SLOTS)
            self.slots += skipped
            slots -= skipped
        channels = tuple(self._channels.values())
        for index in range(self.slots, self.slots + slots):
            slot = self._scene.slot(index)
            for channel in channels:
                channel.add(slot, measuring)
        self.slots += slots

    def use(self, weightings: dict[int, Weightings]) -> None:
        """Change to these channels. One that is new or weighted anew reads at once what it would have read."""
        channels = {}
        for number, pair in weightings.items():
            channel = self._channels.get(number)
            if channel is None or (channel.frequency_weighting, channel.time_weighting) != pair:
                channel = self._warmed(Channel(*pair))
            channels[number] = channel
        self._channels = channels

    def start(self, percentages: tuple[float, ...]) -> None:
        """Begin to measure on every channel."""
        for channel in self._channels.values():
            channel.start(percentages)

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
