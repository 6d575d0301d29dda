"""What a rule looks at: a level that the meter tells, or one over a window that is computed here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from ..acoustics import PERCENTAGES, WindowKind, WindowSpec


class Quantity(StrEnum):
    """The levels there are.

    Those of the meter come first: Lp is live, the others are those of its running measurement. Those that begin with
    WINDOW are computed here over a window, from Lp or from the slots of a stream.
    """

    LP = "lp"
    LEQ = "leq"
    LMAX = "lmax"
    LMIN = "lmin"
    LPEAK = "lpeak"
    LN1 = "ln1"
    LN2 = "ln2"
    LN3 = "ln3"
    LN4 = "ln4"
    LN5 = "ln5"
    WINDOW_LEQ = "window_leq"
    WINDOW_LMAX = "window_lmax"
    WINDOW_LMIN = "window_lmin"
    WINDOW_LN = "window_ln"

    @property
    def windowed(self) -> bool:
        """Whether it is one over a window."""
        return self.value.startswith("window_")

    @property
    def of_measurement(self) -> bool:
        """Whether it belongs to the meter's running measurement, and is held when that ends."""
        return not self.windowed and self is not Quantity.LP


@dataclass(frozen=True, slots=True)
class Metric:
    """One level: `window` and `percentage` are set where the quantity needs them, and only there."""

    quantity: Quantity
    window: WindowSpec | None = None
    percentage: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no level."""
        if (self.window is not None) is not self.quantity.windowed:
            raise ValueError(f"{self.quantity} with the window {self.window}")
        if (self.percentage is not None) is not (self.quantity is Quantity.WINDOW_LN):
            raise ValueError(f"{self.quantity} with the percentage {self.percentage}")
        if self.percentage is not None and self.percentage not in PERCENTAGES:
            raise ValueError(f"no window has an L{self.percentage}")

    @property
    def key(self) -> str:
        """The same level, the same text: `lp`, `window_leq_900_running`, `window_ln_900_aligned_10`."""
        parts: list[str] = [self.quantity.value]
        if self.window is not None:
            parts += [str(self.window.length_s), self.window.kind.value]
        if self.percentage is not None:
            parts.append(str(self.percentage))
        return "_".join(parts)

    @classmethod
    def over(cls, quantity: Quantity, length_s: int, kind: WindowKind, percentage: int | None = None) -> Self:
        """Return a level over a window."""
        return cls(quantity, WindowSpec(kind, length_s), percentage)
