"""What a link has been through, as far back as it helps to find a fault. Times are loop times."""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field

KEPT = 50
# Upper bounds in seconds; what took longer is counted with the last.
LATENCY_BOUNDS_S = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)


@dataclass(frozen=True, slots=True)
class ExchangeRecord:
    """One command that went out, and what became of it within `took_s`.

    `outcome` is the result as the meter sent it, `R+0000` to `R+0004`, or the name of the error.
    """

    at: float
    line: str
    outcome: str
    took_s: float


@dataclass(frozen=True, slots=True)
class LossRecord:
    """The end of a connection: `reason` is the name of the error."""

    at: float
    reason: str
    connected_s: float


@dataclass(slots=True)
class LinkHistory:
    """The last exchanges, losses and connects; how many answers came within which time."""

    exchanges: deque[ExchangeRecord] = field(default_factory=lambda: deque(maxlen=KEPT))
    losses: deque[LossRecord] = field(default_factory=lambda: deque(maxlen=KEPT))
    connects: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    latency_counts: dict[float, int] = field(default_factory=lambda: dict.fromkeys(LATENCY_BOUNDS_S, 0))

    def note_latency(self, latency_s: float) -> None:
        """Count the time that a complete answer took."""
        place = bisect_left(LATENCY_BOUNDS_S, latency_s)
        self.latency_counts[LATENCY_BOUNDS_S[min(place, len(LATENCY_BOUNDS_S) - 1)]] += 1

    def note_loss(self, at: float, error: Exception) -> None:
        """Remember the end of the connection that was made last."""
        self.losses.append(LossRecord(at, type(error).__name__, at - self.connects[-1]))
