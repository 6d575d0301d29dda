"""The meter's clock against ours, and ours against the loop's. Pure: all times are passed in.

The meter keeps local time without summer time rules, to the second.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

# A command is on its way a little after it is handed to the link.
MARGIN_S = 0.02
# The meter tells whole seconds: on average its clock is half a second further.
HALF_SECOND = timedelta(seconds=0.5)


# Smaller steps of the wall clock are not taken for steps: the start of a measurement does not jitter.
CLOCK_STEP_S = 1.0


class WallClock:
    """Turns loop times into wall clock times and back."""

    def __init__(self, now: datetime, loop_time: float) -> None:
        """Both clocks, read at one moment."""
        self._offset_s = now.timestamp() - loop_time

    def read(self, now: datetime, loop_time: float) -> None:
        """Both clocks again: the wall clock may have been put right."""
        offset_s = now.timestamp() - loop_time
        if abs(offset_s - self._offset_s) > CLOCK_STEP_S:
            self._offset_s = offset_s

    def utc(self, loop_time: float) -> datetime:
        """Wall clock time, aware UTC, of a loop time."""
        return datetime.fromtimestamp(loop_time + self._offset_s, UTC)

    def loop_time(self, at: datetime) -> float:
        """Loop time of an aware wall clock time."""
        return at.timestamp() - self._offset_s


class Turn(NamedTuple):
    """When to send what, so that the meter's clock is right when it takes the command."""

    wait_s: float
    local: datetime


def local_time(at: datetime, time_zone: tzinfo) -> datetime:
    """Naive local time of an aware one: what the meter's clock should show."""
    return at.astimezone(time_zone).replace(tzinfo=None)


def clock_offset_s(told: datetime, received: datetime, answer_s: float, time_zone: tzinfo) -> float:
    """Seconds that the meter's clock is ahead of ours, to about half a second.

    `told` (naive) is its answer, that was received (aware) `answer_s` after it was asked for: it is half as old.
    """
    asked_in_the_middle = received - timedelta(seconds=answer_s / 2)
    return (told + HALF_SECOND - local_time(asked_in_the_middle, time_zone)).total_seconds()


def next_turn(now: datetime, earliest_s: float, answer_s: float, time_zone: tzinfo) -> Turn:
    """The first turn of a second that a command sent in `earliest_s` or later meets, half an answer time on its way."""
    travel = timedelta(seconds=answer_s / 2)
    arrives = now + timedelta(seconds=earliest_s + MARGIN_S) + travel
    turn = arrives.replace(microsecond=0) + timedelta(seconds=1)
    return Turn((turn - travel - now).total_seconds(), local_time(turn, time_zone))
