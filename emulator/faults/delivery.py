"""How the bytes of an answer go out."""

from dataclasses import dataclass
from enum import Enum, auto

from emulator.config import Prompt


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
    """How an answer, or a row of a stream, goes out."""

    pieces: tuple[Piece, ...]
    then: Then = Then.READY
    holds_input: bool = False
    """Whether what comes meanwhile is kept for later instead of being swallowed."""
    prompt: Prompt | None = None
    """The prompt behind it, if it is not the usual one."""
    rows_after_sub: int | None = None
    """How many rows of the stream come after SUB, if not the usual number."""

    @property
    def data(self) -> bytes:
        """All bytes of it."""
        return b"".join(piece.data for piece in self.pieces)

    @property
    def first_pause_s(self) -> float:
        """The time before its first byte."""
        return self.pieces[0].pause_s if self.pieces else 0.0
