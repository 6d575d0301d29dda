"""What windows are made of."""

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Where levels come from: Lp about once a second, the exact levels of 100 ms slots, or both in turn."""

    POLLED = "polled"
    STREAMED = "streamed"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """The levels in dB of a span of time, from and to seconds since the epoch; finite numbers all.

    `lp` stands for the whole span where percentiles are concerned.
    """

    began: float
    ended: float
    leq: float
    lmax: float
    lmin: float
    lp: float
    streamed: bool
