"""What all faults have in common: which commands or events they strike, and how often."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import ClassVar

from emulator.config import Prompt
from emulator.instrument import Answer, Result

from .delivery import Delivery

ROW = "DRD row"
"""Stands for a command where a fault strikes the rows of a stream."""


class On(StrEnum):
    """What a fault may strike."""

    COMMAND = "commands"
    CONNECTION = "connections"
    CLOSE = "ends of connections"
    FTP = "FTP logins and transfers"


@dataclass(slots=True)
class Fault:
    """Base of all faults. `command` is the line it strikes, in any case; None strikes every line.

    It lets the first `skip` of them pass, and then strikes `times` times (None: for ever), each time with its
    probability. It may refuse a command before the meter acts on it, change what the answer says, or change how the
    bytes of the answer go out: every fault that strikes is asked all three, and none is known by name.
    """

    on: ClassVar[On] = On.COMMAND
    only: ClassVar[frozenset[str]] = frozenset()
    """The lines, in lower case, that it can strike at all; empty for any."""
    swallows: ClassVar[bool] = False
    """Whether the meter does not even notice the command."""

    command: str | None
    times: int | None = field(default=1, kw_only=True)
    probability: float = field(default=1.0, kw_only=True)
    skip: int = field(default=0, kw_only=True)

    @property
    def over(self) -> bool:
        """Whether it will not strike again."""
        return self.times == 0

    def refusal(self) -> Result | None:
        """Return the result by which the meter refuses to act, or None."""
        return None

    def change_answer(self, answer: Answer) -> Answer:
        """Return what the answer says instead."""
        return answer

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return how the answer goes out instead."""
        return delivery

    def greeting(self) -> Prompt | None:
        """Return the prompt that greets a client when it connects, or None."""
        return None

    def hold_s(self, streaming: bool) -> float:
        """Return how long the slot stays taken after a connection ended."""
        return 0.0

    def strikes(self, line: str, rng: Random) -> bool:
        """Return whether it strikes this line; counts."""
        return self.concerns(line) and self.strikes_now(rng)

    def concerns(self, line: str) -> bool:
        """Return whether it could strike this line."""
        lower = line.lower()
        if self.command is None:
            return lower in self.only if self.only else lower != ROW.lower()
        return self.command.lower() == lower

    def strikes_now(self, rng: Random) -> bool:
        """Return whether it strikes what it concerns; counts."""
        if self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if rng.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True
