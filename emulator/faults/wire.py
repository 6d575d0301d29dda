"""Faults of the bytes on their way: prompts, late and swapped answers, garbled lines, small segments."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import ClassVar, Literal

from emulator.config import Prompt

from .delivery import Delivery, Piece, Then
from .fault import Fault, On

CRLF = b"\r\n"
STREAMS = frozenset({"drd?", "drd?status"})

type Garbling = Literal["digits", "replace", "truncate", "merge", "no-crlf"]
type Split = Literal["bytes", "crlf", "line"]

PAUSES_S: dict[Split, float] = {"bytes": 0.005, "crlf": 0.1, "line": 0.5}
GARBLED_TEXT = {"digits": b"386, 46.3, 46.7", "replace": b"?#Sto@"}


@dataclass(slots=True)
class OtherPrompt(Fault):
    """The prompt takes another form, place or moment."""

    prompt: Prompt

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the answer with the other prompt."""
        if self.prompt.place == "before" and delivery.pieces:
            first, *rest = delivery.pieces
            delivery = replace(delivery, pieces=(Piece(first.pause_s, self.prompt.text + first.data), *rest))
        return replace(delivery, prompt=self.prompt)


@dataclass(slots=True)
class Greeting(Fault):
    """A prompt comes when a client connects."""

    on: ClassVar[On] = On.CONNECTION

    prompt: Prompt

    def greeting(self) -> Prompt | None:
        """Return the prompt."""
        return self.prompt


@dataclass(slots=True)
class LateRows(Fault):
    """A stream goes on for some rows after SUB."""

    only: ClassVar[frozenset[str]] = STREAMS

    rows: int

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the begin of the stream that will end late."""
        return replace(delivery, rows_after_sub=self.rows)


@dataclass(slots=True)
class SwapAnswers(Fault):
    """The answer is held back until the next command has been answered."""

    _held: bytes | None = field(default=None, init=False)
    _struck: bool = field(default=False, init=False)
    """Whether an answer is held back, or is about to be."""

    def strikes(self, line: str, rng: Random) -> bool:
        """Return whether it strikes this line: the next one whatever it says, while an answer is held back."""
        # The base class is named because a slotted dataclass is not the class that super() would look for.
        self._struck = self._struck or Fault.strikes(self, line, rng)
        return self._struck

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return nothing the first time, and both answers the second time."""
        if self._held is None:
            self._held = delivery.data
            return replace(delivery, pieces=(), then=Then.READY_UNSAID)
        held, self._held, self._struck = self._held, None, False
        return replace(delivery, pieces=(*delivery.pieces, Piece(0.0, held)))

    @property
    def over(self) -> bool:
        """Whether it will not strike again."""
        return self.times == 0 and not self._struck


@dataclass(slots=True)
class GarbleLine(Fault):
    """The last line of the answer is spoiled; `text` for what is put there, else something usual."""

    how: Garbling
    text: str = ""

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the answer with a spoiled line."""
        if not delivery.pieces:
            return delivery
        garbled = _garbled(delivery.data, self.how, self.text.encode("ascii", "replace"))
        return replace(delivery, pieces=(Piece(delivery.first_pause_s, garbled),))


@dataclass(slots=True)
class SplitSegments(Fault):
    """The answer comes in pieces, with a pause before each but the first (None: as suits the kind of piece)."""

    how: Split
    pause_s: float | None = None

    def change_delivery(self, delivery: Delivery) -> Delivery:
        """Return the answer in pieces."""
        if not delivery.pieces:
            return delivery
        pause_s = PAUSES_S[self.how] if self.pause_s is None else self.pause_s
        first, *rest = _parts(delivery.data, self.how) or [b""]
        pieces = (Piece(delivery.first_pause_s, first), *(Piece(pause_s, part) for part in rest))
        return replace(delivery, pieces=pieces)


@dataclass(slots=True)
class SwallowCommand(Fault):
    """The meter does not notice the command: it neither acts nor answers."""

    swallows: ClassVar[bool] = True


@dataclass(slots=True)
class HoldSlot(Fault):
    """The slot stays taken for a while after a connection ended, in seconds; inf for ever."""

    on: ClassVar[On] = On.CLOSE

    seconds: float
    after_stream_s: float

    def hold_s(self, streaming: bool) -> float:
        """Return how long."""
        return self.after_stream_s if streaming else self.seconds


def _garbled(data: bytes, how: Garbling, text: bytes) -> bytes:
    *before, line = data.removesuffix(CRLF).split(CRLF)
    match how:
        case "digits":
            lines = [*before, text or GARBLED_TEXT["digits"], line]
        case "replace":
            lines = [*before, text or GARBLED_TEXT["replace"]]
        case "truncate":
            lines = [*before, line[: len(line) // 2]]
        case "merge":
            return b"".join([*before, line]) + CRLF
        case "no-crlf":
            return CRLF.join([*before, line])
    return CRLF.join(lines) + CRLF


def _parts(data: bytes, how: Split) -> list[bytes]:
    match how:
        case "bytes":
            return [data[at : at + 1] for at in range(len(data))]
        case "crlf":
            # What stands before each LF ends with its CR; the LF goes with what follows.
            first, *rest = data.split(b"\n")
            return [first, *(b"\n" + part for part in rest)]
        case "line":
            middle = len(data) // 2
            return [data[:middle], data[middle:]]
