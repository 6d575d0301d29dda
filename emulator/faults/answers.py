"""Faults of single answers."""

from dataclasses import dataclass, replace
from typing import Literal

from emulator.instrument import Answer, Result

from .delivery import Delivery, Piece, Then
from .fault import Fault


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
        return replace(delivery, pieces=(Piece(delivery.first_pause_s, self.data),))


@dataclass(slots=True)
class CutAnswer(Fault):
    """Only the first bytes go out; then the connection closes, or nothing more ever comes, or the meter goes on."""

    after_bytes: int
    then: Literal["close", "reset", "stall", "go_on"] = "close"

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the first bytes."""
        then = {"close": Then.CLOSE, "reset": Then.RESET, "stall": Then.STALL, "go_on": Then.READY}[self.then]
        pieces = (Piece(delivery.first_pause_s, delivery.data[: self.after_bytes]),)
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
        if not delivery.pieces:
            return delivery
        first, *rest = delivery.pieces
        pieces = (Piece(first.pause_s + self.seconds, first.data), *rest)
        return replace(delivery, pieces=pieces, holds_input=self.on_the_way)


@dataclass(slots=True)
class DropAnswer(Fault):
    """The meter acts, but neither answer nor prompt comes."""

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return nothing."""
        return replace(delivery, pieces=(), then=Then.READY_UNSAID)
