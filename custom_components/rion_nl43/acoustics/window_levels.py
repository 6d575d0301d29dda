"""What a window tells."""

from collections.abc import Mapping
from dataclasses import dataclass

from .pieces import Basis


@dataclass(frozen=True, slots=True)
class WindowLevels:
    """The levels in dB of a window, from and to seconds since the epoch.

    Below the wanted coverage all levels are None and there are no percentiles; `basis` is None where no piece fell into
    the window. `percentiles` has LN by N: 1, 5, 10, 50, 90, 95.
    """

    began: float
    ended: float
    coverage_percent: float
    basis: Basis | None
    leq: float | None
    lmax: float | None
    lmin: float | None
    percentiles: Mapping[int, float]
