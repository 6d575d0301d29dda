"""Faults to order: what goes wrong, with which command, how often.

A fault may refuse a command before the meter acts on it, change what the answer says, or change how the bytes of the
answer go out. Every fault that strikes is asked all three, and none is known by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from random import Random
from typing import Literal

from .instrument import Answer, Result


class Then(Enum):
    """What the meter does when the bytes of an answer are out."""

    READY = auto()
    """Sends its prompt and takes the next command."""
    READY_UNSAID = auto()
    """Takes the next command without a prompt."""
    STALL = auto()
    """Neither sends nor takes anything on this connection any more."""
    CLOSE = auto()
    RESET = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes, and the pause before them in seconds."""

    pause_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer goes out; `holds_input` keeps what comes meanwhile for later instead of swallowing it."""

    pieces: tuple[Piece, ...]
    then: Then = Then.READY
    holds_input: bool = False

    @property
    def data(self) -> bytes:
        """All bytes of it."""
        return b"".join(piece.data for piece in self.pieces)


@dataclass(slots=True)
class Fault:
    """Base of all faults. `command` is the line it strikes, in any case; None strikes every line.

    It lets the first `skip` of them pass, and then strikes `times` times (None: for ever), each time with its
    probability.
    """

    command: str | None
    times: int | None = field(default=1, kw_only=True)
    probability: float = field(default=1.0, kw_only=True)
    skip: int = field(default=0, kw_only=True)

    def refusal(self) -> Result | None:
        """Return the result by which the meter refuses to act, or None."""
        return None

    def change_answer(self, answer: Answer) -> Answer:
        """Return what the answer says instead."""
        return answer

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return how the answer goes out instead."""
        return delivery

    def strikes(self, line: str, rng: Random) -> bool:
        """Return whether it strikes this line; counts."""
        if self.times == 0 or (self.command is not None and self.command.lower() != line.lower()):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if rng.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(slots=True)
class RefuseWith(Fault):
    """The meter refuses with this result code and does nothing."""

    code: int

    def refusal(self) -> Result | None:
        """Return the code."""
        return Result(self.code)


@dataclass(slots=True)
class ReplaceAnswer(Fault):
    """The result is accepted, the data line is another one."""

    data: str

    def change_answer(self, answer: Answer) -> Answer:
        """Return the other data line."""
        return Answer(Result.OK, self.data)


@dataclass(slots=True)
class ReplaceBytes(Fault):
    """Other bytes go out in the answer's place."""

    data: bytes

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the other bytes."""
        return replace(delivery, pieces=(Piece(_first_pause(delivery), self.data),))


@dataclass(slots=True)
class CutAnswer(Fault):
    """Only the first bytes go out; then the connection closes, or nothing more ever comes, or the meter goes on."""

    after_bytes: int
    then: Literal["close", "reset", "stall", "go_on"] = "close"

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the first bytes."""
        then = {"close": Then.CLOSE, "reset": Then.RESET, "stall": Then.STALL, "go_on": Then.READY}[self.then]
        pieces = (Piece(_first_pause(delivery), delivery.data[: self.after_bytes]),)
        return replace(delivery, pieces=pieces, then=then)


@dataclass(slots=True)
class DelayAnswer(Fault):
    """The answer comes later by so many seconds.

    What comes meanwhile is swallowed if the meter is slow, and answered afterwards if it was the way that was slow
    (`on_the_way`).
    """

    seconds: float
    on_the_way: bool = False

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the answer after a pause."""
        first, *rest = delivery.pieces
        pieces = (Piece(first.pause_s + self.seconds, first.data), *rest)
        return replace(delivery, pieces=pieces, holds_input=self.on_the_way)


@dataclass(slots=True)
class DropAnswer(Fault):
    """The meter acts, but neither answer nor prompt comes."""

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return nothing."""
        return replace(delivery, pieces=(), then=Then.READY_UNSAID)


class Faults:
    """The faults that are on order for one meter."""

    def __init__(self, rng: Random) -> None:
        """Begin without any."""
        self._rng = rng
        self._ordered: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self._ordered.append(fault)

    def clear(self) -> None:
        """Take all orders back."""
        self._ordered.clear()

    def striking(self, line: str) -> list[Fault]:
        """Return the faults that strike this command, and forget those that are over."""
        striking = [fault for fault in self._ordered if fault.strikes(line, self._rng)]
        self._ordered = [fault for fault in self._ordered if fault.times != 0]
        return striking


def refusal_of(faults: Iterable[Fault]) -> Result | None:
    """Return the first refusal of these faults, or None."""
    return next((result for fault in faults if (result := fault.refusal()) is not None), None)


def _first_pause(delivery: Delivery) -> float:
    return delivery.pieces[0].pause_s if delivery.pieces else 0.0
