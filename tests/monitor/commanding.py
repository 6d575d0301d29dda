"""What the tests of commands share: faults that strike one command, and what is asserted of every one."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

from custom_components.rion_nl43.monitor import Command, CommandState
from emulator import RefuseWith
from emulator.faults import Delivery, Piece, Then
from emulator.referee import Sight

from .watching import Watching

QUEUED, SENT, CONFIRMED, COMPLETED, FAILED, EXPIRED, BLOCKED = CommandState
# Beside the spacing of 1 s, a slot is as long as the answer takes; loopback, timers and the wait for the turn of a
# second, when a clock is set, take a little.
SPACING_S = 1.0
LEEWAY_S = 0.15


class Refused(RefuseWith):
    """Refuses the first command that begins so."""

    def __init__(self, beginning: str, code: int = 4) -> None:
        """Refuse in this state."""
        super().__init__(None, code)
        self.beginning = beginning

    def strikes(self, line: str, rng: Random) -> bool:
        """Strike the command."""
        return line.startswith(self.beginning) and super().strikes(line, rng)


class Unanswered(Refused):
    """The meter does what the first command that begins so says, but its answer is lost."""

    def refusal(self) -> None:
        """Refuse nothing."""

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Send nothing."""
        return Delivery((), Then.READY_UNSAID)


class Ignored(Refused):
    """Neither does what the first command that begins so says, nor answers it."""

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Send nothing."""
        return Delivery((), Then.READY_UNSAID)


class Slow(Unanswered):
    """Answers the first command that begins so as late as a meter may."""

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Wait for almost 3 s."""
        first, *rest = delivery.pieces
        return replace(delivery, pieces=(Piece(2.9, first.data), *rest))


def begin(watch: Watching) -> list[Command]:
    """Return where the states of the next commands will be told."""
    told: list[Command] = []
    watch.monitor.commands.on_change(told.append)
    return told


async def on_the_wire(watch: Watching, line: str) -> None:
    """Wait until a command that begins so reaches the meter."""
    reached = asyncio.Event()

    def see(sight: Sight) -> None:
        if sight.kind == "received" and sight.data.startswith(line.encode()):
            reached.set()

    watch.meter.referee.watchers.append(see)
    async with asyncio.timeout(60):
        await reached.wait()
    watch.meter.referee.watchers.remove(see)


def settings_sent(watch: Watching) -> list[str]:
    """All settings that reached the meter."""
    return [line for line in watch.lines if "," in line]


def assert_sent_once(watch: Watching) -> None:
    """No setting reached the meter twice."""
    assert [line for line, count in Counter(settings_sent(watch)).items() if count > 1] == []


def states(told: Sequence[Command]) -> list[CommandState]:
    """The states in the order in which they were told."""
    return [command.state for command in told]


def longest_gap_s(watch: Watching, since: int) -> float:
    """The longest time between two samples from that one on."""
    times = [sample.at.timestamp() for sample in watch.samples[since:]]
    return max(later - earlier for earlier, later in pairwise(times))


def two_slots_s(answer_s: float) -> float:
    """So far may samples be apart during a command, where no answer takes longer than this."""
    return 2 * (SPACING_S + answer_s) + LEEWAY_S
