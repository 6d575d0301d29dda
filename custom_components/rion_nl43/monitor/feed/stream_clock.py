"""When the slots of a stream ended, told from their counters. Pure: times are seconds of one clock, passed in.

The meter sends a row each 100 ms exactly and numbers them 1 to 600, again and again; on the way they are held up by
more or less. The row that was held up least tells when the stream began, so that slots follow each other without gap.
"""

SLOTS_PER_S = 10
COUNTERS = 600
# The row least held up of the last half to whole minute counts: two quartz clocks drift apart by a few ms in that time.
LEAST_OF_SLOTS = 300
# A row may be held up by as much as a stream may stall, so a counter that means more than that is none.
HELD_UP_LIMIT_S = 3.0
# A counter that does not fit is a garbled one; so many in a row are a new count.
MISFITS = 5


class StreamClock:
    """Times the slots of one stream by counter and arrival."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.lost_slots = 0
        self._slot: int | None = None
        self._counter = 0
        self._misfits = 0
        self._least = self._least_before = float("inf")
        self._half_ends = 0

    def ended(self, counter: int, received: float) -> float | None:
        """Return when the slot of the next row ended; None for a counter that cannot be: that row is to be dropped."""
        if self._slot is None:
            slot = 0
        else:
            slot = self._slot + ((counter - self._counter - 1) % COUNTERS + 1)
            if min(self._least, self._least_before) - (received - slot / SLOTS_PER_S) > HELD_UP_LIMIT_S:
                self._misfits += 1
                if self._misfits < MISFITS:
                    return None
                # Nobody knows how many slots there were between the old count and this one.
                self._least = self._least_before = float("inf")
            else:
                self.lost_slots += slot - self._slot - 1
        self._slot, self._counter, self._misfits = slot, counter, 0
        if slot >= self._half_ends:
            self._half_ends = slot + LEAST_OF_SLOTS
            self._least, self._least_before = float("inf"), self._least
        self._least = min(self._least, received - slot / SLOTS_PER_S)
        return min(self._least, self._least_before) + slot / SLOTS_PER_S
