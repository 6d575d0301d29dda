"""How a meter's samples are to be had."""

from dataclasses import dataclass
from enum import StrEnum

BREAK_EVERY_S = 300.0


class FeedMode(StrEnum):
    """`DOD?` about once a second, or `DRD?` with ten slots a second."""

    POLLED = "polled"
    STREAMED = "streamed"


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """`break_every_s`: seconds after which a stream makes room for results, run state and slow facts; None: never."""

    mode: FeedMode = FeedMode.POLLED
    break_every_s: float | None = BREAK_EVERY_S
