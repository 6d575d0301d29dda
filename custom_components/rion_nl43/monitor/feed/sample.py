"""What the feed hands on."""

from dataclasses import dataclass, replace
from datetime import datetime

from ...acoustics import Basis
from ...nl43 import ChannelLevels, Levels, RunState, SlotLevels

# A sample stands for the time since the one before it, unless that is longer than two exchanges of the slowest kind,
# one of them for something else: then it is a hole, and the sample stands for one pacing slot.
COVERED_LIMIT_S = 8.0
PACING_SLOT_S = 1.0
STREAM_SLOT_S = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of levels.

    `at` (aware UTC) is the end of the covered duration: that of the exchange, or that of a slot of the stream.
    `levels` are those of `DOD?`; in a sample of the stream Lp and the flags are of this moment, and the results those
    of the last `DOD?`. `slot`: the levels of the 100 ms, one for each channel of the stream. A row of `DOD?` in the
    first 8 s between two streams covers nothing, so `duration_s` is 0 there: the hole in the stream stays one. `run` is
    the last known state; `held` says that the results are not of a running measurement: it is stopped, paused or not
    known to run.
    """

    at: datetime
    duration_s: float
    levels: Levels
    run: RunState | None
    held: bool
    slot: tuple[SlotLevels, ...] | None = None

    @property
    def basis(self) -> Basis:
        """Which feed it is from."""
        return Basis.POLLED if self.slot is None else Basis.STREAMED


def covered_s(since_last_s: float | None) -> float:
    """Seconds that a polled sample covers, given those since the sample before it (None: there is none)."""
    if since_last_s is None or since_last_s > COVERED_LIMIT_S:
        return PACING_SLOT_S
    return since_last_s


def with_slot(levels: Levels, slot: tuple[SlotLevels, ...]) -> Levels:
    """Return levels whose Lp and flags are those of a slot of the stream."""
    live = tuple(_live(channel, now) for channel, now in zip(levels.channels, slot, strict=False))
    return Levels((*live, *levels.channels[len(live) :]))


def _live(channel: ChannelLevels, now: SlotLevels) -> ChannelLevels:
    if (channel.lp, channel.over, channel.under) == (now.lp, now.over, now.under):
        return channel
    return replace(channel, lp=now.lp, over=now.over, under=now.under)
