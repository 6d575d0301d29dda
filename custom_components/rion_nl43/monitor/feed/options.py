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
    """How samples are to be had.

    `break_every_s`: seconds after which a stream makes room for results, run state and slow facts; None: never. Rows of
    a stream do not tell whether the meter measures: a start or stop at the meter is seen in a break only.
    """

    mode: FeedMode = FeedMode.POLLED
    break_every_s: float | None = BREAK_EVERY_S
