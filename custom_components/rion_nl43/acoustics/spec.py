"""Which windows there can be."""

from dataclasses import dataclass
from enum import StrEnum


class WindowKind(StrEnum):
    """Where a window ends: now, or where a period of the clock did."""

    RUNNING = "running"
    ALIGNED = "aligned"


@dataclass(frozen=True, slots=True, order=True)
class WindowSpec:
    """One window: RUNNING is the last so many seconds, ALIGNED the last complete period of the clock so long."""

    kind: WindowKind
    length_s: int

    def __post_init__(self) -> None:
        """Refuse a window without length, and one that is longer than a day."""
        if not 0 < self.length_s <= 86400:
            raise ValueError(f"no window of {self.length_s} s")
